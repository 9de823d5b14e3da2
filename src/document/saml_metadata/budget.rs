//! What reading XML may cost. Metadata of all identity providers of a federation stays far below; text that is made
//! to keep its reader busy does not get to it.

use crate::source::{Problem, ProblemKind, Span};

/// How deep elements may be nested.
const DEPTH: usize = 64;

/// How many elements and texts there may be.
pub(super) const NODES: u32 = 200_000;

/// How many attributes an element may have: each is compared with all others.
const ATTRIBUTES: usize = 256;

/// How many declarations of namespaces there may be: an element holds those of all around it.
const NAMESPACES: usize = 10_000;

/// Why a text is not read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Excess {
    DocumentType,
    Depth,
    Nodes,
    Attributes,
    Namespaces,
}

impl Excess {
    pub(super) fn problem(self, at: Span) -> Problem {
        let more =
            |what: &str, most: usize| format!("the metadata has more than {most} {what} and is not read");
        let message = match self {
            Self::DocumentType => {
                "the metadata has a document type, which can make text mean anything, and is not read"
                    .to_owned()
            }
            Self::Depth => more("levels of elements", DEPTH),
            Self::Nodes => more("elements and texts", NODES as usize),
            Self::Attributes => more("attributes in one element", ATTRIBUTES),
            Self::Namespaces => more("declarations of namespaces", NAMESPACES),
        };
        let help = "Write the metadata of one identity provider only, as the provider publishes it.";
        Problem::at(ProblemKind::Budget, at, message, help)
    }
}

/// Where a text first goes over a limit, found without reading it as XML: it need not be.
pub(super) fn excess(text: &str) -> Option<(usize, Excess)> {
    let (mut depth, mut namespaces) = (0_usize, 0_usize);
    let mut at = 0;
    while let Some(start) = text.get(at..).and_then(|rest| rest.find('<')).map(|found| at + found) {
        let rest = &text[start..];
        if let Some(length) = passed_over(rest) {
            at = start + length;
            continue;
        }
        if rest.get(..9).is_some_and(|word| word.eq_ignore_ascii_case("<!doctype")) {
            return Some((start, Excess::DocumentType));
        }
        let tag = Tag::read(rest);
        namespaces += tag.namespaces;
        if tag.attributes > ATTRIBUTES {
            return Some((start, Excess::Attributes));
        }
        if namespaces > NAMESPACES {
            return Some((start, Excess::Namespaces));
        }
        if rest.starts_with("</") {
            depth = depth.saturating_sub(1);
        } else if !tag.is_empty {
            depth += 1;
        }
        if depth > DEPTH {
            return Some((start, Excess::Depth));
        }
        at = start + tag.length;
    }
    None
}

/// The length of a comment, a stretch of text without marks, or an instruction that stands here.
fn passed_over(rest: &str) -> Option<usize> {
    [("<!--", "-->"), ("<![CDATA[", "]]>"), ("<?", "?>")].into_iter().find_map(|(begin, end)| {
        let inside = rest.strip_prefix(begin)?;
        Some(inside.find(end).map_or(rest.len(), |length| begin.len() + length + end.len()))
    })
}

/// A tag, as far as it costs something.
struct Tag {
    length: usize,
    attributes: usize,
    namespaces: usize,
    /// True if it has no content: `<a/>`.
    is_empty: bool,
}

impl Tag {
    /// Reads the tag with which a text begins.
    fn read(rest: &str) -> Self {
        let mut tag = Self { length: rest.len(), attributes: 0, namespaces: 0, is_empty: false };
        let mut quote = None;
        for (at, byte) in rest.bytes().enumerate().skip(1) {
            match (quote, byte) {
                (Some(open), _) if byte == open => quote = None,
                (Some(_), _) => {}
                (None, b'"' | b'\'') => {
                    quote = Some(byte);
                    tag.attributes += 1;
                }
                (None, b'>') => {
                    tag.length = at + 1;
                    break;
                }
                (None, b'x') if rest[at..].starts_with("xmlns") => tag.namespaces += 1,
                (None, _) => {}
            }
            tag.is_empty = byte == b'/';
        }
        tag
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: Option<Excess>) {
        assert_eq!(excess(text).map(|(_, excess)| excess), expected, "{:.80}", text);
    }

    #[test]
    fn every_limit_has_two_sides() {
        let nested = |depth: usize| "<a>".repeat(depth) + &"</a>".repeat(depth);
        check(&nested(DEPTH), None);
        check(&nested(DEPTH + 1), Some(Excess::Depth));
        check(&"<a></a>".repeat(1_000), None);
        check(&"<a b='>'/>".repeat(1_000), None);
        let attributes = |count: usize| format!("<a {}/>", "b='' ".repeat(count));
        check(&attributes(ATTRIBUTES), None);
        check(&attributes(ATTRIBUTES + 1), Some(Excess::Attributes));
        let namespaces = |count: usize| "<a xmlns:b='c'/>".repeat(count);
        check(&namespaces(NAMESPACES), None);
        check(&namespaces(NAMESPACES + 1), Some(Excess::Namespaces));
    }

    #[test]
    fn what_looks_like_elements_inside_of_other_things_is_not_counted() {
        let open = "<a>".repeat(DEPTH + 1);
        check(&format!("<!-- {open} --><b/>"), None);
        check(&format!("<b><![CDATA[{open}]]></b>"), None);
        check(&format!("<?b {open}?><b/>"), None);
        check(&format!("<!-- never closed {open}"), None);
        check("<!DOCTYPE a><a/>", Some(Excess::DocumentType));
        check("<!doctype a><a/>", Some(Excess::DocumentType));
        check("<a>&lt;!DOCTYPE</a>", None);
    }
}
