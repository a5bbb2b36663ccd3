//! `doctor`: proves each piece, finds what shadows us, and says what to do. What it prints is safe to paste.
//!
//! Each check is a function from what is known of this machine to findings; nothing but the renderer speaks to the
//! person. The state folder and the store are the only places that are written to, with entries of doctor's own.

mod case;
mod checks;
mod finding;
mod live;
mod render;
mod safe;

use std::process::ExitCode;

use crate::error::Error;
use crate::output;
use crate::world::World;

use case::Case;
use finding::{Finding, State};

/// Runs every check and prints the findings; the exit code is the number of those that failed.
pub(crate) fn run(world: &World, profile: Option<&str>, as_json: bool, live: bool) -> Result<ExitCode, Error> {
    let case = Case::open(world, profile);
    let mut findings = checks::run_all(&case);
    live::run(&case, live, &mut findings);
    let safe = safe::Redactor::new(&case);
    for finding in &mut findings {
        finding.what = safe.clean(&finding.what);
        finding.fix = finding.fix.take().map(|fix| safe.clean(&fix));
    }
    if as_json {
        output::json(&render::to_json(case.profile_name().as_deref(), &findings))?;
    } else {
        output::text(&render::to_text(case.profile_name().as_deref(), &findings, render::Look::of(world)))?;
    }
    Ok(ExitCode::from(exit_code(&findings)))
}

/// The number of failures; no shell gives codes above this a meaning of its own.
fn exit_code(findings: &[Finding]) -> u8 {
    const MOST: usize = 100;
    let failed = findings.iter().filter(|finding| finding.state == State::Failed).count();
    u8::try_from(failed.min(MOST)).unwrap_or(u8::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_exit_code_counts_failures_and_stays_below_those_with_a_meaning() {
        let many = |count| vec![Finding::failed("config", "broken", "mend it"); count];
        assert_eq!(exit_code(&[Finding::ok("a", ""), Finding::warning("b", "", "")]), 0);
        assert_eq!((exit_code(&many(3)), exit_code(&many(300))), (3, 100));
    }
}
