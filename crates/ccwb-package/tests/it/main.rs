//! Packages made of real files in temporary folders.

mod build;
mod package;
mod programs;
mod release;
mod support;
