//! All answers of a scan: which account each is of, and what they tell together.

use std::path::{Path, PathBuf};

use rustc_hash::{FxHashMap, FxHashSet};

use super::File;
use super::answer::{Lists, Requested, readings};
use super::clue::{Clue, WrittenArn, is_account};
use super::fragment::{Fragment, Source};
use super::inventory::{Found, Twice, inventories};
use super::kinds;
use super::manifest::{Manifest, Manifests, NotSeen};
use super::thing::{Key, Thing, companion, unseen};
use super::whole::Taken;
use crate::resources::{
    Deployment, Entry, ExistingExport, Pinned, Resource, Resources, Seen, Template, Value,
};
use crate::source::{Problem, ProblemKind, Span};
use crate::value::{
    DeploymentId, Located, Name, Pseudo, Shape, Symbol, TemplateId, Text, Vocabulary, WorldTable,
};

/// The first ids that are free.
#[derive(Clone, Copy, Debug)]
pub struct Start {
    /// Of deployments.
    pub deployment: u32,
    /// Of templates.
    pub template: u32,
}

impl Start {
    /// Those behind the ids of `resources`.
    #[must_use]
    pub fn after(resources: &Resources) -> Self {
        let next = |length: usize| u32::try_from(length).expect("a scan has fewer than 2^32 of a kind");
        Self { deployment: next(resources.deployments.len()), template: next(resources.templates.len()) }
    }
}

/// All answers of a scan.
#[derive(Debug)]
pub struct Dump {
    files: Vec<File>,
    manifests: Manifests,
    problems: Vec<Problem>,
}

/// What the exports of stacks are in the tables: they are no resources.
const EXPORT: &str = "Export";

/// Whose a thing is.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Owner {
    /// An account that is known.
    Account(String),
    /// The account that nobody names, of the answers in a folder or of a file.
    Unknown(PathBuf),
}

/// Everything of one owner.
#[derive(Default)]
struct Account {
    partition: Option<String>,
    /// True if more is done than looking things up in it.
    own: bool,
    /// Something in it.
    span: Option<Span>,
    things: Vec<Thing>,
    known: FxHashMap<Key, usize>,
}

impl Dump {
    /// Puts files together. Nothing depends on the order in which they come.
    #[must_use]
    pub fn new(mut files: Vec<File>) -> Self {
        files.sort_by(|left, right| left.path.cmp(&right.path));
        let mut dump = Self { files: Vec::new(), manifests: Manifests::default(), problems: Vec::new() };
        for mut file in files {
            dump.problems.append(&mut file.problems);
            if let Some(manifest) = file.manifest.take() {
                dump.manifests.add(&file.path, manifest);
            }
            dump.files.push(file);
        }
        dump
    }

    /// True if there is nothing.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.files.is_empty()
    }

    /// The account in which things are only looked up, if it is one.
    #[must_use]
    pub fn only_existing(&self, vocabulary: &Vocabulary) -> Option<Pinned> {
        let names = &vocabulary.names;
        let mut only: Option<Pinned> = None;
        // False if it is another account than those before.
        let mut take = |account: String, partition: Option<String>| match &mut only {
            Some(known) if known.account != account => false,
            Some(known) => {
                known.partition = known.partition.take().or(partition);
                true
            }
            None => {
                only = Some(Pinned { account, partition });
                true
            }
        };
        for file in self.files.iter().filter(|file| file.existing) {
            let clue = clue_of(file, &self.manifests);
            for of in &file.taken_from {
                let text = |name| names.text(name).to_owned();
                if !take(text(of.account), Some(text(of.partition))) {
                    return None;
                }
            }
            // What AWS manages is in every account.
            let is_own = |fragment: &&Fragment| !fragment.arn.is_some_and(|arn| is_by_aws(names.text(arn)));
            for fragment in file.fragments.iter().filter(is_own) {
                let account = fragment.account.map(|account| names.text(account).to_owned());
                let account = account.or_else(|| clue.account.clone())?;
                let arn = fragment.arn.and_then(|arn| WrittenArn::parse(names.text(arn)));
                if !take(account, arn.map(|arn| arn.partition.to_owned())) {
                    return None;
                }
            }
        }
        only
    }

    /// The exports of the stacks that exist.
    #[must_use]
    pub fn exports(&self, vocabulary: &Vocabulary) -> Vec<ExistingExport> {
        let mut all = Vec::new();
        let has_some = |file: &&File| file.fragments.iter().any(|fragment| fragment.kind == EXPORT);
        for file in self.files.iter().filter(has_some) {
            let clue = clue_of(file, &self.manifests);
            let literal = |text: &Option<String>| text.as_deref().map(|text| vocabulary.literal(text));
            for fragment in file.fragments.iter().filter(|fragment| fragment.kind == EXPORT) {
                let text = |name| fragment.text(name, vocabulary).cloned();
                let (Some(name), Some(value)) = (text("Name"), text("Value")) else { continue };
                let own = fragment.account.map(Text::literal);
                let region = fragment.region.map(Text::literal).or_else(|| literal(&clue.region));
                all.push(ExistingExport {
                    name,
                    value,
                    account: own.or_else(|| literal(&clue.account)),
                    region,
                });
            }
        }
        all
    }

    /// The resources of all accounts: to be put behind those that have lower ids.
    #[must_use]
    pub fn resolve(self, start: Start, vocabulary: &Vocabulary) -> Resources {
        let Self { files, manifests, problems } = self;
        let homes = Homes::new(&files, vocabulary);
        let mut sorting = Sorting {
            accounts: FxHashMap::default(),
            listed: Vec::new(),
            problems,
            homeless: Vec::new(),
            vocabulary,
        };
        for manifest in manifests.iter() {
            if let (Some(account), Some(partition)) = (&manifest.account, &manifest.partition) {
                sorting.accounts.entry(Owner::Account(account.clone())).or_default().partition =
                    Some(partition.clone());
            }
        }
        let mut taken: FxHashSet<Taken> = FxHashSet::default();
        let mut twice: Option<(Name, PathBuf)> = None;
        let mut paths: Vec<PathBuf> = Vec::new();
        for mut file in files {
            let clue = clue_of(&file, &manifests);
            paths.push(file.path.clone());
            for one in std::mem::take(&mut file.taken) {
                if !taken.insert(one) {
                    twice.get_or_insert((one.account, file.path.clone()));
                }
            }
            let account = file.taken_from.first().map(|of| of.account);
            for of in std::mem::take(&mut file.taken_from) {
                let owner = Owner::Account(vocabulary.names.text(of.account).to_owned());
                let account = sorting.accounts.entry(owner).or_default();
                account.own |= !file.existing;
                account.partition.get_or_insert_with(|| vocabulary.names.text(of.partition).to_owned());
                account.span.get_or_insert(of.span);
            }
            sorting.sort(file, paths.len() - 1, &clue, account, &homes);
        }
        let twice = twice.map(|(account, path)| (vocabulary.names.text(account).to_owned(), path));
        for manifest in manifests.iter() {
            sorting.answered_none(manifest);
        }
        let mut accounts: Vec<(Owner, Account)> = sorting.accounts.into_iter().collect();
        accounts.sort_by(|left, right| left.0.cmp(&right.0));
        let mut all = Resources { problems: sorting.problems, ..Resources::default() };
        let mut deployments: FxHashMap<Owner, DeploymentId> = FxHashMap::default();
        for (position, (owner, account)) in accounts.into_iter().enumerate() {
            let position = u32::try_from(position).expect("a scan has fewer than 2^32 accounts");
            let deployment = DeploymentId(start.deployment + position);
            let made = u32::try_from(all.templates.len()).expect("there are no more than accounts");
            let template = TemplateId(start.template + made);
            deployments.insert(owner.clone(), deployment);
            if !account.own {
                all.existing.push(deployment);
            }
            account.resolve(&owner, deployment, template, &taken, &mut all, vocabulary);
        }
        let (inventories, listed) = inventories(sorting.listed, &manifests, &deployments, vocabulary);
        all.inventories = inventories;
        let listed = listed.and_then(|Twice { owner, file }| match owner {
            Owner::Account(account) => Some((account, paths.swap_remove(file))),
            Owner::Unknown(_) => None,
        });
        if let Some((account, path)) = twice.or(listed) {
            all.problems.push(Problem::of(
                ProblemKind::Answer,
                path,
                format!("answers about account {account} are there more than once, and may be of different times"),
                "Scan the newest dump of an account alone: of things that are told of twice the first by path counts.",
            ));
        }
        all
    }
}

/// Calls those by their ids that have the name of another: names of pools, for example, need not be the only ones.
fn tell_apart(resources: &mut [Resource], ids: &[Name]) {
    let mut count: FxHashMap<(Name, Name), usize> = FxHashMap::default();
    for resource in &*resources {
        *count.entry((resource.kind, resource.logical_id)).or_default() += 1;
    }
    for (resource, id) in resources.iter_mut().zip(ids) {
        if count[&(resource.kind, resource.logical_id)] > 1 {
            resource.logical_id = *id;
        }
    }
}

/// What is known of a file besides what its answers say: from its manifest, its folders, the settings.
fn clue_of(file: &File, manifests: &Manifests) -> Clue {
    manifests.clue(&file.path).or(&file.clue).or(&file.pinned)
}

/// Whose the things are that are named by an instance of Identity Center, or by its identity store.
struct Homes(FxHashMap<Name, Name>);

impl Homes {
    fn new(files: &[File], vocabulary: &Vocabulary) -> Self {
        let mut homes = FxHashMap::default();
        let instances = files.iter().flat_map(|file| &file.fragments);
        for instance in instances.filter(|fragment| fragment.kind == "AWS::SSO::Instance") {
            let text = |name| {
                let text = instance.text(name, vocabulary)?.as_literal(vocabulary)?;
                Some(vocabulary.names.intern(text))
            };
            let Some(owner) = text("OwnerAccountId") else { continue };
            for id in [instance.id, text("IdentityStoreId")].into_iter().flatten() {
                homes.insert(id, owner);
            }
        }
        Self(homes)
    }

    /// The account that owns the instance or the identity store of a thing.
    fn of(&self, fragment: &Fragment, clue: &Clue, vocabulary: &Vocabulary) -> Option<Name> {
        let service = fragment.kind.strip_prefix("AWS::")?.split_once("::")?.0;
        if !matches!(service, "SSO" | "IdentityStore") || self.0.is_empty() {
            return None;
        }
        let literal = |name| fragment.text(name, vocabulary)?.as_literal(vocabulary);
        let owners = ["InstanceArn", "IdentityStoreId", "PermissionSetArn", "ApplicationArn"];
        let mut named: Vec<&str> = owners.into_iter().filter_map(literal).collect();
        named.extend(fragment.arn.map(|arn| vocabulary.names.text(arn)));
        // What the request named.
        named.extend(clue.key.as_deref());
        // The id of the instance stands in the ARNs of what belongs to it.
        let parts = named.iter().flat_map(|text| text.split(['/', ':', '_']));
        parts.filter_map(|part| vocabulary.names.lookup(part)).find_map(|name| self.0.get(&name).copied())
    }
}

/// Sorts what all files tell by whose it is.
struct Sorting<'v> {
    accounts: FxHashMap<Owner, Account>,
    listed: Vec<Found>,
    problems: Vec<Problem>,
    /// Folders of which it was said that nobody names their account.
    homeless: Vec<PathBuf>,
    vocabulary: &'v Vocabulary,
}

impl Sorting<'_> {
    fn sort(&mut self, file: File, number: usize, clue: &Clue, file_account: Option<Name>, homes: &Homes) {
        let names = &self.vocabulary.names;
        let File { path, fragments, listed, cut, existing, .. } = file;
        let folder = path.parent().unwrap_or(Path::new("")).to_owned();
        let owner = |account: Option<Name>, alone: bool| {
            let account =
                account.map(|account| names.text(account).to_owned()).or_else(|| clue.account.clone());
            match account.filter(|account| is_account(account)) {
                Some(account) => Owner::Account(account),
                None => Owner::Unknown(if alone { path.clone() } else { folder.clone() }),
            }
        };
        for mut listed in listed {
            // What the request named, where the answer does not say it.
            if listed.reading.lists == Lists::AllOf("") {
                let Some(key) = clue.key.as_deref() else { continue };
                listed.of = Some(names.intern(kinds::id_of(key)));
            }
            let region =
                listed.region.map(|region| names.text(region).to_owned()).or_else(|| clue.region.clone());
            let seen = if cut { Seen::CutOff } else { Seen::All };
            let account = listed.of.and_then(|of| homes.0.get(&of).copied()).or(listed.account);
            self.listed.push(Found { file: number, owner: owner(account, false), region, seen, listed });
        }
        let (mut unnamed, mut homeless) = (None, None);
        // What AWS manages is in the account of what stands beside it.
        let others = file_account.or_else(|| fragments.iter().find_map(|fragment| fragment.account));
        for mut fragment in fragments {
            let alone = fragment.source == Source::PolicyFile;
            let by_aws = fragment.arn.is_some_and(|arn| is_by_aws(names.text(arn)));
            let beside = others.filter(|_| by_aws);
            let home = homes.of(&fragment, clue, self.vocabulary);
            let owner = owner(home.or(fragment.account).or(beside), alone);
            if !alone && !by_aws && matches!(owner, Owner::Unknown(_)) {
                homeless.get_or_insert(fragment.whole);
            }
            if fragment.kind == EXPORT {
                continue;
            }
            let kind = kinds::find(fragment.kind);
            let stem = || path.file_stem().map(|stem| names.intern(&stem.to_string_lossy()));
            let (id, label) = if alone {
                (names.intern(&format!("{}:{}", path.display(), fragment.whole.start)), stem())
            } else if let Some(id) = self.complete(&mut fragment, clue) {
                if !kinds::is_id(fragment.kind, names.text(id)) {
                    continue;
                }
                (id, None)
            } else {
                unnamed.get_or_insert((fragment.whole, fragment.source, kind.called));
                if !kind.stands_alone {
                    continue;
                }
                (names.intern(&format!("{}:{}", path.display(), fragment.whole.start)), stem())
            };
            let region =
                fragment.region.or_else(|| clue.region.as_deref().map(|region| names.intern(region)));
            let key = Key { kind: fragment.kind, region: region.filter(|_| kind.regional), id };
            let account = self.accounts.entry(owner).or_default();
            account.own |= !existing;
            account.add(key, label, region, fragment, self.vocabulary);
        }
        if let Some((span, Source::Answer(service, operation), called)) = unnamed {
            self.problems.push(unidentified(span, service, operation, called));
        }
        if let Some(span) = homeless.filter(|_| !self.homeless.contains(&folder)) {
            self.homeless.push(folder);
            self.problems.push(without_account(span));
        }
    }

    /// AWS answers a question about a thing with an error where the thing has nothing of what was asked for.
    fn answered_none(&mut self, manifest: &Manifest) {
        let Some(owner) = manifest.account.clone().map(Owner::Account) else { return };
        let Some(account) = self.accounts.get_mut(&owner) else { return };
        let names = &self.vocabulary.names;
        for NotSeen { clue, .. } in manifest.not_seen.iter().filter(|question| question.why == "none") {
            let Some(key) = clue.key.as_deref() else { continue };
            for reading in readings().filter(|reading| clue.asks(reading) && reading.id.is_empty()) {
                let region = clue.region.as_deref().filter(|_| kinds::find(reading.kind).regional);
                let key = Key {
                    kind: reading.kind,
                    region: region.map(|region| names.intern(region)),
                    id: names.intern(kinds::id_of(key)),
                };
                let Some(&position) = account.known.get(&key) else { continue };
                let thing = &mut account.things[position];
                let Some(first) = thing.fragments.first() else { continue };
                let nothing = Fragment::of_nothing(reading, first);
                thing.fragments.push(nothing);
            }
        }
    }

    /// The id of what a fragment is of, which gets what the request named. None if that would have to be known.
    fn complete(&self, fragment: &mut Fragment, clue: &Clue) -> Option<Name> {
        let id = self.id(fragment, clue)?;
        // The request named it by its ARN.
        let arn = clue.key.as_deref().filter(|key| key.starts_with("arn:") && !key.contains("_arn:"));
        if let (None, None, Some(arn)) = (fragment.arn, fragment.id, arn) {
            fragment.arn = Some(self.vocabulary.names.intern(arn));
        }
        let Some(requested) = fragment.requested else { return Some(id) };
        let (key, names) = (clue.key.as_deref()?, &self.vocabulary.names);
        let span = fragment.span;
        let text = Located::new(Value::Text(self.vocabulary.literal(key)), span);
        let value = match requested {
            Requested::Text(_) | Requested::Within(_) => text,
            Requested::Item(_) | Requested::SomeItem(_) => Located::new(Value::List(vec![text]), span),
        };
        let name = Located::new(self.vocabulary.literal(requested.property()), span);
        if !fragment.properties.iter().any(|entry| entry.key.value == name.value) {
            fragment.properties.push(Entry { key: name, value });
        }
        Some(match requested {
            Requested::Within(_) => names.intern(&format!("{}/{}", kinds::id_of(key), names.text(id))),
            _ => id,
        })
    }

    fn id(&self, fragment: &Fragment, clue: &Clue) -> Option<Name> {
        let names = &self.vocabulary.names;
        // What AWS manages may have the name of one of the account's own.
        let is_policy = fragment.kind == "AWS::IAM::ManagedPolicy";
        let by_aws = |arn: &Name| is_policy && is_by_aws(names.text(*arn));
        fragment.arn.filter(by_aws).or(fragment.id).or_else(|| {
            let id = kinds::id_of(clue.key.as_deref()?);
            // A version of a policy is asked for by both.
            let policy =
                id.rsplit_once("_v").filter(|(_, version)| version.bytes().all(|byte| byte.is_ascii_digit()));
            let id = policy.filter(|_| is_policy).map_or(id, |(policy, _)| policy);
            Some(names.intern(id))
        })
    }
}

/// True for the ARN of something that AWS manages for all accounts.
fn is_by_aws(arn: &str) -> bool {
    WrittenArn::parse(arn).is_some_and(|arn| arn.account == "aws")
}

fn unidentified(span: Span, service: &str, operation: &str, called: &str) -> Problem {
    Problem::at(
        ProblemKind::Answer,
        span,
        format!("this answer of `aws {service} {operation}` does not say which it is of: {called}"),
        format!(
            "Save it as ACCOUNT/REGION/{service}/{operation}/KEY.json, where KEY is what the request named, or say in \
             a manifest what it is."
        ),
    )
}

fn without_account(span: Span) -> Problem {
    Problem::at(
        ProblemKind::Answer,
        span,
        "nothing says which account this is of, so that it is known only by what it names itself",
        "Save answers as ACCOUNT/REGION/SERVICE/OPERATION.json, say the account in a manifest, or pin it under \
         `deployments` in the settings.",
    )
}

impl Account {
    fn add(
        &mut self,
        key: Key,
        label: Option<Name>,
        region: Option<Name>,
        fragment: Fragment,
        vocabulary: &Vocabulary,
    ) {
        if self.partition.is_none() {
            let arn = fragment.arn.and_then(|arn| WrittenArn::parse(vocabulary.names.text(arn)));
            self.partition = arn.map(|arn| arn.partition.to_owned());
        }
        match self.known.get(&key) {
            Some(&position) => {
                let thing = &mut self.things[position];
                thing.region = thing.region.or(region);
                thing.fragments.push(fragment);
            }
            None => {
                self.known.insert(key.clone(), self.things.len());
                self.things.push(Thing { key, label, region, fragments: vec![fragment] });
            }
        }
    }

    fn resolve(
        self,
        owner: &Owner,
        deployment: DeploymentId,
        template: TemplateId,
        taken: &FxHashSet<Taken>,
        all: &mut Resources,
        vocabulary: &Vocabulary,
    ) {
        let symbol = |pseudo, shape: fn() -> Shape| {
            Text::symbol(vocabulary.symbols.intern(Symbol::Pseudo(deployment, pseudo), shape))
        };
        let account = match owner {
            Owner::Account(account) => vocabulary.literal(account),
            Owner::Unknown(_) => symbol(Pseudo::AccountId, Shape::account_id),
        };
        let partition = self.partition.as_deref().map_or_else(
            || symbol(Pseudo::Partition, Shape::partition),
            |partition| vocabulary.literal(partition),
        );
        // An account is in all regions: what lies in one has it in its own identifiers.
        let region = symbol(Pseudo::Region, Shape::region);
        let place = Deployment { id: deployment, account, region, partition };
        let first = self.things.first().and_then(|thing| thing.fragments.first()).map(|first| first.whole);
        let Some(span) = first.or(self.span) else {
            all.deployments.push(place);
            return;
        };
        all.templates.push(Template {
            id: template,
            root: template,
            parent: None,
            deployment,
            span,
            worlds: WorldTable::single(),
            parameters: Vec::new(),
            defined: Vec::new(),
            exports: Vec::new(),
            dangling: Vec::new(),
            // Nothing else defines what is in it: what was not seen is unknown by itself.
            complete: true,
        });
        let number = match owner {
            Owner::Account(account) => Some(vocabulary.names.intern(account)),
            Owner::Unknown(_) => None,
        };
        all.accounts.extend(number.map(|number| (number, deployment, template)));
        let Self { things, known, .. } = self;
        let first = all.resources.len();
        let mut ids = Vec::new();
        for thing in things {
            let id = thing.key.id;
            let kind = vocabulary.names.lookup(thing.key.kind);
            let is_taken = |account| kind.is_some_and(|kind| taken.contains(&Taken { account, kind, id }));
            if number.is_some_and(is_taken) {
                all.more.extend(thing.supplement(&place, template, vocabulary));
                continue;
            }
            let companion = companion(&thing, &known);
            let made = thing.resource(&place, template, vocabulary);
            if let (Some(resource), Some((kind, property))) = (&made, companion) {
                all.resources.push(unseen(kind, property, resource, vocabulary));
                ids.push(id);
            }
            ids.extend(made.is_some().then_some(id));
            all.resources.extend(made);
        }
        tell_apart(&mut all.resources[first..], &ids);
        all.deployments.push(place);
    }
}
