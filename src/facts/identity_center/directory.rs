//! Directories, as sources of Identity Center's users.

use super::account;
use crate::analysis::Analysis;
use crate::facts::{Common, Evidence, Fact, OneOf, fact, words};
use crate::finding::Certainty;
use crate::model::{Directory, DirectoryKind, Entity};
use crate::resources::Deployment;
use crate::settings::IdentitySource;
use crate::value::{Bounds, Comparison, Text};

words! {
    /// What a directory is.
    DirectoryWord {
        /// AWS Managed Microsoft AD.
        MicrosoftAd = "microsoft-ad",
        /// Simple AD.
        SimpleAd = "simple-ad",
        /// A connector to a directory of one's own.
        Connector = "ad-connector",
    }
}

words! {
    /// Why Identity Center cannot use a directory.
    Unusable {
        /// It can.
        Nothing = "nothing",
        /// It is a Simple AD.
        SimpleAd = "simple-ad",
        /// It is in an account from which Identity Center is not administered.
        OtherAccount = "other-account",
        /// It is in another region than Identity Center's resources are made in.
        OtherRegion = "other-region",
        /// It does not work.
        Broken = "broken",
    }
}

fact! {
    /// One directory of Directory Service, and whether Identity Center can get its users from it.
    DirectoryFact = "directory" {
        /// Its logical id.
        directory: Option<Text> = "directory",
        /// What it is.
        kind: OneOf<DirectoryWord> = "directory.kind",
        /// Why Identity Center cannot use it.
        unusable: OneOf<Unusable> = "unusable",
        /// The stage that it is in, if an account says it.
        stage: Option<Text> = "stage",
        /// True if Identity Center gets its users from it. No API tells: sure only if the settings say that they come from an
        /// Active Directory and this is the only directory in view; false if they say otherwise, or the scan has nothing of
        /// Identity Center.
        identity_source: Bounds<bool> = "identity-source",
    }
    evidence {
        /// Something of Identity Center.
        "identity-center",
    }
}

pub(super) fn each(analysis: &Analysis<'_>, take: &mut dyn FnMut(&dyn Fact)) {
    for directory in &analysis.model.directories {
        take(&of(analysis, directory));
    }
}

fn of(analysis: &Analysis<'_>, directory: &Directory) -> DirectoryFact {
    let entity = &directory.entity;
    let center = of_identity_center(analysis, entity);
    let (unusable, certainty) = unusable(analysis, directory, center);
    DirectoryFact {
        common: Common {
            subject: entity.id,
            place: entity.span,
            certainty,
            worlds: entity.worlds.clone(),
            evidence: center
                .map(|center| Evidence { role: "identity-center", span: center.span })
                .into_iter()
                .collect(),
            cause: Vec::new(),
            witness: None,
        },
        directory: Some(Text::literal(entity.logical_id)),
        kind: OneOf::only(match directory.directory {
            DirectoryKind::MicrosoftAd => DirectoryWord::MicrosoftAd,
            DirectoryKind::SimpleAd => DirectoryWord::SimpleAd,
            DirectoryKind::Connector => DirectoryWord::Connector,
        }),
        unusable: OneOf::only(unusable),
        stage: directory.stage.known().map(|stage| stage.value.clone()),
        identity_source: identity_source(analysis, entity),
    }
}

/// Whether Identity Center gets its users from a directory.
pub(super) fn identity_source(analysis: &Analysis<'_>, directory: &Entity) -> Bounds<bool> {
    let others = analysis.model.directories.iter().any(|other| !other.entity.same_resource(directory));
    match analysis.settings.identity_source {
        Some(IdentitySource::ActiveDirectory) => Bounds { sure: !others, possible: true },
        Some(IdentitySource::IdentityCenter | IdentitySource::External) => Bounds::decided(false),
        None => Bounds { sure: false, possible: of_identity_center(analysis, directory).is_some() },
    }
}

/// Something of the organization instance of Identity Center that may use a directory, if the scan has anything of it: of
/// another organisation it is none. What is in the directory's own account comes first.
pub(super) fn of_identity_center<'a>(analysis: &'a Analysis<'_>, directory: &Entity) -> Option<&'a Entity> {
    let model = &analysis.model;
    let sets = model.permission_sets.iter().map(|set| &set.entity);
    let all = sets.chain(model.assignments.iter().map(|assignment| &assignment.entity));
    let home = account(analysis, directory.id);
    let may_be_its = |entity: &&Entity| {
        let other = account(analysis, entity.id);
        home.zip(other).is_none_or(|(one, other)| analysis.same_organisation(one, other) != Some(false))
    };
    let mut first = None;
    for entity in all.filter(may_be_its) {
        if account(analysis, entity.id) == home {
            return Some(entity);
        }
        first.get_or_insert(entity);
    }
    first
}

/// Why Identity Center cannot use a directory. That it must be in the account and region of Identity Center is documented for the
/// management account only, so that this is possible at most.
fn unusable(
    analysis: &Analysis<'_>,
    directory: &Directory,
    center: Option<&Entity>,
) -> (Unusable, Certainty) {
    if directory.directory == DirectoryKind::SimpleAd {
        return (Unusable::SimpleAd, Certainty::Proved);
    }
    let deployment =
        |entity: &Entity| -> Option<&Deployment> { analysis.model.deployment(entity.deployment) };
    let differ = |one: &Text, other: &Text| {
        let literal = |text: &Text| text.as_literal(analysis.vocabulary).is_some();
        literal(one) && literal(other) && one.compare(other, analysis.vocabulary) == Comparison::Different
    };
    // Stages that a directory does not leave by itself.
    let broken = ["Inoperable", "Impaired", "RestoreFailed", "Failed", "Deleting", "Deleted"];
    if directory.stage.as_literal(analysis.vocabulary).is_some_and(|stage| broken.contains(&stage)) {
        return (Unusable::Broken, Certainty::Proved);
    }
    match (deployment(&directory.entity), center.and_then(deployment)) {
        // Where it is delegated, the directory is in the management account all the same.
        (Some(own), Some(center))
            if differ(&own.account, &center.account)
                && analysis.is_management(&own.account) != Some(true) =>
        {
            (Unusable::OtherAccount, Certainty::Possible)
        }
        (Some(own), Some(center)) if differ(&own.region, &center.region) => {
            (Unusable::OtherRegion, Certainty::Possible)
        }
        _ => (Unusable::Nothing, Certainty::Proved),
    }
}
