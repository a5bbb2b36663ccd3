//! Ctrl-C, a terminal that was closed, and being asked to end.

use crate::failure::{Failure, exit};

/// Returns when this process is asked to end.
pub(crate) async fn requested() {
    tokio::select! {
        _ = tokio::signal::ctrl_c() => {}
        () = terminated() => {}
    }
}

/// What an interrupted command ends with.
pub(crate) fn failure(command: &str) -> Failure {
    Failure::new("interrupted", exit::SIGN_IN_FAILED, "interrupted", format!("run {command} to start again"))
}

#[cfg(unix)]
async fn terminated() {
    use tokio::signal::unix::{SignalKind, signal};
    match (signal(SignalKind::terminate()), signal(SignalKind::hangup())) {
        (Ok(mut terminate), Ok(mut hangup)) => {
            tokio::select! { _ = terminate.recv() => {} _ = hangup.recv() => {} }
        }
        _ => std::future::pending().await,
    }
}

#[cfg(not(unix))]
async fn terminated() {
    std::future::pending().await
}
