//! Every stored input, without a fuzzer. A crash that was found and mended stays here.

use std::path::{Path, PathBuf};

macro_rules! corpus {
    ($($target:ident)+) => {
        $(
            #[test]
            fn $target() {
                run(stringify!($target), ccwb_fuzz::$target);
            }
        )+

        #[test]
        fn every_target_is_run_here_and_by_the_fuzzer() {
            let names = |folder: &str| {
                let entries = inputs(folder).into_iter().filter_map(|path| Some(path.file_stem()?.to_str()?.to_owned()));
                entries.collect::<Vec<_>>()
            };
            let here = [$(stringify!($target)),+];
            assert_eq!(names("targets"), here);
            assert_eq!(names("corpus"), here);
        }
    };
}

corpus! {
    aws_answer
    aws_config
    callback
    claude_settings
    config
    discovery
    header_file
    id_token
    keyring_parts
    stored_credentials
    token_answer
}

fn run(target: &str, check: fn(&[u8])) {
    let inputs = inputs(&format!("corpus/{target}"));
    assert!(!inputs.is_empty());
    for path in inputs {
        let input = std::fs::read(&path).expect("an input");
        assert!(std::panic::catch_unwind(|| check(&input)).is_ok(), "{}", path.display());
    }
}

fn inputs(folder: &str) -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
    let entries = std::fs::read_dir(&folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.expect("an entry").path()).collect();
    paths.sort();
    paths
}
