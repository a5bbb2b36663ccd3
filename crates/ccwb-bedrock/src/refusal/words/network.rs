//! What stands between a caller and AWS, and what nobody knows.

use super::{Words, words};
use crate::refusal::Cause;

pub(super) fn of(cause: Cause) -> Words {
    match cause {
        Cause::NameUnknown => words(
            "no name of AWS resolves here: no network, or a network whose names only its proxy knows",
            "check the network and the VPN; where only a proxy leads out, set HTTPS_PROXY: docs/guides/corporate-networks.md",
        ),
        Cause::Proxy => words(
            "the proxy answered instead of passing the request on: a password, or a host that it does not allow",
            "check HTTPS_PROXY and its password, let the proxy pass bedrock-runtime.*, bedrock.* and sts.* of amazonaws.com, or \
             except them with NO_PROXY",
        ),
        Cause::CertificateUntrusted => words(
            "something on the way opens TLS and shows a certificate of its own, as inspecting proxies do",
            "name the company's certificate authorities with AWS_CA_BUNDLE (and NODE_EXTRA_CA_CERTS for Claude Code): \
             docs/guides/corporate-networks.md",
        ),
        Cause::Portal => words(
            "a login page of a hotel or guest network, or a proxy's own page",
            "open any page in the browser, pass the login page, and try again",
        ),
        Cause::Unreachable => words(
            "there was no connection, or no answer in time",
            "check network, VPN, firewall and proxy (HTTPS_PROXY); in a VPC without Internet: the interface endpoints bedrock, \
             bedrock-runtime and sts, and their security groups (port 443)",
        ),
        _ => words(
            "neither AWS's code nor its sentence is among those that are known",
            "read AWS's own words above; docs/guides/bedrock-troubleshooting.md lists the known ones",
        ),
    }
}
