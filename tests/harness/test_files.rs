use std::path::Path;

use ccwb_tests::targets;

#[test]
fn every_test_file_is_compiled_and_every_ignored_test_names_its_part() {
    let complaints = targets::complaints(Path::new(env!("CARGO_MANIFEST_DIR")));
    assert!(complaints.is_empty(), "{}", complaints.join("\n"));
}
