//! Questions that are alike but for the names in them: they are asked with standard names, and decided once for all.
//!
//! Organisations say the same of one repository after the other: `repo:example/billing:ref:refs/heads/main`,
//! `repo:example/search:ref:refs/heads/main`. What a repository is called is no part of a decision, as long as nothing else
//! is called so.
//!
//! A name is a word of a text: a run of letters, digits, `-`, `.` and `_` with neither of them before or behind. Let two names
//! change places wherever they are words of a value of some variables. Every request becomes another one, and what a policy
//! says of the one it says, with the names changed, of the other, if
//!
//! - formats have separators around these variables, so that words of a value are words of the claim, and neither name
//!   is a word that formats always say;
//! - the languages of these variables read both names alike, wherever they stand ([`Reader`]), and neither is in a text that such a
//!   variable never is;
//! - no pattern has a wildcard beside letters of which one of the names may be a part, and case counts.
//!
//! All of that is looked at. So a policy with its names in place of standard ones admits the same requests with them in their
//! place. Which of them is the witness does not depend on which question came first: it is that of the one with standard names.
//! (Names that are samples, or so short that they may be made up, stay what they are.)
//!
//! Of the account of an OIDC or SAML provider nothing is asked but whether principals are in the same.

use std::rc::Rc;

use rustc_hash::{FxHashMap, FxHashSet};
use smallvec::SmallVec;

use super::{Party, Question, SESSION, Witness, key_of};
use crate::knowledge::sender::{Format, Measure, Piece, Sender, Variable, VariableId};
use crate::policy::evaluate::{Context, ContextValue};
use crate::policy::solve::Wanted;
use crate::policy::walk::Spread;
use crate::policy::{Comparator, Item, Policy, Principal, PrincipalForm};
use crate::value::{Class, Repeat, Step, Text, Vocabulary};

/// A policy, and who asks, with standard names.
pub(super) struct Standard {
    policy: Policy,
    party: Party,
    names: Names,
    /// The length of the shortest name.
    shortest: usize,
}

/// The most names of a policy that are replaced. What has more is hardly ever said twice.
const MOST: usize = 16;

/// The letters that a name has at least.
const LEAST: usize = 3;

/// The most words of which it is kept what takes their place.
const MOST_WORDS: usize = 4_096;

/// Names of a policy.
type Names = SmallVec<[Name; 4]>;

/// A name, the standard one in its place, and the variables of which it may be a part, in order.
struct Name {
    own: String,
    standard: Rc<str>,
    of: Variables,
}

type Variables = SmallVec<[VariableId; 16]>;

impl Standard {
    /// A policy about which something is asked of a sender, and in which nothing is unknown, with standard names. `None` if it
    /// has no names that others could be in the place of.
    pub(super) fn of(
        known: &mut Standards,
        question: &Question<'_>,
        vocabulary: &Vocabulary,
    ) -> Option<Self> {
        let words = Words::of(question, known, vocabulary)?;
        let mut names = Names::new();
        for word in &words.names {
            if !words.kept.contains(&word.text)
                && let Some(standard) = known.standard(question.sender, word, names.len())
                && names.iter().all(|name| name.standard != standard)
            {
                if names.len() == MOST {
                    return None;
                }
                names.push(Name { own: word.text.to_owned(), standard, of: word.of.clone() });
            }
        }
        // What is left must be told apart from all of them.
        let is_in =
            |part: &str| names.iter().any(|name| name.own.contains(part) || name.standard.contains(part));
        let is_standard = |word: &Word<'_>| names.iter().any(|name| *name.standard == *word.text);
        let account = provider_account(question, vocabulary);
        if (names.is_empty() && account.is_none())
            || words.parts.iter().any(|part| is_in(part))
            || words.names.iter().any(is_standard)
        {
            return None;
        }
        let (mut policy, mut party) = (question.policy.clone(), question.party.clone());
        if let (Some(account), Party::Federated(provider)) = (account, &mut party) {
            principals_of(&mut policy).for_each(|principal| change_provider(principal, account, vocabulary));
            in_standard_account(provider, vocabulary);
        }
        let change = |text: &mut Text| {
            let own = text.as_literal(vocabulary).and_then(|own| renamed(own, &names));
            own.into_iter().for_each(|new| *text = vocabulary.literal(&new));
        };
        let tests =
            policy.statements.iter_mut().flat_map(|statement| statement.conditions.iter_mut().flatten());
        tests.flat_map(|test| &mut test.values).for_each(|value| change_item(value, change));
        if party == Party::Aws {
            principals_of(&mut policy).for_each(|principal| change_principal(principal, change));
        }
        let shortest = names.iter().map(|name| name.own.len().min(name.standard.len())).min();
        Some(Self { policy, party, names, shortest: shortest.unwrap_or(usize::MAX) })
    }

    /// What is wished for in a question about the policy, with standard names. `None` if there they may matter in another way.
    pub(super) fn wanted(&self, wanted: &[Wanted]) -> Option<Vec<Wanted>> {
        for wanted in wanted {
            let Some((variable, texts)) = texts_of(wanted) else { continue };
            for word in texts.iter().flat_map(|text| words_of(text)) {
                let is_other = |name: &Name| {
                    *name.standard == *word.text || (name.own == word.text && !name.of.contains(&variable))
                };
                if self.names.iter().any(is_other) {
                    return None;
                }
            }
        }
        let mut wanted = wanted.to_vec();
        for wanted in &mut wanted {
            match wanted {
                Wanted::Exactly(_, text) | Wanted::Stranger(_, text) => self.change(text),
                Wanted::NoneOf(_, texts) => texts.iter_mut().for_each(|text| self.change(text)),
                Wanted::InPlace => {}
            }
        }
        Some(wanted)
    }

    /// A question about the policy, with what is wished for as [`Self::wanted`] says.
    pub(super) fn question<'q>(&'q self, question: &Question<'q>, wanted: &'q [Wanted]) -> Question<'q> {
        Question { policy: &self.policy, party: &self.party, wanted, ..*question }
    }

    /// Puts the names of the policy into a witness of the one with standard names.
    pub(super) fn put_names(&self, witness: &mut Witness) {
        if self.names.is_empty() {
            return;
        }
        let mut context = Context::new();
        for (key, value) in witness.context.iter() {
            let mut value = value.clone();
            match &mut value {
                ContextValue::One(text) => self.change(text),
                ContextValue::Many(texts) => self.change_all(texts),
            }
            context.set(key, value);
        }
        witness.context = context;
        witness.variables.iter_mut().for_each(|text| self.change(text));
        for spread in &mut witness.spread {
            if let Spread::Few(texts) = spread {
                self.change_all(texts);
            }
        }
    }

    /// Changes texts, which stay in order if they are.
    fn change_all(&self, texts: &mut [String]) {
        let are_sorted = texts.is_sorted();
        texts.iter_mut().for_each(|text| self.change(text));
        if are_sorted {
            texts.sort();
        }
    }

    fn change(&self, text: &mut String) {
        // Most texts of a witness are empty.
        if text.len() >= self.shortest
            && let Some(new) = renamed(text, &self.names)
        {
            *text = new;
        }
    }
}

fn principals_of(policy: &mut Policy) -> impl Iterator<Item = &mut Principal> {
    policy.statements.iter_mut().flat_map(|statement| {
        let clause = &mut statement.principals;
        clause.only.iter_mut().chain(&mut clause.except).flatten()
    })
}

fn change_item(item: &mut Item, change: impl Fn(&mut Text)) {
    if let Item::Text(text) = item {
        change(text);
    }
}

fn change_principal(principal: &mut Principal, change: impl Fn(&mut Text)) {
    use PrincipalForm as Form;
    change_item(&mut principal.value, &change);
    match &mut principal.form {
        Form::Account { account } => change(account),
        Form::Role { account, name }
        | Form::User { account, name }
        | Form::FederatedUser { account, name } => {
            change(account);
            change(name);
        }
        Form::Session { account, role, session } => {
            change(account);
            change(role);
            change(session);
        }
        _ => {}
    }
}

/// The account in the place of that in which the provider of the caller is.
const ACCOUNT: &str = "900000000000";

/// The account of the caller's provider. `None` if that is not known, or the standard one is in use already: which account it
/// is matters only by being the same as that of a principal.
fn provider_account<'v>(question: &Question<'_>, vocabulary: &'v Vocabulary) -> Option<&'v str> {
    let Party::Federated(provider) = question.party else { return None };
    let mut principals = question.policy.statements.iter().flat_map(|statement| {
        let clause = &statement.principals;
        clause.only.iter().chain(&clause.except).flatten()
    });
    let is_standard = |principal: &Principal| match &principal.form {
        PrincipalForm::SamlProvider { account, .. } | PrincipalForm::OidcProvider { account, .. } => {
            account.as_literal(vocabulary).is_none_or(|account| account == ACCOUNT)
        }
        _ => false,
    };
    account_of(provider, vocabulary).filter(|account| *account != ACCOUNT && !principals.any(is_standard))
}

fn account_of<'v>(provider: &Text, vocabulary: &'v Vocabulary) -> Option<&'v str> {
    provider.as_literal(vocabulary)?.split(':').nth(4).filter(|account| account.len() == ACCOUNT.len())
}

/// The ARN of a provider, with the standard account in place of its own.
fn in_standard_account(provider: &mut Text, vocabulary: &Vocabulary) {
    let Some(account) = account_of(provider, vocabulary) else { return };
    let Some((before, behind)) = provider.as_literal(vocabulary).and_then(|arn| arn.split_once(account))
    else {
        return;
    };
    *provider = vocabulary.literal(&format!("{before}{ACCOUNT}{behind}"));
}

/// Puts the standard account in the place of one, where a provider is in that.
fn change_provider(principal: &mut Principal, account: &str, vocabulary: &Vocabulary) {
    use PrincipalForm as Form;
    let (Item::Text(text), Form::SamlProvider { account: own, .. } | Form::OidcProvider { account: own, .. }) =
        (&mut principal.value, &mut principal.form)
    else {
        return;
    };
    if own.as_literal(vocabulary) == Some(account) {
        in_standard_account(text, vocabulary);
        *own = vocabulary.literal(ACCOUNT);
    }
}

/// The texts that are wished for, or not, and the variable.
fn texts_of(wanted: &Wanted) -> Option<(VariableId, &[String])> {
    Some(match wanted {
        Wanted::Exactly(variable, text) | Wanted::Stranger(variable, text) => {
            (*variable, std::slice::from_ref(text))
        }
        Wanted::NoneOf(variable, texts) => (*variable, texts),
        Wanted::InPlace => return None,
    })
}

/// A text with each name in the place of its standard one, or the other way round; and those that were there in the place
/// of these. `None` if it has none of them.
fn renamed(text: &str, names: &Names) -> Option<String> {
    let other = |word: &str| {
        names.iter().find_map(|name| match (word == name.own, word == &*name.standard) {
            (true, _) => Some(&*name.standard),
            (_, true) => Some(name.own.as_str()),
            _ => None,
        })
    };
    let mut new = String::new();
    let mut from = 0;
    for word in words_of(text) {
        if let Some(other) = other(word.text) {
            new.push_str(&text[from..word.start]);
            new.push_str(other);
            from = word.start + word.text.len();
        }
    }
    (from > 0).then(|| {
        new.push_str(&text[from..]);
        new
    })
}

/// A word of a text, and where it begins.
struct WordAt<'t> {
    start: usize,
    text: &'t str,
}

const fn is_letter(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_')
}

/// The words of a text.
fn words_of(text: &str) -> impl Iterator<Item = WordAt<'_>> {
    let bytes = text.as_bytes();
    let mut at = 0;
    std::iter::from_fn(move || {
        let start = at + bytes[at..].iter().position(|&byte| is_letter(byte))?;
        let length = bytes[start..].iter().position(|&byte| !is_letter(byte)).unwrap_or(bytes.len() - start);
        at = start + length;
        Some(WordAt { start, text: &text[start..at] })
    })
}

/// The words of a policy's texts.
struct Words<'q> {
    names: SmallVec<[Word<'q>; 8]>,
    /// Those beside a wildcard: some part of a name may be there.
    parts: SmallVec<[&'q str; 4]>,
    /// Those that say what is compared, and how.
    kept: SmallVec<[&'static str; 2]>,
}

/// A word that may be a name.
struct Word<'q> {
    text: &'q str,
    /// The variables of which it may be a part, in order.
    of: Variables,
}

impl<'q> Words<'q> {
    /// `None` if names matter in another way than by being the same.
    fn of(question: &Question<'q>, known: &mut Standards, vocabulary: &'q Vocabulary) -> Option<Self> {
        let sender = question.sender;
        let mut words = Self { names: SmallVec::new(), parts: SmallVec::new(), kept: SmallVec::new() };
        for statement in &question.policy.statements {
            for test in statement.conditions.iter().flatten() {
                let has_wildcards = match test.operator.comparator {
                    Comparator::StringEquals | Comparator::StringNotEquals => false,
                    Comparator::StringLike | Comparator::StringNotLike => true,
                    Comparator::ArnEquals | Comparator::ArnLike => {
                        words.kept.push("arn");
                        true
                    }
                    // Names in capitals are the same there.
                    _ => return None,
                };
                let of = known.variables_of(sender, &key_of(test, vocabulary))?;
                for value in &test.values {
                    words.read(value.text()?.as_literal(vocabulary)?, has_wildcards, &of)?;
                }
            }
            if *question.party == Party::Aws {
                let clause = &statement.principals;
                for principal in clause.only.iter().chain(&clause.except).flatten() {
                    let (key, text) = match (&principal.form, &principal.value) {
                        (PrincipalForm::Account { account }, _) => ("aws:principalaccount", account),
                        (
                            PrincipalForm::Role { .. }
                            | PrincipalForm::User { .. }
                            | PrincipalForm::FederatedUser { .. },
                            Item::Text(text),
                        ) => ("aws:principalarn", text),
                        (PrincipalForm::Session { .. }, Item::Text(text)) => (SESSION, text),
                        _ => continue,
                    };
                    let of = known.variables_of(sender, key)?;
                    words.read(text.as_literal(vocabulary)?, false, &of)?;
                }
            }
        }
        Some(words)
    }

    /// `None` if there is a wildcard for one character.
    fn read(&mut self, text: &'q str, has_wildcards: bool, of: &[VariableId]) -> Option<()> {
        let bytes = text.as_bytes();
        if has_wildcards && bytes.contains(&b'?') {
            return None;
        }
        for WordAt { start, text: word } in words_of(text) {
            let is_wildcard = |at: Option<usize>| at.and_then(|at| bytes.get(at)) == Some(&b'*');
            if has_wildcards && (is_wildcard(start.checked_sub(1)) || is_wildcard(Some(start + word.len()))) {
                self.parts.push(word);
                continue;
            }
            let at = self.names.iter().position(|known| known.text == word).unwrap_or_else(|| {
                self.names.push(Word { text: word, of: SmallVec::new() });
                self.names.len() - 1
            });
            self.names[at].is_of(of);
        }
        Some(())
    }
}

impl Word<'_> {
    fn is_of(&mut self, variables: &[VariableId]) {
        for variable in variables {
            if let Err(at) = self.of.binary_search(variable) {
                self.of.insert(at, *variable);
            }
        }
    }
}

/// What was found out about names that a sender sends.
#[derive(Default)]
pub(in crate::policy) struct Standards {
    /// The words that are in what it always says, that some variable never is, or that examples say.
    said: Option<FxHashSet<String>>,
    /// The variables of which a word may be only a part of a word of a claim.
    joined: Vec<bool>,
    /// By variable, how it reads names; `None` for what is no text.
    readers: FxHashMap<VariableId, Option<Reader>>,
    /// The variables of which values of a key are made; `None` where one of them is joined to something else.
    keys: FxHashMap<String, Option<Rc<[VariableId]>>>,
    /// By word: the variables of which it may be a part, and the standard names for it.
    words: FxHashMap<String, Vec<(Variables, Option<StandardKind>)>>,
}

impl Standards {
    /// The variables of which values of a key, in lower case, are made. `None` if words of it may be no words of these.
    fn variables_of(&mut self, sender: &Sender, key: &str) -> Option<Rc<[VariableId]>> {
        self.begin(sender);
        if let Some(known) = self.keys.get(key) {
            return known.clone();
        }
        let mut of = Vec::new();
        let claims = sender.kinds.iter().filter_map(|kind| kind.claim(key));
        claims.for_each(|claim| claim.values.formats().for_each(|format| variables(format, &mut of)));
        of.sort_unstable();
        of.dedup();
        let is_apart = |variable: &VariableId| self.joined.get(usize::from(*variable)) == Some(&false);
        let found: Option<Rc<[VariableId]>> = of.iter().all(is_apart).then(|| of.into());
        self.keys.insert(key.to_owned(), found.clone());
        found
    }

    fn begin(&mut self, sender: &Sender) {
        if self.said.is_some() {
            return;
        }
        let mut said = FxHashSet::default();
        let mut joined = vec![false; sender.variables.len()];
        let mut say = |text: &str| said.extend(words_of(text).map(|word| word.text.to_owned()));
        for claim in sender.kinds.iter().flat_map(|kind| &kind.claims) {
            for format in claim.values.formats() {
                look(format, [true, true], &mut say, &mut joined);
            }
        }
        let texts = sender.variables.iter().flat_map(|of| of.except.iter().chain(&of.samples));
        texts.for_each(|text| say(text));
        self.said = Some(said);
        self.joined = joined;
    }

    /// Whether a variable, which no other is joined to, reads two words alike.
    fn reads_alike(&mut self, sender: &Sender, variable: VariableId, words: &[Letters<'_>; 2]) -> bool {
        let index = usize::from(variable);
        let (Some(of), Some(false)) = (sender.variables.get(index), self.joined.get(index)) else {
            return false;
        };
        let reader = self.readers.entry(variable).or_insert_with(|| Reader::of(of));
        reader.as_ref().is_some_and(|reader| reader.reads_alike(&words[0], &words[1]))
    }

    /// What takes the place of a word that is the name with this number in a question; `None` if nothing can.
    fn standard(&mut self, sender: &Sender, word: &Word<'_>, number: usize) -> Option<Rc<str>> {
        // What is made up for an example is short, or a sample.
        if word.text.len() < LEAST || self.is_said(sender, word.text) {
            return None;
        }
        let kind = self.kind(sender, word)?;
        let standard = kind.of(word.text, number);
        let is_one = number == 0
            || (!self.is_said(sender, &standard)
                && self.kind(sender, &Word { text: &standard, of: word.of.clone() }) == Some(kind));
        is_one.then(|| standard.into())
    }

    fn is_said(&mut self, sender: &Sender, word: &str) -> bool {
        self.begin(sender);
        self.said.as_ref().is_some_and(|said| said.contains(word))
    }

    /// Of which kind the standard names are that are read as a word is: the first of them, and so all those of which that is
    /// said too.
    fn kind(&mut self, sender: &Sender, word: &Word<'_>) -> Option<StandardKind> {
        let known = self.words.get(word.text).into_iter().flatten().find(|(of, _)| *of == word.of);
        if let Some((_, kind)) = known {
            return *kind;
        }
        let kind = [StandardKind::Usual, StandardKind::AsLong].into_iter().find(|kind| {
            let standard = kind.of(word.text, 0);
            let words = [word.text, standard.as_str()].map(Letters::of);
            !self.is_said(sender, &standard)
                && word.of.iter().all(|variable| self.reads_alike(sender, *variable, &words))
        });
        if self.words.len() == MOST_WORDS {
            self.words.clear();
        }
        self.words.entry(word.text.to_owned()).or_default().push((word.of.clone(), kind));
        kind
    }
}

/// A kind of standard names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum StandardKind {
    /// One for all names with letters, digits and signs of the same kinds.
    Usual,
    /// One for all names of a length with letters or without.
    AsLong,
}

impl StandardKind {
    /// The one with a number, of those for a word.
    fn of(self, word: &str, number: usize) -> String {
        let has = |is: fn(&u8) -> bool| word.bytes().any(|byte| is(&byte));
        let (lower, upper) = (has(u8::is_ascii_lowercase), has(u8::is_ascii_uppercase));
        let digits = has(u8::is_ascii_digit);
        let number = u8::try_from(number).unwrap_or_default();
        let letter = if upper && !lower { char::from(b'A' + number) } else { char::from(b'a' + number) };
        let mut standard = String::with_capacity(word.len());
        match self {
            Self::Usual => {
                standard.push_str(match (lower, upper) {
                    (true, true) => "Standard",
                    (true, false) => "standard",
                    (false, true) => "STANDARD",
                    (false, false) => "",
                });
                standard.extend(['-', '_', '.'].iter().filter(|sign| word.contains(**sign)));
                match digits {
                    true => standard.push_str(&(90_000 + u32::from(number)).to_string()),
                    false => standard.push(letter),
                }
            }
            Self::AsLong => {
                let (first, other) = match (lower, upper) {
                    (true, _) => (letter, 'x'),
                    (false, true) => (letter, 'X'),
                    (false, false) => (char::from(b'1' + number % 9), '9'),
                };
                standard.push(first);
                standard.extend(std::iter::repeat_n(other, word.len() - 1));
            }
        }
        standard
    }
}

/// The variables of a format.
fn variables(format: &Format, into: &mut Vec<VariableId>) {
    for piece in &format.0 {
        match piece {
            Piece::Literal(_) => {}
            Piece::Variable(variable) | Piece::Fresh(variable) => into.push(*variable),
            Piece::Segments { choices, .. } => choices.iter().for_each(|choice| variables(choice, into)),
        }
    }
}

/// Looks at a format, which has a separator before it or behind it: what it always says, and which variables stand beside
/// something that may be a part of the same word.
fn look(format: &Format, around: [bool; 2], say: &mut dyn FnMut(&str), joined: &mut [bool]) {
    let separates = |piece: Option<&Piece>, at_end: bool| match piece {
        None => around[usize::from(!at_end)],
        Some(Piece::Literal(text)) => {
            let byte = if at_end { text.bytes().last() } else { text.bytes().next() };
            byte.is_some_and(|byte| !is_letter(byte))
        }
        Some(_) => false,
    };
    for (index, piece) in format.0.iter().enumerate() {
        let before = separates(index.checked_sub(1).and_then(|before| format.0.get(before)), true);
        let behind = separates(format.0.get(index + 1), false);
        match piece {
            Piece::Literal(text) => say(text),
            Piece::Variable(variable) | Piece::Fresh(variable) => {
                if !(before && behind)
                    && let Some(joined) = joined.get_mut(usize::from(*variable))
                {
                    *joined = true;
                }
            }
            Piece::Segments { choices, separator, .. } => {
                say(separator);
                let is_between = |byte: Option<u8>| byte.is_some_and(|byte| !is_letter(byte));
                let around = [
                    before && is_between(separator.bytes().last()),
                    behind && is_between(separator.bytes().next()),
                ];
                choices.iter().for_each(|choice| look(choice, around, say, joined));
            }
        }
    }
}

/// How the language of a variable reads names.
struct Reader {
    /// Characters of ASCII between which the language does not tell have the same number.
    numbers: [u8; 128],
    /// Those that it never has, by bit.
    never: u128,
    /// None for a sequence of very many steps.
    sequences: Vec<Option<Steps>>,
}

/// The steps of a sequence, by bit.
struct Steps {
    count: usize,
    /// Those that may be left out.
    optional: u64,
    /// Those that may be made again.
    again: u64,
    /// Those that a character makes, by its number.
    by: Vec<u64>,
}

/// The most steps of a sequence of which all ways through it are looked at.
const MOST_STEPS: usize = 63;

impl Reader {
    /// `None` for what is no text, or has very many classes of characters.
    fn of(variable: &Variable) -> Option<Self> {
        let sequences = variable.language.sequences();
        let mut classes: SmallVec<[Class; 16]> = SmallVec::new();
        for step in sequences.iter().flat_map(|steps| &**steps) {
            if !classes.contains(&step.class) {
                classes.push(step.class);
            }
        }
        if variable.measure != Measure::Text || classes.len() > 128 {
            return None;
        }
        // For each number, the classes that have its characters, by bit.
        let mut kinds: Vec<u128> = Vec::new();
        let mut numbers = [0; 128];
        for (character, number) in (0_u8..).zip(&mut numbers) {
            let of = classes
                .iter()
                .rev()
                .fold(0, |all: u128, class| all << 1 | u128::from(class.contains(char::from(character))));
            let at = kinds.iter().position(|known| *known == of).unwrap_or_else(|| {
                kinds.push(of);
                kinds.len() - 1
            });
            *number = u8::try_from(at).ok()?;
        }
        let never = !classes.iter().fold(0, |all, class| all | class.ascii());
        let sequences = sequences.iter().map(|steps| Steps::of(steps, &classes, &kinds)).collect();
        Some(Self { numbers, never, sequences })
    }

    /// Whether from wherever the language reads one word, it reads the other to the same places, so that either can stand for the
    /// other in any string. Where that takes long to say, it is said that it does not.
    fn reads_alike(&self, one: &Letters<'_>, other: &Letters<'_>) -> bool {
        // Neither is ever read.
        if one.bits & self.never != 0 && other.bits & self.never != 0 {
            return true;
        }
        let numbers = |word: &str| -> SmallVec<[u8; 32]> {
            word.bytes()
                .map(|byte| self.numbers.get(usize::from(byte)).copied().unwrap_or_default())
                .collect()
        };
        let (one, other) = (numbers(one.text), numbers(other.text));
        // Where one character is like another, and there are more than steps, some step is made again and again.
        let is_one = |word: &[u8]| word.iter().all(|number| *number == one[0]);
        let are_one = is_one(&one) && is_one(&other);
        one == other
            || self.sequences.iter().all(|steps| {
                steps.as_ref().is_some_and(|steps| {
                    (are_one && one.len().min(other.len()) > steps.count)
                        || (0..=steps.count)
                            .all(|from| steps.behind(from, &one) == steps.behind(from, &other))
                })
            })
    }
}

/// A word, which is never empty, and its characters by bit.
struct Letters<'t> {
    text: &'t str,
    bits: u128,
}

impl<'t> Letters<'t> {
    fn of(text: &'t str) -> Self {
        Self { text, bits: Class::of(text).ascii() }
    }
}

impl Steps {
    /// `None` if there are very many.
    fn of(steps: &[Step], classes: &[Class], kinds: &[u128]) -> Option<Self> {
        if steps.len() > MOST_STEPS {
            return None;
        }
        let mut all = Self { count: steps.len(), optional: 0, again: 0, by: vec![0; kinds.len()] };
        for (at, step) in steps.iter().enumerate() {
            all.optional |= u64::from(step.repeat != Repeat::Once) << at;
            all.again |= u64::from(step.repeat == Repeat::AnyNumber) << at;
            let class = classes.iter().position(|class| *class == step.class)?;
            for (by, of) in all.by.iter_mut().zip(kinds) {
                *by |= u64::from(of >> class & 1 == 1) << at;
            }
        }
        Some(all)
    }

    /// The places behind a word, by bit, that is read from a place.
    fn behind(&self, from: usize, word: &[u8]) -> u64 {
        let mut at = 1_u64 << from;
        for &number in word {
            // Whatever may be left out.
            loop {
                let further = at | (at & self.optional) << 1;
                if further == at {
                    break;
                }
                at = further;
            }
            let made = at & self.by[usize::from(number)];
            at = (made & !self.again) << 1 | (made & self.again);
            if at == 0 {
                break;
            }
        }
        at
    }
}
