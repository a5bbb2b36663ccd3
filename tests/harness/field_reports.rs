//! docs/development/field-reports.md says which test proves what: the tests must be there.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

/// The rows of the table: number, then the other cells.
fn rows() -> Vec<(String, Vec<String>)> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/development/field-reports.md");
    let text = fs::read_to_string(path).expect("the page can be read");
    let rows = text.lines().filter(|line| line.starts_with("| R-")).map(|line| {
        let cells: Vec<_> = line.trim_matches('|').split('|').map(|cell| cell.trim().to_owned()).collect();
        (cells[0].clone(), cells[1..].to_vec())
    });
    rows.collect()
}

/// The names in backquotes of a cell.
fn names(cell: &str) -> impl Iterator<Item = &str> {
    cell.split('`').skip(1).step_by(2)
}

/// Every function of the sources that is a test, by its `#[test]`.
fn tests_below(folder: &Path, found: &mut BTreeSet<String>) {
    for entry in fs::read_dir(folder).expect("a folder of ours").flatten() {
        let path = entry.path();
        if path.is_dir() {
            tests_below(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let source = fs::read_to_string(&path).expect("a source of ours");
            let mut is_test = false;
            for line in source.lines().map(str::trim_start) {
                is_test |= line.starts_with("#[test]") || line.starts_with("#[tokio::test");
                let function = line.strip_prefix("async ").unwrap_or(line).strip_prefix("fn ");
                if let Some((name, _)) = function.and_then(|rest| rest.split_once('('))
                    && std::mem::take(&mut is_test)
                {
                    found.insert(name.to_owned());
                }
            }
        }
    }
}

#[test]
fn every_report_of_the_field_has_its_row_and_every_test_that_a_row_names_exists() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut tests = BTreeSet::new();
    for folder in [".", "../crates"] {
        tests_below(&root.join(folder), &mut tests);
    }
    assert!(tests.len() > 400, "the sources are read: {}", tests.len());

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
