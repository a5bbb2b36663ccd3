//! `ccwb usage`: as a program, its page in a browser, its queries in a SQL engine, AWS's answers from moto.

mod aws;
mod page;
mod program;
mod queries;
