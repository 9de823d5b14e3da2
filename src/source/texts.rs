//! The texts of sources, and the way from a place in one to the place in the file that it came from.

use std::ops::Range;
use std::sync::Arc;

use super::decoding::{Decoded, decode};
use super::{Decoding, Origin, Piece, SourceId, Sources, Span};

impl Sources {
    /// The text of a source: kept, read again, or decoded from its host.
    ///
    /// `None` if the file cannot be read any more, or has changed so much that nothing is there to decode.
    #[must_use]
    pub fn text(&self, source: SourceId) -> Option<Arc<str>> {
        // From the source up to one whose text is there, then down again.
        let mut steps = Vec::new();
        let mut source = source;
        let mut text: Arc<str> = loop {
            if let Some(text) = &self.entry(source).kept {
                break Arc::clone(text);
            }
            match *self.origin(source) {
                Origin::Decoded { host, by } => {
                    steps.push((host, by));
                    source = host.source;
                }
                Origin::File(_) => match steps.pop() {
                    Some((host, by)) => break self.decode_at(host, by)?.0.text.into(),
                    None => break Arc::clone(&self.file_text(source).ok()?.text),
                },
                // These are always kept.
                Origin::Stdin | Origin::Memory(_) | Origin::Composed(_) => return None,
            }
        };
        for (host, by) in steps.into_iter().rev() {
            text = decode(&text, host.start..host.end, by)?.text.into();
        }
        Some(text)
    }

    /// The place in the outermost source (a file, standard input, or text of the caller) that `span` came
    /// from. A span of such a source is returned as it is.
    ///
    /// Where the host's text cannot be had any more, the whole of the embedded text is the answer.
    #[must_use]
    pub fn host_span(&self, span: Span) -> Span {
        let mut span = span;
        loop {
            span = match self.origin(span.source) {
                Origin::File(_) | Origin::Stdin | Origin::Memory(_) => return span,
                Origin::Composed(pieces) => match self.piece_span(pieces, span) {
                    Some(span) => span,
                    None => return span,
                },
                &Origin::Decoded { host, by } => self.decode_at(host, by).map_or(host, |(decoded, start)| {
                    let range = decoded.map.host_range(span.start..span.end);
                    Span::new(host.source, range.start + start, range.end + start)
                }),
            };
        }
    }

    /// The place that a range of a composed text came from: from the first piece it touches to the last, as
    /// far as they lie in one source.
    fn piece_span(&self, pieces: &[Piece], span: Span) -> Option<Span> {
        let text = self.text(span.source)?;
        let mut at = 0;
        let mut found: Option<Span> = None;
        for piece in pieces {
            let end = at + piece.length;
            if at < span.end.max(span.start + 1) && span.start < end {
                let written = text.get(at as usize..end as usize).unwrap_or_default();
                let inside = span.start.max(at) - at..span.end.clamp(at, end) - at;
                let part = self.part_of_piece(piece, written, inside);
                found = Some(match found {
                    None => part,
                    Some(first) if first.source == part.source => {
                        Span::new(first.source, first.start.min(part.start), first.end.max(part.end))
                    }
                    Some(first) => first,
                });
            }
            at = end;
        }
        found.or_else(|| pieces.last().map(|piece| piece.from))
    }

    /// Where the bytes `inside` of a piece that reads `written` come from: exactly, if the piece is a
    /// scalar's value; the whole piece, if it stands for something else.
    fn part_of_piece(&self, piece: &Piece, written: &str, inside: Range<u32>) -> Span {
        self.decoded(piece.from, written).map_or(piece.from, |(_, decoded)| {
            let range = decoded.map.host_range(inside);
            Span::new(piece.from.source, range.start, range.end)
        })
    }

    /// Registers `text` as a text inside of `host`. `None` if it is not what the scalar there stands for: then nothing
    /// tells its places.
    pub fn add_inside(&self, host: Span, text: &str) -> Option<SourceId> {
        self.decoded(host, text).map(|(by, _)| self.add_decoded(host, by))
    }

    /// How the scalar at `host` is decoded if `text` comes out.
    fn decoded(&self, host: Span, text: &str) -> Option<(Decoding, Decoded)> {
        let written = self.text(host.source)?;
        [Decoding::JsonString, Decoding::YamlScalar]
            .into_iter()
            .filter_map(|by| Some((by, decode(&written, host.start..host.end, by)?)))
            .find(|(_, decoded)| decoded.text == text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_inside_another_one_is_found_out_about() {
        let sources = Sources::default();
        let host = "json: \"\\u003ca>\\n\"\nyaml: |\n  <a>\n";
        let source = memory(&sources, host);
        for (written, text) in [("\"\\u003ca>\\n\"", "\\u003ca"), ("|\n  <a>\n", "<a")] {
            let start = host.find(written).expect("a part of the host") as u32;
            let span = Span::new(source, start, start + written.len() as u32);
            let inside = sources.add_inside(span, "<a>\n").expect("this is what stands there");
            let place = sources.host_span(Span::new(inside, 0, 2));
            assert_eq!(&host[place.start as usize..place.end as usize], text);
            assert_eq!(sources.add_inside(span, "<b>\n"), None);
        }
    }

    fn memory(sources: &Sources, text: &str) -> SourceId {
        sources.add_kept(Origin::Memory("a.yaml".into()), text.into())
    }

    #[test]
    fn a_range_of_a_composed_text_leads_to_its_pieces() {
        let sources = Sources::default();
        let host = r#"["{\"a\": \"", "x", !Ref B, "\"}"]"#;
        let source = memory(&sources, host);
        let place = |text: &str| {
            let start = host.find(text).expect("a part of the host") as u32;
            Span::new(source, start, start + text.len() as u32)
        };
        let pieces =
            [(r#"{"a": ""#, r#""{\"a\": \"""#), ("x", r#""x""#), ("${B}", "B"), (r#""}"#, r#""\"}""#)];
        let text: String = pieces.iter().map(|(text, _)| *text).collect();
        let pieces: Arc<[Piece]> = pieces
            .iter()
            .map(|(text, written)| Piece { length: text.len() as u32, from: place(written) })
            .collect();
        let composed = sources.add_composed(pieces, text.as_str().into());
        let written = |start, end| {
            let span = sources.host_span(Span::new(composed, start, end));
            assert_eq!(span.source, source);
            &host[span.start as usize..span.end as usize]
        };
        assert_eq!(text, r#"{"a": "x${B}"}"#);
        assert_eq!(sources.text(composed).as_deref(), Some(text.as_str()));
        assert_eq!(written(1, 4), r#"\"a\""#);
        assert_eq!(written(7, 8), "x");
        assert_eq!(written(9, 10), "B");
        // The value of `a` begins in one fragment and ends in another.
        assert_eq!(written(6, 13), r#"\"", "x", !Ref B, "\""#);
        assert_eq!(written(13, 14), "}");
        assert_eq!(written(14, 14), r#""\"}""#);
    }

    #[test]
    fn a_file_that_is_gone_leaves_the_place_of_the_whole() {
        let sources = Sources::default();
        let source = sources.add_file("/does/not/exist.yaml".into(), 0);
        let host = Span::new(source, 3, 10);
        let inner = sources.add_decoded(host, Decoding::YamlScalar);
        assert_eq!(sources.text(inner), None);
        assert_eq!(sources.host_span(Span::new(inner, 1, 2)), host);
    }

    #[test]
    fn decoded_texts_are_decoded_again() {
        let sources = Sources::default();
        let source = memory(&sources, "a: 'it''s'\n");
        let inner = sources.add_decoded(Span::new(source, 3, 10), Decoding::YamlScalar);
        assert_eq!(sources.text(inner).as_deref(), Some("it's"));
        assert_eq!(sources.host_span(Span::new(inner, 2, 3)), Span::new(source, 6, 8));
    }
}
