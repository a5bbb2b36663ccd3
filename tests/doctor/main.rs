//! `credential-process doctor`: silent on a healthy machine, finds each planted problem and no more, and says nothing that
//! must not be pasted.

mod healthy;
mod keyring;
mod live;
mod machine;
mod problems;
mod report;
mod safe_to_paste;
mod sign_ins;
mod telemetry;
