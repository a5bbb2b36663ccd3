//! The sandbox as an HTTP server: requests in, plain function calls, replies out.
//!
//! Handlers see a [`call::Call`] and return a [`reply::Reply`]; sockets, faults and the request log are dealt with around them.

pub(crate) mod call;
pub(crate) mod connection;
pub(crate) mod form;
pub(crate) mod reply;
pub(crate) mod server;
