//! docs/development/field-reports.md says which test proves what: the tests must be there.

use crate::named_tests::{all_tests, names, page};

/// The rows of the table: number, then the other cells.
fn rows() -> Vec<(String, Vec<String>)> {
    let text = page("docs/development/field-reports.md");
    let rows = text.lines().filter(|line| line.starts_with("| R-")).map(|line| {
        let cells: Vec<_> = line.trim_matches('|').split('|').map(|cell| cell.trim().to_owned()).collect();
        (cells[0].clone(), cells[1..].to_vec())
    });
    rows.collect()
}

#[test]
fn every_report_of_the_field_has_its_row_and_every_test_that_a_row_names_exists() {
    let tests = all_tests();
    let rows = rows();
    let numbers: Vec<_> = rows.iter().map(|(number, _)| number.clone()).collect();
    assert_eq!(numbers, (1..=58).map(|number| format!("R-{number:02}")).collect::<Vec<_>>());
    for (number, cells) in rows {
        let [_, _, proof] = cells.as_slice() else { panic!("{number} has {} cells", cells.len()) };
        let missing: Vec<_> = names(proof).filter(|name| !tests.contains(*name)).collect();
        assert!(missing.is_empty(), "{number} names tests that do not exist: {missing:?}");
        assert!(names(proof).next().is_some() || proof.contains("with that part"), "{number} is proven by nothing");
    }
}
