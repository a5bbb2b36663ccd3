use proptest::prelude::*;

use super::*;

const ACME: &str = "\
organisation: Acme Cloud
contact: {name: Jo Doe, email: jo@acme.example}
account: 012345678901
region: us-east-1
fallback_region: us-west-2
model: sonnet-4-5
method:
  kind: cross-account-role
  role_arn: arn:aws:iam::012345678901:role/ccwb
tokens: {input: 500M, output: 1.5M}
compliance: [hipaa, soc2]
";

/// The form of [`ACME`] with one line for another.
fn with(line: &str, other: &str) -> String {
    assert!(ACME.contains(line), "{line}");
    ACME.replace(line, other)
}

fn told(text: &str) -> Vec<String> {
    Form::parse(text).unwrap_err().iter().map(ToString::to_string).collect()
}

#[test]
fn a_form_is_read() {
    let form = Form::parse(ACME).unwrap();
    assert_eq!((form.id.as_str(), form.account.as_str()), ("acme-cloud", "012345678901"));
    assert_eq!(form.tokens, Tokens { input: 500_000_000, output: 1_500_000 });
    assert_eq!(form.model.profile, "us.anthropic.claude-sonnet-4-5-20250929-v1:0");
    assert_eq!(form.model.fallback_profile.as_deref(), Some("us.anthropic.claude-sonnet-4-5-20250929-v1:0"));
    assert_eq!(form.compliance, [Compliance::Hipaa, Compliance::Soc2]);
}

#[test]
fn the_empty_form_names_every_key_and_says_what_is_missing() {
    let problems = told(EMPTY);
    for key in ["organisation", "contact.name", "contact.email", "account", "region", "model", "method.role_arn"] {
        assert!(
            problems.iter().any(|problem| problem.ends_with(&format!(": {key}: is missing"))),
            "{key}: {problems:?}"
        );
    }
    assert!(!problems.iter().any(|problem| problem.contains("is no key")), "{problems:?}");
    let line = EMPTY.lines().position(|line| line.starts_with("account:")).unwrap() + 1;
    assert!(problems.contains(&format!("line {line}: account: is missing")), "{problems:?}");
}

#[test]
fn every_mistake_is_told_at_once_by_its_line() {
    let problems = told(
        "organisation: Acme\n\
         contact: {name: Jo, email: jo at acme}\n\
         acount: '123'\n\
         region: eu-centrl-1\n\
         model: sonet\n\
         method: {kind: iam-user-keys, access_key_id: ASIA0123456789ABCDEF}\n\
         tokens: {input: lots, output: 1K}\n\
         compliance: [hippa]\n",
    );
    for expected in [
        "line 1: account: is missing",
        "line 2: contact.email: \"jo at acme\" is no e-mail address",
        "line 3: acount: is no key of a form; did you mean account?",
        "line 4: region: \"eu-centrl-1\" is no region with Claude on Bedrock; did you mean eu-central-1?",
        "line 6: method.access_key_id: is of temporary credentials",
        "line 7: tokens.input: \"lots\" is no number of tokens",
        "line 8: compliance: \"hippa\" is not known; did you mean hipaa?",
    ] {
        assert!(problems.iter().any(|problem| problem.starts_with(expected)), "{expected}: {problems:#?}");
    }
}

#[test]
fn rules_that_contradict_are_refused_in_words() {
    for (line, other, expected) in [
        ("[hipaa, soc2]", "[hipaa, gdpr]", "hipaa keeps data in the United States and gdpr in Europe"),
        ("[hipaa, soc2]", "[gdpr]", "line 4: region: gdpr must stay in Europe, and us-east-1 does not lie there"),
        ("us-west-2", "ca-central-1", "line 5: fallback_region: hipaa must stay in the United States"),
        ("us-west-2", "us-east-1", "is the same as region"),
        ("us-west-2", "us-gov-west-1", "another partition"),
        ("model: sonnet-4-5", "model: global.anthropic.claude-sonnet-5", "hipaa must stay in the United States"),
    ] {
        let problems = told(&with(line, other));
        assert!(problems.iter().any(|problem| problem.contains(expected)), "{expected}: {problems:#?}");
    }
}

#[test]
fn a_role_is_the_customers_own() {
    for (other, expected) in [
        ("role_arn: arn:aws:iam::999999999999:role/ccwb", "lies in the account 999999999999"),
        ("role_arn: arn:aws-us-gov:iam::012345678901:role/ccwb", "is of partition aws-us-gov"),
        ("role_arn: arn:aws:iam::012345678901:user/ccwb", "is no role"),
        ("role_arn: arn:aws:iam::012345678901:role/", "is no role"),
        ("role_arn: arn:aws:iam::012345678901:role/a\n  external_id: short", "16 to 1224 characters"),
        ("role_arn: arn:aws:iam::012345678901:role/a\n  external_id: '0123456789 abcdef'", "letters, digits and"),
        (
            "role_arn: arn:aws:iam::012345678901:role/a\n  access_key_id: AKIA0123456789ABCDEF",
            "is not of cross-account",
        ),
    ] {
        let problems = told(&with("role_arn: arn:aws:iam::012345678901:role/ccwb", other));
        assert!(problems.len() == 1 && problems[0].contains(expected), "{expected}: {problems:#?}");
    }
}

#[test]
fn a_secret_in_a_form_is_refused_and_not_repeated() {
    let method = "  kind: iam-user-keys\n  access_key_id: AKIA0123456789ABCDEF\n  secret_access_key: planted";
    let text = with("  kind: cross-account-role\n  role_arn: arn:aws:iam::012345678901:role/ccwb", method);
    let problems = told(&text);
    assert!(problems[0].contains("method.secret_access_key: no secret belongs into a form"), "{problems:?}");
    assert!(!problems.concat().contains("planted"));
    assert!(Form::parse(&text.replace("\n  secret_access_key: planted", "")).is_ok());
}

#[test]
fn an_id_that_leads_elsewhere_is_refused() {
    for id in ["../b", "a/b", "..", "C:", "nul"] {
        let problems = told(&format!("id: '{id}'\n{ACME}"));
        assert!(problems.len() == 1 && problems[0].starts_with("line 1: id: "), "{id}: {problems:?}");
    }
    assert_eq!(Form::parse(&format!("id: acme\n{ACME}")).unwrap().id.as_str(), "acme");
}

#[test]
fn an_organisation_whose_name_makes_no_id_is_asked_for_one() {
    let problems = told(&with("Acme Cloud", "Müller GmbH"));
    assert_eq!(problems.len(), 1);
    assert!(problems[0].contains("choose one"), "{problems:?}");
}

proptest! {
    /// Whatever it is: an answer, and each problem has a line that is there.
    #[test]
    fn any_text_is_a_form_or_has_problems_with_lines(text in "(\\PC|[\n:\\[\\]{}#&*!\"' -]){0,200}") {
        if let Err(problems) = Form::parse(&text) {
            let lines = text.split('\n').count() + 1;
            prop_assert!(!problems.is_empty());
            prop_assert!(problems.iter().all(|problem| (1..=lines).contains(&problem.line)), "{:?}", problems);
        }
    }

    /// A good form in which one place was changed is as good, or is told what is wrong: it never panics.
    #[test]
    fn a_damaged_form_never_ends_the_program(at in 0..ACME.len(), with in "\\PC?", count in 0..4_usize) {
        let end = (at + count).min(ACME.len());
        let text = format!("{}{with}{}", &ACME[..at], &ACME[end..]);
        if let Ok(form) = Form::parse(&text) {
            prop_assert!(form.account.len() == 12 && form.compliance.iter().all(|rules| rules.allows_region(&form.region)));
        }
    }
}
