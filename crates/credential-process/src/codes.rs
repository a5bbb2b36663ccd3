//! Every error code: stable names, exit codes, and what they mean. The reference in docs/ is made from this table.

/// One error code.
#[derive(Debug)]
pub(crate) struct Code {
    pub(crate) name: &'static str,
    pub(crate) exit: u8,
    pub(crate) meaning: &'static str,
}

/// What each exit code means, in the order of the reference.
pub(crate) const EXITS: &[(u8, &str)] = &[
    (0, "done"),
    (1, "unexpected"),
    (2, "usage"),
    (3, "configuration"),
    (4, "sign-in needed, but not allowed here"),
    (5, "sign-in failed, cancelled or timed out"),
    (6, "the identity provider or its token was refused"),
    (7, "AWS refused"),
    (8, "network"),
    (9, "store"),
    (10, "quota"),
];

macro_rules! codes {
    ($($constant:ident = $name:literal, $exit:literal, $meaning:literal;)*) => {
        $(pub(crate) const $constant: &Code = &Code { name: $name, exit: $exit, meaning: $meaning };)*
        /// All codes, in the order of the reference.
        pub(crate) const ALL: &[&Code] = &[$($constant),*];
    };
}

codes! {
    UNEXPECTED = "unexpected", 1, "Something that should not happen. Report it with the output of `explain`.";
    OUTPUT = "output", 1, "The answer could not be written to standard output.";
    NO_SUCH_TAG = "no-such-tag", 1, "The ID token holds no principal tag of this name.";
    RECURSIVE_CALL = "recursive-call", 1, "What this program runs (to open a browser, or for the machine's own credentials) runs it again: it would wait for itself.";
    USAGE = "usage", 2, "The command line is wrong.";
    KEY_FORM = "key-form", 2, "What was given to `key set` is no key of this kind.";
    AS_ROOT = "as-root", 2, "sudo would write files that the person could not change any more.";
    CONFIG_NOT_FOUND = "config-not-found", 3, "There is no config.json at any of the places that are searched.";
    CONFIG_UNREADABLE = "config-unreadable", 3, "config.json is there and cannot be read.";
    CONFIG_TOO_LARGE = "config-too-large", 3, "The file is larger than any real configuration.";
    CONFIG_MALFORMED = "config-malformed", 3, "The file is not a JSON object of profiles.";
    PROFILE_UNKNOWN = "profile-unknown", 3, "config.json has no profile of this name.";
    CONFIG_VALUE = "config-value", 3, "A key is missing, or its value is not of its form.";
    MODE_UNSUPPORTED = "mode-unsupported", 3, "The command is not for this profile's way to credentials.";
    WEB_IDENTITY_MISSING = "web-identity-missing", 3, "The profile takes a token of CI or Kubernetes, and there is none here.";
    MACHINE_HAS_NONE = "machine-has-none", 3, "The profile hands on the machine's own credentials, and it has none.";
    MACHINE_BROKEN = "machine-broken", 3, "One of the machine's own sources of credentials is there and does not work.";
    KEY_MISSING = "key-missing", 3, "The profile takes a key that the user stores, and none is stored.";
    KEY_EXPIRED = "key-expired", 3, "The stored Bedrock API key is a short-term one whose time is over.";
    BEARER_ONLY = "bearer-only", 3, "The profile has a Bedrock API key, and AWS credentials were asked for.";
    PROGRAM_MISSING = "program-missing", 3, "The program that run was to start could not be started.";
    CLIENT_SECRET_MISSING = "client-secret-missing", 3, "The client's secret is not stored.";
    CLIENT_CREDENTIAL = "client-credential", 3, "The client's certificate or key cannot be used.";
    PACKAGE_MISSING = "package-missing", 3, "The folder that install was given is no package, or not all of it.";
    MANAGED_SETTINGS = "managed-settings", 3, "The machine's settings of Claude Code start the program that uninstall would remove.";
    SETTINGS_MALFORMED = "settings-malformed", 3, "A settings file of another program is not of its form; it was not touched.";
    NO_SETTINGS = "no-settings", 3, "There are no settings of Claude Code in which install-settings has put a region.";
    SIGN_IN_NEEDED = "sign-in-needed", 4, "Only a sign-in helps, and this call must not open a browser.";
    SIGN_IN_PAUSED = "sign-in-paused", 4, "Earlier sign-ins failed or found nobody; programs open no browser for a while.";
    SIGN_IN_RUNNING = "sign-in-running", 4, "A sign-in waits in the browser, and this call cannot wait for it.";
    SIGN_IN_CANCELLED = "sign-in-cancelled", 5, "The person, or the provider for the person, said no.";
    SIGN_IN_POSTPONED = "sign-in-postponed", 5, "The person said \"not now\"; programs open no browser for an hour.";
    SIGN_IN_TIMED_OUT = "sign-in-timed-out", 5, "Nobody finished the sign-in in time.";
    SIGN_IN_UNFINISHED = "sign-in-unfinished", 5, "The caller's time is over; the sign-in goes on in the browser.";
    SIGN_IN_DIED = "sign-in-died", 5, "The sign-in's process was ended from outside.";
    SIGN_IN_METHOD = "sign-in-method", 5, "The provider does not offer this method of signing in.";
    CALLBACK_PORT = "callback-port", 5, "None of the redirect ports is free.";
    PROVIDER_REFUSED = "provider-refused", 6, "The provider answered with an OAuth error.";
    PROVIDER_ANSWER = "provider-answer", 6, "The provider's answer is none: an outage, broken JSON, a page of somebody else.";
    ID_TOKEN_MALFORMED = "id-token-malformed", 6, "The ID token is not a signed JWT.";
    ID_TOKEN_ALGORITHM = "id-token-algorithm", 6, "The ID token's algorithm is none, a MAC, or not announced.";
    ID_TOKEN_KEY = "id-token-key", 6, "The provider publishes no key that fits the ID token.";
    ID_TOKEN_SIGNATURE = "id-token-signature", 6, "The ID token's signature is wrong.";
    ID_TOKEN_ISSUER = "id-token-issuer", 6, "The ID token is of another issuer.";
    ID_TOKEN_AUDIENCE = "id-token-audience", 6, "The ID token is for another client.";
    ID_TOKEN_AUTHORIZED_PARTY = "id-token-authorized-party", 6, "The ID token was given to another client.";
    ID_TOKEN_EXPIRED = "id-token-expired", 6, "The ID token has expired, or this machine's clock is wrong.";
    ID_TOKEN_NOT_YET_VALID = "id-token-not-yet-valid", 6, "The ID token is from the future, or this machine's clock is wrong.";
    ID_TOKEN_NONCE = "id-token-nonce", 6, "The ID token belongs to another sign-in.";
    ID_TOKEN_SUBJECT = "id-token-subject", 6, "The ID token names nobody, or another person than before.";
    TOO_SHORT_LIVED = "too-short-lived", 6, "The sign-in worked, and what it gave is about to expire: a clock or a lifetime is wrong.";
    AWS_REFUSED = "aws-refused", 7, "STS, Cognito or Identity Center refused; the message holds AWS's own code.";
    SESSION_ENDED = "session-ended", 7, "Identity Center's access portal says that the session has ended.";
    NOT_ASSIGNED = "not-assigned", 7, "Whoever signed in has no such permission set in the account.";
    AWS_ANSWER = "aws-answer", 7, "The answer is not AWS's: a proxy, an outage.";
    PROVIDER_UNREACHABLE = "provider-unreachable", 8, "The identity provider was not reached.";
    AWS_UNREACHABLE = "aws-unreachable", 8, "AWS was not reached.";
    CAPTIVE_PORTAL = "captive-portal", 8, "Something between this machine and the server answered in its place: a web page, a redirect to another host, or 511.";
    REGIONS_DOWN = "regions-down", 8, "Bedrock answers in none of the regions that config.json names.";
    RENEWAL_UNFINISHED = "renewal-unfinished", 8, "A renewal took longer than the caller could wait; it goes on by itself.";
    NETWORK_SETUP = "network-setup", 8, "A certificate bundle or proxy setting cannot be used.";
    STORE_FILE = "store-file", 9, "A file of ours cannot be read or written: full, read-only, permissions.";
    STORE_FOREIGN = "store-foreign", 9, "The state folder, or the home it would be made in, belongs to another user.";
    STORE_UNAVAILABLE = "store-unavailable", 9, "The keyring cannot be used, and the configuration allows nothing else.";
    STORE_FORGOTTEN = "store-forgotten", 9, "The keyring accepted a value and did not keep it.";
    SETTINGS_FILE = "settings-file", 9, "A settings file of another program cannot be read or written: read-only, permissions, full.";
    INSTALL_RECORD = "install-record", 9, "The record of what was installed cannot be read.";
    LOCK_HELD = "lock-held", 9, "Another process took the lock in the moment of its hand-over.";
    QUOTA_EXCEEDED = "quota-exceeded", 10, "The quota service denied access.";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_is_unique_and_has_a_known_exit_code() {
        let names: std::collections::BTreeSet<&str> = ALL.iter().map(|code| code.name).collect();
        assert_eq!(names.len(), ALL.len());
        for code in ALL {
            assert!(EXITS.iter().any(|(exit, _)| *exit == code.exit), "{}", code.name);
        }
    }
}
