//! What each operator compares.

use super::*;

/// Whether `operator` holds for one value, found and written.
fn test(operator: &str, written: &str, found: &str) -> Truth {
    holds(&format!(r#"{{"{operator}": {{"k": "{written}"}}}}"#), &[("k", one(found))])
}

/// The operator and its negation answer `fits` and the opposite.
fn both(operator: &str, negated: &str, written: &str, found: &str, fits: bool) {
    assert_eq!(test(operator, written, found), Ok(fits), "{operator} {written} on {found}");
    assert_eq!(test(negated, written, found), Ok(!fits), "{negated} {written} on {found}");
}

#[test]
fn strings_are_equal_character_by_character() {
    let equal =
        |written: &str, found: &str, fits| both("StringEquals", "StringNotEquals", written, found, fits);
    equal("a", "a", true);
    equal("a", "A", false);
    equal("a*", "a*", true);
    equal("a*", "ab", false);
    equal("", "", true);
}

#[test]
fn case_can_be_ignored() {
    let equal = |written: &str, found: &str, fits| {
        both("StringEqualsIgnoreCase", "StringNotEqualsIgnoreCase", written, found, fits);
    };
    equal("Abc", "aBC", true);
    equal("Abc", "aBCd", false);
    equal("a?", "ab", false);
}

#[test]
fn patterns_are_anchored_and_cross_everything() {
    let like = |written: &str, found: &str, fits| both("StringLike", "StringNotLike", written, found, fits);
    like("repo:acme/*", "repo:acme/app:ref:refs/heads/main", true);
    like("repo:acme/*", "repo:acme/", true);
    like("repo:acme/*", "xrepo:acme/app", false);
    like("*:main", "repo:main", true);
    like("a?c", "abc", true);
    like("a?c", "ac", false);
    like("a?c", "aBBc", false);
    like("A*", "abc", false);
    like("", "", true);
    like("", "a", false);
}

#[test]
fn numbers_are_exact() {
    let compare = |written: &str, found: &str, order: std::cmp::Ordering| {
        both("NumericEquals", "NumericNotEquals", written, found, order.is_eq());
        for (operator, fits) in [
            ("NumericLessThan", order.is_lt()),
            ("NumericLessThanEquals", order.is_le()),
            ("NumericGreaterThan", order.is_gt()),
            ("NumericGreaterThanEquals", order.is_ge()),
        ] {
            assert_eq!(test(operator, written, found), Ok(fits), "{found} {operator} {written}");
        }
    };
    use std::cmp::Ordering::{Equal, Greater, Less};
    compare("3600", "3600", Equal);
    compare("3600", "900", Less);
    compare("3600", "3600.0", Equal);
    compare("0.3", "0.30000001", Greater);
    compare("-1", "-2", Less);
    compare("9007199254740992", "9007199254740993", Greater);
}

#[test]
fn what_is_no_number_fits_nothing_and_its_negation_is_open() {
    assert_eq!(test("NumericLessThan", "5", "abc"), Ok(false));
    assert_eq!(test("NumericNotEquals", "5", "abc"), Err(Doubt::Unreadable));
    for written in ["abc", "", "1e3", "1.", "0x10", "1.0000000001"] {
        assert_eq!(test("NumericEquals", written, "5"), Err(Doubt::Unreadable), "{written}");
    }
}

#[test]
fn times_are_instants_in_any_form() {
    let noon = "2026-02-28T12:00:00Z";
    for same in [
        "1772280000",
        "2026-02-28T12:00Z",
        "2026-02-28T12:00:00.000Z",
        "2026-02-28T13:30:00+01:30",
        "2026-02-28T07:00:00-05:00",
        "2026-02-28T12:00:00",
    ] {
        both("DateEquals", "DateNotEquals", same, noon, true);
        assert_eq!(test("DateLessThan", same, noon), Ok(false));
        assert_eq!(test("DateLessThanEquals", same, noon), Ok(true));
        assert_eq!(test("DateGreaterThan", same, noon), Ok(false));
        assert_eq!(test("DateGreaterThanEquals", same, noon), Ok(true));
    }
    both("DateEquals", "DateNotEquals", "2026-02-28", noon, false);
    assert_eq!(test("DateGreaterThan", "2026-02-28", noon), Ok(true));
    assert_eq!(test("DateLessThan", "2026-03", noon), Ok(true));
    assert_eq!(
        test("DateLessThan", "2000-02-29T23:59:59Z", "951868800"),
        Ok(false),
        "leap day, and a second"
    );
    assert_eq!(test("DateLessThan", "2000-03-01T00:00:00.000000001Z", "951868800"), Ok(true));
}

#[test]
fn what_is_no_time_is_not_read() {
    for written in [
        "soon",
        "2026-13-01",
        "2026-02-29",
        "2026-2-1",
        "2026-02-28T24:00Z",
        "2026-02T12:00Z",
        "2026-02-28T12Z",
    ] {
        assert_eq!(test("DateLessThan", written, "0"), Err(Doubt::Unreadable), "{written}");
    }
    assert_eq!(test("DateLessThan", "2026-02-28", "soon"), Ok(false));
}

#[test]
fn days_are_counted_as_the_calendar_does() {
    for (date, days) in [
        ("1970-01-01", 0),
        ("1969-12-31", -1),
        ("2000-03-01", 11_017),
        ("2024-12-31", 20_088),
        ("1900-03-01", -25_508),
        ("0000-01-01", -719_528),
        ("9999-12-31", 2_932_896),
    ] {
        assert_eq!(compare::instant(date), Some(days * 86_400_000_000_000), "{date}");
    }
}

#[test]
fn truths_have_no_case() {
    assert_eq!(test("Bool", "true", "true"), Ok(true));
    assert_eq!(test("Bool", "True", "true"), Ok(true));
    assert_eq!(test("Bool", "false", "true"), Ok(false));
    assert_eq!(test("Bool", "yes", "true"), Err(Doubt::Unreadable));
    assert_eq!(holds(r#"{"Bool": {"k": true}}"#, &[("k", one("TRUE"))]), Ok(true), "a JSON truth");
    assert_eq!(holds(r#"{"BoolIfExists": {"k": true}}"#, &[]), Ok(true));
}

#[test]
fn binary_values_are_bytes() {
    assert_eq!(test("BinaryEquals", "QmluYXJ5", "QmluYXJ5"), Ok(true));
    assert_eq!(test("BinaryEquals", "YQ==", "YQ"), Ok(true), "padding is no content");
    assert_eq!(test("BinaryEquals", "YQ==", "Yg=="), Ok(false));
    assert_eq!(test("BinaryEquals", "not base64", "YQ=="), Err(Doubt::Unreadable));
}

#[test]
fn addresses_are_in_ranges() {
    let within = |written: &str, found: &str, fits| both("IpAddress", "NotIpAddress", written, found, fits);
    within("203.0.113.0/24", "203.0.113.255", true);
    within("203.0.113.0/24", "203.0.114.0", false);
    within("203.0.113.77/24", "203.0.113.1", true);
    within("203.0.113.7", "203.0.113.7", true);
    within("203.0.113.7", "203.0.113.8", false);
    within("0.0.0.0/0", "203.0.113.8", true);
    within("0.0.0.0/0", "2001:db8::1", false);
    within("2001:DB8:1234:5678::/64", "2001:db8:1234:5678:ffff::1", true);
    within("2001:db8:1234:5678::/64", "2001:db8:1234:5679::1", false);
    within("::/0", "2001:db8::1", true);
    within("2001:db8::1", "2001:db8::1", true);
    for written in ["203.0.113", "203.0.113.0/33", "203.0.113.0/+8", "203.0.113.*", "::/129"] {
        assert_eq!(test("IpAddress", written, "203.0.113.7"), Err(Doubt::Unreadable), "{written}");
    }
    assert_eq!(test("IpAddress", "0.0.0.0/0", "somewhere"), Ok(false));
}

#[test]
fn arns_are_compared_part_by_part() {
    for (operator, negated) in [("ArnEquals", "ArnNotEquals"), ("ArnLike", "ArnNotLike")] {
        let like = |written: &str, found: &str, fits| both(operator, negated, written, found, fits);
        like(ROLE, ROLE, true);
        like("arn:aws:iam::*:role/*", ROLE, true);
        like("arn:aws:iam::*:role/Cal?er", ROLE, true);
        like("arn:*:*:*:*:*", ROLE, true);
        like("arn:aws:iam::*:user/*", ROLE, false);
        like("arn:aws:iam::1*3:role/Caller", ROLE, true);
        like("arn:aws:sns:*:*:a", "arn:aws:sns:us-east-1:111122223333:a", true);
        like("arn:aws:sns:us*3:a:b", "arn:aws:sns:us-east-1:111122223333:a:b", false);
        like("arn:aws:logs:*:*:log-group:*", "arn:aws:logs:us-east-1:111122223333:log-group:a:b", true);
    }
}

/// `*` reaches over a colon only in the last part, and what has fewer than six parts is no ARN; whether `*` stands
/// for several parts where there are too few is not documented.
#[test]
fn an_arn_has_six_parts() {
    assert_eq!(test("ArnLike", "arn:aws:iam:role/Caller", ROLE), Ok(false));
    assert_eq!(test("ArnLike", "arn:aws:iam:*:role/Caller", ROLE), Err(Doubt::ShortArn));
    assert_eq!(test("ArnLike", "*", ROLE), Err(Doubt::ShortArn));
    assert_eq!(test("ArnNotLike", "*", ROLE), Err(Doubt::ShortArn));
    assert_eq!(test("ArnLike", "arn:*:*:*:*:*", "111122223333"), Ok(false));
    assert_eq!(test("ArnNotLike", ROLE, "111122223333"), Err(Doubt::Unreadable));
    assert_eq!(test("StringLike", "arn:aws:iam:*:role/Caller", ROLE), Ok(true), "a string has no parts");
}

/// A test whose value has variables, with a user name.
fn with_name(operator: &str, written: &str, found: &str, name: Option<ContextValue>) -> Truth {
    let mut keys = vec![("k", one(found))];
    keys.extend(name.map(|name| ("aws:username", name)));
    holds(&format!(r#"{{"{operator}": {{"k": "{written}"}}}}"#), &keys)
}

#[test]
fn variables_are_the_values_of_keys() {
    let ann = || Some(one("ann"));
    for operator in ["StringEquals", "StringLike", "StringEqualsIgnoreCase"] {
        assert_eq!(with_name(operator, "${!aws:username}", "ann", ann()), Ok(true));
        assert_eq!(with_name(operator, "${!aws:username}", "bob", ann()), Ok(false));
        assert_eq!(with_name(operator, "a/${!AWS:UserName}/b", "a/ann/b", ann()), Ok(true));
    }
    assert_eq!(with_name("StringNotEquals", "${!aws:username}", "bob", ann()), Ok(true));
    assert_eq!(with_name("StringLike", "${!aws:username}-*", "ann-1", ann()), Ok(true));
    let user = "arn:aws:iam::111122223333:user/ann";
    assert_eq!(with_name("ArnLike", "arn:aws:iam::*:user/${!aws:username}", user, ann()), Ok(true));
}

#[test]
fn a_variable_without_value_fits_nothing() {
    assert_eq!(with_name("StringEquals", "${!aws:username}", "ann", None), Ok(false));
    assert_eq!(with_name("StringLike", "*${!aws:username}*", "ann", None), Ok(false));
    assert_eq!(with_name("StringNotEquals", "${!aws:username}", "ann", None), Ok(true));
    assert_eq!(with_name("StringNotLike", "*${!aws:username}", "ann", None), Ok(true));
    let default = "${!aws:username, 'nobody'}";
    assert_eq!(with_name("StringEquals", default, "nobody", None), Ok(true));
    assert_eq!(with_name("StringEquals", default, "nobody", Some(one("ann"))), Ok(false));
    assert_eq!(with_name("StringEquals", default, "ann", Some(one("ann"))), Ok(true));
}

#[test]
fn an_escaped_wildcard_is_a_character() {
    assert_eq!(test("StringLike", "a${!*}", "a*"), Ok(true));
    assert_eq!(test("StringLike", "a${!*}", "ab"), Ok(false));
    assert_eq!(test("StringLike", "a${!?}*", "a?b"), Ok(true));
    assert_eq!(test("StringLike", "${!$}{x}", "${x}"), Ok(true));
    assert_eq!(test("StringEquals", "a${!*}", "a*"), Ok(true));
}

#[test]
fn what_is_not_documented_of_variables_is_open() {
    let name = |name: &str| Some(one(name));
    assert_eq!(with_name("StringLike", "${!aws:username}", "a*", name("a*")), Err(Doubt::WildcardInVariable));
    assert_eq!(with_name("StringEquals", "${!aws:username}", "a*", name("a*")), Ok(true), "no wildcard here");
    assert_eq!(
        with_name("StringEquals", "${!aws:username}", "a", Some(many(&["a"]))),
        Err(Doubt::MultiValued)
    );
    for operator in ["NumericEquals", "DateEquals", "BinaryEquals", "IpAddress", "Bool"] {
        assert_eq!(
            with_name(operator, "${!aws:username}", "1", name("1")),
            Err(Doubt::Variable),
            "{operator}"
        );
    }
    for written in ["${!}", "${!aws:username, nobody}", "${!aws:username, 'a'b'}"] {
        assert_eq!(with_name("StringEquals", written, "x", name("x")), Err(Doubt::Variable), "{written}");
    }
}

#[test]
fn only_the_version_of_2012_has_variables() {
    let condition = r#"{"StringEquals": {"k": "${!aws:username}"}}"#;
    let keys = [("k", one("ann")), ("aws:username", one("ann"))];
    let literal = [("k", one("${aws:username}")), ("aws:username", one("ann"))];
    assert_eq!(holds_in("2008-10-17", condition, &keys), Ok(false));
    assert_eq!(holds_in("2008-10-17", condition, &literal), Ok(true));
    assert_eq!(holds_in("<unknown>", condition, &keys), Err(Doubt::Version));
    assert_eq!(holds_in("<unknown>", r#"{"StringEquals": {"k": "ann"}}"#, &keys), Ok(true));
    let number = r#"{"NumericEquals": {"k": "${!aws:username}"}}"#;
    assert_eq!(holds_in("2008-10-17", number, &keys), Err(Doubt::Unreadable));
}
