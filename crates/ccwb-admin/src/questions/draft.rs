//! A profile while it is being asked for.

use ccwb_config::{ProviderType, WebAddress};
use secrecy::{ExposeSecret, SecretString};
use serde_json::{Map, Value};

use super::Question;
use crate::AdminProfile;
use crate::document::ProfileDocument;
use crate::folder::StoredProfile;
use crate::keys;
use crate::name::ProfileName;
use crate::questions::address::ProviderAddress;

/// A profile while it is being asked for.
#[derive(Clone, Debug)]
pub struct Draft {
    /// The profile as far as it is known.
    pub stored: StoredProfile,
    /// A client secret that goes to the keyring when the profile is saved.
    pub client_secret: Option<SecretString>,
    /// What the provider's own description gave away, where its host does not.
    pub detected: Option<ProviderType>,
    /// Values of the file when it was read: what they imply is only touched if they change.
    before: Map<String, Value>,
}

/// Values that only make sense for one provider, and those that say which one it is.
const OF_THE_PROVIDER: (&[&str], &[&str]) = (
    &["auth_type", "provider_domain", "provider_type"],
    &[
        "oidc_issuer_url",
        "oidc_authorization_endpoint",
        "oidc_token_endpoint",
        "oidc_jwks_uri",
        "oidc_thumbprint",
        "okta_auth_server",
        "cognito_user_pool_id",
        "azure_auth_mode",
        "client_auth",
        "client_secret",
        "client_certificate_path",
        "client_certificate_key_path",
        "idc_start_url",
        "idc_account_id",
        "idc_permission_set_name",
        "sso_region",
    ],
);

/// Recorded regions were right for these.
const OF_THE_MODEL: (&[&str], &[&str]) = (
    &["cross_region_profile", "selected_model", "selected_source_region"],
    &["bedrock_fallback_region", "allowed_bedrock_regions"],
);

impl Draft {
    /// A draft of a profile that exists or was just created.
    pub fn new(stored: StoredProfile) -> Self {
        let before = stored.document.values();
        Self { stored, client_secret: None, detected: None, before }
    }

    /// Goes on with what an earlier, interrupted run had. `text` is the document of that run.
    #[must_use]
    pub fn resumed(mut self, text: &str) -> Option<Self> {
        self.stored.document = ProfileDocument::parse(self.stored.path(), text).ok()?;
        Some(self)
    }

    /// The profile's name.
    pub fn name(&self) -> &ProfileName {
        &self.stored.name
    }

    /// Whether there is no file yet.
    pub fn is_new(&self) -> bool {
        self.stored.loaded().is_none()
    }

    /// What holds for a key, `monitoring_config.vpc_id` style for one inside an object; nothing for null and empty.
    pub fn value(&self, key: &str) -> Option<Value> {
        let values = self.stored.document.values();
        lookup(&values, key).filter(|value| !is_empty(value)).cloned()
    }

    /// Whether the profile itself has a value for a key. What older files mean by silence does not bind a new profile.
    pub fn says(&self, key: &str) -> bool {
        match self.is_new() {
            true => lookup(self.stored.document.written(), key).is_some_and(|value| !is_empty(value)),
            false => self.value(key).is_some(),
        }
    }

    /// A text that holds.
    pub fn text(&self, key: &str) -> Option<String> {
        Some(self.value(key)?.as_str()?.trim().to_owned())
    }

    /// Whether a key holds this text.
    pub fn is(&self, key: &str, text: &str) -> bool {
        self.text(key).as_deref() == Some(text)
    }

    /// Whether a key holds this flag.
    pub fn flag(&self, key: &str, absent: bool) -> bool {
        self.value(key).and_then(|value| value.as_bool()).unwrap_or(absent)
    }

    /// Takes an answer that was checked already. One that says what holds anyway changes no byte.
    pub fn answer(&mut self, question: &Question, value: Value) {
        if question.key == "provider_domain" && self.text(question.key).as_deref() != value.as_str() {
            // Another provider: what the last one was says nothing any more. A host that is known speaks for itself.
            self.put("provider_type", Value::Null);
            self.detected = None;
        }
        if let Some((domain, server)) = value.as_str().and_then(|text| text.split_once("/oauth2/"))
            && question.key == "provider_domain"
            && ProviderAddress::parse(domain).is_ok_and(|address| address.provider == ProviderType::Okta)
        {
            self.put("provider_domain", domain.into());
            self.put("okta_auth_server", server.into());
            return;
        }
        let silent = self.value(question.key).is_none();
        let says_nothing = is_empty(&value) || (!self.is_new() && value == (question.absent)(self));
        if !(silent && says_nothing) {
            self.put(question.key, value);
        }
    }

    /// Gives a key a value; null takes it out, or writes null where the guidance expects the key.
    pub fn put(&mut self, key: &str, value: Value) {
        let is_new = self.is_new();
        let document = &mut self.stored.document;
        if let Some((outer, inner)) = key.split_once('.') {
            let mut object = document.values().get(outer).and_then(Value::as_object).cloned().unwrap_or_default();
            match is_empty(&value) {
                true => object.remove(inner),
                false => object.insert(inner.to_owned(), value),
            };
            document.set(outer, object);
            return;
        }
        if !is_empty(&value) || value.is_string() && key == "oidc_prompt" {
            match is_new {
                // Said in full, so that nobody has to know what silence means.
                true => document.set_written(key, value),
                false => document.set(key, value),
            }
        } else if let Some(written) = document.written().get(key)
            && !is_empty(written)
        {
            match keys::find(key).map(|key| key.origin) {
                Some(keys::Origin::Guidance) => document.set(key, empty_like(&written.clone())),
                _ => document.remove(key),
            }
        }
    }

    /// Takes the product that the provider's own description gave away, where nothing else says which one it is.
    pub fn detect(&mut self, provider: ProviderType) {
        self.detected = Some(provider);
        if self.value("provider_type").is_none() {
            self.put("provider_type", provider.name().into());
        }
    }

    /// The issuer, as soon as enough is known to name it.
    pub fn issuer(&self) -> Option<WebAddress> {
        let mut document = self.stored.document.clone();
        for (key, stand_in) in [("client_id", "not-known-yet"), ("aws_region", "us-east-1")] {
            if self.value(key).is_none() {
                document.set(key, stand_in);
            }
        }
        document.remove("client_auth");
        let profile = AdminProfile::parse(self.name(), &document).ok()?;
        profile.oidc().map(|oidc| oidc.issuer.clone())
    }

    /// Google's secret, which is none: it goes into the profile, and from there to everybody. Any other stays out.
    pub fn keep_public_secret(&mut self) {
        if self.is("provider_type", "google")
            && let Some(secret) = self.client_secret.take()
        {
            self.put("client_secret", secret.expose_secret().into());
        }
    }

    /// What goes together: sign-in without a provider has its values for the guidance, and what only made sense for
    /// another provider or model is taken out.
    pub fn settle(&mut self) {
        let auth_type = self.text("auth_type").unwrap_or_else(|| "oidc".to_owned());
        if self.changed("auth_type") || self.is_new() {
            self.put("sso_enabled", (auth_type == "oidc").into());
            if auth_type != "oidc" {
                self.put("provider_domain", "none".into());
                self.put("client_id", "none".into());
                self.put("provider_type", Value::Null);
            } else if let Some(provider) = self.value("provider_type") {
                self.put("provider_type", provider);
            }
        }
        for (causes, dependents) in [OF_THE_PROVIDER, OF_THE_MODEL] {
            if self.is_new() || !causes.iter().any(|key| self.changed(key)) {
                continue;
            }
            for key in dependents {
                let stale = !self.changed(key) && lookup(&self.before, key).is_some_and(|value| !is_empty(value));
                if stale {
                    self.put(key, Value::Null);
                }
            }
        }
    }

    /// Whether a key holds something else than when the file was read.
    pub fn changed(&self, key: &str) -> bool {
        let before = lookup(&self.before, key).filter(|value| !is_empty(value)).cloned();
        before != self.value(key)
    }
}

fn lookup<'a>(values: &'a Map<String, Value>, key: &str) -> Option<&'a Value> {
    match key.split_once('.') {
        Some((outer, inner)) => values.get(outer)?.get(inner),
        None => values.get(key),
    }
}

/// Null, and texts, lists and objects without content.
pub fn is_empty(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => text.trim().is_empty(),
        Value::Array(values) => values.is_empty(),
        Value::Object(values) => values.is_empty(),
        Value::Bool(_) | Value::Number(_) => false,
    }
}

/// The guidance has null for texts and numbers, and empty lists and objects.
fn empty_like(value: &Value) -> Value {
    match value {
        Value::Array(_) => Value::Array(Vec::new()),
        Value::Object(_) => Value::Object(Map::new()),
        _ => Value::Null,
    }
}
