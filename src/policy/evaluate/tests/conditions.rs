//! The logic of a condition block.

use super::*;

const KEY: &str = "aws:TagKeys";

/// Whether `operator` holds for the values a and b, when the key is missing, is x, is a, or has several values.
fn row(operator: &str, missing: Truth, fits: Truth, differs: Truth, many_: [Truth; 3]) {
    let condition = format!(r#"{{"{operator}": {{"{KEY}": ["a", "b"]}}}}"#);
    let check = |values: &[(&str, ContextValue)], expected: Truth| {
        assert_eq!(holds(&condition, values), expected, "{operator} on {values:?}");
    };
    check(&[], missing);
    check(&[(KEY, one("a"))], fits);
    check(&[(KEY, one("x"))], differs);
    check(&[(KEY, many(&["a", "b"]))], many_[0]);
    check(&[(KEY, many(&["a", "x"]))], many_[1]);
    check(&[(KEY, many(&["x", "y"]))], many_[2]);
}

#[test]
fn the_truth_table() {
    let (yes, no, open) = (Ok(true), Ok(false), Err(Doubt::MultiValued));
    let undefined = [open; 3];
    row("StringEquals", no, yes, no, undefined);
    row("StringLike", no, yes, no, undefined);
    row("StringNotEquals", yes, no, yes, undefined);
    row("StringNotLike", yes, no, yes, undefined);
    row("StringEqualsIfExists", yes, yes, no, undefined);
    row("StringNotEqualsIfExists", yes, no, yes, undefined);
    row("ForAnyValue:StringLike", no, yes, no, [yes, yes, no]);
    row("ForAllValues:StringLike", yes, yes, no, [yes, no, no]);
    row("ForAllValues:StringLikeIfExists", yes, yes, no, [yes, no, no]);
    row("ForAnyValue:StringEquals", no, yes, no, [yes, yes, no]);
    row("ForAllValues:StringEquals", yes, yes, no, [yes, no, no]);
    row("ForAnyValue:StringNotEquals", no, no, yes, [no, yes, yes]);
    row("ForAllValues:StringNotEquals", yes, no, yes, [no, no, yes]);
    row("ForAnyValue:StringEqualsIfExists", yes, yes, no, [yes, yes, no]);
}

#[test]
fn null_asks_whether_the_key_is_missing() {
    let null = |value: &str, keys: &[(&str, ContextValue)]| {
        holds(&format!(r#"{{"Null": {{"{KEY}": {value}}}}}"#), keys)
    };
    for (value, missing) in [("true", true), (r#""True""#, true), ("false", false), (r#""false""#, false)] {
        assert_eq!(null(value, &[]), Ok(missing));
        assert_eq!(null(value, &[(KEY, one("x"))]), Ok(!missing));
        assert_eq!(null(value, &[(KEY, many(&["x", "y"]))]), Ok(!missing));
        assert_eq!(null(value, &[(KEY, many(&[]))]), Err(Doubt::EmptySet));
    }
    assert_eq!(null(r#"["true", "false"]"#, &[]), Ok(true), "several values are alternatives");
    assert_eq!(null(r#""maybe""#, &[]), Err(Doubt::Unreadable));
    assert_eq!(null(r#""${!aws:username}""#, &[]), Err(Doubt::Variable));
    assert_eq!(null("[]", &[]), Err(Doubt::EmptyValues));
}

#[test]
fn operators_and_keys_must_all_hold() {
    let condition = r#"{"StringEquals": {"a": "1", "b": "2"}, "StringLike": {"c": "3*"}}"#;
    let keys = [("a", one("1")), ("b", one("2")), ("c", one("33"))];
    assert_eq!(holds(condition, &keys), Ok(true));
    for missing in 0..3 {
        let rest: Vec<_> =
            keys.iter().enumerate().filter(|(n, _)| *n != missing).map(|(_, key)| key.clone()).collect();
        assert_eq!(holds(condition, &rest), Ok(false));
    }
}

#[test]
fn keys_have_no_case_and_values_do() {
    let condition = r#"{"StringEquals": {"SAML:aud": "https://signin.aws.amazon.com/saml"}}"#;
    assert_eq!(holds(condition, &[("saml:aud", one("https://signin.aws.amazon.com/saml"))]), Ok(true));
    assert_eq!(holds(condition, &[("saml:aud", one("https://signin.aws.amazon.com/SAML"))]), Ok(false));
}

#[test]
fn of_a_key_that_stands_twice_it_is_open_which_counts() {
    let twice = r#"{"StringEquals": {"aws:Tag": "a", "AWS:tag": "b"}}"#;
    assert_eq!(holds(twice, &[("aws:tag", one("a"))]), Err(Doubt::DuplicateKey));
    assert_eq!(holds(twice, &[("aws:tag", one("x"))]), Ok(false), "neither fits");
    let two_operators = r#"{"StringEquals": {"k": "a"}, "StringLike": {"K": "b"}}"#;
    assert_eq!(holds(two_operators, &[("k", one("a"))]), Ok(false), "two tests");
}

#[test]
fn an_empty_set_has_all_and_has_not_any() {
    let keys = [(KEY, many(&[]))];
    for operator in ["StringEquals", "StringNotEquals", "StringEqualsIfExists"] {
        let test = |set: &str| holds(&format!(r#"{{"{set}:{operator}": {{"{KEY}": "a"}}}}"#), &keys);
        assert_eq!(test("ForAllValues"), Ok(true), "{operator}");
        assert_eq!(test("ForAnyValue"), Ok(false), "{operator}");
    }
    assert_eq!(holds(&format!(r#"{{"StringEquals": {{"{KEY}": "a"}}}}"#), &keys), Err(Doubt::MultiValued));
}

#[test]
fn the_empty_string_is_no_value_to_set_operators() {
    let test = |operator: &str, value: &str, found: &str| {
        holds(&format!(r#"{{"{operator}": {{"k": "{value}"}}}}"#), &[("k", one(found))])
    };
    assert_eq!(test("ForAllValues:StringEquals", "a", ""), Ok(true));
    assert_eq!(test("ForAllValues:StringNotEquals", "", ""), Ok(true));
    assert_eq!(test("ForAnyValue:StringEquals", "a", ""), Ok(false));
    assert_eq!(test("ForAnyValue:StringEquals", "", ""), Err(Doubt::EmptyString));
    assert_eq!(test("ForAnyValue:StringNotEquals", "a", ""), Err(Doubt::EmptyString));
    assert_eq!(test("StringEquals", "", ""), Ok(true), "a string like any other");
    assert_eq!(test("StringLike", "*", ""), Ok(true));
}

#[test]
fn an_empty_list_of_values() {
    let test = |operator: &str, keys: &[(&str, ContextValue)]| {
        holds(&format!(r#"{{"{operator}": {{"k": []}}}}"#), keys)
    };
    let present = [("k", one("x"))];
    for operator in ["ForAnyValue:StringEquals", "ForAnyValue:StringNotEquals"] {
        assert_eq!(test(operator, &[]), Ok(false));
        assert_eq!(test(operator, &present), Ok(false));
    }
    for operator in ["ForAllValues:StringEquals", "ForAllValues:StringNotEquals", "StringEqualsIfExists"] {
        assert_eq!(test(operator, &[]), Ok(true));
        assert_eq!(test(operator, &present), Ok(false));
    }
    for operator in ["StringEquals", "StringNotEquals", "NumericLessThan"] {
        assert_eq!(test(operator, &[]), Err(Doubt::EmptyValues));
        assert_eq!(test(operator, &present), Err(Doubt::EmptyValues));
    }
    assert_eq!(test("ForAllValues:StringEquals", &[("k", many(&[]))]), Ok(true), "no value is no value");
    assert_eq!(holds("{}", &[]), Err(Doubt::EmptyCondition));
}

#[test]
fn what_is_not_known_may_be_any_values() {
    let test = |operator: &str, values: &str, keys: &[(&str, ContextValue)]| {
        holds(&format!(r#"{{"{operator}": {{"k": {values}}}}}"#), keys)
    };
    let (unknown, open) = (r#"["<unknown>"]"#, Err(Doubt::Unknown));
    let (fits, differs) = ([("k", one("a"))], [("k", one("x"))]);
    let and_a = r#"["<unknown>", "a"]"#;
    assert_eq!(test("StringEquals", and_a, &fits), Ok(true), "whatever the others are");
    assert_eq!(test("StringEquals", and_a, &differs), open);
    assert_eq!(test("StringEquals", and_a, &[]), Ok(false), "a missing key fits nothing");
    assert_eq!(test("StringNotEquals", and_a, &fits), Ok(false));
    assert_eq!(test("StringNotEquals", and_a, &differs), open);
    assert_eq!(test("StringEquals", unknown, &[]), open, "the list may be empty, and then it is open");
    assert_eq!(test("ForAnyValue:StringEquals", unknown, &[]), Ok(false), "empty or not");
    assert_eq!(test("ForAllValues:StringEquals", unknown, &[]), Ok(true), "empty or not");
    assert_eq!(test("ForAllValues:StringEquals", unknown, &fits), open);
    assert_eq!(holds(r#"{"StringEquals": "<unknown>"}"#, &fits), open);
    assert_eq!(holds(r#""<unknown>""#, &fits), open);
    assert_eq!(holds(r#"{"StringEquals": {"k": "x", "l": "<unknown>"}}"#, &fits), Ok(false), "one fails");
}

#[test]
fn an_operator_that_aws_does_not_have_decides_nothing() {
    assert_eq!(holds(r#"{"StringMatches": {"k": "a"}}"#, &[("k", one("a"))]), Err(Doubt::Operator));
    assert_eq!(holds(r#"{"NullIfExists": {"k": "true"}}"#, &[]), Err(Doubt::Operator));
}

#[test]
fn symbols_are_themselves_and_nothing_else() {
    let mut scene = Scene::new();
    let token = scene.text("${Pool}").with_tokens(&scene.vocabulary).expect("there are tokens");
    let mut ask = |operator: &str, value: &str, found: &str| {
        let condition = format!(r#""Condition": {{"{operator}": {{"k": "{value}"}}}}"#);
        let json = format!(r#"{{"Statement": {}}}"#, allow(&format!("{ALL_OF_THE_ACCOUNT}, {condition}")));
        let context = context(&[("k", one(found))]);
        let request = Request { caller: role(), action: "sts:AssumeRole".to_owned(), context };
        answer_in(&mut scene, &json, &request)
    };
    assert_eq!(ask("StringEquals", "pool/${Pool}", &format!("pool/{token}")), ALLOWED);
    assert_eq!(ask("StringLike", "pool/*", &format!("pool/{token}")), ALLOWED);
    assert_eq!(ask("StringEquals", "pool/${Pool}", "pool/other"), Verdict::NotAllowed);
    let open = Verdict::Undecided { statement: 0, why: Doubt::Symbol };
    assert_eq!(ask("NumericEquals", "${Pool}", "1"), open);
    assert_eq!(ask("NumericEquals", "1", &token), open);
    assert_eq!(ask("Bool", "${Pool}", "true"), open);
}
