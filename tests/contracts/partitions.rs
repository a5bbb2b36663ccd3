//! Which hosts are asked, in each part of AWS: a proxy sees it all. Whole sign-ins and renewals, both ways into AWS.

use std::collections::BTreeSet;

use ccwb_sandbox::{Federation, Role, Trust};
use ccwb_tests::{Gateway, Office};

use crate::at_once::{Complaints, assert_all};
use crate::desk::assert_credentials;

struct Part {
    region: &'static str,
    fips: bool,
    cognito: &'static str,
    sts: &'static str,
}

const PARTS: &[Part] = &[
    Part {
        region: "us-east-1",
        fips: false,
        cognito: "cognito-identity.us-east-1.amazonaws.com",
        sts: "sts.us-east-1.amazonaws.com",
    },
    Part {
        region: "us-east-1",
        fips: true,
        cognito: "cognito-identity-fips.us-east-1.amazonaws.com",
        sts: "sts-fips.us-east-1.amazonaws.com",
    },
    Part {
        region: "us-gov-west-1",
        fips: false,
        cognito: "cognito-identity.us-gov-west-1.amazonaws.com",
        sts: "sts.us-gov-west-1.amazonaws.com",
    },
    Part {
        region: "us-gov-west-1",
        fips: true,
        cognito: "cognito-identity-fips.us-gov-west-1.amazonaws.com",
        // STS in GovCloud has one endpoint, and it is a FIPS one.
        sts: "sts.us-gov-west-1.amazonaws.com",
    },
    Part {
        region: "us-gov-east-1",
        fips: false,
        cognito: "cognito-identity.us-gov-east-1.amazonaws.com",
        sts: "sts.us-gov-east-1.amazonaws.com",
    },
    Part {
        region: "cn-north-1",
        fips: false,
        cognito: "cognito-identity.cn-north-1.amazonaws.com.cn",
        sts: "sts.cn-north-1.amazonaws.com.cn",
    },
    Part {
        region: "cn-northwest-1",
        fips: false,
        cognito: "cognito-identity.cn-northwest-1.amazonaws.com.cn",
        sts: "sts.cn-northwest-1.amazonaws.com.cn",
    },
    Part {
        region: "eusc-de-east-1",
        fips: false,
        cognito: "cognito-identity.eusc-de-east-1.amazonaws.eu",
        sts: "sts.eusc-de-east-1.amazonaws.eu",
    },
];

/// A sign-in, a renewal with the ID token and one with the refresh token ask these hosts and nobody else.
fn whole_life(mut office: Office, fips: bool, hosts: &[&str], what: &str) -> Complaints {
    office.set_up();
    if fips {
        office.home.set_env("AWS_USE_FIPS_ENDPOINT", "true");
    }
    assert_credentials(&office.run(&[]).success());
    office.lose_credentials();
    office.run(&["export"]).success();
    office.lose_all_but_the_refresh_token();
    office.run(&["export"]).success();
    let asked: BTreeSet<String> = office.gateway.connections().into_iter().collect();
    let expected: BTreeSet<String> =
        hosts.iter().chain(&[Gateway::PROVIDER]).map(|host| format!("{host}:443")).collect();
    (asked != expected).then(|| format!("{what}: asked {asked:?}, expected {expected:?}")).into_iter().collect()
}

fn office(federation: Federation, part: &Part) -> Office {
    Office::with(federation, |options| part.region.clone_into(&mut options.region))
}

#[test]
fn the_identity_pool_is_asked_in_its_own_part_of_aws() {
    assert_all(
        PARTS
            .iter()
            .map(|part| move || whole_life(office(Federation::Cognito, part), part.fips, &[part.cognito], part.region)),
    );
}

#[test]
fn sts_is_asked_in_its_own_part_of_aws() {
    assert_all(
        PARTS
            .iter()
            .map(|part| move || whole_life(office(Federation::Direct, part), part.fips, &[part.sts], part.region)),
    );
}

/// The pool's region is in its id; a role in another account is assumed where `aws_region` says.
#[test]
fn a_second_role_with_an_external_id_is_assumed_in_the_same_part_of_aws() {
    assert_all(PARTS.iter().map(|part| {
        move || {
            let mut office = office(Federation::Cognito, part);
            let role = Role {
                name: "Customer".to_owned(),
                trust: Trust::Roles,
                max_session_duration: 3600,
                external_id: Some("our-id".to_owned()),
            };
            let partition = match part.region.split('-').next() {
                Some("cn") => "aws-cn",
                Some("eusc") => "aws-eusc",
                _ if part.region.starts_with("us-gov") => "aws-us-gov",
                _ => "aws",
            };
            office.sandbox.control().put_role(role);
            office
                .configure("assume_role", format!("arn:{partition}:iam::123456789012:role/Customer"))
                .configure("external_id", "our-id");
            whole_life(office, part.fips, &[part.cognito, part.sts], part.region)
        }
    }));
}
