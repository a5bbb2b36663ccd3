//! Microsoft Entra ID's own error codes, each with the one thing to do.
//!
//! OAuth's `error` is `invalid_request` or `invalid_client` for most of them; what is wrong stands in the description only,
//! as `AADSTS` and a number (Microsoft identity platform, "Microsoft Entra authentication and authorization error codes").

/// What to do about a refusal, if its description names a code that is known.
pub(crate) fn fix(description: &str) -> Option<&'static str> {
    let number = description.split("AADSTS").nth(1)?;
    let digits = number.find(|c: char| !c.is_ascii_digit()).unwrap_or(number.len());
    FIXES.iter().find(|(code, _)| *code == &number[..digits]).map(|(_, fix)| *fix)
}

const REDIRECT: &str = "in Entra ID, open the application, Authentication, and add http://localhost under the platform \
                        \"Mobile and desktop applications\"";
const NOT_A_WEB_CLIENT: &str = "in Entra ID, open the application, Authentication: move http://localhost to the platform \
                                \"Mobile and desktop applications\" and set \"Allow public client flows\" to yes";
const CONSENT: &str =
    "have an administrator of Entra ID grant consent to the application (API permissions, Grant admin consent)";
const ACCESS_POLICY: &str = "a Conditional Access policy keeps you out: use a device and network that it allows, or ask your \
                             administrator (the sign-in log in Entra ID names the policy)";
const MFA: &str = "run login and answer the second question (multi-factor authentication) in the browser";
const ACCOUNT: &str = "sign in with your company's account: run login --switch-account";
const TENANT: &str =
    "have provider_domain (the tenant) and client_id in config.json checked: they do not belong together";
const SIGN_IN: &str = "run login: the session at Entra ID has ended";
const SECRET: &str =
    "have a valid client secret made in Entra ID and store its value (not its id) by --set-client-secret";
const SCOPES: &str = "have oidc_scopes in config.json checked: Entra ID does not know one of them";

/// Code and fix.
const FIXES: &[(&str, &str)] = &[
    ("7000218", NOT_A_WEB_CLIENT),
    ("9002325", NOT_A_WEB_CLIENT),
    ("9002326", NOT_A_WEB_CLIENT),
    ("9002327", NOT_A_WEB_CLIENT),
    ("700025", "remove client_auth and client_secret from config.json: the application is a public client"),
    ("50011", REDIRECT),
    ("500113", REDIRECT),
    ("65001", CONSENT),
    ("65004", "run login and accept what the application asks for"),
    ("90094", CONSENT),
    ("90093", CONSENT),
    ("50105", "have an administrator of Entra ID assign you (or your group) to the application"),
    ("50020", ACCOUNT),
    ("50034", ACCOUNT),
    ("50177", ACCOUNT),
    ("700016", TENANT),
    ("90002", TENANT),
    ("90023", TENANT),
    ("7000112", "have an administrator of Entra ID enable the application"),
    ("53000", ACCESS_POLICY),
    ("53001", ACCESS_POLICY),
    ("53003", ACCESS_POLICY),
    ("530003", ACCESS_POLICY),
    ("50057", "have an administrator of Entra ID enable your account"),
    ("50055", "change your password (it has expired), then run login"),
    ("50072", MFA),
    ("50074", MFA),
    ("50076", MFA),
    ("50079", MFA),
    ("50173", SIGN_IN),
    ("70008", SIGN_IN),
    ("700082", SIGN_IN),
    ("70043", SIGN_IN),
    ("54005", "run login: this sign-in was finished before"),
    ("7000215", SECRET),
    ("7000222", SECRET),
    (
        "700027",
        "upload the certificate of client_certificate_path to the application in Entra ID (Certificates & secrets)",
    ),
    ("70011", SCOPES),
    ("650053", SCOPES),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_known_code_has_one_line_to_do_and_no_code_is_there_twice() {
        let mut codes: Vec<&str> = FIXES.iter().map(|(code, _)| *code).collect();
        codes.sort_unstable();
        codes.dedup();
        assert_eq!(codes.len(), FIXES.len());
        for (code, line) in FIXES {
            let description = format!("AADSTS{code}: Something is wrong. Trace ID: 0 Correlation ID: 1");
            assert_eq!(fix(&description), Some(*line));
            assert!(!line.contains('\n') && line.len() < 180, "{line}");
        }
    }

    #[test]
    fn a_code_is_read_to_its_end_and_an_unknown_one_is_none() {
        assert_ne!(fix("AADSTS50011: x"), fix("AADSTS500: x"));
        assert_eq!(fix("AADSTS500119: x"), None);
        assert_eq!(fix("AADSTS"), None);
        assert_eq!(fix("access denied"), None);
    }
}
