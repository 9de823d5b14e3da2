//! Which attributes of himself a user can write.
//!
//! A user writes his attributes with an access token, through any client of the pool: the one whose logins an identity
//! pool takes is no better than the others. Where he signs himself up he may also set those that cannot be changed later.

use super::{CONTACTS, Member, doors, members};
use crate::analysis::Analysis;
use crate::facts::identity_pool::truth;
use crate::facts::lists::{has_key, includes};
use crate::model::{List, SchemaAttribute, UserPool, UserPoolClient, UserPoolIdentityProvider};
use crate::source::Span;
use crate::value::{Bounds, Field, Text};

/// The attributes that every user has, and may write where nothing forbids it.
const STANDARD: &[&str] = &[
    "address",
    "birthdate",
    "email",
    "family_name",
    "gender",
    "given_name",
    "locale",
    "middle_name",
    "name",
    "nickname",
    "phone_number",
    "picture",
    "preferred_username",
    "profile",
    "updated_at",
    "website",
    "zoneinfo",
];

/// The flows in which a user himself signs in, and gets a token with which he may change his attributes.
pub(super) const OWN_SIGN_IN: &[&str] = &[
    "ALLOW_USER_SRP_AUTH",
    "ALLOW_USER_PASSWORD_AUTH",
    "USER_PASSWORD_AUTH",
    "ALLOW_CUSTOM_AUTH",
    "CUSTOM_AUTH_FLOW_ONLY",
    "ALLOW_USER_AUTH",
];
/// The flows in which a server signs him in: it may hand the token on.
const SERVER_SIGN_IN: &[&str] = &["ALLOW_ADMIN_USER_PASSWORD_AUTH", "ADMIN_NO_SRP_AUTH"];
/// The scope with which a token of the hosted pages may change attributes.
const SELF_SERVICE: &str = "aws.cognito.signin.user.admin";

/// Whether a user can choose what a claim says.
#[derive(Clone, Debug)]
pub(in crate::facts) struct Writable {
    /// By changing the attribute.
    pub by_change: Bounds<bool>,
    /// By signing up with it.
    pub by_sign_up: Bounds<bool>,
    /// What allows it: the attributes that a client may write, or the client.
    pub at: Option<Span>,
}

impl Writable {
    const NEVER: Self = Self {
        by_change: Bounds { sure: false, possible: false },
        by_sign_up: Bounds { sure: false, possible: false },
        at: None,
    };

    /// In either way.
    pub(in crate::facts) const fn any(&self) -> Bounds<bool> {
        self.by_change.or(self.by_sign_up)
    }
}

/// Whether a user can choose what a claim of his identity token says. An address that Cognito asks him to prove is not
/// his to choose.
pub(in crate::facts) fn writable(analysis: &Analysis<'_>, pool: &UserPool, claim: &str) -> Writable {
    let vocabulary = analysis.vocabulary;
    let mut written = written(analysis, pool, claim);
    if CONTACTS.contains(&claim) {
        let proved = |list| includes(list, &[claim], vocabulary).0.not();
        written.by_change = written.by_change.and(proved(&pool.verified_before_update));
        written.by_sign_up = written.by_sign_up.and(proved(&pool.auto_verified_attributes));
    }
    // Code may put something else into the token. What users write is overwritten when they sign in with a provider of the
    // pool next, and where nobody can sign up, all of them may.
    let closed = !doors::may_sign_up(analysis, pool).possible;
    if may_be_rewritten(analysis, pool) || closed && is_mapped(analysis, pool, claim) {
        written.by_change.sure = false;
        written.by_sign_up.sure = false;
    }
    written
}

/// Whether a user can write an attribute, be it with an address that he has to prove.
pub(in crate::facts) fn may_write(analysis: &Analysis<'_>, pool: &UserPool, attribute: &str) -> Bounds<bool> {
    written(analysis, pool, attribute).any()
}

/// Whether a user can write what a claim says, whatever Cognito does with it then.
fn written(analysis: &Analysis<'_>, pool: &UserPool, claim: &str) -> Writable {
    let Some(attribute) = Attribute::of(analysis, pool, claim) else { return Writable::NEVER };
    let clients: Vec<Member<'_, UserPoolClient>> = members(analysis, pool);
    let mut written = Writable::NEVER;
    for client in &clients {
        let lists = client.there().and(attribute.listed(&client.item.write_attributes, claim, analysis));
        let change = lists.and(signs_in(analysis, client.item));
        let sign_up = lists.and(doors::open_client(client.item));
        if (change.sure || sign_up.sure) && !written.any().sure || lists.possible && written.at.is_none() {
            written.at = Some(client.item.write_attributes.span().unwrap_or(client.item.entity.span));
        }
        written.by_change = written.by_change.or(change);
        written.by_sign_up = written.by_sign_up.or(sign_up);
    }
    written.by_change = written.by_change.and(attribute.mutable);
    written.by_sign_up = written.by_sign_up.and(doors::may_sign_up(analysis, pool));
    written
}

/// Claims of identity tokens that are no attributes: what Cognito itself says (Cognito Developer Guide, "Understanding the
/// identity (ID) token").
const OF_COGNITO: &[&str] = &[
    "at_hash",
    "aud",
    "auth_time",
    "email_verified",
    "event_id",
    "exp",
    "iat",
    "identities",
    "iss",
    "jti",
    "nonce",
    "origin_jti",
    "phone_number_verified",
    "sub",
    "token_use",
];

/// Whether the tokens of a pool's users have a claim.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::facts) enum Sent {
    /// None has.
    Never,
    /// Nothing is known that puts it there.
    Unheard,
    /// They may.
    Perhaps,
}

/// Whether the identity tokens of a pool's users have a claim. Code may put any there.
pub(in crate::facts) fn sent(analysis: &Analysis<'_>, pool: &UserPool, claim: &str) -> Sent {
    let is_known = OF_COGNITO.contains(&claim)
        || STANDARD.contains(&claim)
        || claim.starts_with("cognito:")
        || claim.starts_with("dev:");
    if is_known || may_be_rewritten(analysis, pool) {
        return Sent::Perhaps;
    }
    match claim.strip_prefix("custom:") {
        None => Sent::Unheard,
        Some(name) => match defined(analysis, pool, name) {
            Some(None) => Sent::Never,
            _ => Sent::Perhaps,
        },
    }
}

/// Whether an attribute may have a value: one for numbers has nothing else.
pub(in crate::facts) fn may_hold(analysis: &Analysis<'_>, pool: &UserPool, claim: &str, value: &str) -> bool {
    let is_number =
        |defined: &SchemaAttribute| defined.data_type.as_literal(analysis.vocabulary) == Some("Number");
    let custom = claim.strip_prefix("custom:").filter(|_| !may_be_rewritten(analysis, pool));
    let defined = custom.and_then(|name| defined(analysis, pool, name)).flatten();
    !defined.is_some_and(is_number) || value.parse::<f64>().is_ok()
}

/// Whether code may put other claims into the tokens.
fn may_be_rewritten(analysis: &Analysis<'_>, pool: &UserPool) -> bool {
    let triggers = ["PreTokenGeneration", "PreTokenGenerationConfig"];
    has_key(&pool.triggers, &triggers, analysis.vocabulary).0.possible
}

/// An attribute of a pool's schema by its name there, and whether there is none. `None` if not all of the schema is known.
fn defined<'p>(
    analysis: &Analysis<'_>,
    pool: &'p UserPool,
    name: &str,
) -> Option<Option<&'p SchemaAttribute>> {
    let schema = match &pool.schema {
        Field::Absent => return Some(None),
        Field::Unknown(_) => return None,
        Field::Known(schema) => &schema.value,
    };
    let literal = |defined: &SchemaAttribute| defined.name.as_literal(analysis.vocabulary);
    let known = schema.iter().filter_map(Field::known);
    let found = known.map(|known| &known.value).find(|known| literal(known) == Some(name));
    let all_known =
        schema.iter().all(|item| item.known().is_some_and(|known| literal(&known.value).is_some()));
    match found {
        Some(found) => Some(Some(found)),
        None => all_known.then_some(None),
    }
}

/// Whether a user can change an address of his, and what he writes is stored before he proves that it is his.
pub(super) fn unproved_change(analysis: &Analysis<'_>, pool: &UserPool, contact: &str) -> Bounds<bool> {
    writable(analysis, pool, contact).by_change
}

/// An attribute of users.
struct Attribute {
    custom: bool,
    mutable: Bounds<bool>,
}

impl Attribute {
    /// `None` for a claim that no user can write: `cognito:groups` and what else Cognito itself says, what only developers
    /// write, and attributes that users do not have.
    fn of(analysis: &Analysis<'_>, pool: &UserPool, claim: &str) -> Option<Self> {
        let custom = claim.strip_prefix("custom:");
        let name = custom.unwrap_or(claim);
        if custom.is_none() && !STANDARD.contains(&claim) {
            return None;
        }
        let defined = match (defined(analysis, pool, name), custom) {
            (Some(Some(defined)), _) => defined,
            (_, None) => return Some(Self { custom: false, mutable: Bounds::decided(true) }),
            (Some(None), Some(_)) => return None,
            (None, Some(_)) => return Some(Self { custom: true, mutable: Bounds::UNDECIDED }),
        };
        if truth(&defined.developer_only).sure {
            return None;
        }
        let mutable = match &defined.mutable {
            Field::Known(known) => Bounds::decided(known.value),
            Field::Absent if custom.is_none() => Bounds::decided(true),
            // What an attribute of one's own is without it is not documented.
            Field::Absent | Field::Unknown(_) => Bounds::UNDECIDED,
        };
        Some(Self { custom: custom.is_some(), mutable })
    }

    /// Whether a client may write the attribute. Without a list it may write the standard ones; whether also those of one's
    /// own, documentation and practice say differently.
    fn listed(&self, list: &List<Text>, claim: &str, analysis: &Analysis<'_>) -> Bounds<bool> {
        match list {
            Field::Absent if self.custom => Bounds::UNDECIDED,
            Field::Absent => Bounds::decided(true),
            list => includes(list, &[claim], analysis.vocabulary).0,
        }
    }
}

/// Whether a user who signs in with a client gets a token with which he may change his attributes.
fn signs_in(analysis: &Analysis<'_>, client: &UserPoolClient) -> Bounds<bool> {
    let vocabulary = analysis.vocabulary;
    let own = if client.auth_flows.is_absent() {
        Bounds::decided(true)
    } else {
        includes(&client.auth_flows, OWN_SIGN_IN, vocabulary).0
    };
    let server = includes(&client.auth_flows, SERVER_SIGN_IN, vocabulary).0;
    let hosted = truth(&client.oauth)
        .and(includes(&client.oauth_flows, &["code", "implicit"], vocabulary).0)
        .and(includes(&client.oauth_scopes, &[SELF_SERVICE], vocabulary).0);
    let by_himself = own.or(hosted).and(doors::open_client(client));
    by_himself.or(Bounds { sure: false, possible: server.possible })
}

/// Whether some provider of the pool sets the attribute at every sign-in.
fn is_mapped(analysis: &Analysis<'_>, pool: &UserPool, claim: &str) -> bool {
    members::<UserPoolIdentityProvider>(analysis, pool)
        .iter()
        .any(|provider| has_key(&provider.item.attribute_mapping, &[claim], analysis.vocabulary).0.possible)
}
