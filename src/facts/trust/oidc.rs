//! Who among the holders of an issuer's tokens can assume a role.

use super::view::{Ask, Kind, Sent, View, Width};
use super::{Exposure, Reach};
use crate::facts::entrance::Population;
use crate::facts::{Common, Fact, LevelOf, OneOf, fact, words};
use crate::knowledge::Tenancy;
use crate::knowledge::sender::VariableId;
use crate::model::{OidcProvider, Target};
use crate::policy::{Policy, PrincipalForm, Witness};
use crate::value::{Bounds, Field, Text};

words! {
    /// Who is let in, as far as the token says who it is.
    OidcWidth {
        /// Nobody.
        Nobody = "nobody",
        /// Named runs or subjects.
        Pinned = "pinned",
        /// Named runs, and those of code that nobody has reviewed.
        Unreviewed = "unreviewed",
        /// Every run of a named project.
        Project = "project",
        /// Every project or subject of a named tenant, or of an issuer with one tenant.
        Tenant = "tenant",
        /// Tenants whose name a pattern fits.
        Alike = "look-alike",
        /// Any customer of the issuer, or user of any application there.
        Anyone = "any-customer",
    }
}

words! {
    /// Whom the issuer's tokens may be about.
    IssuerTenancy {
        /// Any customer.
        Shared = "shared",
        /// One tenant, which the URL names.
        Private = "private",
        /// Anybody who signs in to an application.
        Public = "public",
    }
}

words! {
    /// What says for which application a token must be.
    Audience {
        /// A condition, or a provider with one client id.
        Pinned = "pinned",
        /// A provider with several client ids.
        Several = "several-client-ids",
        /// Nothing: the issuer's applications are not registered one by one.
        Anything = "anything",
    }
}

fact! {
    /// One issuer of OIDC tokens that a role trusts, and who among the holders of its tokens gets the role.
    OidcTrust = "oidc-trust" {
        /// The role's logical id, or its name in a dump.
        role: Option<Text> = "role",
        /// The issuer without scheme.
        issuer: Option<Text> = "issuer",
        /// The id of the file about the issuer; `unknown` if there is none.
        issuer_id: Option<Text> = "issuer.id",
        /// The issuer's name for people.
        issuer_name: Option<Text> = "issuer.name",
        /// Whom its tokens may be about.
        tenancy: OneOf<IssuerTenancy> = "issuer.tenancy",
        /// Who is let in.
        width: OneOf<OidcWidth> = "width",
        /// The names to which tenants are confined.
        tenants: Vec<Text> = "tenants",
        /// The names to which projects or subjects are confined.
        projects: Vec<Text> = "projects",
        /// One that is let in and not meant to be.
        example: Option<Text> = "example",
        /// The kind of the runs of unreviewed code that are let in.
        run: Option<Text> = "run",
        /// Whether a test or the provider's list of client ids says for which application a token must be.
        audience: OneOf<Audience> = "audience",
        /// How far out those are who get the role.
        reach: LevelOf<Reach> = "reach",
        /// What the role allows.
        exposure: LevelOf<Exposure> = "exposure",
    }
    evidence {
        /// The conditions of the statement.
        "conditions",
    }
}

/// Hands over the fact, and returns who gets in. Cognito's identity pools are looked at pool by pool.
pub(super) fn each(view: &View<'_>, take: &mut dyn FnMut(&dyn Fact)) -> Bounds<Population> {
    let Kind::WebIdentity { issuer, id, tenancy } = &view.kind else {
        return Bounds::decided(Population::Nobody);
    };
    let vocabulary = view.analysis.vocabulary;
    let found = view.once("width", 0, || Found::of(view, *tenancy));
    let mut common = view.common_of_entry();
    common.evidence = super::conditions(view);
    common.cause.extend(required_key(view, issuer));
    common.witness = found.witness.as_ref().map(|witness| view.shown(witness));
    let example = found.witness.as_ref().map(|witness| subject(view, witness));
    let names = |width: &Width| -> Vec<Text> {
        match width {
            Width::Few(few) => {
                let mut names: Vec<String> =
                    few.iter().map(|(_, name)| vocabulary.without_tokens(name)).collect();
                names.sort();
                names.dedup();
                names.iter().map(|name| vocabulary.literal(name)).collect()
            }
            _ => Vec::new(),
        }
    };
    take(&OidcTrust {
        common: Common { ..common },
        role: view.role_name(),
        issuer: Some(issuer.clone()),
        issuer_id: Some(vocabulary.literal(id)),
        issuer_name: Some(vocabulary.literal(&view.sender.name)),
        tenancy: OneOf::only(match tenancy {
            Tenancy::Shared => IssuerTenancy::Shared,
            Tenancy::Private => IssuerTenancy::Private,
            Tenancy::Public => IssuerTenancy::Public,
        }),
        width: found.words(),
        tenants: names(&found.tenants),
        projects: names(&found.projects),
        example: example.flatten(),
        audience: audience(view),
        run: found.run.as_deref().map(|run| vocabulary.literal(run)),
        reach: LevelOf::only(match found.width.possible {
            OidcWidth::Anyone | OidcWidth::Alike => Reach::Outermost,
            OidcWidth::Tenant | OidcWidth::Project | OidcWidth::Unreviewed => Reach::Middle,
            OidcWidth::Pinned | OidcWidth::Nobody => Reach::Inner,
        }),
        exposure: view.exposure(),
    });
    Bounds { sure: found.width.sure.population(), possible: found.width.possible.population() }
}

impl OidcWidth {
    const fn population(self) -> Population {
        match self {
            Self::Nobody => Population::Nobody,
            Self::Pinned => Population::NamedIdentity,
            Self::Unreviewed | Self::Project => Population::NamedTenant,
            Self::Tenant => Population::WholeTenant,
            Self::Alike | Self::Anyone => Population::AnyCustomer,
        }
    }
}

/// What is found out about one view.
struct Found {
    width: Bounds<OidcWidth>,
    tenants: Width,
    projects: Width,
    run: Option<String>,
    witness: Option<Box<Witness>>,
}

impl Found {
    fn of(view: &View<'_>, tenancy: Tenancy) -> Self {
        let nothing = || Self {
            width: Bounds::decided(OidcWidth::Nobody),
            tenants: Width::None,
            projects: Width::None,
            run: None,
            witness: None,
        };
        // With what is asked about the first of them that gets in further on.
        let any = view.ask(&Ask { spread: &view.telling(), ..Ask::default() });
        if !any.admitted.possible {
            return nothing();
        }
        let sender = &view.sender;
        let mut tenants = view.width(&sender.tenant, &Ask::default());
        if tenancy == Tenancy::Public {
            // That a service account may choose its audience is not known for sure, and not what is meant here.
            let sender = view.variant(sender, "sure", &[], |sender| {
                let mut sender = sender.clone();
                sender.kinds.retain(|kind| !kind.possible);
                sender
            });
            let ask = Ask { sender: Some(Sent::Shared(&sender)), ..Ask::default() };
            tenants = view.width(&sender.tenant, &ask);
        }
        if let Some(found) = Self::outside(&tenants, OidcWidth::Anyone, OidcWidth::Alike) {
            return Self { tenants: tenants.possible.0, ..found };
        }
        // Of an application's users, which is all that these issuers can name, any may sign in.
        let identities = if tenancy == Tenancy::Public { &[][..] } else { &sender.project };
        let mut projects = view.width(identities, &Ask::default());
        if view.is_unknown_issuer() {
            // Of what is before a wildcard in the subject nothing is known: it may be a fixed part of one project's.
            for (width, _) in [&mut projects.sure, &mut projects.possible] {
                if *width == Width::Alike {
                    *width = Width::None;
                }
            }
        }
        if let Some(found) = Self::outside(&projects, OidcWidth::Tenant, OidcWidth::Tenant) {
            return Self { tenants: tenants.possible.0, projects: projects.possible.0, ..found };
        }
        // A subject of a template may leave out what tells runs apart, also where the policy does not.
        let reviewed: Vec<usize> = (0..sender.kinds.len())
            .filter(|&kind| !sender.kinds[kind].unreviewed && !sender.kinds[kind].has_template())
            .collect();
        let mut runs = Bounds { sure: None, possible: None };
        for kind in reviewed {
            let found = any_run(view, &sender.run, kind);
            runs.possible = runs.possible.or(found.possible);
            runs.sure = found.sure;
            if runs.sure.is_some() {
                break;
            }
        }
        let width = |width| Bounds { sure: OidcWidth::Pinned, possible: width };
        let kept = |found: Self| Self {
            tenants: tenants.possible.0.clone(),
            projects: projects.possible.0.clone(),
            ..found
        };
        if let Some(witness) = runs.sure {
            let width = Bounds::decided(OidcWidth::Project);
            return kept(Self { width, witness: Some(witness), ..nothing() });
        }
        if let Some(witness) = runs.possible {
            return kept(Self { width: width(OidcWidth::Project), witness: Some(witness), ..nothing() });
        }
        for kind in (0..sender.kinds.len()).filter(|&kind| sender.kinds[kind].unreviewed) {
            // A branch that is named is named whoever reviews it.
            if !sender.run.is_empty() && is_named_run(view, &sender.run, kind) {
                continue;
            }
            let judged = view.ask(&Ask { kind: Some(kind), ..Ask::default() });
            if judged.admitted.possible {
                let run = Some(sender.kinds[kind].name.clone());
                let width = if judged.admitted.sure {
                    Bounds::decided(OidcWidth::Unreviewed)
                } else {
                    width(OidcWidth::Unreviewed)
                };
                return kept(Self { width, witness: judged.witness, run, ..nothing() });
            }
        }
        let sure = if any.admitted.sure { OidcWidth::Pinned } else { OidcWidth::Nobody };
        kept(Self { width: Bounds { sure, possible: OidcWidth::Pinned }, witness: None, ..nothing() })
    }

    /// What it means that variables are not confined to few values.
    fn outside(
        widths: &Bounds<(Width, Option<Box<Witness>>)>,
        any: OidcWidth,
        alike: OidcWidth,
    ) -> Option<Self> {
        let word = |width: &Width| match width {
            Width::Any => Some(any),
            Width::Alike => Some(alike),
            Width::Few(_) | Width::None => None,
        };
        let possible = word(&widths.possible.0)?;
        let sure = word(&widths.sure.0);
        let witness = match sure {
            Some(_) => widths.sure.1.clone(),
            None => widths.possible.1.clone(),
        };
        Some(Self {
            width: Bounds { sure: sure.unwrap_or(OidcWidth::Pinned), possible },
            tenants: Width::None,
            projects: Width::None,
            run: None,
            witness,
        })
    }

    /// The words that the width may be.
    fn words(&self) -> OneOf<OidcWidth> {
        let words = OneOf::only(self.width.possible);
        if self.width.sure == self.width.possible { words } else { words.or(self.width.sure) }
    }
}

/// Whether by another policy only those would get in who are named.
pub(super) fn names_all(view: &View<'_>, policy: &Policy) -> bool {
    let Kind::WebIdentity { tenancy, .. } = view.kind else { return false };
    let other = View::new(view.analysis, view.role, view.trust, policy, view.principal, view.path);
    other.is_some_and(|other| Found::of(&other, tenancy).width.possible <= OidcWidth::Pinned)
}

/// Whether only named runs of a kind get in.
fn is_named_run(view: &View<'_>, variables: &[VariableId], kind: usize) -> bool {
    let own: Vec<VariableId> =
        variables.iter().copied().filter(|&variable| view.sender.kinds[kind].uses(variable)).collect();
    let (width, _) = view.possible_width(&own, &Ask { kind: Some(kind), ..Ask::default() });
    matches!(width, Width::Few(_) | Width::Alike)
}

/// Whether every run of a kind gets in: for sure, and perhaps. Branches or environments of which the pattern says how
/// they begin are some.
fn any_run(view: &View<'_>, variables: &[VariableId], kind: usize) -> Bounds<Option<Box<Witness>>> {
    // A variable that such requests do not have tells nothing about them.
    let own: Vec<VariableId> =
        variables.iter().copied().filter(|&variable| view.sender.kinds[kind].uses(variable)).collect();
    view.anybody(&own, &Ask { kind: Some(kind), ..Ask::default() })
}

/// What the witness's token says who it is: its subject.
fn subject(view: &View<'_>, witness: &Witness) -> Option<Text> {
    use crate::policy::ContextValue;
    let vocabulary = view.analysis.vocabulary;
    let subject = witness.context.iter().find(|(key, _)| key.ends_with(":sub"))?;
    match subject.1 {
        ContextValue::One(value) => Some(vocabulary.literal(&vocabulary.without_tokens(value))),
        ContextValue::Many(_) => None,
    }
}

fn audience(view: &View<'_>) -> OneOf<Audience> {
    let claims: Vec<VariableId> =
        ["audience", "client", "application"].iter().filter_map(|name| view.sender.variable(name)).collect();
    let Some(&variable) = claims.first() else { return OneOf::only(Audience::Pinned) };
    if !*view.once("audience", 0, || view.anybody(&[variable], &Ask::default()).sure.is_some()) {
        return OneOf::only(Audience::Pinned);
    }
    if !matches!(view.principal.form, PrincipalForm::OidcProvider { .. }) {
        return OneOf::only(Audience::Anything);
    }
    let place = view.trust.place(view.path);
    let reference = view.analysis.model.reference_at(view.role.entity.id, place);
    let provider = match reference.map(|reference| &reference.target) {
        Some(Target::Found(found)) => {
            found.iter().find_map(|found| view.analysis.model.get::<OidcProvider>(found.entity))
        }
        _ => None,
    };
    match provider.map(|provider| &provider.client_ids) {
        Some(Field::Known(ids)) if ids.value.len() <= 1 => OneOf::only(Audience::Pinned),
        // Of an answer that is cut off it is not known whether there are more.
        Some(Field::Known(ids)) if ids.value.iter().filter(|id| !id.is_not_seen()).count() <= 1 => {
            OneOf::only(Audience::Pinned).or(Audience::Several)
        }
        Some(Field::Known(_)) => OneOf::only(Audience::Several),
        Some(Field::Absent) => OneOf::only(Audience::Pinned),
        Some(Field::Unknown(_)) => OneOf::only(Audience::Pinned).or(Audience::Several),
        // The provider is elsewhere, most often with the one client id of AWS's own examples.
        None => OneOf::only(Audience::Pinned),
    }
}

/// The condition key that IAM wants to see tested for the issuer: with it, a refusal is known to be about the same.
fn required_key(view: &View<'_>, issuer: &Text) -> Option<Text> {
    let literal = issuer.as_literal(view.analysis.vocabulary)?;
    let required = view.analysis.senders.issuers().find(literal)?.required_at_create?.to_owned();
    let key = if required.contains(':') { required } else { format!("{literal}:{required}") };
    Some(view.analysis.vocabulary.literal(&key))
}
