//! docs/guides/security-model.md says which test proves which promise: the tests must be there.

use crate::named_tests::{all_tests, names, page};

/// The table below a heading of the second level: its rows, without the header.
fn rows<'a>(page: &'a str, heading: &str) -> Vec<Vec<&'a str>> {
    let section = page.split("\n## ").find(|section| section.starts_with(heading));
    let section = section.unwrap_or_else(|| panic!("the page has no section {heading:?}"));
    let lines = section.lines().filter(|line| line.starts_with("| ")).skip(1);
    lines.map(|line| line.trim_matches('|').split('|').map(str::trim).collect()).collect()
}

#[test]
fn every_promise_of_the_security_model_is_proven_by_tests_that_exist() {
    let (page, tests) = (page("docs/guides/security-model.md"), all_tests());
    let promises = rows(&page, "What is promised");
    assert!(promises.len() > 20, "{}", promises.len());
    for row in promises {
        let [promise, _, proof] = row[..] else { panic!("{row:?} has not three cells") };
        let missing: Vec<_> = names(proof).filter(|name| !tests.contains(*name)).collect();
        assert!(missing.is_empty(), "\"{promise}\" names tests that do not exist: {missing:?}");
        assert!(names(proof).next().is_some(), "\"{promise}\" is proven by nothing");
    }
}

#[test]
fn every_attacker_of_the_security_model_meets_a_promise_or_is_told_as_out_of_reach() {
    let page = page("docs/guides/security-model.md");
    let numbers: Vec<_> = rows(&page, "What is promised").iter().map(|row| row[0].to_owned()).collect();
    let numbered = |promise: &str| numbers.iter().any(|row| row.starts_with(&format!("{promise} ")));
    let attackers = rows(&page, "Who attacks");
    assert!(attackers.len() > 8, "{}", attackers.len());
    for row in attackers {
        let [attacker, _, met_by] = row[..] else { panic!("{row:?} has not three cells") };
        let promises: Vec<_> = met_by.split([',', ';', ':', ' ']).filter(|word| word.starts_with('P')).collect();
        assert!(!promises.is_empty() || met_by.contains("not promised"), "{attacker} is met by nothing");
        let unknown: Vec<_> = promises.into_iter().filter(|promise| !numbered(promise)).collect();
        assert!(unknown.is_empty(), "{attacker} is met by promises that there are not: {unknown:?}");
    }
}
