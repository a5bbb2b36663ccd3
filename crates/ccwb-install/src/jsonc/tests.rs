use serde_json::json;

use super::*;

fn key(path: &str) -> Vec<String> {
    path.split('/').map(str::to_owned).collect()
}

fn set(text: &str, path: &str, value: &Value) -> String {
    let mut document = Jsonc::parse(text).unwrap();
    document.set(&key(path), value).unwrap();
    assert_eq!(document.get(&key(path)).as_ref(), Some(value), "{}", document.text());
    document.text
}

/// Sets the value, and expects the text and that taking it away gives the first text again.
#[track_caller]
fn adds(text: &str, path: &str, expected: &str) {
    let added = set(text, path, &json!(1));
    assert_eq!(added, expected);
    let (mut document, before) = (Jsonc::parse(&added).unwrap(), Jsonc::parse(text).unwrap());
    document.remove(&key(path));
    document.prune(&key(path), &before);
    assert_eq!(document.text(), text);
}

#[test]
fn a_value_is_added_in_the_style_of_its_surroundings_and_goes_without_a_trace() {
    adds("{\n  \"a\": 1\n}\n", "k", "{\n  \"a\": 1,\n  \"k\": 1\n}\n");
    adds("{\n\t\"a\": 1,\n}", "k", "{\n\t\"a\": 1,\n\t\"k\": 1,\n}");
    adds("{\r\n    \"a\": 1\r\n}\r\n", "k", "{\r\n    \"a\": 1,\r\n    \"k\": 1\r\n}\r\n");
    adds("{\"a\":1}", "k", "{\"a\":1,\"k\":1}");
    adds("{ \"a\": 1, \"b\": 2 }", "k", "{ \"a\": 1, \"b\": 2, \"k\": 1 }");
    adds("{ \"a\": 1, }", "k", "{ \"a\": 1, \"k\": 1, }");
    adds("\u{feff}{}", "k", "\u{feff}{\n  \"k\": 1\n}");
    adds("{\n  \"env\": {\n    \"A\": 1\n  }\n}", "env/k", "{\n  \"env\": {\n    \"A\": 1,\n    \"k\": 1\n  }\n}");
    adds("{\n  \"env\": {\"A\": 1}\n}", "env/k", "{\n  \"env\": {\"A\": 1, \"k\": 1}\n}");
    adds("{\n  \"env\": {}\n}", "env/k", "{\n  \"env\": {\n    \"k\": 1\n  }\n}");
    adds("{\n  \"a\": 1\n}", "env/k", "{\n  \"a\": 1,\n  \"env\": {\n    \"k\": 1\n  }\n}");
}

#[test]
fn comments_stay_with_what_they_speak_of() {
    adds("{\n  \"a\": 1 // of a\n}", "k", "{\n  \"a\": 1, // of a\n  \"k\": 1\n}");
    adds("{\n  \"a\": 1, // of a\n}", "k", "{\n  \"a\": 1, // of a\n  \"k\": 1,\n}");
    adds("{\n  \"a\": 1 /* of a */\n  // end\n}", "k", "{\n  \"a\": 1, /* of a */\n  \"k\": 1\n  // end\n}");
    adds("{\n  \"a\": 1 /* two\n lines */ }", "k", "{\n  \"a\": 1,\n  \"k\": 1 /* two\n lines */ }");
    adds("{ // nothing\n}", "k", "{\n  \"k\": 1 // nothing\n}");
    adds(
        "{\n  // \"k\": 2\n  \"a\": 1 // , }\n  ,\n}",
        "k",
        "{\n  // \"k\": 2\n  \"a\": 1 // , }\n  ,\n  \"k\": 1,\n}",
    );
}

#[test]
fn what_is_taken_away_leaves_no_comment_that_swallows_what_follows() {
    for text in [
        "{ // first\n  \"k\": 1, \"a\": 2 }",
        "{\n  \"a\": 2, // of a\n  \"k\": 1 }",
        "{\n  \"a\": 2 // of a\n  , \"k\": 1 }",
        "{\n  \"a\": 2 // of a\n  , // and\n  \"k\": 1 /* c */, /* d */ }",
        "{\"a\": 2, // of a\r\n\"k\": 1}",
        "{\"k\": 1,\"a\": 2}",
        "{/* a */\"k\": 1/* b */,/* c */\"a\": 2/* d */}",
        "{\"k\": 0, \"a\": 2, \"k\": 1}",
    ] {
        let mut document = Jsonc::parse(text).unwrap();
        document.remove(&key("k"));
        let again = Jsonc::parse(document.text()).unwrap_or_else(|error| panic!("{error}: {}", document.text()));
        assert_eq!(again.get(&key("a")), Some(json!(2)), "{}", document.text());
        assert_eq!(again.get(&key("k")), None);
        for comment in ["// first", "// of a", "// and", "/* a */", "/* b */", "/* c */", "/* d */"] {
            assert_eq!(text.contains(comment), document.text().contains(comment), "{comment}: {}", document.text());
        }
    }
}

#[test]
fn a_value_is_replaced_where_it_stands_and_put_back_letter_by_letter() {
    let text = "{\n  \"k\" : [ 1,\n 2 ], // odd\n  \"a\": \"\\u00e9\"\n}";
    let before = Jsonc::parse(text).unwrap();
    let mut document = before.clone();
    document.set(&key("k"), &json!({"type": "x", "list": [1]})).unwrap();
    assert_eq!(
        document.text(),
        "{\n  \"k\" : {\n    \"list\": [\n      1\n    ],\n    \"type\": \"x\"\n  }, // odd\n  \"a\": \"\\u00e9\"\n}"
    );
    document.put_back(&key("k"), &before).unwrap();
    assert_eq!(document.text(), text);
}

#[test]
fn of_two_values_with_one_name_the_last_counts() {
    let text = "{\"k\": 1, \"env\": {\"x\": 1}, \"k\": 2, \"env\": {\"x\": 2}}";
    assert_eq!(set(text, "env/x", &json!(3)), "{\"k\": 1, \"env\": {\"x\": 1}, \"k\": 2, \"env\": {\"x\": 3}}");
    assert_eq!(Jsonc::parse(text).unwrap().get(&key("k")), Some(json!(2)));
}

#[test]
fn a_blank_text_becomes_an_object() {
    for (text, expected) in [
        ("", "{\n  \"k\": 1\n}\n"),
        (" \n", "{\n  \"k\": 1\n}\n"),
        ("\u{feff}", "\u{feff}{\n  \"k\": 1\n}\n"),
        ("// mine", "// mine\n{\n  \"k\": 1\n}\n"),
    ] {
        assert_eq!(set(text, "k", &json!(1)), expected);
    }
}

#[test]
fn what_is_no_object_is_refused_without_quoting_it() {
    for text in
        ["[]", "\"hunter2\"", "{\"a\": hunter2}", "{\"a\": 1", "{\"a\": 1 \"b\": 2}", "{'a': 1}", "{a: 1}", "{} {}"]
    {
        let error = Jsonc::parse(text).unwrap_err().to_string();
        assert!(error.starts_with("it is not") && !error.contains("hunter2"), "{error}");
    }
    let mut document = Jsonc::parse("{\"env\": []}").unwrap();
    let error = document.set(&key("env/k"), &json!(1)).unwrap_err().to_string();
    assert_eq!(error, "\"env\" is not a JSON object");
}
