//! What others depend on, proven from outside: the contracts of `credential-process`, and what of the AWS guidance's
//! command line existing installs use.

mod at_once;
mod config_file;
mod config_place;
mod config_value;
#[cfg(target_os = "linux")]
mod crashes;
mod desk;
mod endpoints;
mod explain;
mod failure;
mod fault_table;
mod faults;
mod files;
mod guidance_flags;
mod guidance_secret;
mod inspection;
mod leaks;
mod leaks_echoed;
#[cfg(target_os = "linux")]
mod leaks_memory;
#[cfg(target_os = "linux")]
mod leaks_processes;
mod looking;
mod nobody_there;
mod partitions;
mod portals;
#[cfg(target_os = "linux")]
mod processes;
mod profile;
mod proxies;
mod quota;
mod reference;
mod skip;
mod slow_faults;
mod state_files;
mod state_place;
#[cfg(target_os = "linux")]
mod strangers;
mod surroundings;
mod usage;
