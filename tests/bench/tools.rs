//! What measures a call, and the C programs beside it.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use ccwb_tests::bench::{Figures, KernelCalls, Measure, instructions_of_callgrind, median};
use ccwb_tests::{Home, LIMIT, Output, run};
use tempfile::TempDir;

/// A program and its arguments.
#[derive(Clone, Debug)]
pub(crate) struct Call {
    pub(crate) program: PathBuf,
    pub(crate) arguments: Vec<String>,
}

impl Call {
    pub(crate) fn new(program: PathBuf, arguments: &[&str]) -> Self {
        Self { program, arguments: arguments.iter().map(|&argument| argument.to_owned()).collect() }
    }

    /// In a home, as the last arguments of another program.
    pub(crate) fn under(&self, home: &Home, wrapper: &str, arguments: &[&str]) -> Command {
        let mut command = home.command(wrapper);
        command.args(arguments).arg(&self.program).args(&self.arguments);
        command
    }

    /// To its end, which is a good one.
    pub(crate) fn answer(&self, home: &Home) -> Output {
        finished(home.command(&self.program).args(&self.arguments))
    }
}

/// C programs, compiled in the same minute.
#[derive(Debug)]
pub(crate) struct Tools {
    folder: TempDir,
}

/// One member of a crowd.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Member {
    /// Seconds since 1970 at its end.
    pub(crate) end: f64,
    /// Milliseconds from the first start to its end.
    pub(crate) took: f64,
    /// Bytes.
    pub(crate) peak: f64,
}

impl Tools {
    pub(crate) fn compile() -> Self {
        let folder = tempfile::tempdir().expect("the temporary folder can be written");
        let tools = Self { folder };
        for (source, text) in [("hello.c", include_str!("hello.c")), ("launch.c", include_str!("launch.c"))] {
            fs::write(tools.path(source), text).expect("the temporary folder can be written");
        }
        tools.gcc("hello.c", "hello-dynamic", &[]);
        tools.gcc("hello.c", "hello-static", &["-static"]);
        tools.gcc("launch.c", "launch", &["-static"]);
        tools
    }

    /// The C hello-world, linked as C programs usually are.
    pub(crate) fn hello_dynamic(&self) -> Call {
        Call::new(self.path("hello-dynamic"), &[])
    }

    /// The same without a dynamic linker.
    pub(crate) fn hello_static(&self) -> Call {
        Call::new(self.path("hello-static"), &[])
    }

    /// Everything that does not depend on how busy the machine is. The peak is a median: pages come in clusters, and where
    /// they begin is chance.
    pub(crate) fn exact(&self, home: &Home, subject: &str, call: &Call, figures: &mut Figures) {
        figures.set(subject, Measure::Instructions, self.instructions(home, call));
        let calls = self.kernel_calls(home, call);
        for (measure, count) in [
            (Measure::SystemCalls, calls.all),
            (Measure::Threads, calls.threads),
            (Measure::Children, calls.children),
            (Measure::Sockets, calls.sockets),
            (Measure::Connections, calls.connections),
        ] {
            figures.set(subject, measure, count.into());
        }
        let turns = self.pairs(home, call, 10);
        figures.set(subject, Measure::PeakMemory, median(turns.iter().map(|turn| turn.peak).collect()));
    }

    /// The middle one of three: hash tables have seeds of chance. At real-time priority: valgrind is slow, and a keyring is not
    /// waited for as long as a busy machine may take.
    pub(crate) fn instructions(&self, home: &Home, call: &Call) -> f64 {
        let count = || {
            let arguments = ["first", "valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null"];
            let output = finished(&mut call.under(home, &self.launch(), &arguments));
            instructions_of_callgrind(&output.stderr).unwrap_or_else(|| panic!("callgrind has no total\n{output}"))
        };
        median(vec![count(), count(), count()])
    }

    /// Calls of the kernel, as strace sees them.
    pub(crate) fn kernel_calls(&self, home: &Home, call: &Call) -> KernelCalls {
        let log = home.root().join("strace.log");
        finished(&mut call.under(home, &self.launch(), &["first", "strace", "-f", "-o", &log.to_string_lossy()]));
        KernelCalls::from_strace(&fs::read_to_string(&log).expect("strace wrote its log"))
    }

    /// The time, as it is and beside the C program: both run in turns, and the median is taken of the ratios.
    pub(crate) fn time(&self, home: &Home, subject: &str, call: &Call, runs: usize, figures: &mut Figures) {
        let turns = self.pairs(home, call, runs);
        figures.set(subject, Measure::TimeRatio, median(turns.iter().map(|turn| turn.took / turn.hello).collect()));
        figures.set(subject, Measure::Time, median(turns.iter().map(|turn| turn.took).collect()));
    }

    /// So many at once. Their answers are the same line.
    pub(crate) fn crowd(&self, home: &Home, call: &Call, count: usize) -> Vec<Member> {
        let answers = tempfile::tempdir_in(home.root()).expect("the home can be written");
        let (count, folder) = (count.to_string(), answers.path().to_string_lossy());
        let output = finished(&mut call.under(home, &self.launch(), &["crowd", &count, &folder]));
        let answers = fs::read_dir(answers.path()).expect("it is there").flatten();
        let mut answers: Vec<_> = answers.map(|answer| fs::read_to_string(answer.path()).expect("text")).collect();
        answers.dedup();
        assert!(matches!(&answers[..], [one] if one.starts_with("{\"Version\":1,")), "{} answers", answers.len());
        let members = numbers(&output.stdout).into_iter();
        members.map(|row| Member { end: row[0] / 1e9, took: row[1] / 1e6, peak: row[2] * 1024.0 }).collect()
    }

    fn pairs(&self, home: &Home, call: &Call, count: usize) -> Vec<Turn> {
        let hello = self.hello_dynamic();
        let mut command = hello.under(home, &self.launch(), &["pairs", &count.to_string()]);
        command.arg("--").arg(&call.program).args(&call.arguments);
        let turns = numbers(&finished(&mut command).stdout).into_iter();
        turns.map(|row| Turn { hello: row[0] / 1e6, took: row[2] / 1e6, peak: row[3] * 1024.0 }).collect()
    }

    fn gcc(&self, source: &str, program: &str, flags: &[&str]) {
        let mut gcc = Command::new("gcc");
        gcc.arg("-O2").args(flags).arg("-o").arg(self.path(program)).arg(self.path(source));
        assert!(gcc.status().expect("gcc can be started").success(), "{program} cannot be compiled");
    }

    fn launch(&self) -> String {
        self.path("launch").to_string_lossy().into_owned()
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }
}

/// Milliseconds of the C program and of ours, one after the other, and the peak of ours in bytes.
struct Turn {
    hello: f64,
    took: f64,
    peak: f64,
}

fn finished(command: &mut Command) -> Output {
    run(command, LIMIT).unwrap_or_else(|overrun| panic!("{overrun}")).success()
}

fn numbers(text: &str) -> Vec<Vec<f64>> {
    let row = |line: &str| line.split(' ').map(|number| number.parse().expect("a number")).collect();
    text.lines().map(row).collect()
}
