//! Roles that IAM Roles Anywhere and EKS Pod Identity hand out.

use std::sync::Arc;

use super::{Caller, Giver, GiverKind, Outcome, roles};
use crate::analysis::Analysis;
use crate::facts::Fact;
use crate::facts::identity_pool::truth;
use crate::finding::Certainty;
use crate::knowledge::sender::{Claim, Format, Piece, Presence, Sender, Values};
use crate::model::{Entity, Form, PodIdentity, Profile, Role};
use crate::policy::{Party, Wanted};
use crate::value::{Field, Text};

const ROLES_ANYWHERE: &str = "rolesanywhere.amazonaws.com";
const POD_IDENTITY: &str = "pods.eks.amazonaws.com";

pub(super) fn each(analysis: &Analysis<'_>, take: &mut dyn FnMut(&dyn Fact)) {
    for profile in &analysis.model.profiles {
        of_profile(analysis, profile, take);
    }
    for association in &analysis.model.pod_identities {
        of_association(analysis, association, take);
        of_target(analysis, association, take);
    }
}

fn giver<'a>(
    analysis: &'a Analysis<'a>,
    entity: &Entity,
    kind: GiverKind,
    name: Option<Text>,
    field: &Field<Text>,
) -> Giver<'a> {
    Giver {
        analysis,
        subject: entity.id,
        kind,
        name,
        place: field.span().unwrap_or(entity.span),
        certainty: Certainty::Proved,
        worlds: entity.worlds.clone(),
    }
}

fn of_profile(analysis: &Analysis<'_>, profile: &Profile, take: &mut dyn FnMut(&dyn Fact)) {
    // One that is switched off hands out nothing.
    if profile.enabled.known().is_some_and(|enabled| !enabled.value) {
        return;
    }
    let name = Some(Text::literal(profile.entity.logical_id));
    for field in profile.roles.known().into_iter().flat_map(|roles| &roles.value) {
        let Field::Known(item) = field else { continue };
        for (role, found) in roles(analysis, profile.entity.id, field) {
            let sender = analysis.service(ROLES_ANYWHERE, &role.entity);
            let party = Party::Service(analysis.vocabulary.literal(ROLES_ANYWHERE));
            let caller = Caller::new(analysis, party, sender, Vec::new(), None);
            let outcome = caller.asks(role, 0);
            let giver = giver(analysis, &profile.entity, GiverKind::RolesAnywhere, name.clone(), field);
            giver.give(role, found, &outcome, Some(item.span), take);
        }
    }
}

/// The service account that an association is for, or else the association.
fn association_name(association: &PodIdentity) -> Text {
    match association.service_account.known() {
        Some(known) => known.value.clone(),
        None => Text::literal(association.entity.logical_id),
    }
}

fn of_association(analysis: &Analysis<'_>, association: &PodIdentity, take: &mut dyn FnMut(&dyn Fact)) {
    for (role, found) in roles(analysis, association.entity.id, &association.role) {
        let sender = analysis.service(POD_IDENTITY, &role.entity);
        let given = [
            ("cluster", &association.cluster),
            ("namespace", &association.namespace),
            ("service-account", &association.service_account),
        ];
        let wanted = given.iter().filter_map(|(variable, field)| {
            let text = field.known()?.value.with_tokens(analysis.vocabulary)?;
            Some(Wanted::Exactly(sender.variable(variable)?, text))
        });
        let wanted = wanted.collect();
        let party = Party::Service(analysis.vocabulary.literal(POD_IDENTITY));
        let caller = Caller::new(analysis, party, sender, wanted, None);
        let disabled = truth(&association.session_tags_disabled);
        let exchanges = (0..caller.sender.exchanges.len()).filter(|&exchange| {
            let tagged = caller.sender.exchanges[exchange].actions.len() > 1;
            if tagged { !disabled.sure } else { disabled.possible }
        });
        let outcome = Outcome::best(exchanges.map(|exchange| caller.asks(role, exchange)));
        let name = Some(association_name(association));
        let giver = giver(analysis, &association.entity, GiverKind::PodIdentity, name, &association.role);
        giver.give(role, found, &outcome, association.session_tags_disabled.span(), take);
    }
}

/// The role that an association's role assumes.
fn of_target(analysis: &Analysis<'_>, association: &PodIdentity, take: &mut dyn FnMut(&dyn Fact)) {
    let own = roles(analysis, association.entity.id, &association.role);
    for (target, found) in roles(analysis, association.entity.id, &association.target_role) {
        let outcomes: Vec<Outcome> = own
            .iter()
            .filter(|(role, _)| role.entity.worlds.and(&target.entity.worlds).is_some())
            .map(|(role, _)| assumed_by(analysis, target, role, association))
            .collect();
        if outcomes.is_empty() {
            continue;
        }
        let name = Some(association_name(association));
        let giver =
            giver(analysis, &association.entity, GiverKind::PodTarget, name, &association.target_role);
        giver.give(target, found, &Outcome::best(outcomes), None, take);
    }
}

/// Whether a role lets the role of an association in.
fn assumed_by(analysis: &Analysis<'_>, target: &Role, role: &Role, association: &PodIdentity) -> Outcome {
    let vocabulary = analysis.vocabulary;
    let Some(arn) = role.entity.arn().and_then(|arn| arn.with_tokens(vocabulary)) else {
        return Outcome::Assumable;
    };
    let mut sender = Sender::clone(&analysis.senders.aws_principal());
    let Some(kind) = sender.kinds.iter().position(|kind| kind.name == "role session") else {
        return Outcome::Assumable;
    };
    let mut is = |key: &str, text: String| {
        let values = Values::One(vec![Format(vec![Piece::Literal(text)])]);
        let claim = Claim { key: key.to_owned(), presence: Presence::Always, values };
        sender.kinds[kind].claims.retain(|other| other.key != key);
        // The first that fits a key counts.
        sender.kinds[kind].claims.insert(0, Arc::new(claim));
    };
    is("aws:principalarn", arn);
    let external_id = association.entity.identifier(Form::ExternalId);
    if let Some(id) = external_id.and_then(|id| id.with_tokens(vocabulary)) {
        is("sts:externalid", id);
    }
    let mut wanted = Vec::new();
    if let (Some(variable), Some(account)) = (sender.variable("account"), analysis.account_of(&role.entity)) {
        wanted.push(Wanted::Exactly(variable, account));
    }
    let caller = Caller::new(analysis, Party::Aws, Arc::new(sender), wanted, Some(kind));
    // The tags of the first session are passed on; whether that needs the permission to tag is not documented.
    let exchanges = (0..caller.sender.exchanges.len()).filter(|&exchange| {
        caller.sender.exchanges[exchange].actions.iter().all(|action| action != "sts:SetSourceIdentity")
    });
    Outcome::best(exchanges.map(|exchange| caller.asks(target, exchange)))
}
