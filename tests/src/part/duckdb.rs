//! DuckDB: runs what Athena would be asked, on rows as the collector writes them.

use std::path::Path;
use std::process::Command;

use super::{python_program, source};
use crate::Home;

/// Runs the SQL of a JSON list on the tables `events` and `metrics`, made from a file of rows. Prints a JSON list with the answer
/// of each as CSV. `None` where DuckDB is not installed.
pub fn duckdb(home: &Home, rows: &Path, columns: &Path, queries: &Path) -> Option<Command> {
    let mut command = home.command(python_program("duckdb", "python")?);
    command.arg(source("duckdb/query.py")).args([rows, columns, queries]);
    Some(command)
}
