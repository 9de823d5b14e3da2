//! Things of which one answer tells all that matters: they need not wait for other answers, and there may be very many.

use rustc_hash::FxHashSet;

use super::File;
use super::clue::WrittenArn;
use super::fragment::Fragment;
use super::kinds::supplemented;
use super::thing::{Key, Thing};
use crate::resources::{Deployment, Resource};
use crate::source::Span;
use crate::value::{DeploymentId, Name, TemplateId, Text, Vocabulary};

/// The things of one account that need not wait for other answers. Deployment and template of the resources are given
/// when all accounts are known.
#[derive(Debug)]
pub struct Whole {
    /// The account.
    pub account: Name,
    /// What the account is as long as its number is not known.
    pub place: Deployment,
    /// The things.
    pub resources: Vec<Resource>,
}

/// A thing that was taken out of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Taken {
    pub(crate) account: Name,
    /// The CloudFormation type.
    pub(crate) kind: Name,
    pub(crate) id: Name,
}

/// An account of which things were taken out of a file.
#[derive(Clone, Copy, Debug)]
pub(crate) struct TakenFrom {
    pub(crate) account: Name,
    pub(crate) partition: Name,
    pub(crate) span: Span,
}

/// The things that were taken out of the files that were read so far.
#[derive(Debug, Default)]
pub struct KnownWhole(FxHashSet<Taken>);

impl KnownWhole {
    /// Notes what was taken out of a file, and lets go of all that the file tells of known things but what is told nowhere else.
    /// That is never asked for, so that it does not matter which file is read first.
    pub fn lighten(&mut self, file: &mut File, vocabulary: &Vocabulary) {
        self.0.extend(&file.taken);
        for fragment in &mut file.fragments {
            let (Some(account), Some(id)) = (fragment.account, fragment.id) else { continue };
            let Some(kind) = vocabulary.names.lookup(fragment.kind) else { continue };
            if self.0.contains(&Taken { account, kind, id }) {
                let kept = supplemented(fragment.kind);
                fragment.properties.retain(|entry| entry.key.value.as_literal(vocabulary) == kept);
                fragment.properties.shrink_to_fit();
                fragment.attributes = Vec::new();
            }
        }
    }
}

impl File {
    /// Takes out the things that need not wait for other answers, by account.
    pub fn take_whole(&mut self, vocabulary: &Vocabulary) -> Vec<Whole> {
        let mut wholes: Vec<Whole> = Vec::new();
        let mut left = Vec::new();
        for fragment in std::mem::take(&mut self.fragments) {
            let (Some((account, id)), Some(partition)) = (whole(&fragment), partition(&fragment, vocabulary))
            else {
                left.push(fragment);
                continue;
            };
            if !self.taken_from.iter().any(|known| known.account == account) {
                let partition = vocabulary.names.intern(partition);
                self.taken_from.push(TakenFrom { account, partition, span: fragment.whole });
            }
            let position = wholes.iter().position(|whole| whole.account == account).unwrap_or_else(|| {
                wholes.push(Whole {
                    account,
                    place: Deployment {
                        id: DeploymentId(u32::MAX),
                        account: Text::literal(account),
                        // What lies in no region is not asked for one.
                        region: Text::default(),
                        partition: vocabulary.literal(partition),
                    },
                    resources: Vec::new(),
                });
                wholes.len() - 1
            });
            let whole = &mut wholes[position];
            self.taken.push(Taken { account, kind: vocabulary.names.intern(fragment.kind), id });
            let key = Key { kind: fragment.kind, region: None, id };
            let thing = Thing { key, label: None, region: None, fragments: vec![fragment] };
            whole.resources.extend(thing.resource(&whole.place, TemplateId(u32::MAX), vocabulary));
        }
        self.fragments = left;
        wholes
    }
}

/// Account and id of a thing of which all is told.
fn whole(fragment: &Fragment) -> Option<(Name, Name)> {
    if fragment.is_whole { Some((fragment.account?, fragment.id?)) } else { None }
}

fn partition<'v>(fragment: &Fragment, vocabulary: &'v Vocabulary) -> Option<&'v str> {
    WrittenArn::parse(vocabulary.names.text(fragment.arn?)).map(|arn| arn.partition)
}
