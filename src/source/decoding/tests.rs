use super::*;

/// Decodes the part of `host` between `⟦` and `⟧`.
fn marked(host: &str, by: Decoding) -> (String, Option<Decoded>) {
    let start = host.find('⟦').expect("a start mark");
    let end = host.find('⟧').expect("an end mark") - '⟦'.len_utf8();
    let host = host.replace(['⟦', '⟧'], "");
    let decoded = decode(&host, start as u32..end as u32, by);
    (host, decoded)
}

fn check(host: &str, by: Decoding, expected: &str) {
    let (clean, decoded) = marked(host, by);
    let decoded = decoded.unwrap_or_else(|| panic!("{host:?} cannot be decoded"));
    assert_eq!(decoded.text, expected, "{host:?}");
    check_map(&clean, &decoded);
}

/// Every character leads to a piece of the host, in order; whole ranges hold their parts.
fn check_map(host: &str, decoded: &Decoded) {
    let mut at = 0;
    for (start, character) in decoded.text.char_indices() {
        let range = decoded.map.host_range(start as u32..(start + character.len_utf8()) as u32);
        assert!(range.start >= at && range.start < range.end, "{range:?} after {at} in {host:?}");
        let written = &host[range.start as usize..range.end as usize];
        let is_break = written.contains(['\n', '\r']);
        let verbatim = written.chars().eq([character]);
        assert!(
            verbatim || is_break || written.starts_with(['\\', '%']) || written == "''",
            "{character:?} from {written:?} in {host:?}"
        );
        at = range.end;
    }
    let all = decoded.map.host_range(0..decoded.text.len() as u32);
    assert!(all.end >= at);
}

#[test]
fn json_strings() {
    let check = |host, expected| check(host, Decoding::JsonString, expected);
    check(r#"⟦""⟧"#, "");
    check(r#"{"é": ⟦"plain é"⟧}"#, "plain é");
    check(r#"⟦"\"\\\/\b\f\n\r\t\u00e9\uD83D\uDE00"⟧"#, "\"\\/\u{8}\u{c}\n\r\té😀");
    check(r#"⟦"\ud83d \ude00 \ud83d\u0041 \q \u12"⟧"#, "\u{fffd} \u{fffd} \u{fffd}A \\q \\u12");
    assert!(marked(r#"⟦"⟧"#, Decoding::JsonString).1.is_none());
    assert!(marked("⟦abc⟧", Decoding::JsonString).1.is_none());
}

#[test]
fn plain_scalars() {
    let check = |host, expected| check(host, Decoding::YamlScalar, expected);
    check("a: ⟦⟧\n", "");
    check("a: ⟦one  two⟧\n", "one  two");
    check("a: ⟦one\n  two \t\n\n\n\t three⟧\n", "one two\n\nthree");
    check("a: ⟦one\r\n  two\r\n\r\n  three⟧", "one two\nthree");
    check("a: ⟦it's\\n \"x\"⟧", "it's\\n \"x\"");
}

#[test]
fn quoted_scalars() {
    let check = |host, expected| check(host, Decoding::YamlScalar, expected);
    check("⟦''⟧", "");
    check("⟦''''⟧", "'");
    check("⟦'it''s \\n'⟧", "it's \\n");
    check("⟦' a \n  b\n\n c '⟧", " a b\nc ");
    check("⟦\"\"⟧", "");
    check("⟦\"a \\\n   b\\\n\n  \\ c\"⟧", "a b\n c");
    check("⟦\" a\\t \n  b\n\n c \"⟧", " a\t b\nc ");
    check(
        r#"⟦"\0\a\b\t\n\v\f\r\e\ \"\/\\\N\_\L\P\x41\u0042\U0001F600\uD83D\uDE00"⟧"#,
        "\0\u{7}\u{8}\t\n\u{b}\u{c}\r\u{1b} \"/\\\u{85}\u{a0}\u{2028}\u{2029}AB😀😀",
    );
}

#[test]
fn block_scalars() {
    let check = |host, expected| check(host, Decoding::YamlScalar, expected);
    check("a: ⟦|\n  one\n   two\n\n  three\n⟧b: 1\n", "one\n two\n\nthree\n");
    check("a: ⟦|-\n  one⟧\n", "one");
    check("a: ⟦|\n  one⟧", "one");
    check("a: ⟦|+ # kept\n  one\n\n\n⟧b: 1", "one\n\n\n");
    check("a: ⟦|\n\n  one\n⟧", "\none\n");
    check("a: ⟦|⟧\nb: 1", "");
    check("a: ⟦|2\n    one\n⟧", "  one\n");
    check("- a: ⟦|2-\n      one⟧\n", "  one");
    check("- - ⟦|1\n     one\n⟧", "  one\n");
    check("- !Sub &x ⟦|1\n   one\n⟧", "  one\n");
    check("k:\n  !Sub\n  ⟦|2\n    one\n⟧", "  one\n");
    check("--- ⟦|1\n   one\n⟧", "  one\n");
    check("a: ⟦|\r\n  one\r\n  two\r\n⟧", "one\ntwo\n");
    check("a: ⟦>\n  one\n  two\n\n  three\n⟧", "one two\nthree\n");
    check("a: ⟦>-\n  one\n    two\n    three\n  four\n\n\n  five⟧", "one\n  two\n  three\nfour\n\nfive");
    check("a: ⟦>\n\n  one\n\n   two\n\n  three\n⟧", "\none\n\n two\n\nthree\n");
}

#[test]
fn percent_encoding() {
    let check = |host, expected| check(host, Decoding::Percent, expected);
    check("⟦%7B%22a%22%3A%201%7D⟧", "{\"a\": 1}");
    check("x⟦%E2%82%ac+é%zz%⟧", "€+é%zz%");
    assert!(marked("⟦%FF⟧", Decoding::Percent).1.is_none());
}

#[test]
fn ranges_lead_back_to_exactly_what_they_came_from() {
    let host = "a: |\n  x\\u\n  yz\nb: \"p\\u00e9q\"\n";
    let map = decode(host, 3..16, Decoding::YamlScalar).expect("a block scalar").map;
    // "x\\u\nyz\n"
    let written = |range| {
        let range = map.host_range(range);
        &host[range.start as usize..range.end as usize]
    };
    assert_eq!(written(0..1), "x");
    assert_eq!(written(2..5), "u\n  y");
    assert_eq!(written(4..4), "");
    assert_eq!(map.host_range(4..4), 13..13);
    assert_eq!(map.host_range(7..7), 16..16);
    assert_eq!(map.runs.len(), 2);
    let map = decode(host, 19..29, Decoding::YamlScalar).expect("a quoted scalar").map;
    assert_eq!(map.host_range(1..3), 21..27);
    assert_eq!(map.host_range(0..4), 20..28);
}

#[test]
fn what_is_not_in_the_host_is_refused() {
    assert!(decode("abc", 1..9, Decoding::YamlScalar).is_none());
    assert!(decode("é", 1..2, Decoding::YamlScalar).is_none());
}
