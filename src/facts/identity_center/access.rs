//! What a permission set amounts to in accounts, for those who have it there.

mod editors;

use editors::Editors;

use rustc_hash::FxHashMap;

use super::{AccountKind, Recipient, account, account_kind, people, recipient};
use crate::analysis::{Analysis, Gain, Impact, Privileges};
use crate::facts::privileges::{ImpactWord, Worst, impact};
use crate::facts::{Common, Evidence, Fact, LevelOf, OneOf, fact, words};
use crate::finding::Certainty;
use crate::graph::{EdgeKind, Node};
use crate::knowledge::privileges::{EscalationMethod, Takeover};
use crate::model::{Assignment, PermissionSet, ProvisionedRole};
use crate::source::Span;
use crate::value::{Bounds, Comparison, Text, Worlds};

words! {
    /// In how many accounts a permission set is.
    Spread {
        /// None that is known: nothing in view assigns it.
        Nowhere = "nowhere",
        /// One.
        One = "one",
        /// Several.
        Several = "several",
    }
}

words! {
    /// What can be gained beyond what is given.
    GainWord {
        /// Nothing.
        Nothing = "nothing",
        /// The right to decide who becomes whom.
        Takeover = "takeover",
        /// More permissions.
        Escalation = "escalation",
    }
}

fact! {
    /// What one permission set amounts to in an account, for those to whom it is assigned there: in several accounts where that
    /// is the same, for the same principals.
    AccountAccess = "account-access" {
        /// The permission set's logical id.
        permission_set: Option<Text> = "permission-set",
        /// In how many accounts it is like this.
        spread: OneOf<Spread> = "spread",
        /// The first of the accounts, as its assignment names it.
        account: Option<Text> = "account",
        /// The accounts; of many, the first ones.
        accounts: Vec<Text> = "accounts",
        /// How many accounts they are.
        account_count: Bounds<i64> = "account-count",
        /// What these accounts are in their organisation. Known from the settings, from accounts that templates make, and
        /// because permission sets are assigned from the management account or the one to which that is delegated.
        account_kind: OneOf<AccountKind> = "account.kind",
        /// True if the permission set is assigned in accounts of another kind too.
        elsewhere: Bounds<bool> = "elsewhere",
        /// The groups and users that have it: logical ids, or ids as assignments name them; of many, the first ones.
        principals: Vec<Text> = "principals",
        /// How many groups and users they are.
        principal_count: Bounds<i64> = "principal-count",
        /// The users in view who have it, themselves or as members of a group.
        people: Vec<Text> = "people",
        /// What it amounts to there.
        impact: LevelOf<ImpactWord> = "impact",
        /// True if it can gain something there beyond what it is given.
        gains: Bounds<bool> = "gains",
        /// What that is.
        gain: OneOf<GainWord> = "gain",
        /// True if it can gain it for sure.
        gain_proved: Bounds<bool> = "gain.proved",
        /// True if that needs nothing that is not in view.
        gain_victim: Bounds<bool> = "gain.victim-in-view",
        /// How it gains that.
        way: Option<Text> = "gain.way",
        /// True if it has a permissions boundary.
        bounded: Bounds<bool> = "bounded",
        /// True if all its policies are in view there.
        complete: Bounds<bool> = "complete",
        /// Roles whose policies let them write what a policy of the permission set says in an account.
        editors: Vec<Text> = "policy-editors",
        /// Roles that trust the permission set by the name of its role.
        trusting: Vec<Text> = "trusting-roles",
    }
    evidence {
        /// The statement or policy that grants it.
        "grant",
        /// What assigns it.
        "assignment",
        /// Its permissions boundary.
        "boundary",
        /// What lets a role write a policy of it.
        "policy-editor",
        /// Where a role trusts it.
        "trusting-role",
    }
}

/// How many accounts, principals or places of a kind are named.
const NAMED: usize = 4;

pub(super) fn each(analysis: &Analysis<'_>, take: &mut dyn FnMut(&dyn Fact)) {
    let editors = Editors::new(analysis);
    for set in &analysis.model.permission_sets {
        for group in groups(analysis, set) {
            take(&of(analysis, &editors, set, &group));
        }
    }
}

/// Accounts in which a permission set is the same.
struct Group<'a> {
    roles: Vec<&'a ProvisionedRole>,
    key: Key,
}

/// What must be equal for it to be the same.
#[derive(PartialEq, Eq, Hash, Clone)]
struct Key {
    kind: OneOf<AccountKind>,
    principals: Vec<Recipient>,
    certainty: Certainty,
    impact: Bounds<Impact>,
    gains: [Option<(&'static str, bool)>; 2],
    granted: Option<Span>,
    complete: bool,
    worlds: Worlds,
}

fn groups<'a>(analysis: &'a Analysis<'_>, set: &PermissionSet) -> Vec<Group<'a>> {
    let mut groups: Vec<Group<'a>> = Vec::new();
    let mut known: FxHashMap<Key, usize> = FxHashMap::default();
    for role in analysis.model.roles_of(set.entity.id) {
        // Without a policy in view there is nothing to say.
        if analysis.model.grants_of(role.entity.id).is_empty() {
            continue;
        }
        let key = key(analysis, set, role);
        let index = *known.entry(key.clone()).or_insert_with(|| {
            groups.push(Group { roles: Vec::new(), key });
            groups.len() - 1
        });
        groups[index].roles.push(role);
    }
    groups
}

fn key(analysis: &Analysis<'_>, set: &PermissionSet, role: &ProvisionedRole) -> Key {
    let privileges = analysis.privileges(role.entity.id);
    let worst = Worst::of(analysis, role.entity.id, &privileges);
    let mut principals: Vec<Recipient> = Vec::new();
    for assigned in &role.assigned {
        let assignment = analysis.model.get::<Assignment>(assigned.assignment);
        let found = assignment.and_then(|assignment| recipient(analysis, assignment));
        let found = found.unwrap_or_else(|| Recipient::Named(analysis.vocabulary.literal("?")));
        if !principals.contains(&found) {
            principals.push(found);
        }
    }
    // The same people in another order are the same people.
    principals.sort_by_key(|recipient| recipient.name(analysis).display(analysis.vocabulary));
    let sure = role.assigned.is_empty() || role.assigned.iter().any(|assigned| assigned.sure);
    Key {
        kind: account_kind(analysis, set.entity.deployment, role.account.as_ref()),
        principals,
        certainty: if sure { privileges.certainty() } else { Certainty::Possible },
        impact: privileges.impact,
        gains: [
            worst.escalation.map(|gain| (gain.method.id, gain.sure)),
            worst.takeover.map(|gain| (gain.method.id, gain.sure)),
        ],
        granted: worst.granted,
        complete: privileges.complete,
        worlds: role.entity.worlds.clone(),
    }
}

fn of(
    analysis: &Analysis<'_>,
    editors: &Editors<'_>,
    set: &PermissionSet,
    group: &Group<'_>,
) -> AccountAccess {
    let Group { roles, key } = group;
    let first = roles[0];
    let privileges: &Privileges = &analysis.privileges(first.entity.id);
    let Worst { escalation, takeover, granted } = Worst::of(analysis, first.entity.id, privileges);
    let literal = |text: &str| analysis.vocabulary.literal(text);
    let is_assigned = roles.iter().any(|role| is_somewhere(role));
    let accounts: Vec<Text> = roles.iter().filter_map(|role| role.account.clone()).collect();
    let gain = Gained::of(escalation, takeover);
    let editors = editors.of(analysis, roles);
    let trusting = trusting(analysis, set, roles);
    let mut evidence: Vec<Evidence> = Vec::new();
    let mut show = |role: &'static str, span: Option<Span>| {
        let new = span.filter(|span| {
            let known = || evidence.iter().filter(|one| one.role == role);
            known().count() < NAMED && !known().any(|one| one.span == *span)
        });
        evidence.extend(new.map(|span| Evidence { role, span }));
    };
    show("grant", granted);
    for assigned in roles.iter().flat_map(|role| &role.assigned) {
        show("assignment", Some(analysis.entity(assigned.assignment).span));
    }
    show("boundary", set.boundary.span());
    for (_, span) in &editors {
        show("policy-editor", *span);
    }
    for (_, span) in &trusting {
        show("trusting-role", Some(*span));
    }
    let others = analysis.model.roles_of(set.entity.id).iter().filter(|role| is_somewhere(role));
    let is_other = |role: &ProvisionedRole| {
        account_kind(analysis, set.entity.deployment, role.account.as_ref()) != key.kind
    };
    let elsewhere = is_assigned && others.into_iter().any(is_other);
    let people: Vec<Text> = key
        .principals
        .iter()
        .flat_map(|principal| people(analysis, principal))
        .map(|person| person.name(analysis))
        .collect();
    let count = |number: usize| Bounds::decided(i64::try_from(number).unwrap_or(i64::MAX));
    AccountAccess {
        common: Common {
            subject: set.entity.id,
            place: granted.unwrap_or(set.entity.span),
            certainty: key.certainty,
            worlds: key.worlds.clone(),
            evidence,
            cause: if accounts.is_empty() {
                vec![Text::literal(set.entity.logical_id)]
            } else {
                accounts.clone()
            },
            witness: None,
        },
        permission_set: Some(Text::literal(set.entity.logical_id)),
        spread: OneOf::only(match (is_assigned, roles.len()) {
            (false, _) => Spread::Nowhere,
            (true, 1) => Spread::One,
            (true, _) => Spread::Several,
        }),
        account: accounts.first().cloned(),
        account_count: count(roles.len()),
        accounts: accounts.into_iter().take(NAMED).collect(),
        account_kind: key.kind,
        elsewhere: Bounds::decided(elsewhere),
        principal_count: match roles.iter().all(|role| role.assigned.is_empty()) && is_assigned {
            true => Bounds { sure: 1, possible: i64::MAX },
            false => count(key.principals.len()),
        },
        principals: match key.principals.as_slice() {
            [] if is_assigned => vec![literal("whoever it is assigned to")],
            known => known.iter().take(NAMED).map(|principal| principal.name(analysis)).collect(),
        },
        people,
        impact: impact(privileges.impact),
        gains: Bounds { sure: gain.sure, possible: gain.word != GainWord::Nothing },
        gain: OneOf::only(gain.word),
        gain_proved: Bounds::decided(gain.sure),
        gain_victim: Bounds::decided(gain.victim_in_view),
        way: gain.title.map(literal),
        bounded: Bounds::decided(first.boundary.is_some()),
        complete: Bounds::decided(privileges.complete),
        editors: editors.into_iter().map(|(role, _)| role).collect(),
        trusting: trusting.into_iter().map(|(role, _)| role).collect(),
    }
}

/// True for the role of an account that is known: where no assignment is seen, Identity Center tells of the role.
fn is_somewhere(role: &ProvisionedRole) -> bool {
    !role.assigned.is_empty() || role.account.is_some()
}

/// The best that can be gained.
struct Gained<'p> {
    word: GainWord,
    sure: bool,
    victim_in_view: bool,
    title: Option<&'p str>,
}

impl<'p> Gained<'p> {
    /// What is sure comes before what is not, more permissions before the rest.
    fn of(escalation: Option<&'p Gain<EscalationMethod>>, takeover: Option<&'p Gain<Takeover>>) -> Self {
        match (escalation, takeover) {
            (Some(gain), other) if gain.sure || other.is_none_or(|other| !other.sure) => Self {
                word: GainWord::Escalation,
                sure: gain.sure,
                victim_in_view: gain.victim_in_view,
                title: Some(gain.method.title),
            },
            (_, Some(gain)) => Self {
                word: GainWord::Takeover,
                sure: gain.sure,
                victim_in_view: gain.victim_in_view,
                title: Some(gain.method.title),
            },
            _ => Self { word: GainWord::Nothing, sure: false, victim_in_view: true, title: None },
        }
    }
}

/// Roles that trust the permission set in these accounts, by the name of the role that it is there.
fn trusting(analysis: &Analysis<'_>, set: &PermissionSet, roles: &[&ProvisionedRole]) -> Vec<(Text, Span)> {
    let may_be_here = |id| {
        let of = account(analysis, id);
        roles.iter().any(|role| match (of, account(analysis, role.entity.id)) {
            (Some(one), Some(other)) => one.compare(other, analysis.vocabulary) != Comparison::Different,
            _ => true,
        })
    };
    let mut found: Vec<(Text, Span)> = Vec::new();
    for (target, edge) in analysis.graph.leaving(&Node::Entity(set.entity.id), EdgeKind::Trusts) {
        let Some(id) = target.entity().filter(|id| may_be_here(*id)) else { continue };
        let name = Text::literal(analysis.entity(id).logical_id);
        if !found.iter().any(|(known, _)| *known == name) {
            found.push((name, edge.span));
        }
    }
    found
}
