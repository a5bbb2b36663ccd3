//! `ccwb customer`: customers with AWS accounts of their own.

mod container;
mod form;
mod host;
mod isolation;
mod kms;
mod many;
mod removal;
mod rotation;
