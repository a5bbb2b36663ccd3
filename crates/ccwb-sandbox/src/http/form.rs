/// Parameters of a query or of a form body, in order, repeats kept: OAuth forbids them (RFC 6749 section 3.1).
#[derive(Debug, Clone, Default)]
pub(crate) struct Form(Vec<(String, String)>);

impl Form {
    pub(crate) fn parse(encoded: &[u8]) -> Self {
        Self(url::form_urlencoded::parse(encoded).into_owned().collect())
    }

    /// The value, if there is one that isn't empty: an empty parameter counts as absent (RFC 6749 section 3.1).
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        let found = self.0.iter().find(|(key, _)| key == name);
        found.map(|(_, value)| value.as_str()).filter(|value| !value.is_empty())
    }

    pub(crate) fn repeated(&self) -> Option<&str> {
        let mut seen = std::collections::HashSet::new();
        self.0.iter().map(|(key, _)| key.as_str()).find(|key| !seen.insert(*key))
    }

    pub(crate) fn is_repeated(&self, name: &str) -> bool {
        self.0.iter().filter(|(key, _)| key == name).count() > 1
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_empty_value_counts_as_absent_and_a_repeat_is_noticed() {
        let form = Form::parse(b"a=1&b=&c=x+y%2F&a=2");
        assert_eq!((form.get("a"), form.get("b"), form.get("c")), (Some("1"), None, Some("x y/")));
        assert_eq!(form.repeated(), Some("a"));
        assert!(form.is_repeated("a") && !form.is_repeated("c"));
    }
}
