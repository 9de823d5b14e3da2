//! Fixes as text: what a fact knows should be written instead becomes edits of files, byte for byte.
//!
//! A fact names the parts of a document that change, by their places ([`Change`]). Here the files are read again, and
//! each change becomes the smallest edit that makes it: everything else in the file stays as it is, comments, order,
//! quotes and indentation included. What cannot be written without touching more, or would change another place too
//! (an anchor that is used elsewhere), is not offered.

mod block;
mod diff;
mod edit;
mod embedded;
mod flow;
mod page;
mod scalar;
#[cfg(test)]
mod tests;

use std::ops::Range;
use std::sync::Arc;

use rustc_hash::FxHashMap;

pub use self::diff::{unified, unified_without};
use self::page::Page;
use crate::document::{self, Format, Limits};
use crate::finding::{Change, Edit, Finding, Fix};
use crate::source::{SourceId, Sources, Span};

/// A stretch of a text, and what stands there afterwards.
type Stretch = (Range<usize>, String);

/// The longest file that is edited, in bytes: no template is so long.
const LONGEST: u64 = 8 << 20;

/// How many fixes of a file are tried one by one, if not all of them can be made.
const TRIED: usize = 100;

/// Writes the fixes of findings as edits, and lets go of those that cannot be written. `pinned` says that values of
/// parameters are given: then nothing is known of a template with others.
pub fn write_out(findings: &mut [Finding], sources: &Sources, pinned: bool) {
    let mut desk = Desk { sources, pages: FxHashMap::default() };
    for finding in &mut *findings {
        // What another program writes is overwritten by it.
        let generated = finding.entity.cdk_path.is_some();
        if let Some(fix) = finding.fix.take().filter(|_| !generated) {
            finding.fix = desk.write(Fix { safe: fix.safe && !pinned, ..*fix }).map(Box::new);
        }
    }
    desk.check(findings);
}

/// A text with edits of it made. `None` if they overlap, or are not of this text.
#[must_use]
pub fn apply(text: &str, edits: &[&Edit]) -> Option<String> {
    let mut stretches: Vec<Stretch> = edits
        .iter()
        .map(|edit| (edit.span.start as usize..edit.span.end as usize, edit.text.clone()))
        .collect();
    apply_stretches(text, &mut stretches)
}

fn apply_stretches(text: &str, stretches: &mut [Stretch]) -> Option<String> {
    stretches.sort_by_key(|(range, _)| (range.start, range.end));
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    for (range, new) in stretches {
        if range.start < at {
            return None;
        }
        out.push_str(text.get(at..range.start)?);
        text.get(range.clone())?;
        out.push_str(new);
        at = range.end;
    }
    out.push_str(text.get(at..)?);
    Some(out)
}

/// The files that are open.
struct Desk<'s> {
    sources: &'s Sources,
    pages: FxHashMap<SourceId, Option<Arc<Page>>>,
}

impl Desk<'_> {
    /// The fix with its edits.
    fn write(&mut self, fix: Fix) -> Option<Fix> {
        let mut edits: Vec<Edit> = Vec::new();
        for change in &fix.changes {
            edits.extend(self.change(change)?);
        }
        // In which order files are named does not matter, and that of a template comes first: it has the changes.
        let mut in_order: Vec<Edit> = Vec::with_capacity(edits.len());
        while let Some(first) = edits.first() {
            let source = first.span.source;
            let (mut own, others): (Vec<Edit>, Vec<Edit>) =
                edits.into_iter().partition(|edit| edit.span.source == source);
            own.sort_by_key(|edit| (edit.span.start, edit.span.end));
            in_order.append(&mut own);
            edits = others;
        }
        let apart = in_order.windows(2).all(|pair| {
            let (one, other) = (pair[0].span, pair[1].span);
            one.source != other.source || (one.end <= other.start && one != other)
        });
        (apart && !in_order.is_empty()).then_some(Fix { edits: in_order, ..fix })
    }

    /// Lets go of fixes with which their files could not be read any more: which no edit should do.
    fn check(&mut self, findings: &mut [Finding]) {
        // Mostly all of them can be made at once, but for those that touch the same places.
        let mut taken: FxHashMap<SourceId, Vec<Edit>> = FxHashMap::default();
        let mut sources: Vec<SourceId> = Vec::new();
        let mut alone: Vec<usize> = Vec::new();
        let mut together: Vec<usize> = Vec::new();
        for (index, finding) in findings.iter().enumerate() {
            let Some(fix) = &finding.fix else { continue };
            let is_free = fix.edits.iter().all(|edit| {
                let others = taken.get(&edit.span.source).map_or(&[][..], Vec::as_slice);
                !others.iter().any(|other| edit.touches(other))
            });
            if !is_free {
                // Two findings may have one fix.
                let is_same =
                    |edit: &Edit| taken.get(&edit.span.source).is_some_and(|taken| taken.contains(edit));
                if !fix.edits.iter().all(is_same) {
                    alone.push(index);
                }
                continue;
            }
            for edit in &fix.edits {
                let taken = taken.entry(edit.span.source).or_default();
                if taken.is_empty() {
                    sources.push(edit.span.source);
                }
                taken.push(edit.clone());
            }
            together.push(index);
        }
        let mut wrong: Vec<SourceId> = Vec::new();
        for source in sources {
            if !self.reads(source, &taken[&source].iter().collect::<Vec<_>>()) {
                wrong.push(source);
            }
        }
        let is_wrong = |finding: &Finding| {
            finding.fix.iter().flat_map(|fix| &fix.edits).any(|edit| wrong.contains(&edit.span.source))
        };
        alone.extend(together.into_iter().filter(|&index| is_wrong(&findings[index])));
        for (number, index) in alone.into_iter().enumerate() {
            let Some(fix) = &findings[index].fix else { continue };
            let mut by_source = fix.edits.chunk_by(|one, other| one.span.source == other.span.source);
            let reads = number < TRIED
                && by_source.all(|edits| self.reads(edits[0].span.source, &edits.iter().collect::<Vec<_>>()));
            if !reads {
                findings[index].fix = None;
            }
        }
    }

    /// Whether a file can be read with edits made.
    fn reads(&mut self, source: SourceId, edits: &[&Edit]) -> bool {
        let Some(page) = self.page(source) else { return false };
        let Some(text) = apply(&page.text, edits) else { return false };
        document::read(&text, source, page.document.format, &Limits::default()).complete()
    }

    /// The edits that make a change, in the files themselves.
    fn change(&mut self, change: &Change) -> Option<Vec<Edit>> {
        let source = change.at.source;
        let page = self.page(source)?;
        let stretches = edit::stretches(&page, change)?;
        let (source, stretches) = match &page.host {
            None => (source, stretches),
            Some(host) => (host.span.source, embedded::in_host(host, &page, stretches)?),
        };
        let offset = |offset: usize| u32::try_from(offset).ok();
        let edit = |(range, text): Stretch| {
            let span = Span::new(source, offset(range.start)?, offset(range.end)?);
            Some(Edit { span, text })
        };
        stretches.into_iter().map(edit).collect()
    }

    /// What is written in a source, if it may be edited.
    fn page(&mut self, source: SourceId) -> Option<Arc<Page>> {
        if let Some(page) = self.pages.get(&source) {
            return page.clone();
        }
        let page = self.open(source).map(Arc::new);
        self.pages.insert(source, page.clone());
        page
    }

    fn open(&mut self, source: SourceId) -> Option<Page> {
        use crate::source::Origin;
        match self.sources.origin(source) {
            Origin::File(path) => {
                if path.metadata().is_ok_and(|metadata| metadata.len() > LONGEST) {
                    return None;
                }
                let file = self.sources.file_text(source).ok().filter(|file| !file.changed)?;
                let generated = path.components().any(|part| part.as_os_str() == "cdk.out");
                let format = Format::guess(path, &file.text);
                Page::template(Arc::clone(&file.text), source, format).filter(|_| !generated)
            }
            Origin::Memory(path) => {
                let text = self.sources.text(source)?;
                let format = Format::guess(path, &text);
                Page::template(text, source, format)
            }
            &Origin::Decoded { host, by } => {
                let outer = self.page(host.source)?;
                Page::inside(self.sources.text(source)?, source, host, by, &outer)
            }
            // What is put together stands nowhere as a whole, and standard input is nobody's to change.
            Origin::Composed(_) | Origin::Stdin => None,
        }
    }
}
