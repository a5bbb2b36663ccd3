//! The sandbox over HTTP, one file for each of its faces.

mod aws;
mod control;
mod provider;
mod signed;
mod support;
mod telemetry;
