//! What a waiting person is told: where to sign in, and how, on this machine.

use std::fmt::Write as _;
use std::io::{IsTerminal, Write as _};

use qrcode::render::unicode::Dense1x2;
use qrcode::{EcLevel, QrCode};

use crate::context::Context;
use crate::output::note;
use crate::sign_in::{Device, Record};
use crate::surroundings::{self, Place};

/// Tells what the sign-in's record says. Addresses and codes are good for this one sign-in only.
pub(super) fn tell(context: &Context<'_>, record: &Record, by_person: bool) {
    let text = match (&record.device, &record.browser_failure, record.opens_browser) {
        (Some(device), None, true) => {
            if !by_person && !std::io::stderr().is_terminal() {
                return;
            }
            return note(&code_in_the_browser(&record.issuer, device));
        }
        (Some(device), Some(reason), _) => {
            format!("No browser could be opened ({reason}).\n\n{}", device_code(device, by_person))
        }
        (Some(device), ..) => device_code(device, by_person),
        (None, None, true) => {
            // A window opens: that is message enough for a program, whose first line shall be the error if there is one.
            if !by_person && !std::io::stderr().is_terminal() {
                return;
            }
            return note(&format!(
                "Opening your browser to sign in ({}). If no window opens, go to:\n\n  {}\n",
                record.issuer,
                address(record)
            ));
        }
        (None, Some(reason), _) => format!("No browser could be opened ({reason}).\n\n{}", elsewhere(context, record)),
        (None, None, false) => elsewhere(context, record),
    };
    note(&text);
    if !std::io::stderr().is_terminal()
        && let Some(mut terminal) = surroundings::terminal()
    {
        let _ = writeln!(terminal, "\r\n[credential-process] {}\r", text.replace('\n', "\r\n"));
    }
}

/// The page asks whether the code is the one that is shown here.
fn code_in_the_browser(portal: &str, device: &Device) -> String {
    let page = device.verification_uri_complete.as_ref().unwrap_or(&device.verification_uri);
    format!(
        "Opening your browser to sign in ({portal}). Go on there only if it shows this code:\n\n  {}\n\nIf no window opens, go \
         to:\n\n  {page}\n",
        device.user_code
    )
}

fn device_code(device: &Device, by_person: bool) -> String {
    let complete = device.verification_uri_complete.as_deref();
    // First: what a small terminal shows is the end, which must be what can be read and clicked.
    let image = complete.filter(|_| by_person && std::io::stderr().is_terminal()).map(qr).unwrap_or_default();
    let mut text = format!(
        "{image}To sign in, open this address on any device:\n\n  {}\n\nand enter the code:\n\n  {}\n\nThe code is good for {} \
         minutes.",
        device.verification_uri, device.user_code, device.minutes
    );
    if let Some(complete) = complete {
        let _ = write!(text, " With the code filled in:\n\n  {complete}");
    }
    text.push('\n');
    text
}

/// The browser is on another machine than the port that waits for its answer.
fn elsewhere(context: &Context<'_>, record: &Record) -> String {
    let (port, address) = (record.port.unwrap_or_default(), address(record));
    let forward = surroundings::ssh_forward(context.world, port);
    let paste = if std::io::stdin().is_terminal() {
        "Or open it anywhere, sign in, and paste the address of the last page here (it starts with\n\
         http://localhost and will not load there)."
    } else {
        ""
    };
    match (Place::of(context.world), forward) {
        (Place::Ssh, Some(forward)) => format!(
            "To sign in from your own computer, run this there and leave it open:\n\n  {forward}\n\nthen open:\n\n  \
             {address}\n\n{paste}\n"
        ),
        (Place::VsCodeRemote, _) => format!(
            "To sign in, open this address in your browser; VS Code brings its answer to this machine (see its view \
             Ports, {port} must be forwarded to {port}):\n\n  {address}\n\n{paste}\n"
        ),
        (Place::Desktop | Place::Wsl, _) => {
            format!("To sign in, open this address in a browser on this computer:\n\n  {address}\n\n{paste}\n")
        }
        _ => format!(
            "To sign in, forward port {port} of this machine to the same port of your own computer, then open there:\n\n  \
             {address}\n\n{paste}\n"
        ),
    }
}

fn address(record: &Record) -> &str {
    record.authorization_url.as_deref().unwrap_or_default()
}

/// A QR code for a terminal, dark modules as spaces so that it reads on dark ground too; nothing if it does not fit.
fn qr(text: &str) -> String {
    // The least correction: a screen is not torn, and the image must be small.
    match QrCode::with_error_correction_level(text.as_bytes(), EcLevel::L) {
        Ok(code) => {
            let image = code.render::<Dense1x2>().dark_color(Dense1x2::Light).light_color(Dense1x2::Dark).build();
            format!("{image}\n\n")
        }
        Err(_) => String::new(),
    }
}
