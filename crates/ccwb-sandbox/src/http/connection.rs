//! Connections that the sandbox can break: a fault must be able to close the socket without a byte, and a stopped sandbox
//! must be gone for kept-alive connections too.

use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};

use axum::extract::connect_info::Connected;
use axum::serve::{IncomingStream, Listener};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};

/// Breaks one connection: everything it reads or writes from now on fails.
#[derive(Debug, Clone, Default)]
pub(crate) struct BreakSwitch(Arc<AtomicBool>);

impl BreakSwitch {
    pub(crate) fn pull(&self) {
        self.0.store(true, Ordering::Release);
    }

    fn is_pulled(&self) -> bool {
        self.0.load(Ordering::Acquire)
    }
}

/// A listener whose connections carry their own switch and share the sandbox's.
pub(crate) struct BreakableListener {
    pub(crate) listener: TcpListener,
    pub(crate) everything: BreakSwitch,
}

impl Listener for BreakableListener {
    type Io = BreakableStream;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Self::Io, Self::Addr) {
        let (stream, address) = Listener::accept(&mut self.listener).await;
        let everything = self.everything.clone();
        (BreakableStream { stream, own: BreakSwitch::default(), everything }, address)
    }

    fn local_addr(&self) -> io::Result<Self::Addr> {
        self.listener.local_addr()
    }
}

impl Connected<IncomingStream<'_, BreakableListener>> for BreakSwitch {
    fn connect_info(stream: IncomingStream<'_, BreakableListener>) -> Self {
        stream.io().own.clone()
    }
}

pub(crate) struct BreakableStream {
    stream: TcpStream,
    own: BreakSwitch,
    everything: BreakSwitch,
}

impl BreakableStream {
    fn check(&self) -> io::Result<()> {
        if self.own.is_pulled() || self.everything.is_pulled() {
            return Err(io::ErrorKind::ConnectionReset.into());
        }
        Ok(())
    }
}

impl AsyncRead for BreakableStream {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        self.check()?;
        Pin::new(&mut self.stream).poll_read(cx, buffer)
    }
}

impl AsyncWrite for BreakableStream {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        self.check()?;
        Pin::new(&mut self.stream).poll_write(cx, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}
