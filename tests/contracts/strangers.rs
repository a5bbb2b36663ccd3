//! What others on the machine can see of us: another user, and another process of the same user.

use std::fs;
use std::os::unix::fs::{PermissionsExt, chown};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};

use ccwb_tests::memory::Stuck;
use ccwb_tests::{FakeBrowser, Output, Program, Running, start};
use rustix::process::{Pid, Signal, kill_process};
use serde_json::json;

use crate::desk::{Desk, finish};
use crate::processes::{child_of, name_of, soon, state_of};
use crate::skip::skipped;

/// A user that no system has. Each desk has another one.
const STRANGER: u32 = 65_100;

fn somebody() -> u32 {
    static NEXT: AtomicU32 = AtomicU32::new(STRANGER + 1);
    NEXT.fetch_add(1, Ordering::Relaxed)
}

/// A desk of a person who is not root: with root's help somebody made up, else whoever runs the test.
struct Persons {
    desk: Desk,
    user: u32,
}

fn is_root() -> bool {
    rustix::process::geteuid().is_root()
}

impl Persons {
    /// Everything belongs to the person, and everybody may enter every folder above the state folder.
    fn own(desk: Desk) -> Self {
        let persons = Self { desk, user: somebody() };
        persons.bring(Program::CredentialProcess);
        persons.hand_over(persons.desk.home.root());
        for folder in
            persons.desk.state().ancestors().skip(1).take_while(|one| one.starts_with(persons.desk.home.root()))
        {
            let _ = fs::set_permissions(folder, fs::Permissions::from_mode(0o755));
        }
        persons
    }

    fn hand_over(&self, path: &Path) {
        if !is_root() {
            return;
        }
        chown(path, Some(self.user), Some(self.user)).expect("root may");
        for entry in fs::read_dir(path).into_iter().flatten().flatten() {
            let path = entry.path();
            if path.is_dir() {
                self.hand_over(&path);
            } else {
                chown(&path, Some(self.user), Some(self.user)).expect("root may");
            }
        }
    }

    /// The person need not be able to enter the folder where programs are built.
    fn bring(&self, program: Program) -> PathBuf {
        let place = self.desk.home.root().join(program.to_string());
        fs::copy(program.without_symbols(), &place).expect("the home can be written");
        place
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = self.as_person(self.desk.home.root().join("credential-process"));
        command.args(arguments);
        command
    }

    fn as_person(&self, program: impl AsRef<std::ffi::OsStr>) -> Command {
        if is_root() { self.as_user(self.user, program) } else { self.desk.home.command(program) }
    }

    fn as_user(&self, user: u32, program: impl AsRef<std::ffi::OsStr>) -> Command {
        let mut command = self.desk.home.command("setpriv");
        command.args([&*format!("--reuid={user}"), &*format!("--regid={user}"), "--clear-groups", "--"]).arg(program);
        command
    }

    /// Which of the files a shell of that user can open.
    fn opened(&self, by: Option<u32>, files: &[String]) -> Vec<String> {
        let mut shell = by.map_or_else(|| self.as_person("sh"), |user| self.as_user(user, "sh"));
        shell.args(["-c", "for file; do ( : <\"$file\" ) 2>/dev/null && echo \"$file\"; done; true", "sh"]).args(files);
        finish(&mut shell).success().stdout.lines().map(str::to_owned).collect()
    }
}

/// A process that stays until it is dropped.
struct Stays(Child);

impl Drop for Stays {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Past the first lines of `main`: it sleeps, for a reader or a request.
fn is_in_its_main(process: u32, name: &str) -> bool {
    name_of(process) == name && state_of(process).is_some_and(|state| state == "S")
}

fn files_of(process: u32) -> Vec<String> {
    ["mem", "environ", "maps", "auxv", "stack", "syscall"].map(|file| format!("/proc/{process}/{file}")).into()
}

/// A call that waits for its sign-in, and the sign-in, which waits for a browser that does nothing.
#[track_caller]
fn waiting(persons: &Persons) -> (Running, SignIn) {
    let login = start(&mut persons.command(&["login", "--force"]));
    let sign_in = soon("a window", || {
        let opened = !persons.desk.home.openings().is_empty();
        child_of(login.id(), "__sign-in").filter(|_| opened)
    });
    (login, SignIn(sign_in))
}

/// A sign-in that ends with its test.
struct SignIn(u32);

impl Drop for SignIn {
    fn drop(&mut self) {
        let id = Pid::from_raw(self.0.cast_signed()).expect("an id");
        let _ = kill_process(id, Signal::KILL);
    }
}

fn persons_waiting_for_a_browser() -> Persons {
    let mut desk = Desk::new().signed_in();
    desk.home.use_browser(FakeBrowser::DoesNothing);
    Persons::own(desk)
}

#[test]
fn neither_another_user_nor_another_process_of_the_same_user_can_look_into_ours() {
    let persons = persons_waiting_for_a_browser();
    let (login, sign_in) = waiting(&persons);
    // Any other process of the person is open to the person: the look works.
    let mut sleep = persons.as_person("sleep");
    let other = Stays(sleep.arg("60").stdout(Stdio::null()).spawn().expect("it starts"));
    let own = files_of(other.0.id());
    soon("the person looks into another process", || persons.opened(None, &own).contains(&own[1]).then_some(()));
    let mut headers = persons.as_person(persons.bring(Program::OtelHelper));
    headers.args(["--profile", "ClaudeCode"]);
    let headers = Stuck::start(headers);
    let mut sandbox = persons.as_person(persons.bring(Program::Ccwb));
    sandbox.args(["sandbox", "--idp-port", "0", "--aws-port", "0", "--otlp-port", "0"]).stdout(Stdio::null());
    let sandbox = Stays(sandbox.stderr(Stdio::null()).spawn().expect("it starts"));
    for (process, name) in [(headers.id(), "otel-helper"), (sandbox.0.id(), "ccwb")] {
        soon(&format!("{name} has begun"), || is_in_its_main(process, name).then_some(()));
    }
    let ours = [login.id(), sign_in.0, headers.id(), sandbox.0.id()];
    let ours: Vec<String> = ours.into_iter().flat_map(files_of).collect();
    assert_eq!(persons.opened(None, &ours), Vec::<String>::new());
    if is_root() {
        assert_eq!(persons.opened(Some(STRANGER), &[ours.clone(), own].concat()), Vec::<String>::new());
    } else {
        skipped("this user is not root and cannot be another user");
    }
}

#[test]
#[ignore = "needs strace"]
fn a_debugger_of_the_same_user_is_refused() {
    if ccwb_tests::part::program_on_path("strace").is_none() {
        return;
    }
    let persons = persons_waiting_for_a_browser();
    let (login, sign_in) = waiting(&persons);
    for process in [login.id(), sign_in.0] {
        let mut strace = persons.as_person("strace");
        let output = finish(strace.args(["-p", &process.to_string()]));
        assert!(output.code != Some(0) && output.stderr.contains("Operation not permitted"), "{output}");
    }
}

#[test]
fn another_user_reads_nothing_of_the_state_folder_even_below_a_home_that_is_open() {
    if !is_root() {
        return skipped("this user is not root and cannot be another user");
    }
    let persons = Persons::own(Desk::new().signed_in());
    let state = persons.desk.state();
    let names = fs::read_dir(&state).expect("there is a state folder").flatten();
    let files: Vec<String> = names.map(|entry| entry.path().display().to_string()).collect();
    assert!(files.len() > 3 && files.iter().any(|file| file.ends_with(".session.json")), "{files:?}");
    assert_eq!(persons.opened(None, &files).len(), files.len());
    assert_eq!(persons.opened(Some(STRANGER), &files), Vec::<String>::new());
    let mut list = persons.as_user(STRANGER, "ls");
    assert_ne!(finish(list.arg(&state)).code, Some(0));
    // The folders above are open: it is the state folder that is closed.
    let mut list = persons.as_user(STRANGER, "ls");
    finish(list.arg(state.parent().expect("a folder"))).success();
}

/// Our processes hide their sockets from their own user: who has the port is found all the same.
#[test]
fn a_port_that_another_sign_in_of_ours_holds_is_named_as_such() {
    let persons = persons_waiting_for_a_browser();
    let profile = persons.desk.profile().clone();
    persons.desk.home.write_config_value(&json!({"profiles": {"ClaudeCode": profile, "Second": profile}}));
    persons.hand_over(persons.desk.home.root());
    let (_login, sign_in) = waiting(&persons);
    let second = finish(&mut persons.command(&["--profile", "Second", "login"]));
    let port = persons.desk.sandbox.redirect_port();
    let owner = format!("{port} is used by credential-proc (process {})", sign_in.0);
    // Whoever runs the tests may have other sign-ins.
    let or_another = format!("{port} is used by another sign-in of credential-process");
    assert!(second.stderr.contains(&owner) || (!is_root() && second.stderr.contains(&or_another)), "{second}");
    let finding = callback_port(&finish(&mut persons.command(&["--profile", "ClaudeCode", "doctor", "--json"])));
    assert!(finding.contains("sign-in") && !finding.contains("is taken by"), "{finding}");
}

fn callback_port(doctor: &Output) -> String {
    let report = doctor.json().to_string();
    let at = report.find("callback-port").unwrap_or_else(|| panic!("{doctor}"));
    report[at.saturating_sub(200)..(at + 300).min(report.len())].to_owned()
}
