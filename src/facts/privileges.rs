//! What the permissions of a role, user, group or policy amount to, and who can have them.

use super::trust::{Exposure, Relation, whose};
use super::{Common, Evidence, Fact, LevelOf, OneOf, Taker, WordSet, fact, in_parts, words};
use crate::analysis::{Analysis, Change, Gain, Impact, Privileges};
use crate::finding::Certainty;
use crate::knowledge::actions::Actions;
use crate::knowledge::privileges::{EscalationMethod, Takeover};
use crate::model::{Entity, EntityId, EntityKind, GrantedPolicy, Role};
use crate::policy::{Arn, Effect, Item, PrincipalForm};
use crate::source::Span;
use crate::value::{Bounds, Field, Text};

words! {
    /// What permissions amount to, mildest first.
    ImpactWord {
        /// Nothing.
        Nothing = "nothing",
        /// What belongs to the caller's own identity in an identity pool.
        OwnData = "own-data",
        /// What clients send and nobody reads.
        Telemetry = "telemetry",
        /// Some actions on some resources.
        Narrow = "narrow",
        /// All of a service.
        WholeService = "whole-service",
        /// Reading data, whosever it is.
        Read = "read",
        /// Writing data, whosever it is.
        Write = "write",
        /// Reading secrets, whosever they are.
        Secrets = "secrets",
        /// Becoming somebody else towards AWS, or changing who may.
        Takeover = "takeover",
        /// Gaining more permissions.
        Escalation = "escalation",
        /// Everything.
        Administrator = "administrator",
    }
}

words! {
    /// Who can have the role, as far as the principals of its trust policy say.
    ReachedBy {
        /// AWS services only.
        Service = "service",
        /// Principals of the own account, too.
        OwnAccount = "own-account",
        /// Identities outside AWS, accounts of others or everybody, too.
        Outside = "outside",
    }
}

words! {
    /// What has permissions.
    HolderKind {
        /// A role.
        Role = "role",
        /// An IAM user, with what his groups have.
        User = "user",
        /// An IAM group.
        Group = "group",
        /// A customer managed policy that nobody in view has.
        Policy = "policy",
    }
}

fact! {
    /// One role, IAM user or IAM group with what its policies allow together, or one customer managed policy that nobody in view
    /// has.
    PrivilegesFact = "privileges" {
        /// What it is.
        holder: OneOf<HolderKind> = "holder",
        /// Its logical id, or its name in a dump.
        name: Option<Text> = "holder.name",
        /// What its permissions amount to.
        impact: LevelOf<ImpactWord> = "impact",
        /// Who can have it; of all but roles, principals of the own account. Accounts of the scan's deployments are no other accounts, nor are those that the settings call
        /// one's own or trusted.
        reached_by: OneOf<ReachedBy> = "reached-by",
        /// True if it can gain more permissions.
        escalates: Bounds<bool> = "escalates",
        /// True if it can for sure, false if that depends on what the account has besides.
        escalation_proved: Bounds<bool> = "escalation.proved",
        /// True if it needs nothing that is not in view; false if all ways to do so need something that already runs with a
        /// stronger role.
        escalation_victim: Bounds<bool> = "escalation.victim-in-view",
        /// The first way to do so.
        escalation: Option<Text> = "escalation",
        /// All ways to do so, by the names under which they are documented.
        methods: Vec<Text> = "methods",
        /// True if it can change who may become whom.
        takes_over: Bounds<bool> = "takes-over",
        /// True if it can for sure, false if that depends on what the account has besides.
        takeover_proved: Bounds<bool> = "takeover.proved",
        /// The first way to do so.
        takeover: Option<Text> = "takeover",
        /// True if it can do everything in some service, on all resources.
        whole_service: Bounds<bool> = "whole-service",
        /// The services of which it can do everything, on all resources.
        services: Vec<Text> = "services",
        /// True if it is a role that allows nothing for sure: all its policies are in view, and no trust policy in view lets its
        /// sessions into another role.
        allows_nothing: Bounds<bool> = "allows-nothing",
        /// True if it is a role that identities outside AWS get by a token or an assertion, or guests.
        federated: Bounds<bool> = "federated",
        /// True if all its policies are in view.
        complete: Bounds<bool> = "complete",
        /// For how many hours at most one session of it lasts, as far as the role says: hours that have begun count.
        session_hours: Bounds<i64> = "session-hours",
        /// False if it is a role of a live account, and no answer in view tells how long its sessions last.
        session_seen: Bounds<bool> = "session-seen",
    }
    evidence {
        /// The statement or policy that grants it.
        "grant",
        /// Where it is said how long a session may last.
        "session",
    }
}

pub(super) fn each(analysis: &Analysis<'_>, taker: &mut dyn Taker) {
    let model = &analysis.model;
    in_parts(&model.roles, taker, |roles, take| {
        roles.iter().for_each(|role| of_holder(analysis, &role.entity, Some(role), take));
    });
    let users = model.users.iter().map(|user| &user.entity);
    let groups = model.groups.iter().map(|group| &group.entity);
    let policies = model.managed_policies.iter().map(|policy| &policy.entity);
    let others: Vec<_> = users.chain(groups).chain(policies).collect();
    in_parts(&others, taker, |entities, take| {
        entities.iter().for_each(|entity| of_holder(analysis, entity, None, take));
    });
}

fn of_holder(analysis: &Analysis<'_>, entity: &Entity, role: Option<&Role>, take: &mut dyn FnMut(&dyn Fact)) {
    // Without a policy in view there is nothing to say.
    if analysis.model.grants_of(entity.id).is_empty() {
        return;
    }
    let privileges = analysis.privileges(entity.id);
    let literal = |text: &str| analysis.vocabulary.literal(text);
    let Worst { escalation, takeover, granted } = Worst::of(analysis, entity.id, &privileges);
    let session = role.and_then(|role| role.max_session.span());
    take(&PrivilegesFact {
        common: Common {
            subject: entity.id,
            place: granted.unwrap_or(entity.span),
            certainty: privileges.certainty(),
            worlds: entity.worlds.clone(),
            evidence: granted
                .map(|span| Evidence { role: "grant", span })
                .into_iter()
                .chain(session.map(|span| Evidence { role: "session", span }))
                .collect(),
            // One cause: the holder's policies.
            cause: vec![Text::literal(entity.logical_id)],
            witness: None,
        },
        holder: OneOf::only(match entity.id.kind {
            EntityKind::User => HolderKind::User,
            EntityKind::Group => HolderKind::Group,
            EntityKind::ManagedPolicy => HolderKind::Policy,
            _ => HolderKind::Role,
        }),
        name: Some(Text::literal(entity.logical_id)),
        impact: impact(privileges.impact),
        reached_by: role.map_or(OneOf::only(ReachedBy::OwnAccount), |role| reached_by(analysis, role)),
        escalates: of_gains(privileges.escalations.iter().map(|gain| gain.sure)),
        escalation_proved: Bounds::decided(escalation.is_some_and(|gain| gain.sure)),
        escalation_victim: Bounds::decided(escalation.is_none_or(|gain| gain.victim_in_view)),
        escalation: escalation.map(|gain| literal(gain.method.title)),
        methods: privileges.escalations.iter().map(|gain| literal(gain.method.id)).collect(),
        takes_over: of_gains(privileges.takeovers.iter().map(|gain| gain.sure)),
        takeover_proved: Bounds::decided(takeover.is_some_and(|gain| gain.sure)),
        takeover: takeover.map(|gain| literal(gain.method.title)),
        whole_service: Bounds::decided(!privileges.whole_services.is_empty()),
        services: privileges.whole_services.iter().map(|service| literal(&service.name())).collect(),
        allows_nothing: role
            .map_or(Bounds::decided(false), |role| allows_nothing(analysis, role, &privileges)),
        federated: role.map_or(Bounds::decided(false), |role| federated(analysis, role)),
        complete: Bounds::decided(privileges.complete),
        session_hours: role.map_or(Bounds::decided(0), session_hours),
        session_seen: Bounds::decided(role.is_none_or(|role| !role.max_session.is_not_seen())),
    });
}

/// Whether a role allows nothing.
fn allows_nothing(analysis: &Analysis<'_>, role: &Role, privileges: &Privileges) -> Bounds<bool> {
    let id = role.entity.id;
    let is_nothing = privileges.complete
        && privileges.impact == Bounds::decided(Impact::Nothing)
        && !analysis.chains().lead_on(id);
    let may_change = [Change::RolePolicies, Change::RoleAttachments]
        .into_iter()
        .any(|change| analysis.stability(id, change) == Certainty::Possible);
    Bounds { sure: is_nothing && !may_change && !names_unknown_actions(analysis, id), possible: is_nothing }
}

/// Whether a statement that allows something names an action that is not known: one that is newer than what is known.
pub(super) fn names_unknown_actions(analysis: &Analysis<'_>, holder: EntityId) -> bool {
    let is_unknown = |action: &Item| {
        let text = action.text().and_then(|text| text.as_literal(analysis.vocabulary));
        text.is_some_and(|text| {
            text.contains(':') && Actions::default().matching(text).iter().next().is_none()
        })
    };
    analysis.model.grants_of(holder).iter().any(|grant| {
        let GrantedPolicy::Document(attached) = &grant.policy else { return false };
        let statements = &analysis.model.policy(attached).statements;
        let allows = statements.iter().filter(|statement| statement.effect == Effect::Allow);
        allows.into_iter().flat_map(|statement| statement.actions.only.iter().flatten()).any(is_unknown)
    })
}

/// Whether a role trusts a provider.
fn federated(analysis: &Analysis<'_>, role: &Role) -> Bounds<bool> {
    let trust = match &role.trust {
        Field::Known(trust) => trust,
        Field::Absent => return Bounds::decided(false),
        Field::Unknown(_) => return Bounds::UNDECIDED,
    };
    let mut found = Bounds::decided(false);
    for statement in &analysis.model.policy(&trust.value).statements {
        for principal in statement.principals.only.iter().flatten() {
            let is_provider = matches!(
                principal.form,
                PrincipalForm::SamlProvider { .. }
                    | PrincipalForm::OidcProvider { .. }
                    | PrincipalForm::BuiltIn(_)
            );
            found.sure |= is_provider && statement.effect == Effect::Allow;
            found.possible |= is_provider || principal.form == PrincipalForm::Unknown;
        }
    }
    found
}

/// The worst of what a holder can do.
pub(super) struct Worst<'p> {
    /// The surest way to gain permissions.
    pub escalation: Option<&'p Gain<EscalationMethod>>,
    /// The surest way to take over the federation.
    pub takeover: Option<&'p Gain<Takeover>>,
    /// The statement or policy that grants it.
    pub granted: Option<Span>,
}

impl<'p> Worst<'p> {
    pub(super) fn of(analysis: &Analysis<'_>, holder: EntityId, privileges: &'p Privileges) -> Self {
        let escalation = privileges.escalations.iter().max_by_key(|gain| (gain.sure, gain.victim_in_view));
        let takeover = privileges.takeovers.iter().max_by_key(|gain| gain.sure);
        let of_service = privileges.whole_services.first().map(|service| service.first());
        let action = escalation.map(|gain| gain.action).or(takeover.map(|gain| gain.action)).or(of_service);
        let granted = analysis.granted_at(holder, action.or(privileges.worst));
        Self { escalation, takeover, granted }
    }
}

/// Hours that a session of a role may last.
fn session_hours(role: &Role) -> Bounds<i64> {
    const HOUR: i64 = 3600;
    match &role.max_session {
        Field::Absent => Bounds::decided(1),
        Field::Known(seconds) => Bounds::decided(seconds.value.saturating_add(HOUR - 1).div_euclid(HOUR)),
        // From one to twelve, says IAM.
        Field::Unknown(_) => Bounds { sure: 1, possible: 12 },
    }
}

fn of_gains(mut gains: impl Iterator<Item = bool> + Clone) -> Bounds<bool> {
    Bounds { sure: gains.clone().any(|sure| sure), possible: gains.next().is_some() }
}

/// What is sure, and what is possible.
pub(super) fn impact(impact: Bounds<Impact>) -> LevelOf<ImpactWord> {
    LevelOf::only(word(impact.sure)).or(word(impact.possible))
}

/// The name of an impact.
pub(super) const fn word(impact: Impact) -> ImpactWord {
    match impact {
        Impact::Nothing => ImpactWord::Nothing,
        Impact::OwnData => ImpactWord::OwnData,
        Impact::Telemetry => ImpactWord::Telemetry,
        Impact::Narrow => ImpactWord::Narrow,
        Impact::WholeService => ImpactWord::WholeService,
        Impact::Read => ImpactWord::Read,
        Impact::Write => ImpactWord::Write,
        Impact::Secrets => ImpactWord::Secrets,
        Impact::Takeover => ImpactWord::Takeover,
        Impact::Escalation => ImpactWord::Escalation,
        Impact::Administrator => ImpactWord::Administrator,
    }
}

/// What somebody reaches who gets a role: what is sure. Where policies are not in view, no less than the middle.
pub(super) fn exposure(analysis: &Analysis<'_>, role: EntityId) -> LevelOf<Exposure> {
    LevelOf::only(exposed(analysis, role))
}

/// What somebody reaches who gets the worst of several roles; the middle if none is in view.
pub(super) fn worst_exposure(
    analysis: &Analysis<'_>,
    roles: impl IntoIterator<Item = EntityId>,
) -> LevelOf<Exposure> {
    let worst = roles.into_iter().map(|role| exposed(analysis, role)).max();
    LevelOf::only(worst.unwrap_or(Exposure::Broad))
}

fn exposed(analysis: &Analysis<'_>, role: EntityId) -> Exposure {
    if analysis.model.grants_of(role).is_empty() {
        return Exposure::Broad;
    }
    let privileges: &Privileges = &analysis.privileges(role);
    let exposure = of_impact(privileges.impact.sure);
    if privileges.complete { exposure } else { exposure.max(Exposure::Broad) }
}

/// Whether one role surely allows more than another. Of a role without policies in view nothing is known.
pub(super) fn is_stronger(analysis: &Analysis<'_>, role: EntityId, than: EntityId) -> bool {
    let is_in_view = |role| !analysis.model.grants_of(role).is_empty();
    if !is_in_view(role) || !is_in_view(than) {
        return false;
    }
    let weaker = analysis.privileges(than);
    weaker.complete && of_impact(analysis.privileges(role).impact.sure) > of_impact(weaker.impact.possible)
}

pub(super) const fn of_impact(impact: Impact) -> Exposure {
    match impact {
        Impact::Nothing | Impact::OwnData | Impact::Telemetry => Exposure::OwnData,
        Impact::Narrow => Exposure::Narrow,
        Impact::WholeService | Impact::Read => Exposure::Broad,
        Impact::Write | Impact::Secrets => Exposure::Deep,
        Impact::Takeover | Impact::Escalation | Impact::Administrator => Exposure::Full,
    }
}

/// Who the principals of a trust policy are. What is not known is no more than the own account.
fn reached_by(analysis: &Analysis<'_>, role: &Role) -> OneOf<ReachedBy> {
    let Field::Known(trust) = &role.trust else { return OneOf::only(ReachedBy::OwnAccount) };
    let of_account = |account: &Text| {
        let others = [Relation::Vendor, Relation::Foreign];
        let whose = whose(analysis, role.entity.deployment, account).words();
        let mut words = others.into_iter().map(|other| whose.0 & WordSet::only(other).0 != 0);
        if !words.any(|is_other| is_other) {
            return Bounds::decided(ReachedBy::OwnAccount);
        }
        let sure = whose.0 & !others.into_iter().fold(0, |all, other| all | WordSet::only(other).0) == 0;
        Bounds {
            sure: if sure { ReachedBy::Outside } else { ReachedBy::OwnAccount },
            possible: ReachedBy::Outside,
        }
    };
    let mut reached = Bounds::decided(ReachedBy::Service);
    for statement in &analysis.model.policy(&trust.value).statements {
        if !matches!(statement.effect, Effect::Allow | Effect::Unknown) {
            continue;
        }
        for principal in statement.principals.only.iter().flatten() {
            let of = match &principal.form {
                PrincipalForm::Service { .. } => Bounds::decided(ReachedBy::Service),
                PrincipalForm::Everyone
                | PrincipalForm::SamlProvider { .. }
                | PrincipalForm::OidcProvider { .. }
                | PrincipalForm::BuiltIn(_) => Bounds::decided(ReachedBy::Outside),
                PrincipalForm::Account { account } => of_account(account),
                _ => match principal.value.text().and_then(|text| Arn::parse(text, analysis.vocabulary)) {
                    Some(arn) => of_account(&arn.account),
                    None => Bounds::decided(ReachedBy::OwnAccount),
                },
            };
            reached.sure = reached.sure.max(of.sure);
            reached.possible = reached.possible.max(of.possible);
        }
        if statement.principals.except.is_some() {
            reached = Bounds::decided(ReachedBy::Outside);
        }
    }
    OneOf::only(reached.sure).or(reached.possible)
}
