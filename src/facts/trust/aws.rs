//! Which AWS principals can assume a role: everybody, other accounts, named roles and users.

use std::rc::Rc;
use std::sync::Arc;

use super::stranger::{limited, with, without};
use super::view::{Ask, Judged, Sent, View, Width};
use super::{Exposure, Reach};
use crate::analysis::Analysis;
use crate::facts::entrance::Population;
use crate::facts::{Fact, LevelOf, OneOf, fact, words};
use crate::knowledge::sender::Sender;
use crate::knowledge::vendors::vendor;
use crate::policy::{
    Bound, Comparator, ContextValue, Effect, Item, Operator, PrincipalForm, PrincipalKey, Statement, Test,
    Witness,
};
use crate::settings::AccountId;
use crate::value::{Bounds, Comparison, DeploymentId, Shape, Text};

words! {
    /// What an AWS principal is.
    AwsForm {
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
    }
}

words! {
    /// Whose the principal's account is.
    Relation {
        /// Any.
        Everyone = "everyone",
        /// The role's own account, or another one's own.
        Own = "own",
        /// One that the settings trust.
        Trusted = "trusted",
        /// One of a vendor that serves many customers.
        Vendor = "vendor",
        /// Another one.
        Foreign = "foreign",
        /// One that a parameter or the like names.
        Unknown = "unknown",
    }
}

words! {
    /// Who is let in.
    AwsWidth {
        /// Nobody.
        Nobody = "nobody",
        /// Named roles or users, or callers at a named place.
        Pinned = "pinned",
        /// Everybody in a named account, or in a few of them.
        Account = "one-account",
        /// Everybody in a named organisation.
        Organisation = "organisation",
        /// Everybody in a named organisation that is none of those that the settings call one's own.
        ForeignOrganisation = "foreign-organisation",
        /// Everybody in any organisation.
        AnyOrganisation = "members-of-any-organisation",
        /// Everybody.
        Anyone = "anyone",
    }
}

words! {
    /// What the policy asks for as an external id.
    ExternalId {
        /// A value that one must know.
        Required = "required",
        /// A value that anybody can guess or choose.
        Guessable = "guessable",
        /// None.
        Absent = "absent",
    }
}

fact! {
    /// One AWS principal that a role trusts, and who gets the role by that.
    PrincipalTrust = "principal-trust" {
        /// The role's logical id, or its name in a dump.
        role: Option<Text> = "role",
        /// What is written.
        principal: Option<Text> = "principal",
        /// What it is.
        form: OneOf<AwsForm> = "form",
        /// Whose its account is.
        relation: OneOf<Relation> = "relation",
        /// The account that is written in the principal.
        account: Option<Text> = "account",
        /// The vendor's name, if it is a vendor that is known.
        vendor: Option<Text> = "vendor",
        /// Who is let in.
        width: OneOf<AwsWidth> = "width",
        /// The organisation that is none of one's own, and whose members are let in.
        organisation: Option<Text> = "organisation",
        /// True if the policy names only whom it does not mean.
        only_excludes: Bounds<bool> = "only-excludes",
        /// What the policy asks for as an external id. Only known for principals of others.
        external_id: OneOf<ExternalId> = "external-id",
        /// True if nobody gets in without multi-factor authentication. Only known for principals of others.
        mfa: Bounds<bool> = "mfa",
        /// One that is let in and not meant to be.
        example: Option<Text> = "example",
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

/// Whom and where, besides the account.
const WHO: &[&str] = &[
    "user",
    "role",
    "path",
    "federated-user",
    "unique-id",
    "organisation",
    "address",
    "endpoint",
    "network",
];

/// Hands over the fact, and returns who gets in.
pub(super) fn each(view: &View<'_>, take: &mut dyn FnMut(&dyn Fact)) -> Bounds<Population> {
    let (form, account) = match &view.principal.form {
        PrincipalForm::Everyone => (AwsForm::Everyone, None),
        PrincipalForm::Account { account } => (AwsForm::Account, Some(account)),
        PrincipalForm::Role { account, .. } => (AwsForm::Role, Some(account)),
        PrincipalForm::User { account, .. } => (AwsForm::User, Some(account)),
        PrincipalForm::Session { account, .. } => (AwsForm::Session, Some(account)),
        PrincipalForm::FederatedUser { account, .. } => (AwsForm::FederatedUser, Some(account)),
        _ => return Bounds::decided(Population::Nobody),
    };
    let relation = account.map_or(OneOf::only(Relation::Everyone), |account| {
        whose(view.analysis, view.role.entity.deployment, account)
    });
    let found = match account {
        None => Rc::new(Found::everyone(view)),
        Some(account) => {
            let of_others = [Relation::Vendor, Relation::Foreign]
                .into_iter()
                .any(|other| relation.words().0 & OneOf::only(other).words().0 != 0);
            match of_others {
                // Of which organisation one's own account is, counts too.
                true => view.once("others", view.role.entity.deployment.0 as usize, || {
                    Found::account(view, account, form, true)
                }),
                false => view.once("width", 0, || Found::account(view, account, form, false)),
            }
        }
    };
    let external_id = found.external_id(view);
    let vocabulary = view.analysis.vocabulary;
    let known = account.and_then(|account| vendor(account.as_literal(vocabulary)?));
    let mut common = view.common_of_entry();
    common.evidence = super::conditions(view);
    common.witness = found.witness.as_ref().map(|witness| view.shown(witness));
    take(&PrincipalTrust {
        common,
        role: view.role_name(),
        principal: view.principal.value.text().cloned(),
        form: OneOf::only(form),
        relation,
        account: account.cloned(),
        vendor: known.map(|vendor| vocabulary.literal(vendor.name)),
        width: found.words(),
        organisation: found.organisation.as_deref().map(|organisation| vocabulary.literal(organisation)),
        only_excludes: Bounds::decided(only_excludes(view)),
        external_id,
        mfa: found.mfa,
        example: found.witness.as_ref().and_then(|witness| caller(view, witness)),
        reach: LevelOf::only(match (form, found.width.possible) {
            // Who knows the external id is not everybody.
            (AwsForm::Everyone, AwsWidth::AnyOrganisation | AwsWidth::Anyone)
                if external_id != OneOf::only(ExternalId::Required) =>
            {
                Reach::Outermost
            }
            _ if relation == OneOf::only(Relation::Own) => Reach::Inner,
            _ => Reach::Middle,
        }),
        exposure: view.exposure(),
    });
    found.populations(form, relation, external_id)
}

/// Whose an account is, as a deployment sees it: that of another deployment of the scan is one's own too, and so is one that
/// permission sets are assigned in, or that is of an organisation in view.
pub(in crate::facts) fn whose(
    analysis: &Analysis<'_>,
    deployment: DeploymentId,
    account: &Text,
) -> OneOf<Relation> {
    let vocabulary = analysis.vocabulary;
    let scope = &analysis.model.scope;
    let own = scope.deployment(deployment);
    let compared = own.map_or(Comparison::Undecided, |own| own.account.compare(account, vocabulary));
    if compared == Comparison::Equal || analysis.is_own_account(account) {
        return OneOf::only(Relation::Own);
    }
    let Some(literal) = account.as_literal(vocabulary) else { return OneOf::only(Relation::Unknown) };
    let settings = &analysis.settings.accounts;
    let listed = |accounts: &[AccountId]| accounts.iter().any(|known| known.as_str() == literal);
    if listed(&settings.own) {
        OneOf::only(Relation::Own)
    } else if listed(&settings.trusted) {
        OneOf::only(Relation::Trusted)
    } else if listed(&settings.vendors) || vendor(literal).is_some() {
        OneOf::only(Relation::Vendor)
    } else if compared == Comparison::Different {
        OneOf::only(Relation::Foreign)
    } else {
        OneOf::only(Relation::Foreign).or(Relation::Own)
    }
}

/// Who is let in by `*`.
pub(super) struct Everybody {
    pub(super) width: OneOf<AwsWidth>,
    pub(super) organisation: Option<String>,
}

/// Who is let in by a principal that is everybody.
pub(super) fn width_of_everybody(view: &View<'_>) -> Everybody {
    let found = Found::everyone(view);
    Everybody { width: found.words(), organisation: found.organisation }
}

/// What is found out about one view.
struct Found {
    width: Bounds<AwsWidth>,
    /// What can be said of external ids without looking at the role; none if it was not asked for.
    guesses: Option<Guesses>,
    mfa: Bounds<bool>,
    organisation: Option<String>,
    witness: Option<Box<Witness>>,
}

impl Found {
    fn nobody() -> Self {
        Self {
            width: Bounds::decided(AwsWidth::Nobody),
            guesses: None,
            mfa: Bounds::decided(false),
            organisation: None,
            witness: None,
        }
    }

    /// About `*`.
    fn everyone(view: &View<'_>) -> Self {
        let sender = &view.sender;
        // Roles and users of any name there are in any account.
        let strange = ["account", "organisation", "unique-id", "address", "endpoint", "network"];
        let alone = variant_without(view, sender, &["aws:principalorgid", "aws:principalorgpaths"]);
        let mut width = Bounds::decided(AwsWidth::Nobody);
        let mut witness = None;
        for (sender, word) in [(&alone, AwsWidth::Anyone), (sender, AwsWidth::AnyOrganisation)] {
            let judged = view.admits_strangers(&strange, Sent::Shared(sender));
            if judged.admitted.possible && width.possible == AwsWidth::Nobody {
                width.possible = word;
                witness = judged.witness.clone();
            }
            if judged.admitted.sure {
                width.sure = word;
                witness = judged.witness;
                break;
            }
        }
        let mut guesses = match width.possible {
            AwsWidth::Anyone | AwsWidth::AnyOrganisation => {
                Some(Guesses::new(view, strange.to_vec(), Arc::clone(sender), None))
            }
            _ => None,
        };
        let mut organisation = None;
        if width.sure == AwsWidth::Nobody {
            let narrow = narrower(view);
            let foreign = if width.possible == AwsWidth::Nobody {
                foreign_members(view, &strange, sender)
            } else {
                None
            };
            width.sure = narrow.sure;
            if let Some(foreign) = foreign {
                width.possible = AwsWidth::ForeignOrganisation;
                if foreign.judged.admitted.sure {
                    width.sure = AwsWidth::ForeignOrganisation;
                }
                guesses = Some(Guesses::new(view, foreign.strange, foreign.sender, None));
                witness = foreign.judged.witness;
                organisation = Some(foreign.id);
            } else if width.possible == AwsWidth::Nobody {
                width.possible = narrow.possible;
            }
        }
        Self { width, guesses, mfa: Bounds::decided(false), organisation, witness }
    }

    /// About an account, or somebody in it.
    fn account(view: &View<'_>, account: &Text, form: AwsForm, of_others: bool) -> Self {
        let any = view.ask(&Ask::default());
        if !any.admitted.possible {
            return Self::nobody();
        }
        let sure = if any.admitted.sure { AwsWidth::Pinned } else { AwsWidth::Nobody };
        let pinned = Self { width: Bounds { sure, possible: AwsWidth::Pinned }, ..Self::nobody() };
        if form != AwsForm::Account {
            return pinned;
        }
        // Who has a certain tag the administrator of the account decides, as he does whose name it is.
        let anybody = variant_without(view, &view.sender, &["aws:principaltag/*"]);
        let mut among = Strangers {
            judged: view.admits_strangers(WHO, Sent::Shared(&anybody)),
            id: String::new(),
            strange: WHO.to_vec(),
            sender: anybody,
        };
        // That callers are of an organisation which is not one's own keeps out nobody who is of the account.
        if !among.judged.admitted.possible
            && let Some(foreign) = foreign_members(view, WHO, &among.sender)
        {
            among = foreign;
        }
        let Strangers { judged, id, strange, sender } = among;
        if !judged.admitted.possible {
            return pinned;
        }
        let width = Bounds {
            sure: if judged.admitted.sure { AwsWidth::Account } else { sure },
            possible: AwsWidth::Account,
        };
        let organisation = Some(id).filter(|id| !id.is_empty());
        if !of_others {
            return Self { width, organisation, witness: judged.witness, ..Self::nobody() };
        }
        let no_login = view.variant(&sender, "no login", &[], |sender| {
            limited(&without(sender, &["aws:multifactorauthage"]), "aws:multifactorauthpresent", "false")
        });
        let mfa = view.admits_strangers(&strange, Sent::Shared(&no_login)).admitted.not();
        let guesses = Some(Guesses::new(view, strange, no_login, Some(account)));
        Self { width, guesses, mfa, organisation, witness: judged.witness }
    }

    /// What the policy asks for as an external id.
    fn external_id(&self, view: &View<'_>) -> OneOf<ExternalId> {
        self.guesses.as_ref().map_or_else(OneOf::none, |guesses| guesses.external_id(view))
    }

    /// Who gets in. Of whom it is not known whose they are, they count as one's own.
    fn populations(
        &self,
        form: AwsForm,
        relation: OneOf<Relation>,
        external_id: OneOf<ExternalId>,
    ) -> Bounds<Population> {
        let of = |width, others: bool| match width {
            AwsWidth::Nobody => Population::Nobody,
            AwsWidth::Anyone | AwsWidth::AnyOrganisation if form == AwsForm::Everyone => {
                // Who knows the external id is not everybody.
                let is_secret = external_id == OneOf::only(ExternalId::Required);
                if is_secret { Population::OtherAccount } else { Population::Anyone }
            }
            AwsWidth::ForeignOrganisation => Population::OtherAccount,
            _ if others => Population::OtherAccount,
            _ => Population::OwnAccount,
        };
        let others = OneOf::only(Relation::Vendor).or(Relation::Foreign).words().0;
        let relation = relation.words().0;
        Bounds {
            sure: of(self.width.sure, relation & !others == 0),
            possible: of(self.width.possible, relation & others != 0),
        }
    }

    /// The words that the width may be.
    fn words(&self) -> OneOf<AwsWidth> {
        let words = OneOf::only(self.width.possible);
        if self.width.sure == self.width.possible { words } else { words.or(self.width.sure) }
    }
}

/// Strangers who are let in, and how they were asked about.
struct Strangers {
    judged: Judged,
    /// The organisation that they are members of; empty for any.
    id: String,
    strange: Vec<&'static str>,
    sender: Arc<Sender>,
}

/// A sender whose requests never have these keys.
fn variant_without(view: &View<'_>, sender: &Arc<Sender>, keys: &[&str]) -> Arc<Sender> {
    view.variant(sender, "without", keys, |sender| without(sender, keys))
}

/// Members of an organisation that the policy names and that is none of one's own, who are let in whoever they are
/// besides. If neither the settings nor the scan tells of which organisation the role is, one that is named is taken for one's
/// own.
fn foreign_members(view: &View<'_>, strange: &[&'static str], sender: &Arc<Sender>) -> Option<Strangers> {
    let told: Vec<&str> = view.analysis.settings.organisations.iter().map(|own| own.text.as_str()).collect();
    let home = view.analysis.model.deployment(view.role.entity.deployment);
    let of_role = home.and_then(|home| view.analysis.organisation_id(&home.account));
    let mut own = told.clone();
    if of_role.is_some() {
        own.extend(view.analysis.organisation_ids());
    }
    let variable = sender.variable("organisation").filter(|_| !own.is_empty())?;
    let mut found: Option<Strangers> = None;
    for id in named_organisations(view).into_iter().filter(|id| own.iter().all(|own| *own != id.as_str())) {
        if !sender.variables[usize::from(variable)].language.admits(&id) {
            continue;
        }
        let members = view.variant(sender, "members", &[&id], |sender| {
            let mut members = sender.clone();
            let organisation = Arc::make_mut(&mut members.variables[usize::from(variable)]);
            organisation.language = Shape::literal(&id);
            organisation.samples = vec![id.clone()];
            members
        });
        let strange: Vec<_> = strange.iter().copied().filter(|name| *name != "organisation").collect();
        let mut judged = view.admits_strangers(&strange, Sent::Shared(&members));
        // There may be more that are one's own than the scan has.
        judged.admitted.sure &= !told.is_empty();
        if judged.admitted.possible && found.as_ref().is_none_or(|_| judged.admitted.sure) {
            let is_sure = judged.admitted.sure;
            found = Some(Strangers { judged, id, strange, sender: members });
            if is_sure {
                break;
            }
        }
    }
    found
}

/// The ids of organisations that the policy tests for, in order.
fn named_organisations(view: &View<'_>) -> Vec<String> {
    let vocabulary = view.analysis.vocabulary;
    let statements = view.policy.statements.iter();
    let tests = statements.flat_map(|statement| statement.conditions.iter().flatten());
    let mut ids: Vec<String> = tests
        .filter(|test| {
            test.key_is("aws:PrincipalOrgID", vocabulary) || test.key_is("aws:PrincipalOrgPaths", vocabulary)
        })
        .flat_map(|test| &test.values)
        .filter_map(|value| value.text()?.as_literal(vocabulary)?.split('/').next())
        .map(str::to_owned)
        .collect();
    ids.dedup();
    ids
}

/// Who is let in by `*`, if not everybody is.
fn narrower(view: &View<'_>) -> Bounds<AwsWidth> {
    let widths = view.width(&view.sender.tenant, &Ask::default());
    let organisation = view.sender.variable("organisation");
    let word = |width: &Width, bound: Bound| match width {
        Width::None => AwsWidth::Nobody,
        Width::Few(few) => {
            let is_organisation =
                |&(index, _): &(usize, String)| view.sender.tenant.get(index).copied() == organisation;
            if few.iter().any(is_organisation) { AwsWidth::Organisation } else { AwsWidth::Account }
        }
        // What a parameter says, for example.
        Width::Alike if bound == Bound::Possible => AwsWidth::Organisation,
        Width::Alike | Width::Any => AwsWidth::Pinned,
    };
    Bounds { sure: word(&widths.sure.0, Bound::Sure), possible: word(&widths.possible.0, Bound::Possible) }
}

/// What can be said of the external ids that a policy asks for: of strangers who send nothing but what `sender` does.
struct Guesses {
    strange: Vec<&'static str>,
    sender: Arc<Sender>,
    /// Whether none is asked for.
    absent: Bounds<bool>,
    /// Whether anybody guesses it, whatever the role is.
    guessed: Bounds<bool>,
}

/// The key of the external id.
const EXTERNAL_ID: &str = "sts:externalid";

impl Guesses {
    fn new(view: &View<'_>, strange: Vec<&'static str>, sender: Arc<Sender>, account: Option<&Text>) -> Self {
        let no_id = variant_without(view, &sender, &[EXTERNAL_ID]);
        let absent = view.admits_strangers(&strange, Sent::Shared(&no_id)).admitted;
        let mut guesses = Self { strange, sender, absent, guessed: Bounds::decided(false) };
        if absent.sure {
            return guesses;
        }
        if account.is_some_and(|account| guesses.is_guess(view, account)) {
            guesses.guessed = Bounds::decided(true);
        } else {
            // Whatever one chooses.
            let strange: Vec<&str> = guesses.strange.iter().copied().chain(["external-id"]).collect();
            let chosen = view.admits_strangers(&strange, Sent::Shared(&guesses.sender)).admitted;
            guesses.guessed = chosen.and(absent.not());
        }
        guesses
    }

    /// Whether somebody is let in who takes a text for the external id. A parameter may be anything: only what is written is
    /// a guess.
    fn is_guess(&self, view: &View<'_>, text: &Text) -> bool {
        if asks_for_another(view, text) {
            return false;
        }
        let text = text.with_tokens(view.analysis.vocabulary);
        text.is_some_and(|text| {
            let sender = with(&self.sender, EXTERNAL_ID, &text);
            view.admits_strangers(&self.strange, Sent::Once(&sender)).admitted.sure
        })
    }

    /// What the policy asks for. The role's name and its account are easy to guess too.
    fn external_id(&self, view: &View<'_>) -> OneOf<ExternalId> {
        if self.absent.sure {
            return OneOf::only(ExternalId::Absent);
        }
        let own = view.analysis.model.deployment(view.role.entity.deployment).map(|own| &own.account);
        let name = view.role.name.known().map(|name| &name.value);
        let is_guessed =
            self.guessed.sure || own.into_iter().chain(name).any(|guess| self.is_guess(view, guess));
        let words = OneOf::only(if is_guessed { ExternalId::Guessable } else { ExternalId::Required });
        if self.absent.possible { words.or(ExternalId::Absent) } else { words }
    }
}

/// Whether each statement that lets somebody in asks for external ids that are written, and none of which is a text: most do,
/// which is sooner said than decided.
fn asks_for_another(view: &View<'_>, text: &Text) -> bool {
    let vocabulary = view.analysis.vocabulary;
    let Some(text) = text.as_literal(vocabulary) else { return false };
    let is_another = |value: &Item| {
        let value = value.text().and_then(|value| value.as_literal(vocabulary));
        value.is_some_and(|value| value != text && !value.contains("${"))
    };
    let asks = |test: &Test| {
        test.operator == Operator::plain(Comparator::StringEquals)
            && test.key_is(EXTERNAL_ID, vocabulary)
            && !test.values.is_empty()
            && test.values.iter().all(is_another)
    };
    let mut allow = view.policy.statements.iter().filter(|statement| statement.effect != Effect::Deny);
    allow
        .all(|statement| statement.effect == Effect::Allow && statement.conditions.iter().flatten().any(asks))
}

/// Whether the statements that let the principal in name only whom they do not mean.
fn only_excludes(view: &View<'_>) -> bool {
    let covers = |statement: &&Statement| {
        statement.principals.only.iter().flatten().any(|principal| {
            matches!(principal.key, PrincipalKey::Aws | PrincipalKey::Bare)
                && principal.value == view.principal.value
        })
    };
    let mut tests = view
        .policy
        .statements
        .iter()
        .filter(covers)
        .flat_map(|statement| statement.conditions.iter().flatten())
        .peekable();
    tests.peek().is_some() && tests.all(|test| test.operator.comparator.is_negated())
}

/// Who a witness is.
fn caller(view: &View<'_>, witness: &Witness) -> Option<Text> {
    let vocabulary = view.analysis.vocabulary;
    match witness.context.iter().find(|(key, _)| *key == "aws:principalarn")?.1 {
        ContextValue::One(value) => Some(vocabulary.literal(&vocabulary.without_tokens(value))),
        ContextValue::Many(_) => None,
    }
}
