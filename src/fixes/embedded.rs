//! Edits of text inside text become edits of the text around it.

use super::Stretch;
use super::page::{Host, Page};
use crate::document::Style;
use crate::source::Decoding;
use crate::source::decoding::decode;

/// The edits in the host, with what is added written as the host writes it. `None` if it cannot hold it.
pub(super) fn in_host(host: &Host, page: &Page, stretches: Vec<Stretch>) -> Option<Vec<Stretch>> {
    let range = host.span.start..host.span.end;
    let decoded = decode(&host.text, range, host.by)?;
    if decoded.text != *page.text {
        return None;
    }
    let in_host = |(range, text): Stretch| {
        let (start, end) = (u32::try_from(range.start).ok()?, u32::try_from(range.end).ok()?);
        let place = decoded.map.host_range(start..end);
        let place = place.start as usize..place.end as usize;
        let written = match (host.by, host.style) {
            (Decoding::JsonString, _) | (_, Style::DoubleQuoted) => escaped(&text),
            (_, Style::SingleQuoted) if !text.contains('\n') => text.replace('\'', "''"),
            (_, Style::Literal) => indented(host, page, range.start, place.start, &text)?,
            (_, Style::Folded) if !text.contains('\n') => text,
            _ => return None,
        };
        Some((place, written))
    };
    stretches.into_iter().map(in_host).collect()
}

/// As it stands in double quotes.
fn escaped(text: &str) -> String {
    let quoted = serde_json::Value::from(text).to_string();
    quoted.get(1..quoted.len() - 1).unwrap_or_default().to_owned()
}

/// With the indentation of the block behind each line break.
fn indented(host: &Host, page: &Page, at: usize, in_host: usize, text: &str) -> Option<String> {
    if !text.contains('\n') {
        return Some(text.to_owned());
    }
    let own = page.before(at).len();
    let line = host.text.get(..in_host)?.rfind('\n').map_or(0, |at| at + 1);
    let indentation = (in_host - line).checked_sub(own)?;
    let blanks = host.text.get(line..line + indentation)?;
    if !blanks.bytes().all(|byte| byte == b' ') {
        return None;
    }
    // Line breaks in the host may be longer than those that they stand for.
    let line_end = if host.text.get(..line)?.ends_with("\r\n") { "\r\n" } else { "\n" };
    Some(text.replace("\r\n", "\n").replace('\n', &format!("{line_end}{blanks}")))
}
