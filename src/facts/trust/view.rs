//! One principal of a role's trust policy, and questions about what the policy admits of it.

use std::any::Any;
use std::cell::{OnceCell, RefCell};
use std::rc::Rc;
use std::sync::Arc;

use rustc_hash::FxHashMap;
use smallvec::{SmallVec, smallvec};

use super::super::Common;
use super::super::entrance::{Entrance, Population, Step, StepKind};
use super::saml;
use crate::analysis::{Analysis, Change};
use crate::finding::Certainty;
use crate::knowledge::Tenancy;
use crate::knowledge::sender::{Sender, Variable, VariableId};
use crate::model::Role;
use crate::policy::{
    self, Answer, Attached, Bound, Effect, Element, Party, Policy, PolicyPath, Principal, PrincipalForm,
    PrincipalKey, Spread, Test, Wanted, Witness, Workshop, admits_in, decide_in, is_certain_in,
};
use crate::value::{Bounds, Field, Text, Vocabulary};

/// What a trusted principal is.
#[derive(Clone, Debug)]
pub(in crate::facts) enum Kind {
    /// A SAML provider.
    Saml,
    /// An OIDC provider, or one that every account has, with what is known of its issuer.
    WebIdentity {
        /// The issuer without scheme.
        issuer: Text,
        /// The id of the file about it; `unknown` if there is none.
        id: String,
        /// Whom its tokens may be about.
        tenancy: Tenancy,
    },
    /// An account, role, user or session, or everybody.
    Aws,
    /// An AWS service.
    Service {
        /// Its host.
        host: Text,
    },
}

/// A trusted principal of a role.
pub(in crate::facts) struct View<'a> {
    pub analysis: &'a Analysis<'a>,
    pub role: &'a Role,
    pub trust: &'a Attached,
    pub policy: &'a Policy,
    /// As it is written where it is named first.
    pub principal: &'a Principal,
    /// Where that is.
    pub path: PolicyPath,
    pub kind: Kind,
    pub party: Party,
    pub sender: Arc<Sender>,
    /// What makes the sender this principal and no other of its kind: the account, and the like.
    pub identity: Vec<Wanted>,
    /// What was made for earlier questions about the sender, and about others.
    workshop: Rc<RefCell<Workshop<'a>>>,
    workshops: Workshops<'a>,
    /// The keys, in lower case, that the policy tests: witnesses show them.
    tested: OnceCell<Vec<String>>,
    /// Answers that other roles with the same policy have had.
    memo: Option<Rc<Memo>>,
}

/// What was made for questions about the policies of several roles, by what is sent.
#[derive(Clone, Default)]
pub(in crate::facts) struct Workshops<'a>(Rc<Made<'a>>);

#[derive(Default)]
struct Made<'a> {
    /// By the address of the sender.
    workshops: RefCell<FxHashMap<usize, SharedWorkshop<'a>>>,
    /// By the address of the sender that they are made of, and what was changed.
    variants: RefCell<FxHashMap<(usize, Variant), VariantOf>>,
}

/// A workshop and the sender that it is about.
type SharedWorkshop<'a> = (Arc<Sender>, Rc<RefCell<Workshop<'a>>>);

/// How a sender differs from that of a view: a word for it, and the keys or values that it is about.
type Variant = (&'static str, SmallVec<[String; 1]>);

/// The variant, and what it is made of, which is kept so that no other has its address.
type VariantOf = [Arc<Sender>; 2];

/// The most variants that are kept. Those that many roles have in common are few for each sender.
const VARIANTS: usize = 1_024;

impl<'a> Workshops<'a> {
    /// The one for questions about a sender.
    pub(in crate::facts) fn about(&self, sender: &Arc<Sender>) -> Rc<RefCell<Workshop<'a>>> {
        let mut known = self.0.workshops.borrow_mut();
        let address = Arc::as_ptr(sender).addr();
        if let Some((_, workshop)) = known.get(&address) {
            workshop.borrow_mut().make_room();
            return Rc::clone(workshop);
        }
        let workshop = Rc::new(RefCell::new(Workshop::about(sender)));
        // The sender is kept, so that no other has its address.
        known.insert(address, (Arc::clone(sender), Rc::clone(&workshop)));
        workshop
    }
}

/// Answers about one trust policy, which are the same for every role that has it.
#[derive(Default)]
pub(in crate::facts) struct Memo(RefCell<FxHashMap<Question, Rc<dyn Any>>>);

/// What was asked: a word for it, a number, the principal, and the address of what it sends.
type Question = (&'static str, usize, PolicyPath, usize);

/// What is asked of a trust policy about a view; everything that is possible by default.
#[derive(Clone, Default)]
pub(in crate::facts) struct Ask<'q> {
    /// See [`policy::Question::wanted`], besides the view's identity.
    pub wanted: &'q [Wanted],
    /// See [`policy::Question::kind`].
    pub kind: Option<usize>,
    /// See [`policy::Question::exchange`].
    pub exchange: Option<usize>,
    /// See [`policy::Question::spread`].
    pub spread: &'q [VariableId],
    /// Another policy than that of the role.
    pub policy: Option<&'q Policy>,
    /// Another sender than that of the view.
    pub sender: Option<Sent<'q>>,
    /// Whatever the date is.
    pub at_any_time: bool,
}

/// Another sender than that of a view.
#[derive(Clone, Copy)]
pub(in crate::facts) enum Sent<'q> {
    /// One about which more is asked: see [`View::variant`].
    Shared(&'q Arc<Sender>),
    /// One of its own.
    Once(&'q Sender),
}

/// What the policy says.
#[derive(Clone, Debug)]
pub(in crate::facts) struct Judged {
    /// Whether a request is admitted.
    pub admitted: Bounds<bool>,
    /// One that is, for sure if that is so, else perhaps.
    pub witness: Option<Box<Witness>>,
    /// True if it would have taken too long to say.
    pub exhausted: bool,
}

/// How far apart the values of variables are that are admitted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::facts) enum Width {
    /// Nothing is admitted, or there are no such variables.
    None,
    /// These values, each of the variable with this index among those asked for.
    Few(Vec<(usize, String)>),
    /// More than can be listed, but not any: what a pattern leaves open.
    Alike,
    /// Any.
    Any,
}

/// The principals that a role's trust policy lets in, each once.
pub(in crate::facts) fn views<'a>(analysis: &'a Analysis<'a>, role: &'a Role) -> Vec<View<'a>> {
    views_with(analysis, role, &Workshops::default(), None)
}

/// The same, with what was made for other roles, and answers that those with the same policy have had.
pub(super) fn views_with<'a>(
    analysis: &'a Analysis<'a>,
    role: &'a Role,
    workshops: &Workshops<'a>,
    memo: Option<&Rc<Memo>>,
) -> Vec<View<'a>> {
    let Field::Known(trust) = &role.trust else { return Vec::new() };
    let policy = analysis.model.policy(&trust.value);
    let mut views: Vec<View<'a>> = Vec::new();
    for (index, statement) in (0u16..).zip(&policy.statements) {
        if statement.effect != Effect::Allow {
            continue;
        }
        for (position, principal) in (0u16..).zip(statement.principals.only.iter().flatten()) {
            if views
                .iter()
                .any(|view| (view.principal.key, &view.principal.value) == (principal.key, &principal.value))
            {
                continue;
            }
            let path = PolicyPath::new(index, Element::Principal(position));
            views.extend(View::new(analysis, role, &trust.value, policy, principal, path));
        }
    }
    for view in &mut views {
        view.memo = memo.map(Rc::clone);
        view.workshops = workshops.clone();
        view.workshop = workshops.about(&view.sender);
    }
    views
}

impl<'a> View<'a> {
    /// `None` for what no principal can be.
    pub(super) fn new(
        analysis: &'a Analysis<'a>,
        role: &'a Role,
        trust: &'a Attached,
        policy: &'a Policy,
        principal: &'a Principal,
        path: PolicyPath,
    ) -> Option<Self> {
        use PrincipalForm as Form;
        let vocabulary = analysis.vocabulary;
        let text = principal.value.text()?;
        let mut identity = Vec::new();
        let (kind, party, sender) = match &principal.form {
            Form::SamlProvider { account, name } => {
                let provider =
                    saml::Provider { account, name, text, role: role.entity.id, place: trust.place(path) };
                (Kind::Saml, Party::Federated(text.clone()), provider.sender(analysis)?)
            }
            Form::OidcProvider { .. } | Form::BuiltIn(_) => {
                let issuer = match &principal.form {
                    Form::OidcProvider { issuer, .. } => issuer.clone(),
                    _ => text.clone(),
                };
                let (sender, id, tenancy) = analysis.senders.web_identity(&issuer.with_tokens(vocabulary)?);
                (Kind::WebIdentity { issuer, id, tenancy }, Party::Federated(text.clone()), sender)
            }
            Form::Service { host } => {
                let sender = analysis.service(&host.with_tokens(vocabulary)?, &role.entity);
                (Kind::Service { host: host.clone() }, Party::Service(host.clone()), sender)
            }
            Form::Everyone if principal.key != PrincipalKey::Aws && principal.key != PrincipalKey::Bare => {
                return None;
            }
            Form::Everyone => (Kind::Aws, Party::Aws, analysis.senders.aws_principal()),
            Form::Account { account }
            | Form::Role { account, .. }
            | Form::User { account, .. }
            | Form::Session { account, .. }
            | Form::FederatedUser { account, .. } => {
                let sender = analysis.senders.aws_principal();
                let name = match &principal.form {
                    Form::Role { name, .. } => Some(("role", name)),
                    Form::User { name, .. } => Some(("user", name)),
                    Form::Session { role, .. } => Some(("role", role)),
                    _ => None,
                };
                let mut fix = |variable: &str, text: &Text| {
                    if let (Some(variable), Some(text)) =
                        (sender.variable(variable), text.with_tokens(vocabulary))
                    {
                        identity.push(Wanted::Exactly(variable, text));
                    }
                };
                fix("account", account);
                // With a path, the name is behind the last slash.
                if let Some((variable, name)) = name
                    && let Some(name) = name.as_literal(vocabulary)
                {
                    fix(variable, &vocabulary.literal(name.rsplit('/').next().unwrap_or(name)));
                }
                (Kind::Aws, Party::Aws, sender)
            }
            Form::UniqueId | Form::CanonicalUser | Form::Invalid | Form::Unknown => return None,
        };
        let workshop = Rc::new(RefCell::new(Workshop::about(&sender)));
        Some(Self {
            analysis,
            role,
            trust,
            policy,
            principal,
            path,
            kind,
            party,
            sender,
            identity,
            workshop,
            workshops: Workshops::default(),
            tested: OnceCell::new(),
            memo: None,
        })
    }

    /// The same principal, sending something else.
    pub(super) fn with_sender(self, sender: Sender) -> Self {
        let sender = Arc::new(sender);
        let workshop = Rc::new(RefCell::new(Workshop::about(&sender)));
        Self { sender, workshop, memo: None, ..self }
    }

    /// A sender that differs from that of the view, or from another variant of it, in what a word says and a change is about:
    /// made once for all roles of which the views share workshops.
    pub(super) fn variant(
        &self,
        of: &Arc<Sender>,
        word: &'static str,
        about: &[&str],
        make: impl FnOnce(&Sender) -> Sender,
    ) -> Arc<Sender> {
        let Made { workshops, variants } = &*self.workshops.0;
        let mut known = variants.borrow_mut();
        if known.len() == VARIANTS {
            known.clear();
            workshops.borrow_mut().clear();
        }
        let variant = (word, about.iter().map(|text| (*text).to_owned()).collect());
        let made = || [Arc::new(make(of)), Arc::clone(of)];
        Arc::clone(&known.entry((Arc::as_ptr(of).addr(), variant)).or_insert_with(made)[0])
    }

    /// What was answered to a question, which must not depend on the role but by its trust policy and the principal.
    pub(super) fn once<T: 'static>(
        &self,
        what: &'static str,
        number: usize,
        answer: impl FnOnce() -> T,
    ) -> Rc<T> {
        let Some(Memo(memo)) = self.memo.as_deref() else { return Rc::new(answer()) };
        let question = (what, number, self.path, Arc::as_ptr(&self.sender).addr());
        let known = memo.borrow().get(&question).map(Rc::clone);
        if let Some(known) = known.and_then(|known| known.downcast::<T>().ok()) {
            return known;
        }
        let answer = Rc::new(answer());
        memo.borrow_mut().insert(question, Rc::<T>::clone(&answer));
        answer
    }

    /// Whether nothing more is known of the issuer than what AWS makes of every token.
    pub(in crate::facts) fn is_unknown_issuer(&self) -> bool {
        matches!(&self.kind, Kind::WebIdentity { id, .. } if id == "unknown")
    }

    /// What somebody reaches who gets the role.
    pub(in crate::facts) fn exposure(&self) -> crate::facts::LevelOf<super::Exposure> {
        crate::facts::privileges::exposure(self.analysis, self.role.entity.id)
    }

    /// Whether a request is admitted that is as asked for.
    pub(in crate::facts) fn ask(&self, ask: &Ask<'_>) -> Judged {
        // Most roles can be had: what is sure is then all that has to be found out. So it is where nothing is unknown.
        let is_any =
            ask.wanted.is_empty() && ask.kind.is_none() && ask.sender.is_none() && ask.policy.is_none();
        let is_first = is_any || self.questioned(ask, Bound::Sure, is_certain_in);
        let mut sure = is_first.then(|| self.decide(ask, Bound::Sure));
        if let Some(Answer::Admitted(witness)) = sure.take_if(|answer| is_confirmed(answer)) {
            return Judged { admitted: Bounds::decided(true), witness: Some(witness), exhausted: false };
        }
        match self.may_admit(ask) {
            Some(false) => Judged { admitted: Bounds::decided(false), witness: None, exhausted: false },
            None => Judged { admitted: Bounds::UNDECIDED, witness: None, exhausted: true },
            Some(true) => match sure.unwrap_or_else(|| self.decide(ask, Bound::Sure)) {
                Answer::Admitted(witness) if witness.confirmed => {
                    Judged { admitted: Bounds::decided(true), witness: Some(witness), exhausted: false }
                }
                answer => {
                    if matches!(answer, Answer::Admitted(_)) {
                        self.analysis.contradicted(self.trust.place(self.path));
                    }
                    let mut exhausted = answer == Answer::Exhausted;
                    let witness = match self.decide(ask, Bound::Possible) {
                        Answer::Admitted(perhaps) => Some(perhaps),
                        Answer::Refused => None,
                        Answer::Exhausted => {
                            exhausted = true;
                            None
                        }
                    };
                    Judged { admitted: Bounds::UNDECIDED, witness, exhausted }
                }
            },
        }
    }

    /// One end of what is asked.
    pub(in crate::facts) fn decide(&self, ask: &Ask<'_>, bound: Bound) -> Answer {
        let answer = self.questioned(ask, bound, decide_in);
        // What is not known to be sure is possible; what is not known to be possible may be missing.
        if answer == Answer::Exhausted && bound == Bound::Possible {
            self.analysis.give_up(self.trust.place(self.path));
        }
        answer
    }

    /// Whether nothing is admitted for all that is known. What is admitted otherwise is not found out.
    pub(in crate::facts) fn refuses(&self, ask: &Ask<'_>) -> bool {
        self.questioned(ask, Bound::Possible, admits_in) == Some(false)
    }

    /// Whether something may be admitted, but not what. `None` if it would take too long to say.
    pub(in crate::facts) fn may_admit(&self, ask: &Ask<'_>) -> Option<bool> {
        let answer = self.questioned(ask, Bound::Possible, admits_in);
        if answer.is_none() {
            self.analysis.give_up(self.trust.place(self.path));
        }
        answer
    }

    fn questioned<R>(
        &self,
        ask: &Ask<'_>,
        bound: Bound,
        answer: impl FnOnce(&mut Workshop<'a>, &policy::Question<'_>, &'a Vocabulary) -> R,
    ) -> R {
        let wanted: Vec<Wanted> = self.identity.iter().chain(ask.wanted).cloned().collect();
        let (sender, workshop) = match ask.sender {
            None => (&*self.sender, Rc::clone(&self.workshop)),
            Some(Sent::Shared(sender)) => (&**sender, self.workshops.about(sender)),
            Some(Sent::Once(sender)) => (sender, Rc::clone(&self.workshop)),
        };
        let question = policy::Question {
            policy: ask.policy.unwrap_or(self.policy),
            party: &self.party,
            sender,
            bound,
            wanted: &wanted,
            kind: ask.kind,
            exchange: ask.exchange,
            spread: ask.spread,
            today: if ask.at_any_time { None } else { self.analysis.now() },
            shown: Some(self.tested()),
        };
        answer(&mut workshop.borrow_mut(), &question, self.analysis.vocabulary)
    }

    /// How far apart the values of variables are, each of which alone tells one from others, in the requests that
    /// are admitted; with one that shows the width. The second is what is possible, the first what is sure.
    pub(in crate::facts) fn width(
        &self,
        variables: &[VariableId],
        ask: &Ask<'_>,
    ) -> Bounds<(Width, Option<Box<Witness>>)> {
        let possible = self.possible_width(variables, ask);
        // What is admitted for sure is among what may be.
        let sure = match &possible.0 {
            Width::None => (Width::None, None),
            Width::Few(values) => self.listed(variables, ask, Bound::Sure, Some(values)),
            Width::Alike => self.listed(variables, ask, Bound::Sure, None),
            Width::Any => self.width_of(variables, ask, Bound::Sure),
        };
        Bounds { sure, possible }
    }

    /// The part of [`View::width`] that is possible.
    pub(in crate::facts) fn possible_width(
        &self,
        variables: &[VariableId],
        ask: &Ask<'_>,
    ) -> (Width, Option<Box<Witness>>) {
        self.width_of(variables, ask, Bound::Possible)
    }

    /// A request that is admitted with any values of variables, one that is for sure and one that may be: whether
    /// [`View::width`] is [`Width::Any`].
    pub(in crate::facts) fn anybody(
        &self,
        variables: &[VariableId],
        ask: &Ask<'_>,
    ) -> Bounds<Option<Box<Witness>>> {
        let admitted = |bound| match self.strangers(variables, ask, bound) {
            Answer::Admitted(witness) => Some(witness),
            Answer::Refused | Answer::Exhausted => None,
        };
        let possible = admitted(Bound::Possible);
        Bounds { sure: possible.as_ref().and_then(|_| admitted(Bound::Sure)), possible }
    }

    /// Those who are listed, or everybody.
    fn width_of(
        &self,
        variables: &[VariableId],
        ask: &Ask<'_>,
        bound: Bound,
    ) -> (Width, Option<Box<Witness>>) {
        // A listing is a few questions that are quickly answered. Where it has an end, strangers need not be asked about.
        let listed = (bound == Bound::Possible).then(|| self.list(variables, ask, bound, None));
        if let Some(Some((width, witness))) = &listed {
            let all = match width {
                Width::None => Some(&[][..]),
                Width::Few(few) => Some(few.as_slice()),
                Width::Alike | Width::Any => None,
            };
            if all.is_some_and(|all| self.leaves_strangers_out(variables, all)) {
                return (width.clone(), witness.clone());
            }
        }
        match self.strangers(variables, ask, bound) {
            Answer::Admitted(witness) => (Width::Any, Some(witness)),
            Answer::Refused => listed
                .unwrap_or_else(|| self.list(variables, ask, bound, None))
                .unwrap_or_else(|| (unknown(bound), None)),
            Answer::Exhausted => (unknown(bound), None),
        }
    }

    /// Whether strangers are not let in if only those are who are listed.
    fn leaves_strangers_out(&self, variables: &[VariableId], listed: &[(usize, String)]) -> bool {
        (0..).zip(variables).all(|(index, &variable)| {
            let variable = &self.sender.variables[usize::from(variable)];
            // Strangers begin with a sample, and there is one if it may be that itself.
            let begins = |sample: &String| {
                let mut listed = listed.iter().filter(|(of, _)| *of == index);
                !variable.except.contains(sample)
                    && !listed.any(|(_, value)| value.starts_with(sample.as_str()))
            };
            if variable.samples.first().is_some_and(begins) {
                return true;
            }
            let stranger = stranger(variable, 0);
            stranger.is_some_and(|value| !listed.iter().any(|(of, known)| *of == index && *known == value))
        })
    }

    /// Whether two strangers are admitted that have nothing in common: whoever lets both in lets everybody in.
    fn strangers(&self, variables: &[VariableId], ask: &Ask<'_>, bound: Bound) -> Answer {
        if variables.is_empty() {
            return Answer::Refused;
        }
        let admitted = |which| {
            let more = variables.iter().filter_map(|&variable| {
                let value = stranger(&self.sender.variables[usize::from(variable)], which)?;
                Some(Wanted::Stranger(variable, value))
            });
            self.in_place(variables, ask, bound, more)
        };
        match admitted(0) {
            Answer::Admitted(witness) => match admitted(1) {
                Answer::Admitted(_) => Answer::Admitted(witness),
                answer => answer,
            },
            answer => answer,
        }
    }

    /// The width where not everybody is let in; `all` is every value that there can be, if that is known.
    fn listed(
        &self,
        variables: &[VariableId],
        ask: &Ask<'_>,
        bound: Bound,
        all: Option<&[(usize, String)]>,
    ) -> (Width, Option<Box<Witness>>) {
        self.list(variables, ask, bound, all).unwrap_or_else(|| (unknown(bound), None))
    }

    /// The same; `None` if it would take too long to say.
    fn list(
        &self,
        variables: &[VariableId],
        ask: &Ask<'_>,
        bound: Bound,
        all: Option<&[(usize, String)]>,
    ) -> Option<(Width, Option<Box<Witness>>)> {
        if variables.is_empty() {
            return Some((Width::None, None));
        }
        // Of the first one, all that tells apart is asked for at once: it is the same question for all.
        let telling = self.telling();
        let places: Option<Vec<usize>> =
            variables.iter().map(|variable| telling.iter().position(|telling| telling == variable)).collect();
        let mut few: Vec<(usize, String)> = Vec::new();
        let mut found = None;
        for _ in 0..LISTED {
            let more = variables.iter().enumerate().map(|(index, &variable)| {
                let known = few.iter().filter(|(of, _)| *of == index).map(|(_, value)| value.clone());
                Wanted::NoneOf(variable, known.collect())
            });
            let answer = match places.as_deref().filter(|_| few.is_empty()) {
                Some(places) => chosen(self.in_place(&telling, ask, bound, more), places),
                None => self.in_place(variables, ask, bound, more),
            };
            let witness = match answer {
                Answer::Admitted(witness) => witness,
                Answer::Refused if few.is_empty() => return Some((Width::None, None)),
                Answer::Refused => return Some((Width::Few(few), found)),
                Answer::Exhausted => return None,
            };
            let before = few.len();
            for (index, spread) in witness.spread.iter().enumerate() {
                if let Spread::Few(values) = spread {
                    few.extend(values.iter().map(|value| (index, value.clone())));
                }
            }
            if few.len() == before {
                return Some((Width::Alike, Some(witness)));
            }
            found.get_or_insert(witness);
            if all.is_some_and(|all| all.iter().all(|value| few.contains(value))) {
                return Some((Width::Few(few), found));
            }
        }
        Some((Width::Alike, found))
    }

    /// The variables that tell tenants, or projects of a tenant, apart.
    pub(in crate::facts) fn telling(&self) -> SmallVec<[VariableId; 4]> {
        let mut telling = SmallVec::from_slice(&self.sender.tenant);
        telling.extend(self.sender.project.iter().copied());
        telling
    }

    /// One end of what is asked, with more wishes, where symbols stand for nobody whom they are not meant for.
    fn in_place(
        &self,
        variables: &[VariableId],
        ask: &Ask<'_>,
        bound: Bound,
        more: impl Iterator<Item = Wanted>,
    ) -> Answer {
        let wanted: Vec<Wanted> = ask.wanted.iter().cloned().chain(more).chain([Wanted::InPlace]).collect();
        self.decide(&Ask { wanted: &wanted, spread: variables, ..ask.clone() }, bound)
    }

    /// True if the principal is Amazon Cognito's identity pools.
    pub(in crate::facts) fn is_identity_pool(&self) -> bool {
        matches!(&self.kind, Kind::WebIdentity { id, .. } if id == "cognito-identity-pool")
    }

    /// The ways in of those who get in by the view's principal.
    pub(in crate::facts) fn entrances(&self, populations: Bounds<Population>) -> Vec<Entrance> {
        let (role, place) = (self.role.entity.id, self.trust.place(self.path));
        Entrance::of(
            populations,
            &Entrance {
                population: Population::Nobody,
                sure: self.analysis.stability(role, Change::Trust) == Certainty::Proved
                    && !self.analysis.may_be_refused(role),
                role,
                through: self.principal.value.text().cloned(),
                steps: smallvec![Step { kind: StepKind::Trusts, entity: role, place }],
                worlds: self.role.entity.worlds.clone(),
                limited: false,
            },
        )
    }

    /// As [`Self::common`], of a fact that says who gets in: a resource control policy may refuse it.
    pub(in crate::facts) fn common_of_entry(&self) -> Common {
        let mut common = self.common();
        if self.analysis.may_be_refused(self.role.entity.id) {
            common.certainty = Certainty::Possible;
        }
        common
    }

    /// What a fact about the view has in common with others. The principal is a part of every cause.
    pub(in crate::facts) fn common(&self) -> Common {
        Common {
            subject: self.role.entity.id,
            place: self.trust.place(self.path),
            certainty: self.analysis.stability(self.role.entity.id, Change::Trust),
            worlds: self.role.entity.worlds.clone(),
            evidence: Vec::new(),
            cause: self.principal.value.text().into_iter().cloned().collect(),
            witness: None,
        }
    }

    /// The role's logical id, or its name in a dump.
    pub(in crate::facts) fn role_name(&self) -> Option<Text> {
        Some(Text::literal(self.role.entity.logical_id))
    }

    /// The keys, in lower case, that the policy tests.
    fn tested(&self) -> &[String] {
        let lower = |test: &Test| test.literal_key(self.analysis.vocabulary).map(str::to_ascii_lowercase);
        self.tested.get_or_init(|| {
            let tests =
                self.policy.statements.iter().flat_map(|statement| statement.conditions.iter().flatten());
            tests.filter_map(lower).collect()
        })
    }

    /// A witness for people: what was asked for, and the keys that say who it is.
    pub(in crate::facts) fn shown(&self, witness: &Witness) -> Vec<(String, String)> {
        let show = |text: &str| self.analysis.vocabulary.without_tokens(text);
        let exchange = &self.sender.exchanges[witness.exchange];
        let mut lines = vec![("action".to_owned(), exchange.actions.join(", "))];
        let principal = self.principal.value.text().map(|text| text.display(self.analysis.vocabulary));
        match &self.party {
            Party::Federated(_) => {
                // An assertion names both.
                let role = self.role.entity.arn().filter(|_| matches!(self.kind, Kind::Saml));
                lines.extend(role.map(|role| ("role".to_owned(), role.display(self.analysis.vocabulary))));
                lines.push(("provider".to_owned(), principal.unwrap_or_default()));
            }
            Party::Service(_) => lines.push(("service".to_owned(), principal.unwrap_or_default())),
            Party::Aws => {}
        }
        let tested = self.tested();
        for (key, value) in witness.context.iter() {
            let is_subject = key.ends_with(":sub") || key.ends_with(":aud") || key == "aws:principalarn";
            if is_subject || tested.iter().any(|tested| tested == key) {
                let text = match value {
                    policy::ContextValue::One(value) => show(value),
                    policy::ContextValue::Many(values) => {
                        values.iter().map(|value| show(value)).collect::<Vec<_>>().join(", ")
                    }
                };
                lines.push((key.to_owned(), text));
            }
        }
        lines
    }
}

/// Whether a request is admitted, and the concrete evaluator says so too.
fn is_confirmed(answer: &Answer) -> bool {
    matches!(answer, Answer::Admitted(witness) if witness.confirmed)
}

/// An answer with only some of the spreads that were asked for.
fn chosen(mut answer: Answer, places: &[usize]) -> Answer {
    if let Answer::Admitted(witness) = &mut answer {
        witness.spread = places.iter().map(|&place| witness.spread[place].clone()).collect();
    }
    answer
}

/// The width where it would take too long to say.
fn unknown(bound: Bound) -> Width {
    match bound {
        Bound::Sure => Width::None,
        Bound::Possible => Width::Any,
    }
}

/// A value that nobody has a reason to write into a policy. The two of a variable have nothing in common.
fn stranger(variable: &Variable, which: usize) -> Option<String> {
    let sample = variable.samples.get(which).or(variable.samples.first())?;
    let endings: [&[&str]; 2] = [&["-qx7", "-qx", "7", "x", ""], &["-w3k", "-wk", "3", "k", ""]];
    endings[which.min(1)]
        .iter()
        .map(|ending| format!("{sample}{ending}"))
        .find(|value| variable.language.admits(value) && !variable.except.contains(value))
}

/// The most values that are listed one after another.
const LISTED: usize = 40;
