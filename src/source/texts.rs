//! The texts of sources, and the way from a place in one to the place in the file that it came from.

use std::sync::Arc;

use super::decoding::{OffsetMap, decode};
use super::{Origin, Piece, SourceId, Sources, Span};

impl Sources {
    /// The text of a source: kept, read again, or decoded from its host.
    ///
    /// `None` if the file cannot be read any more, or has changed so much that nothing is there to decode.
    #[must_use]
    pub fn text(&self, source: SourceId) -> Option<Arc<str>> {
        // From the source up to one whose text is there, then down again.
        let mut steps = Vec::new();
        let mut source = source;
        let mut text = loop {
            if let Some(text) = &self.entry(source).kept {
                break Arc::clone(text);
            }
            match *self.origin(source) {
                Origin::Decoded { host, by } => {
                    steps.push((host, by));
                    source = host.source;
                }
                Origin::File(_) => break Arc::clone(&self.file_text(source).ok()?.text),
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
                Origin::Composed(pieces) => match piece_span(pieces, span) {
                    Some(span) => span,
                    None => return span,
                },
                &Origin::Decoded { host, by } => {
                    let map: Option<OffsetMap> = self
                        .text(host.source)
                        .and_then(|text| decode(&text, host.start..host.end, by))
                        .map(|decoded| decoded.map);
                    map.map_or(host, |map| {
                        let range = map.host_range(span.start..span.end);
                        Span::new(host.source, range.start, range.end)
                    })
                }
            };
        }
    }
}

/// The place that a range of a composed text came from: from the first piece it touches to the last, if both
/// lie in one source.
fn piece_span(pieces: &[Piece], span: Span) -> Option<Span> {
    let mut at = 0;
    let mut found: Option<Span> = None;
    for piece in pieces {
        let end = at + piece.length;
        let touches = at < span.end.max(span.start + 1) && span.start < end;
        if touches {
            found = Some(match found {
                None => piece.from,
                Some(first) if first.source == piece.from.source => {
                    let start = first.start.min(piece.from.start);
                    Span::new(first.source, start, first.end.max(piece.from.end))
                }
                Some(first) => first,
            });
        }
        at = end;
    }
    found.or_else(|| pieces.last().map(|piece| piece.from))
}
