//! `install.sh` and `uninstall.sh` as people run them, in throw-away homes.
#![cfg(unix)]

mod damaged;
mod install;
mod older_install;
mod package;
mod shells;
mod uninstall;
