//! What is sent: the header file, checked, and the token, if it may go along.

use ccwb_telemetry::bearer::{self, Source, Withheld};
use ccwb_telemetry::{HeaderFile, Refusal};
use secrecy::SecretString;

use crate::lookup::Lookup;
use crate::problem::{Problem, SIGN_IN};

/// The answer, whether it is sent or shown.
pub(crate) struct Answer<'a> {
    pub(crate) file: HeaderFile<'a>,
    pub(crate) bearer: Result<SecretString, Withheld>,
}

impl<'a> Answer<'a> {
    pub(crate) fn of(lookup: &Lookup<'_>, bytes: &'a [u8]) -> Result<Self, Problem> {
        let refused = |refusal: Refusal| Problem::new(refusal.to_string(), SIGN_IN);
        let file = HeaderFile::parse(bytes, &lookup.profile).map_err(refused)?;
        if !is_under_the_same_file(lookup, &file) {
            lookup.world.say(|| "config.json is not known to be the same as then, so it is read".to_owned());
            file.is_bound_to(&lookup.configured()?).map_err(refused)?;
        }
        file.is_fresh(lookup.world.now).map_err(refused)?;
        let bearer = token(lookup, &file);
        if let Err(withheld) = &bearer {
            lookup.world.say(|| format!("no token goes along: {withheld}"));
        }
        Ok(Self { file, bearer })
    }
}

fn is_under_the_same_file(lookup: &Lookup<'_>, file: &HeaderFile<'_>) -> bool {
    lookup.stamp.path.to_str().is_some_and(|path| file.is_under(path, &lookup.stamp.text))
}

fn token(lookup: &Lookup<'_>, file: &HeaderFile<'_>) -> Result<SecretString, Withheld> {
    let endpoints = lookup.world.endpoints();
    match bearer::source(file, lookup.world.now, endpoints.iter().map(String::as_str))? {
        Source::HeaderFile(token) => Ok(token),
        Source::SessionFile => {
            let bytes = lookup.read_session().map_err(|_| Withheld::NotStored)?;
            bearer::from_session_file(&bytes, file)
        }
    }
}
