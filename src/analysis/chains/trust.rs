//! Whether a trust policy admits the sessions of a role.

use std::borrow::Cow;
use std::sync::Arc;

use super::{ASSUME, Decided, End, MOST_DECISIONS, Named};
use crate::analysis::Analysis;
use crate::knowledge::sender::{Claim, Format, Piece, Presence, Sender, Values};
use crate::model::Role;
use crate::policy::{
    Answer, Attached, Bound, Comparator, Effect, Element, Item, Party, Policy, PolicyPath, PrincipalForm,
    PrincipalKey, Question, Statement, Test, Wanted, Witness, Workshop, decide_in,
};
use crate::source::Span;
use crate::value::{Bounds, Field, Text, TextBuilder, Vocabulary};

/// Whom of AWS a trust policy names.
#[derive(Debug, Default)]
pub(super) struct Trusted<'v> {
    /// Roles, as `role/PATH/NAME`.
    pub(super) roles: Vec<Named<'v>>,
    /// Accounts.
    pub(super) accounts: Vec<Text>,
    /// True for `*`.
    pub(super) everybody: bool,
    /// True if it asks for nothing else of those whom it names.
    pub(super) unconditional: bool,
    /// How the ARN begins of whoever gets in without being named; none if it may be any.
    pub(super) beginnings: Option<Beginnings>,
}

/// How the ARNs begin of those who get in.
#[derive(Debug, Default)]
pub(super) struct Beginnings(Vec<String>);

impl Beginnings {
    /// False if a role that is not named does not get in whatever else is asked for. Most pairs need no decision by this.
    pub(super) fn admit(&self, arn: &Text, vocabulary: &Vocabulary) -> bool {
        let Some(arn) = arn.as_literal(vocabulary) else { return true };
        self.0.iter().any(|beginning| arn.starts_with(beginning.as_str()))
    }
}

impl Trusted<'_> {
    /// Whether every role of an account is admitted that is permitted to ask.
    pub(super) fn is_open_to(&self, account: &Text) -> bool {
        self.unconditional && (self.everybody || self.accounts.contains(account))
    }
}

/// Keys of which it is not known whether a session has them, and what is in them.
const UNCERTAIN: &[&str] =
    &["aws:multifactorauth", "aws:principaltag/", "aws:principalorg", "iam:resourcetag/"];

/// What a session is or where it comes from, which need not be what the policy wants.
const ELSEWHERE: &[(&str, &str)] =
    &[("endpoint", "vpce-0a1b2c3d"), ("network", "vpc-0a1b2c3d"), ("unique-id", "AROADBQP57FF2AEXAMPLE")];

/// An address that nobody means.
const ADDRESS: &str = "198.51.100.77";

/// Asks trust policies.
pub(super) struct Trusts<'a, 's> {
    analysis: &'a Analysis<'s>,
    sender: Arc<Sender>,
    /// What was made for earlier questions.
    workshop: Workshop<'s>,
    decided: Decided,
    decisions: usize,
    pub(super) exhausted: bool,
}

impl<'a, 's> Trusts<'a, 's> {
    pub(super) fn new(analysis: &'a Analysis<'s>) -> Self {
        Self {
            analysis,
            sender: analysis.senders.aws_principal(),
            workshop: Workshop::default(),
            decided: Decided::default(),
            decisions: 0,
            exhausted: false,
        }
    }

    /// Whom of AWS a role trusts; `None` if nobody.
    pub(super) fn of(&self, end: &End<'_>) -> Option<Trusted<'s>> {
        let vocabulary = self.analysis.vocabulary;
        let policy = self.policy(end.role)?;
        let mut trusted =
            Trusted { unconditional: true, beginnings: Some(Beginnings::default()), ..Trusted::default() };
        for statement in &policy.statements {
            let covers = statement.covers_action(ASSUME, vocabulary);
            if statement.effect != Effect::Allow || !covers.possible {
                trusted.unconditional &= statement.effect == Effect::Allow;
                continue;
            }
            let mut names = false;
            let mut names_many = false;
            for principal in statement.principals.only.iter().flatten() {
                if !matches!(principal.key, PrincipalKey::Aws | PrincipalKey::Bare) {
                    continue;
                }
                match &principal.form {
                    PrincipalForm::Everyone => {
                        trusted.everybody = true;
                        names_many = true;
                    }
                    PrincipalForm::Account { account } => {
                        trusted.accounts.push(account.clone());
                        names_many = true;
                    }
                    PrincipalForm::Role { name, .. } => trusted.roles.push(self.resource(name)),
                    PrincipalForm::Session { role, .. } => trusted.roles.push(self.resource(role)),
                    _ => continue,
                }
                names = true;
            }
            if names_many {
                let more = beginnings(statement, vocabulary);
                trusted.beginnings = trusted.beginnings.zip(more).map(|(mut known, more)| {
                    known.0.extend(more);
                    known
                });
            }
            trusted.unconditional &= !names || (covers.sure && statement.conditions.is_none());
        }
        trusted.accounts.dedup();
        let anybody = trusted.everybody || !trusted.roles.is_empty() || !trusted.accounts.is_empty();
        anybody.then_some(trusted)
    }

    fn resource(&self, name: &Text) -> Named<'s> {
        let vocabulary = self.analysis.vocabulary;
        if let Some(name) = name.as_literal(vocabulary) {
            return Named::Written(Cow::Owned(format!("role/{name}")));
        }
        let mut builder = TextBuilder::default();
        builder.push_str("role/");
        builder.push_text(name, &vocabulary.names);
        Named::Text(builder.finish(&vocabulary.names))
    }

    fn policy(&self, role: &Role) -> Option<&'a Policy> {
        Some(self.analysis.model.policy(&self.attached(role)?))
    }

    fn attached(&self, role: &Role) -> Option<Attached> {
        let Field::Known(trust) = &role.trust else { return None };
        Some(trust.value.clone())
    }

    /// Whether a trust policy names the role itself, rather than its account.
    pub(super) fn names(&self, from: &End<'_>, to: &End<'_>) -> bool {
        let Some(policy) = self.policy(to.role) else { return false };
        let allowing = policy.statements.iter().filter(|statement| statement.effect == Effect::Allow);
        let mut principals = allowing.flat_map(|statement| statement.principals.only.iter().flatten());
        principals.any(|principal| self.is_role(&principal.form, from))
    }

    /// Whether a principal is a role, whatever the partition is called.
    fn is_role(&self, form: &PrincipalForm, role: &End<'_>) -> bool {
        match form {
            PrincipalForm::Role { account, name } => {
                *account == role.account && self.resource(name) == role.resource
            }
            _ => false,
        }
    }

    /// The policy with everybody in the place of a role and of its account: the texts that name them are the same,
    /// whatever the symbols in them turn out to be.
    fn as_of(&self, policy: &Policy, role: &End<'_>) -> Policy {
        let mut policy = policy.clone();
        for statement in &mut policy.statements {
            let principals = &mut statement.principals;
            for principal in principals.only.iter_mut().chain(&mut principals.except).flatten() {
                let is_account = |form: &PrincipalForm| matches!(form, PrincipalForm::Account { account } if *account == role.account);
                if is_account(&principal.form) || self.is_role(&principal.form, role) {
                    principal.form = PrincipalForm::Everyone;
                }
                let is_other = match &principal.form {
                    PrincipalForm::Session { role: name, .. } => {
                        role.role.entity.name().is_some_and(|own| own != name)
                    }
                    _ => false,
                };
                // Sessions of other roles are nobody whom this is about.
                if is_other && statement.effect == Effect::Allow {
                    principal.form = PrincipalForm::Invalid;
                }
            }
        }
        policy
    }

    /// Whether sessions of a role are admitted.
    pub(super) fn admits(&mut self, from: &End<'_>, to: &End<'_>) -> Bounds<bool> {
        let (Some(attached), Some(policy)) = (self.attached(to.role), self.policy(to.role)) else {
            return Bounds::decided(false);
        };
        if self.of(to).is_some_and(|trusted| trusted.is_open_to(&from.account)) {
            return Bounds::decided(true);
        }
        let key = (attached.policy, from.account.clone());
        let is_shared = self.treats_alike(policy);
        if let Some(&known) = self.decided.get(&key).filter(|_| is_shared) {
            return known;
        }
        if self.decisions >= MOST_DECISIONS {
            self.exhausted = true;
            return Bounds::decided(false);
        }
        self.decisions += 1;
        // Whom a policy names it mostly admits: what is sure is then all that has to be found out.
        let is_sure =
            matches!(self.decide(policy, from, Bound::Sure), Answer::Admitted(witness) if witness.confirmed);
        let mut is_refused = || matches!(self.decide(policy, from, Bound::Possible), Answer::Refused);
        let answer = Bounds { sure: is_sure, possible: is_sure || !is_refused() };
        if is_shared {
            self.decided.insert(key, answer);
        }
        answer
    }

    /// Whether a policy makes no difference between the roles of an account.
    fn treats_alike(&self, policy: &Policy) -> bool {
        policy.statements.iter().all(|statement| {
            let principals = statement.principals.only.iter().chain(&statement.principals.except).flatten();
            let mut tests = statement.conditions.iter().flatten();
            principals.into_iter().all(|principal| {
                !matches!(
                    principal.form,
                    PrincipalForm::Role { .. } | PrincipalForm::Session { .. } | PrincipalForm::Unknown
                )
            }) && tests.all(|test| {
                // A key or value with a variable in it may be about the role.
                test.literal_key(self.analysis.vocabulary).is_some_and(|key| {
                    let key = key.to_ascii_lowercase();
                    key != "aws:principalarn" && !key.starts_with("aws:user")
                }) && test.values.iter().all(|value| {
                    value
                        .text()
                        .and_then(|text| text.as_literal(self.analysis.vocabulary))
                        .is_some_and(|text| !text.contains("${"))
                })
            })
        })
    }

    /// The statement that admits sessions of a role.
    pub(super) fn statement(&mut self, from: &End<'_>, to: &End<'_>) -> Option<Span> {
        let attached = self.attached(to.role)?;
        let witness = self.witness(self.policy(to.role)?, from)?;
        Some(attached.place(PolicyPath::new(*witness.statements.first()?, Element::Statement)))
    }

    fn witness(&mut self, policy: &Policy, from: &End<'_>) -> Option<Box<Witness>> {
        [Bound::Sure, Bound::Possible].into_iter().find_map(|bound| match self.decide(policy, from, bound) {
            Answer::Admitted(witness) => Some(witness),
            Answer::Refused | Answer::Exhausted => None,
        })
    }

    fn decide(&mut self, policy: &Policy, from: &End<'_>, bound: Bound) -> Answer {
        let vocabulary = self.analysis.vocabulary;
        let Some(sender) = self.session(from, bound) else { return Answer::Exhausted };
        let mut wanted = Vec::new();
        // A name that is generated is no string of the language of names.
        let name = from.role.entity.name().filter(|name| name.as_literal(vocabulary).is_some());
        for (variable, text) in [("account", Some(&from.account)), ("role", name)] {
            if let (Some(variable), Some(text)) =
                (sender.variable(variable), text.and_then(|text| text.with_tokens(vocabulary)))
            {
                wanted.push(Wanted::Exactly(variable, text));
            }
        }
        if bound == Bound::Sure {
            wanted.extend(ELSEWHERE.iter().filter_map(|(variable, value)| {
                Some(Wanted::Stranger(sender.variable(variable)?, (*value).to_owned()))
            }));
        }
        let policy = self.as_of(policy, from);
        let question = Question {
            policy: &policy,
            party: &Party::Aws,
            sender: &sender,
            bound,
            wanted: &wanted,
            kind: Some(0),
            exchange: (bound == Bound::Sure).then_some(0),
            spread: &[],
            today: self.analysis.now(),
            shown: Some(&[]),
        };
        self.workshop.make_room();
        decide_in(&mut self.workshop, &question, vocabulary)
    }

    /// What a session of a role sends: always, or at most.
    fn session(&self, from: &End<'_>, bound: Bound) -> Option<Sender> {
        let mut sender = (*self.sender).clone();
        let arn = from.arn.with_tokens(self.analysis.vocabulary)?;
        let address = sender.variable("address");
        let kind = sender.kinds.first_mut()?;
        for claim in kind.claims_mut(|claim| claim.key == "aws:principalarn") {
            claim.values = Values::One(vec![Format(vec![Piece::Literal(arn.clone())])]);
        }
        if bound == Bound::Sure {
            let is_uncertain = |claim: &Claim| UNCERTAIN.iter().any(|start| claim.key.starts_with(start));
            for claim in kind.claims_mut(is_uncertain) {
                claim.presence = Presence::Undecided;
            }
            // Who has the session need not know it.
            for claim in kind.claims_mut(|claim| claim.key == "sts:externalid") {
                claim.presence = Presence::Never;
            }
            // Addresses are compared as numbers, which needs a value that is fixed from the beginning.
            if let Some(address) = address {
                let variable = Arc::make_mut(&mut sender.variables[usize::from(address)]);
                variable.language = crate::value::Shape::literal(ADDRESS);
                variable.samples = vec![ADDRESS.to_owned()];
            }
        }
        Some(sender)
    }
}

/// How the ARNs begin that a statement asks for, if it asks for ARNs that are written without variables.
fn beginnings(statement: &Statement, vocabulary: &Vocabulary) -> Option<Vec<String>> {
    use Comparator::{ArnEquals, ArnLike, StringEquals, StringLike};
    let asks = |test: &&Test| {
        test.key_is("aws:PrincipalArn", vocabulary)
            && matches!(test.operator.comparator, ArnEquals | ArnLike | StringEquals | StringLike)
            && test.operator.quantifier.is_none()
    };
    let test = statement.conditions.iter().flatten().find(asks)?;
    let beginning = |value: &Item| {
        let text = value.text()?.as_literal(vocabulary)?;
        Some(text[..text.find(['*', '?', '$']).unwrap_or(text.len())].to_owned())
    };
    test.values.iter().map(beginning).collect()
}
