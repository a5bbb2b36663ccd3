//! Packages made of real files in temporary folders.

mod build;
mod package;
mod release;
mod support;
