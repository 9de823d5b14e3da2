//! The exact decision: which requests of a sender a trust policy admits.
//!
//! What is admitted is a union of products, minus a union of products: one Allow statement for each action that the
//! exchange needs, and for each Deny statement a reason why it does not apply. The search picks statements and
//! reasons; whether the tests that they demand can be met at once is for [`Solver`] to say.

mod alike;
mod certain;
mod standard;

use std::borrow::Cow;

use rustc_hash::{FxHashMap, FxHashSet};

pub(super) use self::alike::Answers;
use self::alike::{Asked, Found};
use self::certain::Certain;
pub(super) use self::certain::Looked;
pub(super) use self::standard::Standards;
use super::automaton::Exhausted;
use super::evaluate::{Caller, Context, ContextValue, Request, Verdict, evaluate};
use super::predicate::Bound;
use super::solve::{Demand, Solver, Wanted, other_spelling};
use super::walk::Spread;
use super::workshop::Workshop;
use super::{
    Comparator, Effect, Item, Operator, Policy, Principal, PrincipalForm, PrincipalKey, Statement, Test,
    Version,
};
use crate::knowledge::sender::{Exchange, Kind, Sender, VariableId};
use crate::value::{
    Bounds, Comparison, Part, Repeat, Shape, Step, Symbol, SymbolId, Text, Unknown, Vocabulary,
};

/// Who asks, as far as statements tell callers apart.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Party {
    /// Any AWS principal: which one, its context keys say.
    Aws,
    /// A service, by host.
    Service(Text),
    /// Who holds a token or an assertion of a provider: its ARN, or the host of one that every account has.
    Federated(Text),
}

/// What is asked of a trust policy.
#[derive(Clone, Debug)]
pub struct Question<'a> {
    /// The policy.
    pub policy: &'a Policy,
    /// Who asks.
    pub party: &'a Party,
    /// What the party can send.
    pub sender: &'a Sender,
    /// Which of two answers is wanted, where something is unknown.
    pub bound: Bound,
    /// What the sender's variables must be. With wishes, that a symbol of the policy happens to be a text that is
    /// wished for is not looked into, where it may be any text.
    pub wanted: &'a [Wanted],
    /// Only this kind of request, as an index in [`Sender::kinds`].
    pub kind: Option<usize>,
    /// Only this exchange, as an index in [`Sender::exchanges`].
    pub exchange: Option<usize>,
    /// Variables of which all values are wanted that they have in requests like the witness.
    pub spread: &'a [VariableId],
    /// Today, in nanoseconds since 1970 UTC; `None` if nothing shall depend on it.
    pub today: Option<i128>,
    /// The keys, in lower case, that the witness shall have if such requests do, besides those that the policy tests and
    /// those that say who asks; every key, and every variable, if `None`.
    pub shown: Option<&'a [String]>,
}

impl<'a> Question<'a> {
    /// About all that the party can send, whatever the day is; the witness shows every key.
    #[must_use]
    pub const fn new(policy: &'a Policy, party: &'a Party, sender: &'a Sender, bound: Bound) -> Self {
        Self {
            policy,
            party,
            sender,
            bound,
            wanted: &[],
            kind: None,
            exchange: None,
            spread: &[],
            today: None,
            shown: None,
        }
    }
}

/// What is known of the requests that a policy admits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// Some are admitted: this one, for example.
    Admitted(Box<Witness>),
    /// None is.
    Refused,
    /// It would take too long to say.
    Exhausted,
}

/// A request that is admitted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Witness {
    /// Its kind, as an index in [`Sender::kinds`].
    pub kind: usize,
    /// The exchange, as an index in [`Sender::exchanges`].
    pub exchange: usize,
    /// Its context keys. Symbols are characters of their own ([`SymbolId::token`]).
    pub context: Context,
    /// The values of the sender's variables; empty of those that neither tell tenants or projects apart nor are asked about
    /// in [`Question::spread`], unless all is shown.
    pub variables: Vec<String>,
    /// The statements that allow the actions of the exchange, one for each.
    pub statements: Vec<u16>,
    /// For each variable asked for, what else it may be.
    pub spread: Vec<Spread>,
    /// What [`evaluate`] says of it: true if it allows every action of the exchange.
    pub confirmed: bool,
}

/// The steps that one kind of request may take. A step is some forty nanoseconds.
const BUDGET: u32 = 150_000;

/// The steps that all kinds of requests together may take.
const BUDGET_OF_ALL: u32 = 600_000;

/// So many tests of a statement are compared with each other one by one.
const FEW: usize = 8;

/// The most Deny statements for which a reason is looked for. Each takes some room on the stack.
const DENIALS: usize = 256;

/// The most values of a variable that are listed.
const LISTED: usize = 64;

/// Decides a question.
#[must_use]
pub fn decide(question: &Question<'_>, vocabulary: &Vocabulary) -> Answer {
    decide_in(&mut Workshop::default(), question, vocabulary)
}

/// Decides a question, with what was made for others.
#[must_use]
pub fn decide_in<'v>(
    workshop: &mut Workshop<'v>,
    question: &Question<'_>,
    vocabulary: &'v Vocabulary,
) -> Answer {
    if let Some(certain) = Certain::of(workshop, question, vocabulary) {
        let possible = Question { bound: Bound::Possible, ..*question };
        let answer = witness_of_certain(workshop, &possible, &certain, vocabulary);
        let is_sure = match &answer {
            Answer::Admitted(witness) => certain::is_sent(question.sender, witness),
            Answer::Refused => true,
            Answer::Exhausted => false,
        };
        if is_sure || question.bound == Bound::Possible {
            return answer;
        }
    }
    witness_in(workshop, question, false, vocabulary)
}

/// Whether nothing is unknown in a question about the sender of a workshop: what is possible is sure then, of what that
/// sender is known to send.
#[must_use]
pub fn is_certain_in(workshop: &mut Workshop<'_>, question: &Question<'_>, vocabulary: &Vocabulary) -> bool {
    Certain::of(workshop, question, vocabulary).is_some()
}

/// What is possible where nothing is unknown.
fn witness_of_certain<'v>(
    workshop: &mut Workshop<'v>,
    question: &Question<'_>,
    certain: &Certain,
    vocabulary: &'v Vocabulary,
) -> Answer {
    if let Some(standard) = certain.standard()
        && let Some(wanted) = standard.wanted(question.wanted)
    {
        match witness_in(workshop, &standard.question(question, &wanted), true, vocabulary) {
            Answer::Admitted(mut witness) => {
                standard.put_names(&mut witness);
                return Answer::Admitted(witness);
            }
            Answer::Refused => return Answer::Refused,
            Answer::Exhausted => {}
        }
    }
    witness_in(workshop, question, true, vocabulary)
}

/// The answer to a question as it is asked. `certain` if nothing in it is unknown.
fn witness_in<'v>(
    workshop: &mut Workshop<'v>,
    question: &Question<'_>,
    certain: bool,
    vocabulary: &'v Vocabulary,
) -> Answer {
    let asked = Asked { witness: true, certain };
    let found = found_once(workshop, question, asked, vocabulary, |workshop| {
        let found = look_for(workshop, question, vocabulary, |search| search.witness())?;
        Ok(found.map_or(Found::Refused, |witness| Found::Admitted(Some(Box::new(witness)))))
    });
    match found {
        Ok(Found::Admitted(Some(witness))) => Answer::Admitted(witness),
        Ok(Found::Admitted(None) | Found::Refused) => Answer::Refused,
        Err(Exhausted) => Answer::Exhausted,
    }
}

/// Whether something is admitted: found out sooner than what. `None` if it would take too long to say.
#[must_use]
pub fn admits_in<'v>(
    workshop: &mut Workshop<'v>,
    question: &Question<'_>,
    vocabulary: &'v Vocabulary,
) -> Option<bool> {
    let certain = match question.bound {
        Bound::Possible => Certain::of(workshop, question, vocabulary),
        Bound::Sure => None,
    };
    if let Some(standard) = certain.as_ref().and_then(Certain::standard)
        && let Some(wanted) = standard.wanted(question.wanted)
        && let Some(admits) =
            admits_as_asked(workshop, &standard.question(question, &wanted), true, vocabulary)
    {
        return Some(admits);
    }
    admits_as_asked(workshop, question, certain.is_some(), vocabulary)
}

/// Whether something is admitted, of a question as it is asked. `certain` if nothing in it is unknown.
fn admits_as_asked<'v>(
    workshop: &mut Workshop<'v>,
    question: &Question<'_>,
    certain: bool,
    vocabulary: &'v Vocabulary,
) -> Option<bool> {
    let asked = Asked { witness: false, certain };
    let found = found_once(workshop, question, asked, vocabulary, |workshop| {
        let found = look_for(workshop, question, vocabulary, |search| Ok(search.admits()?.then_some(())))?;
        Ok(found.map_or(Found::Refused, |()| Found::Admitted(None)))
    });
    found.ok().map(|found| matches!(found, Found::Admitted(_)))
}

/// What is found out, if that was not found out of a question that is alike. What would take too long is not kept: it may
/// take less another time, when more is made already.
fn found_once<'v>(
    workshop: &mut Workshop<'v>,
    question: &Question<'_>,
    asked: Asked,
    vocabulary: &'v Vocabulary,
    find: impl FnOnce(&mut Workshop<'v>) -> Result<Found, Exhausted>,
) -> Result<Found, Exhausted> {
    if !workshop.is_about(question.sender) {
        return find(workshop);
    }
    let Some(outline) = workshop.answers.outline(question, asked, vocabulary) else { return find(workshop) };
    if let Some(known) = workshop.answers.known(&outline) {
        return Ok(known);
    }
    let found = find(workshop)?;
    workshop.answers.keep(outline, &found);
    Ok(found)
}

/// The first thing that is found in the requests of each exchange and kind.
fn look_for<'v, R>(
    workshop: &mut Workshop<'v>,
    question: &Question<'_>,
    vocabulary: &'v Vocabulary,
    look: impl Fn(&mut Search<'_, 'v>) -> Result<Option<R>, Exhausted>,
) -> Result<Option<R>, Exhausted> {
    let mut exhausted = false;
    let mut left = BUDGET_OF_ALL;
    let wants_symbols = question.bound == Bound::Possible && wants_symbols(question.wanted);
    for (exchange, needs) in question.sender.exchanges.iter().enumerate() {
        if question.exchange.is_some_and(|only| only != exchange) || !may_allow(question, needs, vocabulary) {
            continue;
        }
        let tested = Tested::new(question, needs, vocabulary);
        let mut refused = Vec::new();
        for (kind, of) in question.sender.kinds.iter().enumerate() {
            let skipped = question.bound == Bound::Sure && (of.possible || needs.possible);
            if skipped || question.kind.is_some_and(|only| only != kind) {
                continue;
            }
            // Many kinds differ only in what no policy asks for.
            if refused.iter().any(|known: &Refused| known.is_alike(question.sender, kind)) {
                continue;
            }
            let mut asked = Vec::new();
            let mut try_with = |reading| {
                let budget = left.min(BUDGET);
                let made = std::mem::take(workshop);
                let mut search = Search::new(question, &tested, kind, exchange, budget, made, vocabulary);
                search.reading = reading;
                let found = look(&mut search);
                left -= budget - search.solver.budget.left();
                if question.kind.is_none() && kind + 1 < question.sender.kinds.len() {
                    search.solver.asked_keys(&mut asked);
                }
                *workshop = search.solver.workshop;
                (found, search.narrowed)
            };
            // What is wished for is most often what the policy says, and that is found out sooner than all that it may be.
            let (mut found, mut narrowed) = (Ok(None), true);
            if wants_symbols {
                (found, narrowed) = try_with(Symbols::Themselves);
            }
            if narrowed && !matches!(found, Ok(Some(_))) {
                (found, narrowed) = try_with(Symbols::Usual);
                // What symbols as themselves do not admit, some strings that they may be can.
                if narrowed && question.wanted.is_empty() && matches!(found, Ok(None)) {
                    (found, _) = try_with(Symbols::AnyString);
                }
            }
            match found {
                Ok(Some(found)) => return Ok(Some(found)),
                Ok(None) => refused.push(Refused { kind, keys: asked }),
                Err(Exhausted) => exhausted = true,
            }
        }
    }
    if exhausted { Err(Exhausted) } else { Ok(None) }
}

/// Whether there is a statement for each action of an exchange that may allow it.
fn may_allow(question: &Question<'_>, needs: &Exchange, vocabulary: &Vocabulary) -> bool {
    let allows = |statement: &Statement, action: &str| {
        matches!(statement.effect, Effect::Allow | Effect::Unknown)
            && statement.covers_action(action, vocabulary).possible
    };
    let statements = &question.policy.statements;
    needs.actions.iter().all(|action| statements.iter().any(|statement| allows(statement, action)))
}

/// A kind of requests that are all refused, and the keys that were asked about.
struct Refused {
    kind: usize,
    keys: Vec<String>,
}

impl Refused {
    /// Whether another kind of requests says the same of all these keys, so that it is refused too.
    fn is_alike(&self, sender: &Sender, kind: usize) -> bool {
        let (one, other) = (&sender.kinds[self.kind], &sender.kinds[kind]);
        let claim = |kind: &'_ Kind, key: &str| kind.claim(key).map(|claim| std::ptr::from_ref(claim).addr());
        let same = |key: &str| claim(one, key) == claim(other, key);
        self.keys.iter().all(|key| {
            same(key) && (one.claim(key).is_some() || other_spelling(key).is_none_or(|key| same(&key)))
        })
    }
}

/// The tests of a policy, and whom its statements cover, as an exchange is asked about.
struct Tested<'a> {
    tests: Vec<(Cow<'a, Test>, String, Version)>,
    /// Tests of the policy, by statement.
    written: Vec<Vec<usize>>,
    covers: Vec<Covers>,
    /// Keys with symbols in more than one test.
    crowded: Vec<String>,
}

/// How the symbols of a policy are read where more may be admitted than is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Symbols {
    /// As themselves: what is admitted so may be admitted, but so may more.
    Themselves,
    /// As themselves where nothing is lost by that, else as any string that they may be.
    Usual,
    /// As any string that they may be.
    AnyString,
}

struct Search<'a, 'v> {
    question: &'a Question<'a>,
    tested: &'a Tested<'a>,
    vocabulary: &'v Vocabulary,
    kind: usize,
    exchange: usize,
    solver: Solver<'a, 'v>,
    ready: FxHashMap<(usize, bool), usize>,
    /// How the symbols of the policy are read where more may be admitted than is known.
    reading: Symbols,
    /// How many Deny statements a reason is being tried for.
    denials: usize,
    /// Whether symbols were only read as themselves somewhere.
    narrowed: bool,
}

/// Whether a clause of principals covers the caller.
#[derive(Clone, Copy, Debug)]
enum Cover {
    Always,
    Undecided,
    /// If this test holds.
    If(usize),
}

/// The values of a test, and the statement that it is in.
type ValuesOf = (usize, Box<[Item]>);

struct Covers {
    only: Option<Vec<Cover>>,
    except: Option<Vec<Cover>>,
}

impl<'a> Tested<'a> {
    fn new(question: &Question<'a>, exchange: &Exchange, vocabulary: &Vocabulary) -> Self {
        let mut tested =
            Self { tests: Vec::new(), written: Vec::new(), covers: Vec::new(), crowded: Vec::new() };
        let policy = question.policy;
        // Tests of other statements hold at the same time only if an exchange needs several.
        let several = exchange.actions.len() > 1;
        // By key: there may be very many.
        let mut with_symbols: FxHashMap<String, Vec<ValuesOf>> = FxHashMap::default();
        for (at, statement) in policy.statements.iter().enumerate() {
            let mut own = Vec::new();
            let conditions = statement.conditions.as_deref().unwrap_or_default();
            // Of a few, each is compared with each.
            let many = (conditions.len() > FEW).then(|| rivals(conditions, vocabulary));
            for (index, test) in conditions.iter().enumerate() {
                let twice = match &many {
                    Some(rivals) => test
                        .literal_key(vocabulary)
                        .is_some_and(|key| rivals.contains(&(test.operator, key.to_ascii_lowercase()))),
                    None => conditions.iter().enumerate().any(|(other, twin)| {
                        let rivals =
                            other != index && twin.operator == test.operator && twin.values != test.values;
                        rivals && same_key(test, twin, vocabulary)
                    }),
                };
                // Which of two keys counts that differ in case is not documented.
                let test = match twice {
                    true => Cow::Owned(Test::unknown(Unknown::Mismatch)),
                    false => Cow::Borrowed(test),
                };
                let key = key_of(&test, vocabulary);
                if test.values.iter().any(|value| value.text().is_none_or(has_symbols)) {
                    let others = with_symbols.entry(key.clone()).or_default();
                    let beside = |(of, values): &(usize, Box<[Item]>)| {
                        *values != test.values && (*of == at || several)
                    };
                    if others.iter().any(beside) {
                        tested.crowded.push(key.clone());
                    }
                    others.push((at, test.values.clone()));
                }
                own.push(tested.tests.len());
                tested.tests.push((test, key, policy.version.clone()));
            }
            tested.written.push(own);
        }
        for statement in &policy.statements {
            let covers = Covers {
                only: tested.clause(question.party, statement.principals.only.as_deref(), vocabulary),
                except: tested.clause(question.party, statement.principals.except.as_deref(), vocabulary),
            };
            tested.covers.push(covers);
        }
        tested
    }

    fn clause(
        &mut self,
        party: &Party,
        principals: Option<&[Principal]>,
        vocabulary: &Vocabulary,
    ) -> Option<Vec<Cover>> {
        Some(principals?.iter().filter_map(|principal| self.cover(party, principal, vocabulary)).collect())
    }

    /// Whether a principal covers the caller. `None` if it never does.
    fn cover(&mut self, party: &Party, principal: &Principal, vocabulary: &Vocabulary) -> Option<Cover> {
        use PrincipalForm as Form;
        let text = match (&principal.form, &principal.value) {
            (Form::Unknown, _) | (_, Item::Unknown(_)) => {
                let same_kind = match party {
                    Party::Aws => principal.key == PrincipalKey::Aws,
                    Party::Service(_) => principal.key == PrincipalKey::Service,
                    Party::Federated(_) => principal.key == PrincipalKey::Federated,
                };
                let may = same_kind || matches!(principal.key, PrincipalKey::Unknown | PrincipalKey::Bare);
                return may.then_some(Cover::Undecided);
            }
            (_, Item::Text(text)) => text,
        };
        match (party, &principal.form) {
            (Party::Aws, Form::Everyone) => {
                matches!(principal.key, PrincipalKey::Aws | PrincipalKey::Bare).then_some(Cover::Always)
            }
            (Party::Aws, Form::Account { account }) => {
                Some(Cover::If(self.virtual_test("aws:PrincipalAccount", account, vocabulary)))
            }
            (Party::Aws, Form::Role { .. } | Form::User { .. } | Form::FederatedUser { .. }) => {
                Some(Cover::If(self.virtual_test("aws:PrincipalArn", text, vocabulary)))
            }
            (Party::Aws, Form::Session { .. }) => {
                Some(Cover::If(self.virtual_test(SESSION, text, vocabulary)))
            }
            (Party::Service(host), Form::Service { host: other }) => {
                compared(host.compare(other, vocabulary))
            }
            // What covers everybody covers services too, as far as AWS's words go: they are principals.
            (Party::Service(_), Form::Everyone) => match principal.key {
                PrincipalKey::Service => Some(Cover::Always),
                PrincipalKey::Bare | PrincipalKey::Aws => Some(Cover::Undecided),
                _ => None,
            },
            // Whether `*` covers a caller who has no AWS credentials is not documented.
            (Party::Federated(_), Form::Everyone) => match principal.key {
                PrincipalKey::Federated => Some(Cover::Always),
                PrincipalKey::Bare | PrincipalKey::Aws => Some(Cover::Undecided),
                _ => None,
            },
            (
                Party::Federated(provider),
                Form::SamlProvider { .. } | Form::OidcProvider { .. } | Form::BuiltIn(_),
            ) => compared(provider.compare(text, vocabulary)),
            _ => None,
        }
    }

    fn virtual_test(&mut self, key: &str, value: &Text, vocabulary: &Vocabulary) -> usize {
        let test = Test {
            operator: Operator::plain(Comparator::StringEquals),
            key: Item::Text(vocabulary.literal(key)),
            values: Box::new([Item::Text(value.clone())]),
        };
        self.tests.push((Cow::Owned(test), key.to_ascii_lowercase(), Version::V2008));
        self.tests.len() - 1
    }
}

impl<'a, 'v> Search<'a, 'v> {
    fn new(
        question: &'a Question<'a>,
        tested: &'a Tested<'a>,
        kind: usize,
        exchange: usize,
        budget: u32,
        workshop: Workshop<'v>,
        vocabulary: &'v Vocabulary,
    ) -> Self {
        let sender = question.sender;
        let mut solver = Solver::new(
            vocabulary,
            sender,
            &sender.kinds[kind],
            &sender.exchanges[exchange],
            question.bound,
            question.today,
            budget,
        );
        solver.workshop = workshop;
        Self {
            question,
            tested,
            vocabulary,
            kind,
            exchange,
            solver,
            ready: FxHashMap::default(),
            reading: Symbols::Usual,
            denials: 0,
            narrowed: false,
        }
    }

    /// The demand that a test holds, or fails.
    fn demand(&mut self, test: usize, truth: bool) -> Demand {
        let wide = (self.question.bound == Bound::Possible) == truth;
        if let Some(&predicate) = self.ready.get(&(test, wide)) {
            return Demand { predicate, truth };
        }
        let (test_of, key, version) = &self.tested.tests[test];
        let lists = self.asks_in_place() && !test_of.operator.comparator.is_like();
        let has_symbols = test_of.values.iter().any(|value| match value {
            Item::Text(text) => has_symbols(text),
            Item::Unknown(why) => lists && *why == Unknown::List,
        });
        let nothing_is_lost = || {
            !self.tested.crowded.contains(key) && !wants_symbols(self.question.wanted) && self.is_free(key)
        };
        let themselves = has_symbols
            && self.question.bound == Bound::Possible
            && match self.reading {
                Symbols::Themselves => true,
                Symbols::Usual => nothing_is_lost(),
                Symbols::AnyString => false,
            };
        self.narrowed |= themselves;
        let mut test_of = Cow::Borrowed(&**test_of);
        if themselves && lists {
            self.name_lists(&mut test_of.to_mut().values);
        }
        let strangers = if has_symbols { self.strangers(key) } else { Vec::new() };
        let predicate = self.solver.predicate(&test_of, version, wide, themselves, &strangers);
        self.solver.keys.push(key.clone());
        self.ready.insert((test, wide), predicate);
        Demand { predicate, truth }
    }

    /// The strangers asked for of whom it does not matter which ones they are, as far as they are a part of the values of a
    /// key: whatever symbols turn out to be, others are none of that, of whom the same can be said.
    fn strangers(&self, key: &str) -> Vec<String> {
        let (Some(claim), _) = self.solver.claim(key) else { return Vec::new() };
        let stranger = |wanted: &Wanted| match wanted {
            Wanted::Stranger(variable, text) if self.question.bound == Bound::Sure => {
                let language = &self.question.sender.variables[usize::from(*variable)].language;
                let is_one_of_many = is_large(language) && !text.chars().any(SymbolId::is_token);
                let is_said = claim.values.formats().all(|format| format.uses(*variable));
                (is_one_of_many && is_said).then(|| text.clone())
            }
            _ => None,
        };
        self.question.wanted.iter().filter_map(stranger).collect()
    }

    /// Whether a symbol of the policy stands for nobody whom it is not meant for.
    fn asks_in_place(&self) -> bool {
        self.question.wanted.iter().any(|wanted| matches!(wanted, Wanted::InPlace | Wanted::Stranger(..)))
    }

    /// Puts a symbol in the place of each list of which nothing is known: somebody whom the list names, as a
    /// parameter that is no list names somebody. (A list that may hold wildcards can name everybody.)
    fn name_lists(&self, values: &mut [Item]) {
        let function = self.vocabulary.names.intern("an item of a list");
        for value in values {
            if *value == Item::Unknown(Unknown::List) {
                let symbol = Symbol::Derived { function, arguments: Box::default() };
                let symbol = self.vocabulary.symbols.intern(symbol, Shape::parameter);
                *value = Item::Text(Text::symbol(symbol));
            }
        }
    }

    /// Whether the values of a key can be whatever a symbol of the policy is: one variable, and nothing around it.
    fn is_free(&self, key: &str) -> bool {
        use crate::knowledge::sender::{Format, Piece};
        let (Some(claim), _) = self.solver.claim(key) else { return false };
        let in_place = self.asks_in_place();
        fn has_no_symbols(format: &Format) -> bool {
            format.0.iter().all(|piece| match piece {
                Piece::Literal(text) => !text.chars().any(SymbolId::is_token),
                Piece::Variable(_) | Piece::Fresh(_) => true,
                Piece::Segments { choices, .. } => choices.iter().all(has_no_symbols),
            })
        }
        claim.values.formats().all(|format| match format.0.as_slice() {
            [Piece::Variable(_) | Piece::Fresh(_)] => true,
            _ => in_place && has_no_symbols(format),
        })
    }

    /// Whether some request is admitted.
    fn admits(&mut self) -> Result<bool, Exhausted> {
        self.solver.any_request = true;
        self.allow(0, &mut Vec::new(), &mut Vec::new())
    }

    fn witness(&mut self) -> Result<Option<Witness>, Exhausted> {
        let mut used = Vec::new();
        if !self.allow(0, &mut Vec::new(), &mut used)? {
            return Ok(None);
        }
        let shown = self.question.shown.filter(|_| !self.has_variables());
        let tested = self.tested;
        let is_shown = |key: &str| {
            shown.is_none_or(|shown| {
                says_who(key)
                    || tested.tests.iter().any(|(_, tested, _)| tested == key)
                    || shown.iter().any(|shown| shown == key)
            })
        };
        let Question { sender, spread, .. } = self.question;
        let named = [&sender.tenant[..], &sender.project, spread];
        let all = self.question.shown.is_none();
        let model = self
            .solver
            .model(is_shown, |variable| all || named.iter().any(|some| some.contains(&variable)))?;
        let mut spread = Vec::new();
        for &variable in self.question.spread {
            spread.push(self.solver.spread(variable, LISTED)?);
        }
        let mut context = Context::new();
        for (key, value) in model.context {
            let value = match value {
                Ok(value) => ContextValue::One(value),
                Err(values) => ContextValue::Many(values),
            };
            if key != SESSION && key != UNKNOWN_KEY {
                context.set(&key, value);
            }
        }
        let confirmed = self.replay(&context);
        Ok(Some(Witness {
            kind: self.kind,
            exchange: self.exchange,
            context,
            variables: model.variables,
            statements: used,
            spread,
            confirmed,
        }))
    }

    /// Whether a test may compare with the value of any key.
    fn has_variables(&self) -> bool {
        let names = &self.vocabulary.names;
        let has_variable = |text: &Text| {
            let has = |part: &Part| matches!(part, Part::Literal(name) if names.text(*name).contains("${"));
            text.parts().iter().any(has)
        };
        let values = self.tested.tests.iter().flat_map(|(test, ..)| &test.values);
        values.filter_map(Item::text).any(has_variable)
    }

    /// Whether the concrete evaluator allows every action of the exchange.
    fn replay(&self, context: &Context) -> bool {
        let one = |key: &str| match context.get(key) {
            Some(ContextValue::One(value)) => value.clone(),
            _ => String::new(),
        };
        let caller = match self.question.party {
            Party::Aws => Caller::Aws {
                account: one("aws:principalaccount"),
                arn: one("aws:principalarn"),
                session: None,
            },
            Party::Service(host) => Caller::Service(host.with_tokens(self.vocabulary).unwrap_or_default()),
            Party::Federated(provider) => {
                Caller::Federated(provider.with_tokens(self.vocabulary).unwrap_or_default())
            }
        };
        self.question.sender.exchanges[self.exchange].actions.iter().all(|action| {
            let request =
                Request { caller: caller.clone(), action: action.clone(), context: context.clone() };
            matches!(evaluate(self.question.policy, &request, self.vocabulary), Verdict::Allowed { .. })
        })
    }

    /// Picks a statement that allows each action from `at` on.
    fn allow(
        &mut self,
        at: usize,
        demands: &mut Vec<Demand>,
        used: &mut Vec<u16>,
    ) -> Result<bool, Exhausted> {
        let question = self.question;
        let actions = &question.sender.exchanges[self.exchange].actions;
        let Some(action) = actions.get(at) else { return self.deny(0, demands) };
        for (index, statement) in question.policy.statements.iter().enumerate() {
            let allows = match statement.effect {
                Effect::Allow => true,
                Effect::Unknown => question.bound == Bound::Possible,
                Effect::Deny | Effect::Invalid => false,
            };
            let covers = statement.covers_action(action, self.vocabulary);
            if !allows || !self.end(covers) || (empty(statement) && question.bound == Bound::Sure) {
                continue;
            }
            self.solver.budget.take(1)?;
            let Some(alternatives) = self.covering(index) else { continue };
            for alternative in alternatives {
                let before = demands.len();
                demands.extend(alternative);
                for position in 0..self.tested.written[index].len() {
                    let demand = self.demand(self.tested.written[index][position], true);
                    demands.push(demand);
                }
                used.push(u16::try_from(index).unwrap_or(u16::MAX));
                if self.allow(at + 1, demands, used)? {
                    return Ok(true);
                }
                used.pop();
                demands.truncate(before);
            }
        }
        Ok(false)
    }

    /// The end of a pair that the answer is about.
    const fn end(&self, truth: Bounds<bool>) -> bool {
        match self.question.bound {
            Bound::Sure => truth.sure,
            Bound::Possible => truth.possible,
        }
    }

    /// The ways in which a statement covers the caller. `None` if it never does.
    fn covering(&mut self, statement: usize) -> Option<Vec<Vec<Demand>>> {
        let possible = self.question.bound == Bound::Possible;
        let mut outside = Vec::new();
        for cover in self.tested.covers[statement].except.clone().unwrap_or_default() {
            match cover {
                Cover::Always => return None,
                Cover::Undecided if possible => {}
                Cover::Undecided => return None,
                Cover::If(test) => outside.push(self.demand(test, false)),
            }
        }
        let Some(only) = self.tested.covers[statement].only.clone() else {
            // Neither of the two covers nobody.
            return self.tested.covers[statement].except.is_some().then(|| vec![outside]);
        };
        let mut alternatives = Vec::new();
        for cover in only {
            let mut demands = outside.clone();
            match cover {
                Cover::Always => {}
                Cover::Undecided if possible => {}
                Cover::Undecided => continue,
                Cover::If(test) => demands.push(self.demand(test, true)),
            }
            alternatives.push(demands);
        }
        (!alternatives.is_empty()).then_some(alternatives)
    }

    /// Finds a reason why each Deny statement from `at` on does not apply.
    fn deny(&mut self, at: usize, demands: &mut Vec<Demand>) -> Result<bool, Exhausted> {
        if self.denials == DENIALS {
            return Err(Exhausted);
        }
        self.denials += 1;
        let found = self.next_denial(at, demands);
        self.denials -= 1;
        found
    }

    fn next_denial(&mut self, mut at: usize, demands: &mut Vec<Demand>) -> Result<bool, Exhausted> {
        let question = self.question;
        let statements = &question.policy.statements;
        let actions = &question.sender.exchanges[self.exchange].actions;
        let possible = question.bound == Bound::Possible;
        let (index, reasons) = loop {
            let next = (at..statements.len()).find(|&index| {
                let denies = match statements[index].effect {
                    Effect::Deny => true,
                    Effect::Unknown => !possible,
                    Effect::Allow | Effect::Invalid => false,
                };
                let covers = |action: &String| {
                    let covers = statements[index].covers_action(action, self.vocabulary);
                    if possible { covers.sure } else { covers.possible }
                };
                denies && actions.iter().any(covers) && !(empty(&statements[index]) && possible)
            });
            let is_met = self.solver.solve(demands, question.wanted)?;
            let Some(index) = next.filter(|_| is_met) else { return Ok(is_met) };
            // A reason that holds already needs no other.
            let holds = |reason: &Vec<Demand>| reason.iter().all(|demand| demands.contains(demand));
            match self.reasons(index).filter(|reasons| !reasons.iter().any(holds)) {
                Some(reasons) => break (index, reasons),
                None => at = index + 1,
            }
        };
        for reason in reasons {
            let before = demands.len();
            demands.extend(reason);
            if self.deny(index + 1, demands)? {
                return Ok(true);
            }
            demands.truncate(before);
        }
        Ok(false)
    }

    /// The reasons for which a Deny statement may not apply. `None` if it never does.
    fn reasons(&mut self, statement: usize) -> Option<Vec<Vec<Demand>>> {
        let possible = self.question.bound == Bound::Possible;
        let mut reasons = Vec::new();
        // Nobody whom it lists is the caller.
        if let Some(only) = self.tested.covers[statement].only.clone() {
            let mut outside = Some(Vec::new());
            for cover in only {
                match cover {
                    Cover::Undecided if possible => {}
                    Cover::Always | Cover::Undecided => outside = None,
                    Cover::If(test) => {
                        let demand = self.demand(test, false);
                        if let Some(demands) = &mut outside {
                            demands.push(demand);
                        }
                    }
                }
            }
            match outside {
                Some(demands) if demands.is_empty() => return None,
                Some(demands) => reasons.push(demands),
                None => {}
            }
        } else if self.tested.covers[statement].except.is_none() {
            return None;
        }
        // The caller is one of those whom it leaves out.
        for cover in self.tested.covers[statement].except.clone().unwrap_or_default() {
            match cover {
                Cover::Always => return None,
                Cover::Undecided if possible => return None,
                Cover::Undecided => {}
                Cover::If(test) => reasons.push(vec![self.demand(test, true)]),
            }
        }
        for position in 0..self.tested.written[statement].len() {
            let demand = self.demand(self.tested.written[statement][position], false);
            reasons.push(vec![demand]);
        }
        Some(reasons)
    }
}

/// Whether a key says who asks, so that every witness has it.
fn says_who(key: &str) -> bool {
    matches!(key, "aws:principalaccount" | "aws:principalarn")
        || key.ends_with(":sub")
        || key.ends_with(":aud")
}

/// The key by which a session of a role is named as a principal. No request has it: the names of sessions that
/// a role hands out are no context key of the caller.
const SESSION: &str = "fedlint:session";

/// The key of a test of which not even the key is known.
const UNKNOWN_KEY: &str = "fedlint:unknown";

/// The key of a test in lower case, with symbols by their tokens.
fn key_of(test: &Test, vocabulary: &Vocabulary) -> String {
    let text = test.key.text().and_then(|text| text.with_tokens(vocabulary));
    text.unwrap_or_else(|| UNKNOWN_KEY.to_owned()).to_ascii_lowercase()
}

/// A `Condition` without operators: what AWS makes of it is not documented.
fn empty(statement: &Statement) -> bool {
    statement.conditions.as_deref().is_some_and(<[Test]>::is_empty)
}

/// Whether a variable is to be a text with symbols, which a symbol of the policy may turn out to be.
fn wants_symbols(wanted: &[Wanted]) -> bool {
    wanted.iter().any(|wanted| match wanted {
        Wanted::Exactly(_, text) | Wanted::Stranger(_, text) => text.chars().any(SymbolId::is_token),
        Wanted::NoneOf(..) | Wanted::InPlace => false,
    })
}

/// Whether a language has more strings than the symbols of a policy can be, of which it has some hundreds at the most.
fn is_large(language: &Shape) -> bool {
    const LARGE: u64 = 10_000;
    let choices = |step: &Step| match step.repeat {
        Repeat::Once => u64::from(step.class.ascii().count_ones()) + u64::from(step.class.has_others()),
        // That a character is there or not makes no more than one string longer.
        Repeat::AtMostOnce => 1,
        Repeat::AnyNumber => LARGE,
    };
    language
        .sequences()
        .iter()
        .any(|sequence| sequence.iter().map(choices).fold(1_u64, u64::saturating_mul) >= LARGE)
}

fn has_symbols(text: &Text) -> bool {
    text.parts().iter().any(|part| matches!(part, Part::Symbol(_)))
}

fn same_key(left: &Test, right: &Test, vocabulary: &Vocabulary) -> bool {
    left.literal_key(vocabulary).is_some_and(|key| right.key_is(key, vocabulary))
}

/// The keys, in lower case, that tests with one operator compare with different values.
fn rivals(conditions: &[Test], vocabulary: &Vocabulary) -> FxHashSet<(Operator, String)> {
    let mut first: FxHashMap<(Operator, String), &[Item]> = FxHashMap::default();
    let mut rivals = FxHashSet::default();
    for test in conditions {
        let Some(key) = test.literal_key(vocabulary) else { continue };
        let key = (test.operator, key.to_ascii_lowercase());
        match first.get(&key) {
            Some(values) if **values != *test.values => drop(rivals.insert(key)),
            Some(_) => {}
            None => drop(first.insert(key, &test.values)),
        }
    }
    rivals
}

fn compared(comparison: Comparison) -> Option<Cover> {
    match comparison {
        Comparison::Equal => Some(Cover::Always),
        Comparison::Undecided => Some(Cover::Undecided),
        Comparison::Different => None,
    }
}

#[cfg(test)]
mod properties;
#[cfg(test)]
mod tests;
