//! Finds what a reference names.
//!
//! In this order: a reference that its template says leads nowhere; an entity that has exactly this text as the
//! identifier that the place takes; an entity that has it as another identifier; an entity by the symbol that
//! the template gives it; a text that can never be what the place takes; an entity whose account only may be
//! the one that is written. What remains is outside, or not known.

use std::cell::RefCell;

use rustc_hash::FxHashMap;
use smallvec::SmallVec;

use super::super::build::deployment;
use super::super::identifiers::{attribute_form, identity_form, shape_of};
use super::super::{Entity, EntityId, EntityKind, Form, Model};
use super::collect::Wanted;
use super::completeness::Completeness;
use super::index::{Hit, Index};
use super::{Found, Missing, Outside, Reference, ReferencePlace, Target};
use crate::policy::{Arn, BuiltInProvider, split_once, strip_prefix};
use crate::resources::{Deployment, Template};
use crate::value::{
    Comparison, DeploymentId, Field, Name, Part, Shape, Symbol, TemplateId, Text, Vocabulary, WorldSet,
    Worlds,
};

pub(super) struct Resolver<'m> {
    pub(super) model: &'m Model,
    index: &'m Index<'m>,
    completeness: Completeness<'m>,
    pub(super) vocabulary: &'m Vocabulary,
    templates: FxHashMap<TemplateId, &'m Template>,
    shapes: RefCell<FxHashMap<ReferencePlace, Option<Shape>>>,
    /// What was found to be outside, by place, text and deployment: very many may name the same policy of AWS.
    outside: RefCell<FxHashMap<(ReferencePlace, Text, DeploymentId), Outside>>,
}

/// The names under which role mappings and principal tags know providers that nobody registers.
const SOCIAL_PROVIDERS: &[&str] = &[
    "graph.facebook.com",
    "accounts.google.com",
    "www.amazon.com",
    "appleid.apple.com",
    "api.twitter.com",
    "www.digits.com",
];

/// The most entities that one reference is said to lead to. So many cannot all be meant: names that hundreds of
/// unrelated templates share tell nothing, and would take their number squared in memory.
pub(super) const MOST_POSSIBLE: usize = 64;

impl<'m> Resolver<'m> {
    pub(super) fn new(model: &'m Model, index: &'m Index<'m>, vocabulary: &'m Vocabulary) -> Self {
        let templates = model.scope.templates.iter().map(|template| (template.id, template)).collect();
        let completeness = Completeness::new(model, vocabulary);
        Self {
            model,
            index,
            completeness,
            vocabulary,
            templates,
            shapes: RefCell::default(),
            outside: RefCell::default(),
        }
    }

    /// What a reference names: two answers if the thing exists in a part of its worlds only.
    pub(super) fn references(&self, wanted: &Wanted<'_>) -> SmallVec<[Reference; 1]> {
        // The empty text is a placeholder for a value that is still to come, not an identifier in a wrong form.
        let named = wanted.text.as_ref().filter(|text| !text.parts().is_empty());
        let target = named.map_or(Target::Unknown, |text| self.target(wanted, text));
        let reference = |worlds, target| Reference {
            from: wanted.from.id,
            place: wanted.place,
            text: wanted.text.clone().unwrap_or_default(),
            span: wanted.span,
            worlds,
            target,
        };
        let rest = wanted.text.as_ref().and_then(|text| self.without_target(wanted.from, text, &target));
        let mut references = SmallVec::new();
        match rest {
            None => references.push(reference(wanted.from.worlds.clone(), target)),
            Some((with, without, missing)) => {
                references.push(reference(with, target));
                references.push(reference(without, Target::Missing(Box::new(missing))));
            }
        }
        references
    }

    /// The worlds in which a resource of the same template exists that is named by its symbol, those in which
    /// it does not, and what is missing there. `None` if it exists wherever it is named.
    fn without_target(
        &self,
        from: &Entity,
        text: &Text,
        target: &Target,
    ) -> Option<(Worlds, Worlds, Missing)> {
        let found = target.found();
        let first = self.model.entity(found.first()?.entity);
        let same = |found: &Found| self.model.entity(found.entity).same_resource(first);
        if !found.iter().all(same) || !self.is_symbol_of(first, text) {
            return None;
        }
        // The worlds of both are those of one tree of templates.
        let (root, all) = from.worlds.single()?;
        let existing = found.iter().fold(0, |existing, found| match found.worlds.single() {
            Some((template, set)) if template == root => existing | set.0,
            _ => u64::MAX,
        });
        let without = all.0 & !existing;
        (without != 0).then(|| {
            let worlds = |set| Worlds::of(root, WorldSet(set));
            let missing = Missing {
                sure: true,
                name: Some(first.logical_id),
                did_you_mean: None,
                near: Some(first.id),
            };
            (worlds(all.0 & existing), worlds(without), missing)
        })
    }

    fn target(&self, wanted: &Wanted<'_>, text: &Text) -> Target {
        // What a literal names depends on the deployment at most, as long as nothing in view has it.
        let key = || (wanted.place, text.clone(), wanted.from.deployment);
        // A name within a user pool depends on the pool, too.
        let literal = text.as_literal(self.vocabulary).is_some() && wanted.user_pool.is_none();
        if literal && let Some(known) = self.outside.borrow().get(&key()) {
            return Target::Outside(*known);
        }
        let target = self.find(wanted, text);
        if let (true, Target::Outside(outside)) = (literal, &target) {
            self.outside.borrow_mut().insert(key(), *outside);
        }
        target
    }

    fn find(&self, wanted: &Wanted<'_>, text: &Text) -> Target {
        self.dangling(wanted.from, text)
            .or_else(|| self.exact(wanted, text))
            .or_else(|| self.by_symbol(wanted, text))
            .or_else(|| self.session_role(wanted, text))
            .or_else(|| self.by_part(wanted, text))
            .or_else(|| self.wrong_shape(wanted, text))
            .or_else(|| self.other_account_id(wanted, text))
            .unwrap_or_else(|| self.absent(wanted, text))
    }

    /// A reference that its own template does not define, in worlds in which it is used.
    fn dangling(&self, from: &Entity, text: &Text) -> Option<Target> {
        text.parts().iter().find_map(|part| {
            let Part::Symbol(symbol) = part else { return None };
            let symbol = self.vocabulary.symbols.symbol(*symbol);
            let template = match symbol {
                Symbol::Opaque { template, .. } | Symbol::Attribute { template, .. } => {
                    self.templates.get(template)?
                }
                _ => return None,
            };
            let names = |name: Name| self.vocabulary.names.text(name);
            let found = template.dangling.iter().find(|dangling| {
                let same = match symbol {
                    Symbol::Opaque { at, .. } => dangling.span == *at,
                    Symbol::Attribute { resource, attribute, .. } => {
                        names(dangling.name).split_once('.') == Some((names(*resource), names(*attribute)))
                    }
                    _ => false,
                };
                same && from.worlds.and(&Worlds::of(template.root, dangling.worlds)).is_some()
            })?;
            Some(Target::Missing(Box::new(Missing {
                // What an unresolved macro makes is not in view.
                sure: template.complete,
                name: Some(found.name),
                did_you_mean: found.did_you_mean,
                near: None,
            })))
        })
    }

    /// Entities that have exactly this text as an identifier.
    fn exact(&self, wanted: &Wanted<'_>, text: &Text) -> Option<Target> {
        let expected = wanted.place.expected();
        let hits = self.index.exact(text);
        let right: Vec<Hit> =
            hits.iter().copied().filter(|hit| expected.contains(&(hit.entity.kind, hit.form))).collect();
        if !right.is_empty() {
            return self.found(wanted, text, &right);
        }
        // The right kind of thing in a wrong form says more than a wrong kind.
        let kinds = |hit: &&Hit| expected.iter().any(|(kind, _)| *kind == hit.entity.kind);
        let mut others = hits.iter().filter(kinds).chain(hits.iter().filter(|hit| !kinds(hit)));
        let proved = others.find(|hit| {
            let entity = self.model.entity(hit.entity);
            self.certainty(wanted.from, entity, text, hit.form).is_some()
                && (self.is_symbol_of(entity, text) || self.never_fits(wanted.place, text))
        })?;
        Some(Target::WrongForm { entity: Some(proved.entity), got: Some((proved.entity.kind, proved.form)) })
    }

    /// The entities of the closest scope, with the worlds in which both exist.
    fn found(&self, wanted: &Wanted<'_>, text: &Text, hits: &[Hit]) -> Option<Target> {
        let from = wanted.from;
        let mut lost = None;
        for scope in [Scope::Template, Scope::Deployment, Scope::Elsewhere] {
            let mut found: Vec<Found> = Vec::new();
            for hit in hits {
                let entity = self.model.entity(hit.entity);
                if Scope::of(from, entity) != scope {
                    continue;
                }
                let Some(sure) = self.certainty(from, entity, text, hit.form) else { continue };
                let Some(in_pool) = self.in_pool(wanted, hit.entity) else { continue };
                if found.len() == MOST_POSSIBLE {
                    break;
                }
                match from.worlds.and(&entity.worlds) {
                    Some(worlds) => found.push(Found { entity: hit.entity, sure: sure && in_pool, worlds }),
                    None => lost = Some(entity),
                }
            }
            if !found.is_empty() {
                self.doubt_rivals(&mut found);
                // Most often it is one, and there may be very many references.
                found.shrink_to_fit();
                return Some(Target::Found(found));
            }
        }
        // It exists, but never together with the reference.
        let lost = lost.filter(|entity| self.is_symbol_of(entity, text))?;
        Some(Target::Missing(Box::new(Missing {
            sure: true,
            name: Some(lost.logical_id),
            did_you_mean: None,
            near: Some(lost.id),
        })))
    }

    /// Of several resources that exist together, none is surely the one.
    fn doubt_rivals(&self, found: &mut [Found]) {
        let rivals = |left: &Found, right: &Found| {
            let (one, other) = (self.model.entity(left.entity), self.model.entity(right.entity));
            !one.same_resource(other) && left.worlds.and(&right.worlds).is_some()
        };
        let doubtful: Vec<bool> =
            found.iter().map(|one| found.iter().any(|other| rivals(one, other))).collect();
        for (found, doubtful) in found.iter_mut().zip(doubtful) {
            found.sure &= !doubtful;
        }
    }

    /// Whether a text in `from` that equals an identifier of `entity` surely names it. `None` if it cannot.
    fn certainty(&self, from: &Entity, entity: &Entity, text: &Text, form: Form) -> Option<bool> {
        if from.deployment == entity.deployment {
            return Some(true);
        }
        let named = form == Form::Name;
        if named && self.accounts(from, entity) == Comparison::Different {
            return None;
        }
        // An ARN or id without unknowns is the same wherever it is written; equal names are in equal accounts
        // at best, and what comes through an import is where the exporting stack is deployed.
        Some(!named && text.as_literal(self.vocabulary).is_some())
    }

    fn accounts(&self, left: &Entity, right: &Entity) -> Comparison {
        match (self.deployment(left), self.deployment(right)) {
            (Some(left), Some(right)) => left.account.compare(&right.account, self.vocabulary),
            _ => Comparison::Undecided,
        }
    }

    pub(super) fn deployment(&self, entity: &Entity) -> Option<&'m Deployment> {
        deployment(&self.model.scope.deployments, entity.deployment)
    }

    /// For names that mean something within a user pool only: whether the entity surely is in that pool. `None`
    /// if it is not.
    fn in_pool(&self, wanted: &Wanted<'_>, id: EntityId) -> Option<bool> {
        let Some(pool) = wanted.user_pool else { return Some(true) };
        let index = id.index as usize;
        let own = match id.kind {
            EntityKind::UserPoolGroup => &self.model.user_pool_groups[index].user_pool,
            EntityKind::UserPoolIdentityProvider => &self.model.user_pool_identity_providers[index].user_pool,
            _ => return Some(true),
        };
        let (Field::Known(pool), Field::Known(own)) = (pool, own) else { return Some(false) };
        match pool.value.compare(&own.value, self.vocabulary) {
            Comparison::Equal => Some(true),
            Comparison::Undecided => Some(false),
            Comparison::Different => None,
        }
    }

    /// True if the text has a symbol in it that the entity's template makes for this resource.
    fn is_symbol_of(&self, entity: &Entity, text: &Text) -> bool {
        text.parts().iter().any(|part| {
            let Part::Symbol(symbol) = part else { return false };
            match self.vocabulary.symbols.symbol(*symbol) {
                Symbol::Reference { template, resource, .. }
                | Symbol::Attribute { template, resource, .. } => {
                    (*template, *resource) == (entity.template, entity.logical_id)
                }
                _ => false,
            }
        })
    }

    /// A text that is nothing but an identity or attribute of a resource.
    fn by_symbol(&self, wanted: &Wanted<'_>, text: &Text) -> Option<Target> {
        let (template, resource, attribute) = match self.vocabulary.symbols.symbol(text.as_symbol()?) {
            Symbol::Reference { template, resource, .. } => (*template, *resource, None),
            Symbol::Attribute { template, resource, attribute, .. } => {
                (*template, *resource, Some(*attribute))
            }
            _ => return None,
        };
        let variants = self.index.variants(template, resource);
        let kind = variants.first()?.kind;
        let form = attribute.map_or_else(
            || identity_form(kind),
            |attribute| attribute_form(kind, self.vocabulary.names.text(attribute)),
        );
        if wanted.place.expected().contains(&(kind, form)) {
            let hits: Vec<Hit> = variants.iter().map(|&entity| Hit { entity, form }).collect();
            return self.found(wanted, text, &hits);
        }
        // What an attribute is that nobody has described is not known.
        (form != Form::Other)
            .then(|| Target::WrongForm { entity: variants.first().copied(), got: Some((kind, form)) })
    }

    /// The role of a session that a trust names.
    fn session_role(&self, wanted: &Wanted<'_>, text: &Text) -> Option<Target> {
        if wanted.place != ReferencePlace::TrustedPrincipal {
            return None;
        }
        let arn = Arn::parse(text, self.vocabulary)?;
        let session = strip_prefix(&arn.resource, "assumed-role/", self.vocabulary)?;
        let (role, _) = split_once(&session, '/', self.vocabulary)?;
        let hits: Vec<Hit> = self
            .index
            .exact(&role)
            .iter()
            .copied()
            .filter(|hit| (hit.entity.kind, hit.form) == (EntityKind::Role, Form::Name))
            .filter(|hit| self.account_of(hit.entity, &arn) != Comparison::Different)
            .collect();
        let mut target = self.found(wanted, &role, &hits)?;
        if let Target::Found(found) = &mut target {
            for found in found {
                found.sure &= self.account_of(found.entity, &arn) == Comparison::Equal;
            }
        }
        Some(target)
    }

    /// How the account of an ARN relates to that of an entity.
    fn account_of(&self, id: EntityId, arn: &Arn) -> Comparison {
        self.deployment(self.model.entity(id)).map_or(Comparison::Undecided, |deployment| {
            arn.account.compare(&deployment.account, self.vocabulary)
        })
    }

    /// An entity whose identity is a part of the text, if the text may be its identifier: only the region, the
    /// account or the partition is written where the template would leave it open.
    fn by_part(&self, wanted: &Wanted<'_>, text: &Text) -> Option<Target> {
        let may_be = |hit: &Hit| {
            self.model.entity(hit.entity).identifiers.iter().any(|identifier| {
                identifier.form == hit.form
                    && text.compare(&identifier.text, self.vocabulary) == Comparison::Undecided
            })
        };
        let mut hits: Vec<Hit> = Vec::new();
        for part in text.parts() {
            let Part::Symbol(symbol) = part else { continue };
            let Symbol::Reference { template, resource, .. } = self.vocabulary.symbols.symbol(*symbol) else {
                continue;
            };
            for &entity in self.index.variants(*template, *resource) {
                let expected = wanted.place.expected().iter().filter(|(kind, _)| *kind == entity.kind);
                hits.extend(expected.map(|&(_, form)| Hit { entity, form }).filter(may_be));
            }
        }
        // A lone symbol is either exactly an identifier, or one of which no more is known.
        let mut target = self.found(wanted, text, &hits).filter(|_| text.as_symbol().is_none())?;
        if let Target::Found(found) = &mut target {
            found.iter_mut().for_each(|found| found.sure = false);
        }
        Some(target)
    }

    /// A text that can never be what the place takes.
    fn wrong_shape(&self, wanted: &Wanted<'_>, text: &Text) -> Option<Target> {
        if self.is_built_in_as_provider(wanted.place, text) {
            return Some(Target::WrongForm {
                entity: None,
                got: Some((EntityKind::OidcProvider, Form::Arn)),
            });
        }
        let entity = self.entity_in(text);
        if let Some(entity) =
            entity.filter(|entity| self.is_other_arn(wanted.place, self.model.entity(*entity), text))
        {
            return Some(Target::WrongForm { entity: Some(entity), got: None });
        }
        self.never_fits(wanted.place, text)
            .then(|| Target::WrongForm { entity, got: self.guess(wanted.place, text) })
    }

    /// `arn:aws:iam::ACCOUNT:oidc-provider/cognito-identity.amazonaws.com`: identity pools are no such provider.
    fn is_built_in_as_provider(&self, place: ReferencePlace, text: &Text) -> bool {
        place == ReferencePlace::TrustedProvider
            && Arn::parse(text, self.vocabulary)
                .and_then(|arn| strip_prefix(&arn.resource, "oidc-provider/", self.vocabulary))
                .and_then(|issuer| issuer.as_literal(self.vocabulary).and_then(BuiltInProvider::of))
                .is_some_and(BuiltInProvider::is_cognito)
    }

    /// An ARN made of an entity's name that is never its ARN: the path is missing, the account is another one.
    fn is_other_arn(&self, place: ReferencePlace, entity: &Entity, text: &Text) -> bool {
        let kind = entity.id.kind;
        place.expected().contains(&(kind, Form::Arn))
            && Arn::parse(text, self.vocabulary).is_some()
            && shape_of(kind, Form::Arn).is_some_and(|shape| !text.shape(self.vocabulary).is_disjoint(&shape))
            && entity.identifiers.iter().any(|identifier| identifier.form == Form::Arn)
            && entity
                .identifiers
                .iter()
                .filter(|identifier| identifier.form == Form::Arn)
                .all(|identifier| text.compare(&identifier.text, self.vocabulary) == Comparison::Different)
    }

    /// The entity whose identity is a part of the text.
    fn entity_in(&self, text: &Text) -> Option<EntityId> {
        text.parts().iter().find_map(|part| {
            let Part::Symbol(symbol) = part else { return None };
            match self.vocabulary.symbols.symbol(*symbol) {
                Symbol::Reference { template, resource, .. } => {
                    self.index.variants(*template, *resource).first().copied()
                }
                _ => None,
            }
        })
    }

    /// True if no string of the text's language is in that of the place.
    fn never_fits(&self, place: ReferencePlace, text: &Text) -> bool {
        let mut shapes = self.shapes.borrow_mut();
        let shape = shapes.entry(place).or_insert_with(|| place_shape(place));
        shape.as_ref().is_some_and(|shape| shape.is_disjoint(&text.shape(self.vocabulary)))
    }

    /// What a text that does not fit is, if that can be seen.
    fn guess(&self, place: ReferencePlace, text: &Text) -> Option<(EntityKind, Form)> {
        use EntityKind as Kind;
        const CANDIDATES: &[(EntityKind, Form)] = &[
            (Kind::Role, Form::Arn),
            (Kind::User, Form::Arn),
            (Kind::Group, Form::Arn),
            (Kind::InstanceProfile, Form::Arn),
            (Kind::SamlProvider, Form::Arn),
            (Kind::OidcProvider, Form::Arn),
            (Kind::ManagedPolicy, Form::AwsManagedArn),
            (Kind::ManagedPolicy, Form::Arn),
            (Kind::Account, Form::RootArn),
            (Kind::Account, Form::Id),
            (Kind::OrganizationalUnit, Form::Id),
            (Kind::UserPool, Form::Arn),
            (Kind::UserPool, Form::ProviderName),
            (Kind::UserPool, Form::Id),
            (Kind::IdentityPool, Form::Arn),
            (Kind::IdentityPool, Form::Id),
            (Kind::TrustAnchor, Form::Arn),
        ];
        let literal = text.as_literal(self.vocabulary);
        if place.expected().contains(&(Kind::Account, Form::Id))
            && literal.is_some_and(|text| text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-'))
        {
            // An account id with dashes, or one that lost its leading zero as a number.
            return Some((Kind::Account, Form::Other));
        }
        let begins = |prefix: &str| strip_prefix(text, prefix, self.vocabulary).is_some();
        if begins("https://cognito-idp.") || begins("https://issuer-cognito-idp.") {
            return Some((Kind::UserPool, Form::ProviderUrl));
        }
        if begins("https://") {
            return Some((Kind::OidcProvider, Form::ProviderUrl));
        }
        // A symbol may be many things that are not written; only texts that show what they are are guessed.
        if literal.is_none() && !begins("arn:") && !begins("cognito-idp.") {
            return None;
        }
        let shape = text.shape(self.vocabulary);
        let fits = |&(kind, form): &(EntityKind, Form)| {
            shape_of(kind, form).is_some_and(|candidate| !candidate.is_disjoint(&shape))
        };
        if let Some(&guess) = CANDIDATES.iter().find(|candidate| fits(candidate)) {
            return Some(guess);
        }
        let named = matches!(
            place.kind(),
            Kind::Role
                | Kind::User
                | Kind::Group
                | Kind::ManagedPolicy
                | Kind::SamlProvider
                | Kind::StoreGroup
                | Kind::StoreUser
                | Kind::UserPool
                | Kind::IdentityPool
        );
        (named && !Shape::name().is_disjoint(&shape)).then_some((place.kind(), Form::Name))
    }

    /// An entity whose ARN is the same but for what is not known: the account above all.
    fn other_account_id(&self, wanted: &Wanted<'_>, text: &Text) -> Option<Target> {
        let arn = Arn::parse(text, self.vocabulary)?;
        let expected = wanted.place.expected();
        let hits: Vec<Hit> = self
            .index
            .resource(text, &arn)
            .iter()
            .copied()
            .filter(|hit| expected.contains(&(hit.entity.kind, hit.form)))
            .filter(|hit| {
                self.model.entity(hit.entity).identifiers.iter().any(|identifier| {
                    identifier.form == hit.form
                        && text.compare(&identifier.text, self.vocabulary) != Comparison::Different
                })
            })
            .collect();
        let mut target = self.found(wanted, text, &hits)?;
        if let Target::Found(found) = &mut target {
            found.iter_mut().for_each(|found| found.sure = false);
        }
        Some(target)
    }

    /// What is not in view.
    fn absent(&self, wanted: &Wanted<'_>, text: &Text) -> Target {
        if !self.is_settled(text) {
            return Target::Unknown;
        }
        if let Some(literal) = text.as_literal(self.vocabulary)
            && is_made_by_aws(wanted.place, literal)
        {
            return Target::Outside(Outside::Aws);
        }
        let arn = Arn::parse(text, self.vocabulary);
        let outside = arn.as_ref().map(|arn| self.outside_of(wanted.from, arn));
        if outside == Some(Outside::Aws) {
            return Target::Outside(Outside::Aws);
        }
        let near = self
            .index
            .near(text, wanted.place.expected())
            .find(|&near| self.model.entity(near).deployment == wanted.from.deployment);
        let sure = self.completeness.lacks(self, wanted, text);
        if near.is_some() || sure {
            return Target::Missing(Box::new(Missing { sure, name: None, did_you_mean: None, near }));
        }
        if let Some(outside) = outside {
            return Target::Outside(outside);
        }
        if wanted.place == ReferencePlace::ConsumedIssuer {
            let ours = ["https://cognito-idp.", "https://issuer-cognito-idp."];
            if !ours.iter().any(|prefix| strip_prefix(text, prefix, self.vocabulary).is_some()) {
                return Target::Outside(Outside::Elsewhere);
            }
        }
        if wanted.place == ReferencePlace::TrustedPrincipal {
            let shape = text.shape(self.vocabulary);
            if Shape::account_id().is_disjoint(&shape) {
                // IAM's unique id: that is what a principal becomes when it is deleted, unless somebody wrote it.
                return Target::Missing(Box::new(Missing {
                    sure: false,
                    name: None,
                    did_you_mean: None,
                    near: None,
                }));
            }
            let own = self.deployment(wanted.from);
            if own.is_some_and(|own| own.account.compare(text, self.vocabulary) == Comparison::Different) {
                return Target::Outside(Outside::OtherAccount);
            }
        }
        Target::Outside(Outside::NotScanned)
    }

    fn outside_of(&self, from: &Entity, arn: &Arn) -> Outside {
        if arn.account.as_literal(self.vocabulary) == Some("aws") {
            return Outside::Aws;
        }
        let by_aws = ["role/aws-reserved/", "role/aws-service-role/", "saml-provider/AWSSSO_"];
        if by_aws.iter().any(|path| strip_prefix(&arn.resource, path, self.vocabulary).is_some()) {
            return Outside::Aws;
        }
        let own = self.deployment(from);
        match own.map(|own| arn.account.compare(&own.account, self.vocabulary)) {
            // Identity Center's ARNs have no account.
            Some(Comparison::Different) if !arn.account.parts().is_empty() => Outside::OtherAccount,
            _ => Outside::NotScanned,
        }
    }

    /// True if all that is not known of the text is the account, region and partition.
    fn is_settled(&self, text: &Text) -> bool {
        text.parts().iter().all(|part| match part {
            Part::Literal(_) => true,
            Part::Symbol(symbol) => matches!(self.vocabulary.symbols.symbol(*symbol), Symbol::Pseudo(..)),
        })
    }
}

/// How far away an entity is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Scope {
    Template,
    Deployment,
    Elsewhere,
}

impl Scope {
    fn of(from: &Entity, entity: &Entity) -> Self {
        if from.template == entity.template && from.deployment == entity.deployment {
            Self::Template
        } else if from.deployment == entity.deployment {
            Self::Deployment
        } else {
            Self::Elsewhere
        }
    }
}

/// Providers that exist without being made.
fn is_made_by_aws(place: ReferencePlace, literal: &str) -> bool {
    match place {
        ReferencePlace::TrustedProvider => BuiltInProvider::of(literal).is_some(),
        ReferencePlace::MappingProvider | ReferencePlace::TagsProvider => SOCIAL_PROVIDERS.contains(&literal),
        _ => false,
    }
}

/// The language of what a place takes. `None` if not all of it is documented.
fn place_shape(place: ReferencePlace) -> Option<Shape> {
    let mut shape: Option<Shape> = match place {
        ReferencePlace::TrustedProvider => {
            Some(Shape::one_of(BuiltInProvider::ALL.iter().map(|provider| provider.host())))
        }
        ReferencePlace::TrustedPrincipal => {
            let session = Shape::literal("arn:").then(&Shape::any()).then(&Shape::literal(":sts::"));
            // The stored form of a principal that was deleted.
            let deleted = Shape::unique_id("AROA").or(&Shape::unique_id("AIDA"));
            Some(session.then(&Shape::any()).or(&deleted))
        }
        ReferencePlace::MappingProvider => Some(Shape::one_of(SOCIAL_PROVIDERS.iter().copied())),
        // A developer provider has any name, and an access token that is bound to a resource has its URL as audience.
        ReferencePlace::TagsProvider | ReferencePlace::ConsumedAudience => return None,
        _ => None,
    };
    for &(kind, form) in place.expected() {
        let next = shape_of(kind, form)?;
        shape = Some(shape.map_or_else(|| next.clone(), |shape| shape.or(&next)));
    }
    shape
}
