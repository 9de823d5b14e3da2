//! One value that names another thing, and what it was found to name.

use rustc_hash::FxHashMap;

use super::{Common, Evidence, OneOf, Taker, Words, fact, in_parts, remedy, words};
use crate::analysis::Analysis;
use crate::finding::{Certainty, Value};
use crate::model::{EntityId, EntityKind, Form, Missing, Reference, ReferencePlace, Target};
use crate::resources::{Dangling, Template, WhyDangling};
use crate::value::{Bounds, Text, Worlds};

words! {
    /// What a reference was found to name.
    State {
        /// An entity in view.
        Found = "found",
        /// Something that can never be what the place takes.
        WrongForm = "wrong-form",
        /// Nothing, although it would have to be in view.
        Missing = "missing",
        /// Something that is not in view, as far as can be seen rightly.
        Outside = "outside",
        /// It depends on what is not known.
        Unknown = "unknown",
    }
}

words! {
    /// What is wrong with the form of a reference.
    FormFault {
        /// It names the right kind of thing by another of its identifiers.
        OtherIdentifier = "other-identifier",
        /// It names another kind of thing.
        OtherKind = "other-kind",
        /// It is an identifier of another form, of something that is not in view.
        OtherForm = "other-form",
        /// It is none of the identifiers of the thing.
        NoIdentifier = "no-identifier",
    }
}

words! {
    /// Why a reference names nothing.
    Why {
        /// The template defines no such thing.
        NotDefined = "not-defined",
        /// It exists only where the condition is another one.
        OtherCondition = "other-condition",
        /// The thing has no such attribute.
        NoSuchAttribute = "no-such-attribute",
    }
}

impl Words for EntityKind {
    const NAMES: &'static [&'static str] = Self::NAMES;

    fn index(self) -> u32 {
        self as u32
    }
}

words! {
    /// The identifiers that AWS has for things, as people call them.
    Identifier {
        /// The ARN.
        Arn = "ARN",
        /// The ARN of a policy that AWS manages.
        AwsManagedArn = "ARN of an AWS managed policy",
        /// The name.
        Name = "name",
        /// The id.
        Id = "id",
        /// IAM's id that is never used again.
        UniqueId = "unique id",
        /// An issuer without scheme.
        ProviderName = "provider name",
        /// An issuer with scheme.
        ProviderUrl = "provider URL",
        /// Several identifiers with a bar between them.
        Composite = "composite id",
        /// An app client's secret.
        Secret = "secret",
        /// The domain of a user pool.
        Domain = "domain",
        /// The id of an identity store.
        StoreId = "identity store id",
        /// The account root as a principal.
        RootArn = "root ARN",
        /// The provider name of a user pool with an app client behind it.
        Login = "provider name and client id",
        /// Another attribute.
        Other = "attribute",
    }
}

fact! {
    /// One value of an entity that names another thing.
    ReferenceFact = "reference" {
        /// The logical id of what refers.
        from: Option<Text> = "from",
        /// What refers.
        from_kind: OneOf<EntityKind> = "from.kind",
        /// The value, or the name that is not defined.
        to: Option<Text> = "to",
        /// What the place is meant to name.
        to_kind: OneOf<EntityKind> = "to.kind",
        /// What the value was found to name.
        state: OneOf<State> = "state",
        /// What is wrong with its form.
        fault: OneOf<FormFault> = "fault",
        /// The logical id of what the value names in a wrong form.
        got: Option<Text> = "got",
        /// The kind of that.
        got_kind: OneOf<EntityKind> = "got.kind",
        /// The identifier that the value is.
        got_form: OneOf<Identifier> = "got.form",
        /// The identifier that the place takes.
        expected: OneOf<Identifier> = "expected",
        /// What to write in a template to get the right identifier.
        instead: Option<Text> = "instead",
        /// Why the value names nothing.
        why: OneOf<Why> = "why",
        /// A close name that is defined.
        suggestion: Option<Text> = "suggestion",
        /// True if there is such a name.
        has_suggestion: Bounds<bool> = "has-suggestion",
    }
    evidence {
        /// What the value names, or what it is close to.
        "target",
    }
    remedies {
        /// The right identifier of the same thing, by `Ref` or `Fn::GetAtt`, stands at the place.
        right_identifier: "right-identifier",
    }
}

pub(super) fn each(analysis: &Analysis<'_>, taker: &mut dyn Taker) {
    let model = &analysis.model;
    in_parts(&model.references, taker, |references, take| {
        references.iter().for_each(|reference| take(&of(analysis, reference)));
    });
    if model.scope.templates.iter().all(|template| template.dangling.is_empty()) {
        return;
    }
    let mut resources = FxHashMap::default();
    for entity in model.entities() {
        // The first variant stands for the resource.
        resources.entry((entity.template, entity.logical_id)).or_insert(entity.id);
    }
    for template in &model.scope.templates {
        for dangling in &template.dangling {
            let Some(&from) = resources.get(&(template.id, dangling.from)) else { continue };
            // What stands at a place that takes a reference was seen above.
            let seen = model.references_of(from).iter().any(|reference| {
                matches!(reference.target, Target::Missing(_)) && meet(reference.span, dangling.span)
            });
            if !seen {
                taker.take(&of_dangling(analysis, template, from, dangling));
            }
        }
    }
}

fn meet(left: crate::source::Span, right: crate::source::Span) -> bool {
    left.source == right.source && left.start < right.end && right.start < left.end
}

fn of(analysis: &Analysis<'_>, reference: &Reference) -> ReferenceFact {
    let (expected_kind, expected_form) = reference.place.expected()[0];
    let mut fact = blank(analysis, reference.from, reference.span, reference.worlds.clone());
    fact.to = Some(reference.text.clone());
    fact.to_kind = OneOf::only(expected_kind);
    fact.expected = OneOf::only(expected_form.into());
    fact.common.cause = vec![reference.text.clone()];
    match &reference.target {
        Target::Found(found) => {
            fact.state = OneOf::only(State::Found);
            if !found.iter().any(|found| found.sure) {
                fact.common.certainty = Certainty::Possible;
            }
        }
        Target::WrongForm { entity, got } => {
            fact.state = OneOf::only(State::WrongForm);
            fact.show(analysis, *entity);
            fact.got = entity.map(|id| Text::literal(analysis.entity(id).logical_id));
            match got {
                Some((kind, form)) => {
                    fact.got_kind = OneOf::only(*kind);
                    fact.got_form = OneOf::only((*form).into());
                    let right_kind = reference.place.expected().iter().find(|(expected, _)| expected == kind);
                    fact.fault = OneOf::only(match (entity, right_kind) {
                        (None, _) => FormFault::OtherForm,
                        (Some(_), Some(_)) => FormFault::OtherIdentifier,
                        (Some(_), None) => FormFault::OtherKind,
                    });
                    if let (Some((_, form)), Some(entity)) = (right_kind, entity) {
                        fact.expected = OneOf::only((*form).into());
                        let written = instead(analysis, reference.from, *entity, *form);
                        fact.instead = written
                            .as_ref()
                            .and_then(|written| shown(written, analysis))
                            .or_else(|| analysis.entity(*entity).identifier(*form).cloned());
                        fact.right_identifier = written.and_then(|written| {
                            let title = format!(
                                "write `{}`",
                                shown(&written, analysis)?.display(analysis.vocabulary)
                            );
                            remedy::safe(title, Some(remedy::replace(reference.span, written)))
                        });
                    }
                }
                None => fact.fault = OneOf::only(FormFault::NoIdentifier),
            }
        }
        Target::Missing(missing) => fact.missing(analysis, reference.place, missing),
        Target::Outside(_) => fact.state = OneOf::only(State::Outside),
        Target::Unknown => fact.state = OneOf::only(State::Unknown),
    }
    fact
}

/// A `Ref` or `Fn::GetAtt` at a place that takes no entity in particular.
fn of_dangling(
    analysis: &Analysis<'_>,
    template: &Template,
    from: EntityId,
    dangling: &Dangling,
) -> ReferenceFact {
    let worlds = Worlds::of(template.root, dangling.worlds);
    let mut fact = blank(analysis, from, dangling.span, worlds);
    fact.to = Some(Text::literal(dangling.name));
    fact.state = OneOf::only(State::Missing);
    fact.why = OneOf::only(match dangling.why {
        WhyDangling::NotDefined => Why::NotDefined,
        WhyDangling::NotInTheseWorlds => Why::OtherCondition,
        WhyDangling::NoSuchAttribute => Why::NoSuchAttribute,
    });
    fact.common.cause = vec![Text::literal(dangling.name)];
    fact.suggest(dangling.did_you_mean.map(Text::literal));
    // What a macro or another tool adds may define it.
    if !template.complete {
        fact.state = OneOf::only(State::Unknown);
    }
    fact
}

fn blank(
    analysis: &Analysis<'_>,
    from: EntityId,
    place: crate::source::Span,
    worlds: Worlds,
) -> ReferenceFact {
    ReferenceFact {
        common: Common {
            subject: from,
            place,
            certainty: Certainty::Proved,
            worlds,
            evidence: Vec::new(),
            cause: Vec::new(),
            witness: None,
        },
        from: Some(Text::literal(analysis.entity(from).logical_id)),
        from_kind: OneOf::only(from.kind),
        to: None,
        to_kind: OneOf::none(),
        state: OneOf::none(),
        fault: OneOf::none(),
        got: None,
        got_kind: OneOf::none(),
        got_form: OneOf::none(),
        expected: OneOf::none(),
        instead: None,
        why: OneOf::none(),
        suggestion: None,
        has_suggestion: Bounds::decided(false),
        right_identifier: None,
    }
}

impl ReferenceFact {
    fn missing(&mut self, analysis: &Analysis<'_>, place: ReferencePlace, missing: &Missing) {
        // A logical id that is not sure to be missing is one that a macro or another tool may define.
        let may_be_defined = missing.name.is_some() && !missing.sure;
        self.state = OneOf::only(if may_be_defined { State::Unknown } else { State::Missing });
        if !missing.sure {
            self.common.certainty = Certainty::Possible;
        }
        // A provider's kind stands in its ARN.
        if place == ReferencePlace::TrustedProvider
            && self
                .to
                .as_ref()
                .is_some_and(|text| text.display(analysis.vocabulary).contains(":oidc-provider/"))
        {
            self.to_kind = OneOf::only(EntityKind::OidcProvider);
        }
        if let Some(name) = missing.name {
            self.to = Some(Text::literal(name));
        }
        self.why = OneOf::only(Why::NotDefined);
        self.suggest(missing.did_you_mean.map(Text::literal));
        if let Some(near) = missing.near {
            self.show(analysis, Some(near));
            // The very thing that is named, which exists where a condition is another one.
            if missing.name.is_some() {
                self.why = OneOf::only(Why::OtherCondition);
            } else {
                self.suggest(analysis.entity(near).name().cloned());
            }
        }
    }

    fn suggest(&mut self, suggestion: Option<Text>) {
        if suggestion.is_some() {
            self.suggestion = suggestion;
            self.has_suggestion = Bounds::decided(true);
        }
    }

    fn show(&mut self, analysis: &Analysis<'_>, target: Option<EntityId>) {
        let span = target.map(|id| analysis.entity(id).span);
        self.common.evidence.extend(span.map(|span| Evidence { role: "target", span }));
    }
}

impl From<Form> for Identifier {
    fn from(form: Form) -> Self {
        match form {
            Form::Arn => Self::Arn,
            Form::AwsManagedArn => Self::AwsManagedArn,
            Form::Name => Self::Name,
            Form::Id => Self::Id,
            Form::UniqueId => Self::UniqueId,
            Form::ProviderName => Self::ProviderName,
            Form::ProviderUrl => Self::ProviderUrl,
            Form::Composite => Self::Composite,
            Form::Secret => Self::Secret,
            Form::Domain => Self::Domain,
            Form::StoreId => Self::StoreId,
            Form::RootArn => Self::RootArn,
            Form::Login => Self::Login,
            Form::ExternalId | Form::Other => Self::Other,
        }
    }
}

/// What gives an identifier of an entity in its template; from the reference's tables of `Ref` and `Fn::GetAtt`.
fn instead(analysis: &Analysis<'_>, from: EntityId, id: EntityId, form: Form) -> Option<Value> {
    use EntityKind as Kind;
    let attribute = match (id.kind, form) {
        (Kind::Role | Kind::Group | Kind::User, Form::Name)
        | (Kind::SamlProvider | Kind::OidcProvider | Kind::ManagedPolicy, Form::Arn)
        | (Kind::UserPool | Kind::UserPoolClient | Kind::IdentityPool | Kind::Account, Form::Id)
        | (Kind::UserPoolDomain, Form::Domain) => None,
        (Kind::Role | Kind::Group | Kind::User | Kind::UserPool, Form::Arn) => Some("Arn"),
        (Kind::UserPool, Form::ProviderName) => Some("ProviderName"),
        (Kind::UserPool, Form::ProviderUrl) => Some("ProviderURL"),
        (Kind::PermissionSet, Form::Arn) => Some("PermissionSetArn"),
        (Kind::IdentityCenterInstance, Form::Arn) => Some("InstanceArn"),
        (Kind::IdentityCenterInstance, Form::StoreId) => Some("IdentityStoreId"),
        (Kind::StoreGroup, Form::Id) => Some("GroupId"),
        (Kind::StoreUser, Form::Id) => Some("UserId"),
        (Kind::TrustAnchor, Form::Arn) => Some("TrustAnchorArn"),
        (Kind::Application, Form::Arn) => Some("ApplicationArn"),
        _ => return None,
    };
    remedy::reference(analysis.entity(from), analysis.entity(id), attribute, analysis.vocabulary)
}

/// A reference as people write it.
fn shown(value: &Value, analysis: &Analysis<'_>) -> Option<Text> {
    let Value::Reference { logical_id, attribute } = value else { return None };
    Some(analysis.vocabulary.literal(&match attribute {
        None => format!("!Ref {logical_id}"),
        Some(attribute) => format!("!GetAtt {logical_id}.{attribute}"),
    }))
}
