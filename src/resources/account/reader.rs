//! Finds answers in a document, by what is in them, and reads what they tell.

use std::hash::BuildHasher;
use std::ops::Range;
use std::path::Path;
use std::sync::Arc;

use rustc_hash::{FxBuildHasher, FxHashMap};

use super::answer::{How, Lists, Member, Reading, known, readings};
use super::clue::{Clue, WrittenArn, is_account};
use super::fragment::{Fragment, Listed, Source, Told};
use super::manifest::Manifest;
use super::passed_over::PASSED_OVER;
use super::{File, config, kinds, policy_file};
use crate::document::embedded;
use crate::document::{Kind, Limits, NodeRef, Tree};
use crate::resources::{Entry, Value};
use crate::settings::Settings;
use crate::source::{self, Problem, ProblemKind, SourceId, Sources, Span};
use crate::value::{Located, Name, Text, Unknown, Vocabulary};

/// How deep answers may be wrapped in other objects.
const WRAPPED: u32 = 3;

/// Members that an answer has if there is more than it tells.
const MORE: &[&str] = &["NextToken", "nextToken", "Marker", "PaginationToken"];

/// Reads the answers of one file.
pub(crate) struct Reader<'a> {
    pub(super) vocabulary: &'a Vocabulary,
    sources: &'a Sources,
    clue: Clue,
    pub(super) fragments: Vec<Fragment>,
    listed: Vec<Listed>,
    cut: bool,
    manifest: Option<Manifest>,
    pub(super) problems: Vec<Problem>,
    any: bool,
    /// True while a thing is read that waits for no other answer.
    is_whole: bool,
    /// Policy documents of such things, by hash: of many roles they are the same word for word.
    shared: FxHashMap<u64, Shared>,
}

/// A policy document that was read, and where it is written in which text.
struct Shared {
    source: SourceId,
    range: Range<usize>,
    value: Arc<Located<Value>>,
}

impl<'a> Reader<'a> {
    pub(super) fn new(path: &Path, vocabulary: &'a Vocabulary, sources: &'a Sources) -> Self {
        Self {
            vocabulary,
            sources,
            clue: Clue::of_path(&source::absolute(path)),
            fragments: Vec::new(),
            listed: Vec::new(),
            cut: false,
            manifest: None,
            problems: Vec::new(),
            any: false,
            is_whole: false,
            shared: FxHashMap::default(),
        }
    }

    /// Reads a value that stands in no other.
    pub(super) fn root(&mut self, root: NodeRef<'_>) {
        if let Some(manifest) = Manifest::read(root, &mut self.problems) {
            self.manifest = Some(manifest);
            return;
        }
        if policy_file::is_policy(root) {
            self.any |= policy_file::read(self, root);
            return;
        }
        let found = self.answers(root, 0);
        self.any |= found;
        if let (false, Some(service), Some(operation)) = (found, &self.clue.service, &self.clue.operation)
            && known().any(|reading| self.clue.asks(reading))
            // An object without members is what an answer without members is.
            && (root.kind() != Kind::Map || root.entries().next().is_some() || root.is_unclosed())
        {
            self.problems.push(Problem::at(
                ProblemKind::Unread,
                root.span(),
                format!(
                    "this is not what `aws {service} {operation}` answers, which the folders say that it is"
                ),
                "Look what the file holds; ask AWS again if it was cut off or overwritten.",
            ));
            self.any = true;
        }
    }

    pub(super) fn finish(self, path: &Path, settings: &Settings) -> Option<File> {
        let ours = self.any || self.cut || self.manifest.is_some() || !self.problems.is_empty();
        ours.then(|| File {
            path: path.to_owned(),
            clue: self.clue,
            pinned: Clue::pinned(settings, path),
            fragments: self.fragments,
            taken: Vec::new(),
            taken_from: Vec::new(),
            listed: self.listed,
            cut: self.cut,
            existing: false,
            manifest: self.manifest,
            problems: self.problems,
        })
    }

    /// Reads the answers at `node`, which is one, holds some, or is something else: then false.
    fn answers(&mut self, node: NodeRef<'_>, depth: u32) -> bool {
        if depth > WRAPPED {
            return false;
        }
        match node.kind() {
            Kind::List => {
                let mut any = false;
                for item in node.items().filter(|item| item.kind() != Kind::Scalar) {
                    any |= self.answers(item, depth + 1);
                }
                any
            }
            Kind::Map => {
                if config::read(self, node) || self.answer(node) {
                    return true;
                }
                let mut any = false;
                for (_, value) in node.entries().filter(|(_, value)| value.kind() != Kind::Scalar) {
                    any |= self.answers(value, depth + 1);
                }
                any || self.is_passed_over(node)
            }
            _ => false,
        }
    }

    /// Reads one answer. False if it is none.
    fn answer(&mut self, root: NodeRef<'_>) -> bool {
        let (matching, only) = self.matching(root);
        let whole = !is_cut(root) && !root.is_unclosed();
        if matching.is_empty() {
            // In a piece of an answer its members may be in other pieces.
            self.cut |= !whole;
            return self.thing_alone(root);
        }
        // A thing may have members that are an answer of their own elsewhere.
        if self.clue.operation.is_none()
            && matching.iter().all(|reading| reading.id.is_empty())
            && self.thing_alone(root)
        {
            return true;
        }
        self.cut |= !whole;
        let operations = matching.iter().map(|reading| (reading.service, reading.operation));
        let several = operations.clone().any(|operation| Some(operation) != operations.clone().next());
        // Answers to several questions may tell the same, but for which of the things there are.
        let first = matching[0];
        if several && matching.iter().all(|reading| reading.tells_the_same(first)) {
            self.read(first, root, whole, false);
            return true;
        }
        if several {
            let all: Vec<String> = matching
                .iter()
                .map(|reading| format!("`aws {} {}`", reading.service, reading.operation))
                .collect();
            self.problems.push(Problem::at(
                ProblemKind::Unread,
                root.span(),
                format!("this answer does not say what it is of: {} answer alike", all.join(", ")),
                "Save it as ACCOUNT/REGION/SERVICE/OPERATION/KEY.json, where KEY is what the request named.",
            ));
            return true;
        }
        for reading in matching {
            self.read(reading, root, whole, only);
        }
        true
    }

    /// True for an answer of which nothing is to be read.
    fn is_passed_over(&self, root: NodeRef<'_>) -> bool {
        let mut passed = PASSED_OVER.iter().map(|passed| &passed.answer);
        passed.any(|answer| fits(answer, root, self.clue.asks(answer)))
    }

    /// The entries of the tables that an answer fits, and whether it fits no others.
    fn matching(&self, root: NodeRef<'_>) -> (Vec<&'static Reading>, bool) {
        let fitting: Vec<&Reading> =
            readings().filter(|reading| self.clue.asks(reading) && fits(reading, root, true)).collect();
        if !fitting.is_empty() {
            return (fitting, true);
        }
        // Where another call was asked, what that request named says nothing of what this answer is of.
        let asked_another = known().any(|reading| self.clue.asks(reading));
        let is_told = |reading: &&Reading| !asked_another || !reading.id.is_empty();
        let fitting = readings().filter(is_told).filter(|reading| fits(reading, root, false));
        let mut fitting: Vec<&Reading> = fitting.collect();
        let all = fitting.len();
        // Of answers that look alike, one that says what it is of is meant, and does not need what the request named.
        let says = |reading: &&Reading| !reading.id.is_empty();
        let says_all = |reading: &&Reading| says(reading) && reading.requested.is_none();
        if fitting.iter().any(says_all) {
            fitting.retain(says_all);
        } else if fitting.iter().any(says) {
            fitting.retain(says);
        }
        let only = fitting.len() == all;
        (fitting, only)
    }

    /// Reads a thing that stands without the answer around it.
    fn thing_alone(&mut self, node: NodeRef<'_>) -> bool {
        let is_one = |reading: &&Reading| {
            reading.arn.is_some_and(|arn| scalar(node, arn).is_some_and(|arn| arn.starts_with("arn:")))
                && reading.marks != ["Arn"]
                && !reading.at.is_empty()
                && has_marks(reading, node)
        };
        // What the answers about details tell of is not told by things that have none.
        let has_details = |reading: &&Reading| {
            reading.lists != Lists::AllIfAny
                || reading
                    .members
                    .iter()
                    .filter(|member| member.how != How::Plain)
                    .all(|member| node.get(member.from).is_some())
        };
        let Some(reading) = readings().filter(is_one).find(has_details) else { return false };
        let fragment = self.fragment(reading, node, true);
        self.fragments.push(fragment);
        true
    }

    fn read(&mut self, reading: &'static Reading, root: NodeRef<'_>, whole: bool, lists: bool) {
        let things: Vec<NodeRef<'_>> = match reading.at {
            "" => vec![root],
            at => match root.get(at) {
                Some((_, list)) if list.kind() == Kind::List => list.items().collect(),
                Some((_, thing)) => vec![thing],
                None => Vec::new(),
            },
        };
        let first = self.fragments.len();
        for thing in things {
            if reading.at.is_empty() || has_marks(reading, thing) {
                // A list that is cut off has things that are whole.
                let fragment = self.fragment(reading, thing, whole || !reading.at.is_empty());
                self.fragments.push(fragment);
            }
        }
        let things = &self.fragments[first..];
        let named = things.first();
        let of = match reading.lists {
            _ if !lists => return,
            Lists::Nothing => return,
            // An answer that is filtered has nothing, or only what AWS manages.
            Lists::AllIfAny if !things.iter().any(|thing| thing.account.is_some()) => return,
            Lists::All | Lists::AllIfAny => None,
            Lists::AllOf("") => None,
            Lists::AllOf(within) => scalar(root, within),
        };
        let (account, region) = named.map_or((None, None), |named| (named.account, named.region));
        let of = of.map(|of| self.vocabulary.names.intern(of));
        self.listed.push(Listed { reading, of, account, region });
    }

    /// What `reading` reads of `thing`.
    fn fragment(&mut self, reading: &'static Reading, thing: NodeRef<'_>, whole: bool) -> Fragment {
        let whole = whole && !thing.is_unclosed();
        let arn = reading.arn.and_then(|arn| follow(thing, arn));
        let written = arn.and_then(|arn| arn.scalar()).and_then(WrittenArn::parse);
        let id = id(reading, thing);
        let own_account =
            reading.account.and_then(|account| scalar(thing, account)).filter(|text| is_account(text));
        let account =
            own_account.or_else(|| written.map(|arn| arn.account).filter(|account| is_account(account)));
        let region = written
            .map(|arn| arn.region)
            .filter(|region| !region.is_empty())
            .or_else(|| kinds::region_in_id(reading.kind, id.as_deref()?));
        let name = reading.id.first().and_then(|member| follow(thing, member)).or(arn);
        let marked = || reading.marks.first().and_then(|mark| thing.get(mark)).map(|(key, _)| key.span());
        let span = name.map(NodeRef::span).or_else(marked).unwrap_or_else(|| thing.span());
        let names = &self.vocabulary.names;
        let (account, region) =
            (account.map(|text| names.intern(text)), region.map(|text| names.intern(text)));
        let of_nobody_else = id.is_some() && account.is_some() && written.is_some();
        self.is_whole = whole && reading.lists == Lists::AllIfAny && of_nobody_else;
        let mut properties = Vec::with_capacity(reading.members.len());
        for member in reading.members {
            properties.extend(self.property(member, thing, whole));
        }
        let is_whole = std::mem::take(&mut self.is_whole);
        let attributes = reading
            .attributes
            .iter()
            .filter_map(|(member, name)| Some((*name, self.vocabulary.literal(scalar(thing, member)?))))
            .collect();
        Fragment {
            kind: reading.kind,
            id: id.map(|id| self.vocabulary.names.intern(&id)),
            account,
            region,
            arn: arn.and_then(NodeRef::scalar).map(|arn| self.vocabulary.names.intern(arn)),
            span,
            whole: thing.span(),
            attributes,
            properties,
            told: if whole { Told::ByReading(reading) } else { Told::InPart },
            is_whole,
            gone: false,
            recorded: None,
            source: Source::Answer(reading.service, reading.operation),
            requested: reading.requested,
        }
    }

    /// The property that a member becomes. `None` if it is not there.
    pub(super) fn property(&mut self, member: &Member, thing: NodeRef<'_>, whole: bool) -> Option<Entry> {
        let found = find(thing, member.from)?;
        let (span, key) = (found.span(), found.key());
        let value = match (member.how, found) {
            (How::Policies, Found::One { node, .. }) => {
                let items: Vec<NodeRef<'_>> =
                    if node.kind() == Kind::List { node.items().collect() } else { vec![node] };
                let mut items: Vec<_> = items.into_iter().map(|item| self.policy(item)).collect();
                self.close(&mut items, span, whole);
                Value::List(items)
            }
            (How::DefaultVersion, Found::One { node, .. }) => {
                let is_default = |version: &NodeRef<'_>| {
                    either(*version, "IsDefaultVersion", "isDefaultVersion").and_then(NodeRef::scalar)
                        == Some("true")
                };
                let mut versions: Vec<NodeRef<'_>> =
                    if node.kind() == Kind::List { node.items().collect() } else { vec![node] };
                versions.retain(is_default);
                let document = either(*versions.first()?, "Document", "document")?;
                let key = document.span();
                let document = self.document(document);
                return Some(self.entry(member.to, key, document));
            }
            (How::Document, Found::One { node, .. }) => {
                let value = self.document(node);
                if matches!(&value.value, Value::Text(text) if text.parts().is_empty()) {
                    return None;
                }
                value.value
            }
            (How::Issuer, Found::One { node, .. }) => {
                let url = node.scalar()?;
                let url = if url.contains("://") { url.to_owned() } else { format!("https://{url}") };
                Value::Text(self.vocabulary.literal(&url))
            }
            (How::Presence, Found::One { .. }) => Value::Map(Vec::new()),
            (How::There, Found::One { .. }) => Value::Text(self.vocabulary.literal("true")),
            (How::First, Found::Many { nodes, .. }) => self.value(*nodes.first()?, false).value,
            (How::Attributes, Found::One { node, .. }) => {
                let mut items: Vec<_> = node.items().map(|item| self.attribute(item)).collect();
                self.close(&mut items, span, whole);
                Value::List(items)
            }
            (How::Enclosing, Found::One { node, .. }) => {
                let parent = |path: NodeRef<'_>| {
                    let mut ids = path.scalar()?.trim_end_matches('/').rsplit('/');
                    ids.next()?;
                    let id = self.vocabulary.literal(ids.next()?);
                    Some(Located::new(Value::Text(id), path.span()))
                };
                match node.kind() {
                    Kind::List => Value::List(node.items().filter_map(parent).collect()),
                    _ => parent(node)?.value,
                }
            }
            (How::Capitalised, Found::One { node, .. }) => self.value(node, true).value,
            (_, Found::One { node, .. }) => {
                let mut value = self.value(node, false).value;
                if let Value::List(items) = &mut value {
                    self.close(items, span, whole);
                }
                value
            }
            (_, Found::Many { nodes, .. }) => {
                let mut items: Vec<_> = nodes.into_iter().map(|node| self.value(node, false)).collect();
                self.close(&mut items, span, whole);
                Value::List(items)
            }
        };
        Some(self.entry(member.to, key, Located::new(value, span)))
    }

    /// A list of an answer that is cut off may have more items.
    fn close(&self, items: &mut Vec<Located<Value>>, span: Span, whole: bool) {
        if !whole {
            items.push(Located::new(Value::Unknown(Unknown::NotSeen), span));
        }
    }

    /// An attribute of users, with the name that templates have for it.
    fn attribute(&self, node: NodeRef<'_>) -> Located<Value> {
        let mut attribute = self.value(node, false);
        if let Value::Map(entries) = &mut attribute.value {
            for entry in
                entries.iter_mut().filter(|entry| entry.key.value.as_literal(self.vocabulary) == Some("Name"))
            {
                let Value::Text(name) = &mut entry.value.value else { continue };
                let literal = name.as_literal(self.vocabulary).unwrap_or_default();
                let own = literal.strip_prefix("dev:").unwrap_or(literal).strip_prefix("custom:");
                if let Some(own) = own {
                    *name = self.vocabulary.literal(own);
                }
            }
        }
        attribute
    }

    /// An inline policy: its name, or a mapping with name and document. AWS Config begins members with small letters.
    fn policy(&mut self, node: NodeRef<'_>) -> Located<Value> {
        let span = node.span();
        let mut entries = Vec::new();
        let member = |name: &str, small: &str| node.get(name).or_else(|| node.get(small));
        let name = match node.kind() {
            Kind::Map => member("PolicyName", "policyName").map(|(_, name)| name),
            _ => Some(node),
        };
        if let Some(name) = name {
            entries.push(self.entry("PolicyName", name.span(), self.value(name, false)));
        }
        if let Some((key, document)) = member("PolicyDocument", "policyDocument") {
            let document = self.document(document);
            entries.push(self.entry("PolicyDocument", key.span(), document));
        }
        Located::new(Value::Map(entries), span)
    }

    /// A policy document: as a mapping, or as its text.
    pub(super) fn document(&mut self, node: NodeRef<'_>) -> Located<Value> {
        if self.is_whole && node.kind() == Kind::Map && !node.is_unclosed() {
            return Located::new(Value::Shared(self.shared(node)), node.span());
        }
        let Some(embedded) = embedded::read(self.sources, node, &Limits::default()) else {
            return self.value(node, false);
        };
        self.problems.extend(embedded.problems);
        let tree = Tree::new(&embedded.document, &embedded.text);
        let root = tree.roots().next();
        root.map_or_else(|| self.value(node, false), |root| self.value(root, false))
    }

    /// A document, which may have been read where it stands word for word before.
    fn shared(&mut self, node: NodeRef<'_>) -> Arc<Located<Value>> {
        let (source, text, written) = (node.tree().source(), node.tree().text(), node.written());
        let hash = FxBuildHasher.hash_one(written);
        if let Some(known) = self.shared.get(&hash)
            && known.source == source
            && text[known.range.clone()] == *written
        {
            return Arc::clone(&known.value);
        }
        let value = Arc::new(self.value(node, false));
        self.shared.insert(hash, Shared { source, range: node.range(), value: Arc::clone(&value) });
        value
    }

    /// Calls `read` with the document in a text, or with the node itself if it is none.
    pub(super) fn inside<R>(
        &mut self,
        node: NodeRef<'_>,
        read: impl FnOnce(&mut Self, NodeRef<'_>) -> R,
    ) -> R {
        let Some(embedded) = embedded::read(self.sources, node, &Limits::default()) else {
            return read(self, node);
        };
        self.problems.extend(embedded.problems);
        let tree = Tree::new(&embedded.document, &embedded.text);
        match tree.roots().next() {
            Some(root) => read(self, root),
            None => read(self, node),
        }
    }

    pub(super) fn entry(&self, name: &str, key: Span, value: Located<Value>) -> Entry {
        Entry { key: Located::new(self.vocabulary.literal(name), key), value }
    }

    /// A value as it is written; what is null is not there.
    pub(super) fn value(&self, node: NodeRef<'_>, capitalised: bool) -> Located<Value> {
        let value = match node.kind() {
            // Where the text is cut off, nobody knows what the rest would have been.
            Kind::List | Kind::Map if node.is_unclosed() => Value::Unknown(Unknown::NotSeen),
            Kind::List => {
                let items = node.items().filter(|item| !item.is_null());
                Value::List(items.map(|item| self.value(item, capitalised)).collect())
            }
            Kind::Map => {
                let entries = node.entries().filter(|(_, value)| !value.is_null());
                // INVARIANT: the reader bounds the depth.
                Value::Map(
                    entries
                        .map(|(key, value)| Entry {
                            key: Located::new(self.key(key, capitalised), key.span()),
                            value: self.value(value, capitalised),
                        })
                        .collect(),
                )
            }
            _ if node.is_null() => Value::Null,
            _ => Value::Text(self.vocabulary.literal(node.scalar().unwrap_or_default())),
        };
        Located::new(value, node.span())
    }

    fn key(&self, key: NodeRef<'_>, capitalised: bool) -> Text {
        let name = key.scalar().unwrap_or_default();
        if capitalised {
            self.vocabulary.literal(&kinds::capitalised(name))
        } else {
            self.vocabulary.literal(name)
        }
    }

    pub(super) fn name(&self, text: &str) -> Name {
        self.vocabulary.names.intern(text)
    }
}

/// True if an answer has the members of an entry of the table. An empty list fits only the answer that was `asked` for, or
/// the only one that has it.
fn fits(reading: &Reading, root: NodeRef<'_>, asked: bool) -> bool {
    if reading.at.is_empty() {
        return has_marks(reading, root);
    }
    let Some((_, thing)) = root.get(reading.at) else { return false };
    // Where a value decides of which kind a thing is, the next one may be of another.
    let by_value = reading.marks.iter().any(|mark| mark.contains('='));
    match thing.kind() {
        Kind::List if by_value && thing.items().next().is_some() => {
            thing.items().any(|item| has_marks(reading, item))
        }
        // What is no thing at all is left out.
        Kind::List => match thing.items().find(|item| item.kind() == Kind::Map).or(thing.items().next()) {
            Some(first) => has_marks(reading, first),
            None => asked || is_only_one(reading),
        },
        Kind::Map => has_marks(reading, thing),
        _ => false,
    }
}

/// True if no other answer has a member of this name.
fn is_only_one(reading: &Reading) -> bool {
    let same = |other: &&Reading| {
        other.at == reading.at || other.members.iter().any(|member| member.from == reading.at)
    };
    readings().filter(same).all(|other| other.operation == reading.operation)
}

/// True if a thing has all marks of an entry of the table.
fn has_marks(reading: &Reading, thing: NodeRef<'_>) -> bool {
    let has = |name: &str| match name.split_once('=') {
        Some((member, value)) => scalar(thing, member) == Some(value),
        None if name == "." => thing.scalar().is_some(),
        None => thing.get(name).is_some(),
    };
    reading.marks.iter().all(|mark| mark.split('|').any(has)) && !reading.without.iter().any(|name| has(name))
}

/// True if there is more than the answer tells.
fn is_cut(root: NodeRef<'_>) -> bool {
    MORE.iter().any(|name| root.get(name).is_some_and(|(_, token)| !token.is_null()))
        || scalar(root, "IsTruncated") == Some("true")
}

/// What names a thing within its account.
fn id(reading: &Reading, thing: NodeRef<'_>) -> Option<String> {
    if reading.id.is_empty() {
        return None;
    }
    let mut id = String::new();
    for member in reading.id {
        let part = if *member == "." { thing.scalar()? } else { scalar(thing, member)? };
        if !id.is_empty() {
            id.push('/');
        }
        id.push_str(kinds::id_of(part));
    }
    Some(id)
}

/// The text at a path.
pub(super) fn scalar<'d>(node: NodeRef<'d>, path: &str) -> Option<&'d str> {
    follow(node, path)?.scalar()
}

/// The value at a path of names, unless it is null.
pub(super) fn follow<'d>(node: NodeRef<'d>, path: &str) -> Option<NodeRef<'d>> {
    if path == "." {
        return Some(node);
    }
    path.split('.').try_fold(node, |node, name| Some(node.get(name)?.1)).filter(|node| !node.is_null())
}

/// What stands under a name, or under that which AWS Config has for it.
fn either<'d>(node: NodeRef<'d>, name: &str, small: &str) -> Option<NodeRef<'d>> {
    follow(node, name).or_else(|| follow(node, small))
}

/// What stands at a path of a member.
enum Found<'d> {
    One { key: Span, node: NodeRef<'d> },
    Many { key: Span, list: Span, nodes: Vec<NodeRef<'d>> },
}

impl Found<'_> {
    fn span(&self) -> Span {
        match self {
            Self::One { node, .. } => node.span(),
            Self::Many { list, .. } => *list,
        }
    }

    fn key(&self) -> Span {
        match self {
            Self::One { key, .. } | Self::Many { key, .. } => *key,
        }
    }
}

fn find<'d>(thing: NodeRef<'d>, path: &str) -> Option<Found<'d>> {
    if path == "." {
        return Some(Found::One { key: thing.span(), node: thing });
    }
    // Behind `[]` is what is looked for in each item of a list.
    let Some((list, rest)) = path.split_once('[') else {
        let (key, node) = entry(thing, path)?;
        return Some(Found::One { key: key.span(), node });
    };
    let (key, node) = entry(thing, list)?;
    let nodes = match rest.strip_prefix("].") {
        Some(rest) => node.items().filter_map(|item| follow(item, rest)).collect(),
        None => node.items().collect(),
    };
    Some(Found::Many { key: key.span(), list: node.span(), nodes })
}

/// The entry at a path of names.
fn entry<'d>(thing: NodeRef<'d>, path: &str) -> Option<(NodeRef<'d>, NodeRef<'d>)> {
    let (map, name) = match path.rsplit_once('.') {
        Some((parent, name)) => (follow(thing, parent)?, name),
        None => (thing, path),
    };
    map.get(name).filter(|(_, value)| !value.is_null())
}
