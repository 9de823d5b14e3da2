//! Who is named in a role's trust policy, taken one by one.

mod unresolvable;

use rustc_hash::FxHashSet;

use super::{Common, OneOf, Take, Taker, fact, in_parts, words};
use crate::analysis::{Analysis, Change};
use crate::knowledge::look_alike::look_alike;
use crate::model::Role;
use crate::policy::{
    Arn, Attached, BuiltInProvider, Effect, Element, PolicyPath, Principal, PrincipalForm, PrincipalKey,
    Statement,
};
use crate::resources::Deployment;
use crate::settings::{Settings, Written};
use crate::source::Span;
use crate::value::{Bounds, Comparison, Field, Part, Symbol, Text, Vocabulary};

use unresolvable::Unresolvable;

words! {
    /// What a principal is, by its text.
    FormOfPrincipal {
        /// `*`
        Everyone = "everyone",
        /// An account.
        Account = "account",
        /// A role.
        Role = "role",
        /// A user.
        User = "user",
        /// One session of a role.
        Session = "session",
        /// A session of `GetFederationToken`.
        FederatedUser = "federated-user",
        /// IAM's unique id of a user or role.
        UniqueId = "unique-id",
        /// An AWS service.
        Service = "service",
        /// A SAML provider.
        SamlProvider = "saml-provider",
        /// An OIDC provider.
        OidcProvider = "oidc-provider",
        /// A web identity provider that every account has.
        BuiltIn = "built-in",
        /// A canonical user id.
        CanonicalUser = "canonical-user",
        /// Nothing that a principal can be.
        Invalid = "invalid",
        /// What cannot be resolved.
        Unknown = "unknown",
    }
}

words! {
    /// What the statement does for its principals.
    TrustEffect {
        /// It lets them in.
        Allow = "allow",
        /// It keeps them out.
        Deny = "deny",
    }
}

words! {
    /// How the provider's account or partition relates to the role's.
    Relation {
        /// It is the same.
        Own = "own",
        /// It is another one.
        Other = "other",
        /// It is another one, and the statement also names the provider of the same kind in the role's.
        OtherBesideOwn = "other-beside-own",
        /// One of them is not known.
        Unknown = "unknown",
    }
}

words! {
    /// Whether the settings list an issuer.
    Listed {
        /// They do.
        Yes = "yes",
        /// They list others.
        No = "no",
        /// They list none.
        NoList = "no-list",
    }
}

fact! {
    /// One principal of a role's trust policy.
    TrustPrincipal = "trust-principal" {
        /// The role's logical id, or its name in a dump.
        role: Option<Text> = "role",
        /// What is written.
        principal: Option<Text> = "principal",
        /// What it is.
        form: OneOf<FormOfPrincipal> = "form",
        /// What the statement does for it.
        effect: OneOf<TrustEffect> = "effect",
        /// Why IAM can make nothing of it, or makes of it nobody. Not decided for what may be right.
        unresolvable: OneOf<Unresolvable> = "unresolvable",
        /// How a provider's account relates to that of the role.
        provider_account: OneOf<Relation> = "provider.account",
        /// How a provider's partition relates to that of the role.
        provider_partition: OneOf<Relation> = "provider.partition",
        /// The account that is written in the principal.
        account: Option<Text> = "account",
        /// The account of the role.
        own_account: Option<Text> = "own-account",
        /// The partition that the principal belongs to.
        partition: Option<Text> = "partition",
        /// The partition of the role.
        own_partition: Option<Text> = "own-partition",
        /// The issuer of an OIDC provider or built-in provider, without scheme.
        issuer: Option<Text> = "issuer",
        /// True if the issuer could be taken for one that everybody knows; never sure, as it may be right all the same.
        issuer_look_alike: Bounds<bool> = "issuer.look-alike",
        /// The one that it could be taken for.
        issuer_alike: Option<Text> = "issuer.alike",
        /// Whether the settings list the issuer among those that roles may trust.
        issuer_listed: OneOf<Listed> = "issuer.listed",
        /// True if it is the SAML provider that Identity Center makes and manages in every account.
        identity_center: Bounds<bool> = "identity-center",
    }
    evidence {}
}

pub(super) fn each(analysis: &Analysis<'_>, taker: &mut dyn Taker) {
    in_parts(&analysis.model.roles, taker, |roles, take| of_roles(analysis, roles, take));
}

fn of_roles(analysis: &Analysis<'_>, roles: &[Role], take: &mut Take<'_>) {
    for role in roles {
        let Field::Known(trust) = &role.trust else { continue };
        let deployment = analysis.model.scope.deployment(role.entity.deployment);
        let named_otherwise = unresolvable::named_otherwise(analysis, role);
        let trust = Trust { analysis, role, trust: &trust.value, deployment, named_otherwise };
        let mut seen = FxHashSet::default();
        for (index, statement) in (0u16..).zip(&analysis.model.policy(trust.trust).statements) {
            if statement.is_unknown() {
                continue;
            }
            for (position, principal) in (0u16..).zip(statement.principals.only.iter().flatten()) {
                // What several statements say of one principal is said where it stands first.
                if seen.insert((statement.effect, &principal.value, principal.key)) {
                    take(&trust.principal(index, position, statement, principal));
                }
            }
        }
    }
}

struct Trust<'a> {
    analysis: &'a Analysis<'a>,
    role: &'a Role,
    trust: &'a Attached,
    deployment: Option<&'a Deployment>,
    /// Where references say that something is named in a wrong way.
    named_otherwise: FxHashSet<Span>,
}

impl Trust<'_> {
    fn principal(
        &self,
        index: u16,
        position: u16,
        statement: &Statement,
        principal: &Principal,
    ) -> TrustPrincipal {
        let vocabulary = self.analysis.vocabulary;
        let place = self.trust.place(PolicyPath::new(index, Element::Principal(position)));
        let text = principal.value.text().cloned();
        let mut fact = TrustPrincipal {
            common: Common {
                subject: self.role.entity.id,
                place,
                certainty: self.analysis.stability(self.role.entity.id, Change::Trust),
                worlds: self.role.entity.worlds.clone(),
                evidence: Vec::new(),
                cause: text.iter().cloned().collect(),
                witness: None,
            },
            role: Some(Text::literal(self.role.entity.logical_id)),
            form: OneOf::only(FormOfPrincipal::of(&principal.form)),
            effect: match statement.effect {
                Effect::Allow => OneOf::only(TrustEffect::Allow),
                Effect::Deny => OneOf::only(TrustEffect::Deny),
                Effect::Unknown => OneOf::only(TrustEffect::Allow).or(TrustEffect::Deny),
                Effect::Invalid => OneOf::none(),
            },
            unresolvable: unresolvable::of(principal, place, &self.named_otherwise, vocabulary),
            provider_account: OneOf::none(),
            provider_partition: OneOf::none(),
            account: None,
            own_account: self.deployment.map(|deployment| deployment.account.clone()),
            partition: None,
            own_partition: self.deployment.map(|deployment| deployment.partition.clone()),
            issuer: None,
            issuer_look_alike: Bounds::decided(false),
            issuer_alike: None,
            issuer_listed: OneOf::none(),
            identity_center: Bounds::decided(false),
            principal: text,
        };
        match &principal.form {
            PrincipalForm::SamlProvider { account, name } => {
                self.place_of_provider(&mut fact, account, principal);
                fact.identity_center = is_of_identity_center(name, vocabulary);
            }
            PrincipalForm::OidcProvider { account, issuer } => {
                self.place_of_provider(&mut fact, account, principal);
                self.issuer(&mut fact, issuer);
            }
            PrincipalForm::BuiltIn(provider) if provider.is_cognito() => {
                self.cognito(&mut fact, *provider, statement);
            }
            PrincipalForm::BuiltIn(provider) => {
                self.issuer(&mut fact, &vocabulary.literal(provider.host()));
            }
            _ => {}
        }
        fact
    }

    fn place_of_provider(&self, fact: &mut TrustPrincipal, account: &Text, principal: &Principal) {
        let vocabulary = self.analysis.vocabulary;
        let partition =
            principal.value.text().and_then(|text| Arn::parse(text, vocabulary)).map(|arn| arn.partition);
        fact.provider_account = OneOf::only(relation(Some(account), fact.own_account.as_ref(), vocabulary));
        fact.provider_partition =
            OneOf::only(relation(partition.as_ref(), fact.own_partition.as_ref(), vocabulary));
        fact.account = Some(account.clone());
        fact.partition = partition;
    }

    fn cognito(&self, fact: &mut TrustPrincipal, provider: BuiltInProvider, statement: &Statement) {
        let vocabulary = self.analysis.vocabulary;
        // A symbol in the name is that of the partition, and right in each.
        if fact.principal.as_ref().and_then(|text| text.as_literal(vocabulary)).is_none() {
            fact.provider_partition = OneOf::only(Relation::Unknown);
            return;
        }
        let partition = partition_of(provider);
        let own = fact.own_partition.as_ref().and_then(|own| own.as_literal(vocabulary));
        fact.partition = partition.map(|partition| vocabulary.literal(partition));
        fact.provider_partition = OneOf::only(match (partition, own) {
            (Some(partition), Some(own)) if partition == own => Relation::Own,
            (Some(_), Some(own)) if COGNITO_PARTITIONS.contains(&own) => {
                let fits = |other: &Principal| matches!(other.form, PrincipalForm::BuiltIn(other) if partition_of(other) == Some(own));
                let beside = statement.principals.only.iter().flatten().any(fits);
                if beside { Relation::OtherBesideOwn } else { Relation::Other }
            }
            _ => Relation::Unknown,
        });
    }

    fn issuer(&self, fact: &mut TrustPrincipal, issuer: &Text) {
        let (vocabulary, settings) = (self.analysis.vocabulary, self.analysis.settings);
        fact.issuer_listed = listed(issuer, settings, vocabulary);
        if let Some(literal) = issuer.as_literal(vocabulary) {
            let host = literal.split('/').next().unwrap_or_default();
            let known = [&settings.own_issuers, &settings.expected_issuers];
            let meant = known.into_iter().flatten().any(|known| is_same_issuer(&known.text, literal));
            fact.issuer_alike = look_alike(host).filter(|_| !meant).map(|known| vocabulary.literal(known));
            fact.issuer_look_alike = Bounds { sure: false, possible: fact.issuer_alike.is_some() };
        }
        fact.issuer = Some(issuer.clone());
    }
}

/// Other only if both are known.
fn relation(theirs: Option<&Text>, own: Option<&Text>, vocabulary: &Vocabulary) -> Relation {
    let (Some(theirs), Some(own)) = (theirs, own) else { return Relation::Unknown };
    match (theirs.as_literal(vocabulary), own.as_literal(vocabulary)) {
        _ if theirs.compare(own, vocabulary) == Comparison::Equal => Relation::Own,
        (Some(_), Some(_)) => Relation::Other,
        _ => Relation::Unknown,
    }
}

/// The partitions of which the name of Cognito's identity pools is known.
const COGNITO_PARTITIONS: &[&str] = &["aws", "aws-us-gov", "aws-cn"];

/// The partition of a Cognito name.
const fn partition_of(provider: BuiltInProvider) -> Option<&'static str> {
    match provider {
        BuiltInProvider::Cognito => Some("aws"),
        BuiltInProvider::CognitoGovWest | BuiltInProvider::CognitoGovEast => Some("aws-us-gov"),
        BuiltInProvider::CognitoChina => Some("aws-cn"),
        BuiltInProvider::Google | BuiltInProvider::Facebook | BuiltInProvider::Amazon => None,
    }
}

/// Whether the settings list an issuer among those that roles may trust.
fn listed(issuer: &Text, settings: &Settings, vocabulary: &Vocabulary) -> OneOf<Listed> {
    if settings.expected_issuers.is_empty() {
        return OneOf::only(Listed::NoList);
    }
    let all: Vec<&Written> = settings.expected_issuers.iter().chain(&settings.own_issuers).collect();
    if let Some(literal) = issuer.as_literal(vocabulary) {
        let is_listed = all.iter().any(|known| is_same_issuer(&known.text, literal));
        return OneOf::only(if is_listed { Listed::Yes } else { Listed::No });
    }
    // What a template creates, such as a cluster that issues tokens, has no name that anybody could list.
    let is_created = issuer.parts().iter().any(|part| {
        matches!(part, Part::Symbol(symbol) if matches!(vocabulary.symbols.symbol(*symbol),
            Symbol::Reference { .. } | Symbol::Attribute { .. }))
    });
    if is_created {
        return OneOf::none();
    }
    let shape = issuer.shape(vocabulary);
    if all.iter().any(|known| shape.admits(&known.text) || shape.admits(&format!("{}/", known.text))) {
        OneOf::only(Listed::Yes).or(Listed::No)
    } else {
        OneOf::only(Listed::No)
    }
}

/// A final slash is left out in the settings.
fn is_same_issuer(known: &str, issuer: &str) -> bool {
    issuer.strip_suffix('/').unwrap_or(issuer) == known
}

/// Whether a SAML provider is the one that Identity Center manages: `AWSSSO_0123456789abcdef_DO_NOT_DELETE`.
fn is_of_identity_center(name: &Text, vocabulary: &Vocabulary) -> Bounds<bool> {
    let literal = |part: Option<&Part>| match part {
        Some(Part::Literal(name)) => Some(vocabulary.names.text(*name)),
        _ => None,
    };
    let begins = literal(name.parts().first()).is_some_and(|first| first.starts_with("AWSSSO_"));
    let ends = match literal(name.parts().last()) {
        Some(last) => Bounds::decided(last.ends_with("_DO_NOT_DELETE")),
        None => Bounds::UNDECIDED,
    };
    Bounds::decided(begins).and(ends)
}

impl FormOfPrincipal {
    const fn of(form: &PrincipalForm) -> Self {
        use PrincipalForm as Form;
        match form {
            Form::Everyone => Self::Everyone,
            Form::Account { .. } => Self::Account,
            Form::Role { .. } => Self::Role,
            Form::User { .. } => Self::User,
            Form::Session { .. } => Self::Session,
            Form::FederatedUser { .. } => Self::FederatedUser,
            Form::UniqueId => Self::UniqueId,
            Form::Service { .. } => Self::Service,
            Form::SamlProvider { .. } => Self::SamlProvider,
            Form::OidcProvider { .. } => Self::OidcProvider,
            Form::BuiltIn(_) => Self::BuiltIn,
            Form::CanonicalUser => Self::CanonicalUser,
            Form::Invalid => Self::Invalid,
            Form::Unknown => Self::Unknown,
        }
    }
}
