//! Whether the principals and the actions of a trust policy fit each other.

use rustc_hash::FxHashSet;

use super::{Common, Evidence, Fact, OneOf, Take, Taker, fact, in_parts, remedy, words};
use crate::analysis::{Analysis, Change};
use crate::finding::{Fix, Value};
use crate::model::Role;
use crate::policy::{
    Attached, Effect, Element, Item, Policy, PolicyPath, Principal, PrincipalForm, PrincipalKey, Statement,
};
use crate::value::{Comparison, Field, Text, Vocabulary};

words! {
    /// How a principal or an action fits.
    Fit {
        /// It does, or whether it does cannot be said.
        Fits = "fits",
        /// No statement that covers the principal allows the call by which it assumes roles.
        PrincipalWithoutAction = "principal-without-action",
        /// No principal of the statement can make the call.
        ActionWithoutPrincipal = "action-without-principal",
    }
}

words! {
    /// The kinds of principals of trust policies.
    PrincipalKind {
        /// An account, role, user or session.
        Aws = "AWS principal",
        /// An AWS service.
        Service = "service",
        /// A SAML provider.
        Saml = "SAML provider",
        /// An OIDC provider, or one that every account has.
        WebIdentity = "web identity provider",
        /// `*`
        Everyone = "everyone",
        /// Something else, or something that cannot be resolved.
        Other = "other",
    }
}

fact! {
    /// One principal or one action of the statements that allow something in a role's trust policy, and whether it fits the others.
    TrustStatement = "trust-statement" {
        /// The role's logical id, or its name in a dump.
        role: Option<Text> = "role",
        /// How it fits.
        cause: OneOf<Fit> = "cause",
        /// The principal, if the fact is about one.
        principal: Option<Text> = "principal",
        /// What the principal is.
        principal_kind: OneOf<PrincipalKind> = "principal.kind",
        /// The action by which the principal assumes roles.
        needed: Option<Text> = "needed",
        /// The action, if the fact is about one.
        action: Option<Text> = "action",
    }
    evidence {
        /// The actions of the statement that covers the principal.
        "actions",
        /// The principals of the statement.
        "principals",
    }
    remedies {
        /// The call of the principal becomes an action of its statement, in place of one that none of its principals can make.
        right_action: "right-action",
    }
}

const ASSUME_ROLE: &str = "sts:AssumeRole";
const WITH_SAML: &str = "sts:AssumeRoleWithSAML";
const WITH_WEB_IDENTITY: &str = "sts:AssumeRoleWithWebIdentity";

/// What each kind of principal may do besides its call: these go with every call.
const GO_WITH_EVERY_CALL: &[&str] = &["sts:TagSession", "sts:SetSourceIdentity", "sts:SetContext"];

pub(super) fn each(analysis: &Analysis<'_>, taker: &mut dyn Taker) {
    in_parts(&analysis.model.roles, taker, |roles, take| of_roles(analysis, roles, take));
}

fn of_roles(analysis: &Analysis<'_>, roles: &[Role], take: &mut Take<'_>) {
    for role in roles {
        let Field::Known(trust) = &role.trust else { continue };
        let policy = analysis.model.policy(&trust.value);
        let mut seen = Trust {
            analysis,
            role,
            trust: &trust.value,
            allowing: [ASSUME_ROLE, WITH_SAML, WITH_WEB_IDENTITY]
                .map(|call| (call, allowing(policy, call, analysis.vocabulary))),
            before: FxHashSet::default(),
        };
        for (index, statement) in policy.statements.iter().enumerate() {
            if statement.effect == Effect::Allow
                && let Ok(index) = u16::try_from(index)
            {
                seen.statement(index, statement, take);
                seen.before
                    .extend(statement.principals.only.iter().flatten().map(|principal| &principal.value));
            }
        }
    }
}

struct Trust<'a> {
    analysis: &'a Analysis<'a>,
    role: &'a Role,
    trust: &'a Attached,
    /// The statements that may allow a call, for each call.
    allowing: [(&'static str, Vec<&'a Statement>); 3],
    /// The principals of the statements before.
    before: FxHashSet<&'a Item>,
}

impl<'a> Trust<'a> {
    fn statement(&self, index: u16, statement: &'a Statement, take: &mut dyn FnMut(&dyn Fact)) {
        let Some(principals) = statement.principals.only.as_deref() else { return };
        let mut principal_at_fault = false;
        for (position, principal) in (0u16..).zip(principals) {
            let kind = PrincipalKind::of(&principal.form);
            let fit = match kind.call() {
                Some(call) if !self.may_call(statement, principal, call) => Fit::PrincipalWithoutAction,
                _ => Fit::Fits,
            };
            principal_at_fault |= fit == Fit::PrincipalWithoutAction;
            // A principal that several statements name is one fault, where it stands first.
            if self.before.contains(&principal.value) {
                continue;
            }
            let text = principal.value.text().cloned();
            take(&TrustStatement {
                common: self.common(
                    index,
                    Element::Principal(position),
                    "actions",
                    Element::Actions,
                    text.clone(),
                ),
                role: Some(Text::literal(self.role.entity.logical_id)),
                cause: OneOf::only(fit),
                principal: text,
                principal_kind: OneOf::only(kind),
                needed: kind.call().map(|call| self.analysis.vocabulary.literal(call)),
                action: None,
                right_action: match (fit, kind.call()) {
                    (Fit::PrincipalWithoutAction, Some(call)) => self.right_action(index, statement, call),
                    _ => None,
                },
            });
        }
        let actions = statement.actions.only.as_deref().unwrap_or_default();
        for (position, action) in (0u16..).zip(actions) {
            let Some(literal) = action.text().and_then(|text| text.as_literal(self.analysis.vocabulary))
            else {
                continue;
            };
            // The fault of a principal that lacks its call explains the call that nobody can make.
            let fit = if principal_at_fault || usable(literal, principals) {
                Fit::Fits
            } else {
                Fit::ActionWithoutPrincipal
            };
            let text = action.text().cloned();
            take(&TrustStatement {
                common: self.common(
                    index,
                    Element::Action(position),
                    "principals",
                    Element::Principals,
                    text.clone(),
                ),
                role: Some(Text::literal(self.role.entity.logical_id)),
                cause: OneOf::only(fit),
                principal: None,
                principal_kind: OneOf::none(),
                needed: None,
                action: text,
                right_action: None,
            });
        }
    }

    fn common(
        &self,
        statement: u16,
        element: Element,
        role: &'static str,
        evidence: Element,
        cause: Option<Text>,
    ) -> Common {
        let place = |element| self.trust.place(PolicyPath::new(statement, element));
        Common {
            subject: self.role.entity.id,
            place: place(element),
            certainty: self.analysis.stability(self.role.entity.id, Change::Trust),
            worlds: self.role.entity.worlds.clone(),
            evidence: vec![Evidence { role, span: place(evidence) }],
            cause: cause.into_iter().collect(),
            witness: None,
        }
    }

    /// The call among the actions of a statement.
    fn right_action(&self, index: u16, statement: &Statement, call: &str) -> Option<Fix> {
        let vocabulary = self.analysis.vocabulary;
        let actions = statement.actions.only.as_deref()?;
        let principals = statement.principals.only.as_deref()?;
        let calls = [ASSUME_ROLE, WITH_SAML, WITH_WEB_IDENTITY];
        // The name of a call without its service is none.
        let is_call = |action: &str| {
            calls.iter().any(|call| {
                call.eq_ignore_ascii_case(action)
                    || call.split_once(':').is_some_and(|(_, name)| name.eq_ignore_ascii_case(action))
            })
        };
        let wrong: Vec<(u16, &str)> = (0u16..)
            .zip(actions)
            .filter_map(|(position, action)| Some((position, remedy::literal(action, vocabulary)?)))
            .filter(|(_, action)| is_call(action) && !usable(action, principals))
            .collect();
        let (mut title, change) = match wrong[..] {
            [] => {
                (format!("allow `{call}` too"), remedy::add_actions(self.trust, index, &[call.to_owned()])?)
            }
            [(position, action)] => {
                let at = self.trust.places().exact(PolicyPath::new(index, Element::Action(position)))?;
                let change = remedy::replace(at, Value::Text(call.to_owned()));
                (format!("write `{call}` instead of `{action}`"), change)
            }
            _ => return None,
        };
        let mut changes = vec![change];
        // Nobody has got in by this statement so far: what it then asks is to be all that it should.
        let tests = |key: &str| remedy::tests(statement, key, vocabulary);
        if call == WITH_SAML && !tests("saml:aud") {
            let [principal] = principals else { return None };
            let endpoint = remedy::sign_in_endpoint(principal, vocabulary)?;
            changes.push(remedy::add_tests(self.trust, index, &[remedy::audience_test(endpoint)])?);
            title += &format!(", and test `SAML:aud` for `{endpoint}`");
        }
        if call == WITH_WEB_IDENTITY
            && !principals.iter().all(|principal| {
                let issuer = remedy::issuer(principal, vocabulary);
                issuer.is_none_or(|issuer| {
                    ["sub", "aud"].iter().any(|claim| tests(&format!("{issuer}:{claim}")))
                })
            })
        {
            return None;
        }
        Some(Fix::new(title, true, changes))
    }

    /// False only if no statement that may cover the principal of `own` may allow the call.
    fn may_call(&self, own: &Statement, principal: &Principal, call: &str) -> bool {
        let vocabulary = self.analysis.vocabulary;
        let allowing = self.allowing.iter().find(|(known, _)| *known == call);
        let allowing = allowing.map_or(&[][..], |(_, statements)| statements.as_slice());
        // Nearly always it is the statement itself: long lists of principals must not be compared in pairs.
        allowing.iter().any(|statement| std::ptr::eq(*statement, own))
            || allowing.iter().any(|statement| match &statement.principals.only {
                Some(listed) => listed.iter().any(|other| may_cover(other, principal, vocabulary)),
                // `NotPrincipal` covers all but a few.
                None => statement.principals.except.is_some(),
            })
    }
}

/// The statements that may allow a call to somebody.
fn allowing<'a>(policy: &'a Policy, call: &str, vocabulary: &Vocabulary) -> Vec<&'a Statement> {
    let may_allow = |statement: &&Statement| {
        matches!(statement.effect, Effect::Allow | Effect::Unknown)
            && statement.covers_action(call, vocabulary).possible
    };
    policy.statements.iter().filter(may_allow).collect()
}

/// Whether a principal of a statement may speak of another one, or of a part of it.
fn may_cover(listed: &Principal, principal: &Principal, vocabulary: &Vocabulary) -> bool {
    use PrincipalForm as Form;
    let may_equal = |left: &Text, right: &Text| left.compare(right, vocabulary) != Comparison::Different;
    match (&listed.form, &principal.form) {
        (Form::Everyone, _) => true,
        // What cannot be resolved is still of the kind that its key says.
        (Form::Unknown, _) => listed.key == PrincipalKey::Unknown || listed.key == principal.key,
        // An account delegates to everyone in it.
        (
            Form::Account { account },
            Form::Account { account: other }
            | Form::Role { account: other, .. }
            | Form::User { account: other, .. }
            | Form::Session { account: other, .. }
            | Form::FederatedUser { account: other, .. },
        ) => may_equal(account, other),
        // Whose unique id it is, and so of which account, cannot be seen.
        (Form::Account { .. }, Form::UniqueId) => true,
        // A role speaks of all its sessions, whose ARN leaves the role's path out.
        (Form::Role { account, name }, Form::Session { account: other, role, .. }) => {
            may_equal(account, other)
                && match (name.as_literal(vocabulary), role.as_literal(vocabulary)) {
                    (Some(name), Some(role)) => name.rsplit('/').next() == Some(role),
                    _ => true,
                }
        }
        _ => match (&listed.value, &principal.value) {
            (Item::Text(left), Item::Text(right)) => may_equal(left, right),
            _ => true,
        },
    }
}

/// Whether some principal of a statement may use an action.
fn usable(action: &str, principals: &[Principal]) -> bool {
    if action.contains(['*', '?'])
        || GO_WITH_EVERY_CALL.iter().any(|known| known.eq_ignore_ascii_case(action))
    {
        return true;
    }
    let calls = [ASSUME_ROLE, WITH_SAML, WITH_WEB_IDENTITY];
    calls.iter().any(|call| call.eq_ignore_ascii_case(action))
        && principals.iter().any(|principal| {
            PrincipalKind::of(&principal.form).call().is_none_or(|call| call.eq_ignore_ascii_case(action))
        })
}

impl PrincipalKind {
    fn of(form: &PrincipalForm) -> Self {
        use PrincipalForm as Form;
        match form {
            Form::Everyone => Self::Everyone,
            Form::Account { .. }
            | Form::Role { .. }
            | Form::User { .. }
            | Form::Session { .. }
            | Form::FederatedUser { .. }
            | Form::UniqueId => Self::Aws,
            Form::Service { .. } => Self::Service,
            Form::SamlProvider { .. } => Self::Saml,
            Form::OidcProvider { .. } | Form::BuiltIn(_) => Self::WebIdentity,
            Form::CanonicalUser | Form::Invalid | Form::Unknown => Self::Other,
        }
    }

    /// The call by which such a principal assumes roles; `None` where several or none do.
    fn call(self) -> Option<&'static str> {
        match self {
            Self::Aws | Self::Service => Some(ASSUME_ROLE),
            Self::Saml => Some(WITH_SAML),
            Self::WebIdentity => Some(WITH_WEB_IDENTITY),
            Self::Everyone | Self::Other => None,
        }
    }
}
