//! How costs grow: with callers at once, with profiles in config.json, with the size of the ID token.

use std::fs;

use ccwb_sandbox::User;
use ccwb_tests::Program;
use ccwb_tests::bench::{Chart, Line, Measure};
use serde_json::Value;

use crate::build::Build;
use crate::report::aligned;
use crate::stage::{PROFILE, Stage};
use crate::tools::Tools;

const CALLERS: [u32; 4] = [1, 10, 100, 1_000];
const PROFILES: [u32; 7] = [1, 3, 10, 30, 100, 300, 1_000];
const TOKEN_KILOBYTES: [u32; 7] = [1, 2, 4, 8, 16, 32, 64];

/// What a crowd cost.
#[derive(Clone, Debug)]
pub(crate) struct Crowd {
    pub(crate) callers: u32,
    pub(crate) warm: bool,
    /// Milliseconds to the last answer.
    pub(crate) time: f64,
    /// Bytes: each caller's own peak, added up, so shared pages count for each.
    pub(crate) memory: f64,
    pub(crate) requests: usize,
    pub(crate) windows: usize,
}

/// Instructions of one call, by what grows.
#[derive(Clone, Debug)]
pub(crate) struct Curve {
    pub(crate) grows: &'static str,
    pub(crate) credentials: Vec<(f64, f64)>,
    pub(crate) otel_helper: Vec<(f64, f64)>,
}

#[derive(Clone, Debug)]
pub(crate) struct Growth {
    pub(crate) crowds: Vec<Crowd>,
    pub(crate) curves: [Curve; 2],
}

impl Growth {
    pub(crate) fn measure(tools: &Tools, build: &Build, progress: &dyn Fn(&str)) -> Self {
        let mut crowds = Vec::new();
        for callers in CALLERS {
            progress(&format!("{callers} callers at once"));
            let stage = Stage::new(build);
            crowds.push(crowd(tools, &stage, callers, false));
            crowds.push(crowd(tools, &stage, callers, true));
        }
        Self { crowds, curves: [profiles(tools, build, progress), tokens(tools, build, progress)] }
    }

    pub(crate) fn of_callers(&self) -> [Chart; 2] {
        let lines = |figure: fn(&Crowd) -> f64| {
            [("cold", false), ("warm", true)].map(|(name, warm)| Line {
                name: name.to_owned(),
                points: (self.crowds.iter().filter(|crowd| crowd.warm == warm))
                    .map(|crowd| (f64::from(crowd.callers), figure(crowd)))
                    .collect(),
            })
        };
        let chart = |title: &str, lines: [Line; 2]| Chart {
            title: title.to_owned(),
            x: "callers at once".to_owned(),
            lines: lines.into(),
        };
        [
            chart("Milliseconds to the last answer", lines(|crowd| crowd.time)),
            chart("Peak memory of all callers, in MB", lines(|crowd| crowd.memory / 1e6)),
        ]
    }

    pub(crate) fn of_input(&self) -> [Chart; 2] {
        self.curves.clone().map(|curve| Chart {
            title: "Instructions of a cached call".to_owned(),
            x: curve.grows.to_owned(),
            lines: vec![
                Line { name: "credential-process".to_owned(), points: curve.credentials },
                Line { name: "otel-helper".to_owned(), points: curve.otel_helper },
            ],
        })
    }
}

/// All find the cache cold, or all find it warm.
fn crowd(tools: &Tools, stage: &Stage, callers: u32, warm: bool) -> Crowd {
    stage.sandbox.control().clear_requests();
    let windows = stage.home.openings().len();
    let count = usize::try_from(callers).expect("a thousand");
    let members = tools.crowd(&stage.home, &stage.credentials(), count);
    Crowd {
        callers,
        warm,
        time: members.iter().map(|member| member.took).fold(0.0, f64::max),
        memory: members.iter().map(|member| member.peak).sum(),
        requests: stage.sandbox.control().requests().len(),
        windows: stage.home.openings().len() - windows,
    }
}

fn profiles(tools: &Tools, build: &Build, progress: &dyn Fn(&str)) -> Curve {
    curve("profiles in config.json", PROFILES, |count| {
        progress(&format!("{count} profiles"));
        let mut stage = Stage::new(build);
        stage.write_profiles(usize::try_from(count).expect("a thousand"));
        (f64::from(count), both(tools, &stage.signed_in()))
    })
}

/// As groups make it grow, in companies that have many of them.
fn tokens(tools: &Tools, build: &Build, progress: &dyn Fn(&str)) -> Curve {
    curve("ID token in kB", TOKEN_KILOBYTES, |kilobytes| {
        progress(&format!("a token of {kilobytes} kB"));
        let stage = Stage::with(build, |options| {
            let alice = User::samples().into_iter().next().expect("there are users");
            // A group takes 17 bytes in JSON, base64 makes 4 of 3; some 700 bytes are there without one.
            let groups = (kilobytes * 1024).saturating_sub(700) * 3 / 4 / 17;
            let groups = (0..groups).map(|index| format!("department-{index:03}")).collect();
            options.users = vec![User { groups, ..alice }];
        })
        .signed_in();
        let session: Value = serde_json::from_slice(&fs::read(stage.session_file()).expect("a sign-in")).expect("JSON");
        let tokens: Value = serde_json::from_str(session["tokens"].as_str().expect("tokens")).expect("JSON");
        let size = u32::try_from(tokens["id_token"].as_str().expect("an ID token").len()).expect("64 kB");
        (f64::from(size) / 1024.0, both(tools, &stage))
    })
}

fn curve(grows: &'static str, values: [u32; 7], mut measured: impl FnMut(u32) -> (f64, [f64; 2])) -> Curve {
    let mut curve = Curve { grows, credentials: Vec::new(), otel_helper: Vec::new() };
    for value in values {
        let (x, [credentials, otel_helper]) = measured(value);
        curve.credentials.push((x, credentials));
        curve.otel_helper.push((x, otel_helper));
    }
    curve
}

fn both(tools: &Tools, stage: &Stage) -> [f64; 2] {
    [Program::CredentialProcess, Program::OtelHelper]
        .map(|program| tools.instructions(&stage.home, &stage.call(program, &["--profile", PROFILE])))
}

/// In Markdown.
pub(crate) fn table(growth: &Growth) -> String {
    let head = ["callers at once", "cache", "last answer", "peak memory of all", "requests", "sign-in windows"];
    let mut rows = vec![head.map(str::to_owned).to_vec()];
    rows.extend(growth.crowds.iter().map(|crowd| {
        vec![
            crowd.callers.to_string(),
            if crowd.warm { "warm" } else { "cold" }.to_owned(),
            Measure::Time.show(crowd.time),
            Measure::PeakMemory.show(crowd.memory),
            crowd.requests.to_string(),
            crowd.windows.to_string(),
        ]
    }));
    let mut tables = aligned(&rows);
    for curve in &growth.curves {
        let mut rows = vec![[curve.grows, "credential-process", "otel-helper"].map(str::to_owned).to_vec()];
        rows.extend(curve.credentials.iter().zip(&curve.otel_helper).map(|((x, credentials), (_, otel_helper))| {
            let show = |figure: &f64| Measure::Instructions.show(*figure);
            vec![format!("{x:.0}"), show(credentials), show(otel_helper)]
        }));
        tables = tables + "\n" + &aligned(&rows);
    }
    tables
}
