//! `key`: set, show, remove, rotate.

use crate::cli::KeyAction;
use crate::context::Context;
use crate::error::Error;
use crate::other_ways::key;
use crate::output;

pub(crate) fn run(context: &Context<'_>, action: &KeyAction) -> Result<(), Error> {
    match action {
        KeyAction::Set => key::set(context),
        KeyAction::Remove => key::remove(context),
        KeyAction::Rotate => key::rotate(context),
        KeyAction::Show { json } => {
            let (line, value) = key::show(context)?;
            if *json { output::json(&value) } else { output::text(&format!("{line}\n")) }
        }
    }
}
