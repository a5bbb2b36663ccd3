//! `install-settings` and `uninstall-settings`: other people's files come through untouched, and everything comes out
//! again.

mod aws_files;
mod commands;
mod corpus;
mod installed;
mod strict;
mod undo;
