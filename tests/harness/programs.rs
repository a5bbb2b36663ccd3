use ccwb_tests::Program;

#[test]
fn every_program_of_the_workspace_is_built() {
    for program in [Program::CredentialProcess, Program::OtelHelper, Program::Ccwb, Program::FakeBrowser] {
        assert!(program.path().is_file(), "{program}");
    }
}
