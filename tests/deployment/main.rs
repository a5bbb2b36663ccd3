//! `ccwb deploy`, `status` and `destroy`: against the sandbox's CloudFormation, where everything can be made to fail, and
//! against moto's, as far as that goes.

mod deploy;
mod destroy;
mod failures;
mod interrupted;
mod monitoring;
mod moto;
mod site;
mod status;
