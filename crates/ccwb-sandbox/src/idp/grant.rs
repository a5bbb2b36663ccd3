use chrono::{DateTime, Utc};

use crate::options::Rotation;
use crate::random;

/// Who signed in, for which client and what for. A refresh is bound to all of it.
#[derive(Debug, Clone)]
pub(crate) struct SignIn {
    pub(crate) client_id: String,
    /// The user's login.
    pub(crate) login: String,
    pub(crate) scope: String,
    /// Seconds since the epoch.
    pub(crate) auth_time: i64,
    /// Google only: a refresh token was asked for with `access_type=offline`.
    pub(crate) offline: bool,
}

impl SignIn {
    pub(crate) fn has_scope(&self, scope: &str) -> bool {
        self.scope.split(' ').any(|granted| granted == scope)
    }
}

/// One authorization with all refresh tokens that came from it: the "family" of RFC 9700 section 4.14.2.
#[derive(Debug)]
struct Grant {
    id: u64,
    sign_in: SignIn,
    expires: DateTime<Utc>,
    revoked: bool,
    tokens: Vec<RefreshToken>,
}

#[derive(Debug)]
struct RefreshToken {
    value: String,
    superseded: bool,
}

/// Every grant so far. Access tokens are not kept: nothing here takes one, so there is nothing to revoke in them.
#[derive(Debug, Default)]
pub(crate) struct Grants(Vec<Grant>);

impl Grants {
    /// Begins a family; without `refreshable` it only remembers the id.
    pub(crate) fn begin(
        &mut self,
        sign_in: SignIn,
        expires: DateTime<Utc>,
        refreshable: bool,
    ) -> (u64, Option<String>) {
        let id = self.0.len() as u64;
        let token = refreshable.then(random::token);
        let tokens = token.iter().map(|value| RefreshToken { value: value.clone(), superseded: false }).collect();
        self.0.push(Grant { id, sign_in, expires, revoked: false, tokens });
        (id, token)
    }

    /// Uses a refresh token. `Ok` has the sign-in and the new token, if one is due.
    pub(crate) fn redeem(
        &mut self,
        value: &str,
        client_id: &str,
        now: DateTime<Utc>,
        rotation: Rotation,
    ) -> Result<(SignIn, Option<String>), &'static str> {
        let grant = self.find(value).ok_or("the refresh token is unknown")?;
        if grant.sign_in.client_id != client_id {
            return Err("the refresh token was issued to another client");
        }
        if grant.revoked {
            return Err("the refresh token was revoked");
        }
        if now >= grant.expires {
            return Err("the refresh token has expired");
        }
        if grant.tokens.iter().any(|token| token.value == value && token.superseded) {
            grant.revoked = true;
            return Err("the refresh token was used before; all tokens of its family are revoked");
        }
        if rotation == Rotation::Never {
            return Ok((grant.sign_in.clone(), None));
        }
        if rotation == Rotation::Always {
            for token in &mut grant.tokens {
                token.superseded = true;
            }
        }
        let next = random::token();
        grant.tokens.push(RefreshToken { value: next.clone(), superseded: false });
        Ok((grant.sign_in.clone(), Some(next)))
    }

    /// A name for the log, `family.generation`, from which nobody learns the token.
    pub(crate) fn name_of(&self, value: &str) -> Option<String> {
        self.0.iter().find_map(|grant| {
            let generation = grant.tokens.iter().position(|token| token.value == value)?;
            Some(format!("{}.{generation}", grant.id))
        })
    }

    pub(crate) fn revoke(&mut self, id: u64) {
        if let Some(grant) = self.0.iter_mut().find(|grant| grant.id == id) {
            grant.revoked = true;
        }
    }

    /// Revokes the family of a refresh token, if this client owns it. RFC 7009 section 2.1.
    pub(crate) fn revoke_token(&mut self, value: &str, client_id: &str) -> bool {
        match self.find(value) {
            Some(grant) if grant.sign_in.client_id == client_id => {
                grant.revoked = true;
                true
            }
            _ => false,
        }
    }

    pub(crate) fn revoke_all(&mut self) -> usize {
        let alive = self.0.iter_mut().filter(|grant| !grant.revoked && !grant.tokens.is_empty());
        alive.map(|grant| grant.revoked = true).count()
    }

    fn find(&mut self, value: &str) -> Option<&mut Grant> {
        self.0.iter_mut().find(|grant| grant.tokens.iter().any(|token| token.value == value))
    }
}
