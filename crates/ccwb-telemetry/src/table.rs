//! Which claims a header comes from, and what is sent without them: the AWS guidance's table, as data.

/// One header.
pub(crate) struct Entry {
    pub(crate) header: &'static str,
    pub(crate) from: From,
    /// What the guidance sends where no claim is there; dashboards group by it. Empty sends no such header.
    pub(crate) default: &'static str,
}

/// Where a value comes from.
pub(crate) enum From {
    /// The first of these claims that has a value.
    Claims(&'static [&'static str]),
    /// The same for what a company says about its people. The attribute `custom:<name>` of a Cognito user pool comes
    /// before the plain name: the pool makes no plain ones, so that where both are there, a company wrote the custom one
    /// on purpose (the guidance's own pre-token function does, and its Python helper reads them first).
    Organisational(&'static [&'static str]),
    /// The digest of the subject, in the guidance's form.
    SubjectDigest(&'static [&'static str]),
    /// The first of these claims, else what stands before the @ of the e-mail address.
    NameOrLocalPart(&'static [&'static str]),
    /// The kind of identity provider.
    Provider,
    /// The principal tag that `cost_attribution_tag_key` names.
    ProjectTag,
}

const fn entry(header: &'static str, from: From, default: &'static str) -> Entry {
    Entry { header, from, default }
}

pub(crate) const EMAIL: &[&str] = &["email", "preferred_username", "mail", "upn"];

/// In the order in which they are sent: what comes first is left out last.
pub(crate) const TABLE: &[Entry] = &[
    entry("x-user-email", From::Claims(EMAIL), "unknown@example.com"),
    entry("x-user-id", From::SubjectDigest(&["sub", "user_id"]), ""),
    entry("x-user-name", From::NameOrLocalPart(&["cognito:username", "preferred_username"]), ""),
    entry("x-department", From::Organisational(&["department", "dept", "division"]), "unspecified"),
    entry("x-team-id", From::Organisational(&["team", "team_id", "group"]), "default-team"),
    entry("x-cost-center", From::Organisational(&["cost_center", "costCenter", "cost_code"]), "general"),
    entry("x-organization", From::Provider, "amazon-internal"),
    entry("x-location", From::Organisational(&["location", "office_location", "office"]), "remote"),
    entry("x-role", From::Organisational(&["role", "job_title", "title"]), "user"),
    entry("x-manager", From::Organisational(&["manager", "manager_email"]), "unassigned"),
    entry("x-project", From::ProjectTag, ""),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_configuration_knows_exactly_these_headers() {
        let headers: Vec<&str> = TABLE.iter().map(|entry| entry.header).collect();
        assert_eq!(headers, ccwb_config::TELEMETRY_HEADERS);
    }
}
