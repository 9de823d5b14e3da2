//! Questions that are alike but for the symbols that they name: one of them is decided, for all.
//!
//! Templates say the same of one resource after the other: the role of each identity pool asks for that pool, `!Ref
//! Identities1`, `!Ref Identities2` and so on. What a symbol is called is no part of a decision. It depends on the
//! strings that each symbol may be, on which symbols are never equal, and, among requests of which any would do as the
//! witness, on the order of the symbols, in which they are tried. Questions that agree in all of that have the same
//! answer, but for the symbols in it.

use std::hash::{BuildHasher, Hash, Hasher};

use rustc_hash::{FxBuildHasher, FxHashMap};
use smallvec::SmallVec;

use super::{Party, Question, Witness};
use crate::knowledge::sender::{Format, Piece, Sender, Values};
use crate::policy::evaluate::{Context, ContextValue};
use crate::policy::solve::Wanted;
use crate::policy::walk::Spread;
use crate::policy::{Clause, Item, Policy, Principal, PrincipalForm, Statement, Test, Version};
use crate::value::{Name, Part, Shape, Symbol, SymbolId, Text, Unknown, Vocabulary};

/// The most answers that are kept. Most sets of roles that are alike have some ten of them.
const MOST: usize = 1_024;

/// The symbols of a question, and the words that it takes to write one down, above which its answer is not kept. A trust
/// policy that AWS takes needs far fewer.
const MOST_SYMBOLS: usize = 64;
const MOST_WORDS: usize = 8_192;

/// Answers to questions about one sender.
#[derive(Default)]
pub(in crate::policy) struct Answers {
    known: FxHashMap<u64, Vec<Known>>,
    count: usize,
    /// The numbers of what symbols are, and of the symbols that are that.
    kinds: FxHashMap<Kind, u64>,
    symbols: FxHashMap<SymbolId, u64>,
    /// Whether the sender sends texts with symbols, once that was asked.
    sends_symbols: Option<bool>,
}

/// An answer, and what it was given to.
struct Known {
    outline: Outline,
    found: Found,
}

/// What was found out.
#[derive(Clone, Debug)]
pub(super) enum Found {
    Refused,
    Admitted(Option<Box<Witness>>),
}

/// What a question says, with its symbols as numbers in the order in which they occur.
pub(super) struct Outline {
    words: Vec<u64>,
    /// What the witness shall say; `None` if none is wanted.
    shown: Option<Vec<u64>>,
    symbols: Symbols,
}

type Symbols = SmallVec<[SymbolId; 4]>;

/// What a symbol is, as far as that matters to decisions.
#[derive(PartialEq, Eq, Hash)]
struct Kind {
    shape: Shape,
    apart: Option<Apart>,
}

/// Symbols of which each is something else: see `Symbols::are_apart`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Apart {
    References { kind: Name },
    Attributes { kind: Name, attribute: Name },
}

/// What is wanted of a question.
#[derive(Clone, Copy, Debug)]
pub(super) struct Asked {
    /// A witness, and not only whether there is one.
    pub(super) witness: bool,
    /// True if nothing in the question is unknown: what is wished of symbols is then of no account.
    pub(super) certain: bool,
}

impl Answers {
    /// A question without the names of its symbols. `None` if its answer may depend on more than is compared.
    pub(super) fn outline(
        &mut self,
        question: &Question<'_>,
        asked: Asked,
        vocabulary: &Vocabulary,
    ) -> Option<Outline> {
        let mut writer = Writer { words: Vec::with_capacity(128), symbols: Symbols::new(), vocabulary };
        writer.question(question, asked.certain)?;
        let mut words = std::mem::take(&mut writer.words);
        let shown = if asked.witness { Some(writer.shown(question)?) } else { None };
        let symbols = writer.symbols;
        if symbols.is_empty() {
            return Some(Outline { words, shown, symbols });
        }
        let sends_symbols = self.sends_symbols(question.sender);
        let mut order = symbols.clone();
        order.sort_unstable_by_key(|symbol| symbol.token());
        for symbol in &symbols {
            // A symbol that the sender sends too is the same one there.
            if sends_symbols {
                symbol.hash(&mut Recorder(&mut words));
                continue;
            }
            words.push(self.kind(*symbol, vocabulary));
            words.extend(order.iter().position(|other| other == symbol).map(|rank| rank as u64));
        }
        Some(Outline { words, shown, symbols })
    }

    /// Whether the sender sends texts with symbols.
    pub(super) fn sends_symbols(&mut self, sender: &Sender) -> bool {
        *self.sends_symbols.get_or_insert_with(|| sends_symbols(sender))
    }

    /// The number of what a symbol is.
    fn kind(&mut self, symbol: SymbolId, vocabulary: &Vocabulary) -> u64 {
        let kinds = &mut self.kinds;
        *self.symbols.entry(symbol).or_insert_with(|| {
            let apart = match *vocabulary.symbols.symbol(symbol) {
                Symbol::Reference { kind, .. } => Some(Apart::References { kind }),
                Symbol::Attribute { kind, attribute, unique: true, .. } => {
                    Some(Apart::Attributes { kind, attribute })
                }
                _ => None,
            };
            let kind = Kind { shape: vocabulary.symbols.shape(symbol).clone(), apart };
            let next = kinds.len() as u64;
            *kinds.entry(kind).or_insert(next)
        })
    }

    /// The answer to a question that is alike, with the symbols of this one.
    pub(super) fn known(&self, outline: &Outline) -> Option<Found> {
        let mut known = self.known.get(&outline.hash()).into_iter().flatten();
        // Where nothing is admitted, there is nothing to show; and what is shown is admitted.
        let says_enough = |known: &Known| {
            outline.shown.is_none()
                || known.outline.shown == outline.shown
                || matches!(known.found, Found::Refused)
        };
        let is_alike = |known: &&Known| known.outline.words == outline.words && says_enough(known);
        let Known { outline: other, found } = known.find(is_alike)?;
        Some(match found {
            Found::Admitted(_) if outline.shown.is_none() => Found::Admitted(None),
            Found::Admitted(Some(witness)) => {
                let renaming = Renaming { from: &other.symbols, to: &outline.symbols };
                Found::Admitted(Some(Box::new(renaming.witness(witness))))
            }
            found => found.clone(),
        })
    }

    /// Whether no more answers are kept, or very many symbols were asked about.
    pub(in crate::policy) fn is_full(&self) -> bool {
        self.count == MOST || self.symbols.len() > 16 * MOST
    }

    #[cfg(test)]
    pub(super) const fn count(&self) -> usize {
        self.count
    }

    /// Keeps an answer.
    pub(super) fn keep(&mut self, outline: Outline, found: &Found) {
        let names_others = |witness: &Witness| {
            let mut others = false;
            each_text(witness, &mut |text| {
                others |= tokens(text)
                    .any(|token| !outline.symbols.iter().any(|symbol| symbol.token() == Some(token)));
            });
            others
        };
        if self.count == MOST || matches!(found, Found::Admitted(Some(witness)) if names_others(witness)) {
            return;
        }
        self.count += 1;
        self.known.entry(outline.hash()).or_default().push(Known { outline, found: found.clone() });
    }
}

impl Outline {
    fn hash(&self) -> u64 {
        FxBuildHasher.hash_one(&self.words)
    }
}

/// Writes down what a question says, so that equal words are equal questions: nothing written is the beginning of
/// something else that could be written there.
struct Writer<'v> {
    words: Vec<u64>,
    symbols: Symbols,
    vocabulary: &'v Vocabulary,
}

impl Writer<'_> {
    fn plain(&mut self, value: impl Hash) {
        value.hash(&mut Recorder(&mut self.words));
    }

    fn question(&mut self, question: &Question<'_>, certain: bool) -> Option<()> {
        let Question { policy, party, sender: _, bound, wanted, kind, exchange, spread: _, today, shown: _ } =
            *question;
        self.plain((bound, kind, exchange, today));
        let is_no_wish = |wanted: &&Wanted| match wanted {
            Wanted::InPlace => true,
            Wanted::NoneOf(_, texts) => texts.is_empty(),
            Wanted::Exactly(..) | Wanted::Stranger(..) => false,
        };
        let wanted = wanted.iter().filter(|wanted| !(certain && is_no_wish(wanted)));
        self.plain(wanted.clone().count());
        wanted.into_iter().try_for_each(|wanted| self.wanted(wanted))?;
        self.plain(std::mem::discriminant(party));
        match party {
            Party::Aws => {}
            Party::Service(text) | Party::Federated(text) => self.text(text)?,
        }
        self.policy(policy)
    }

    /// What the witness shall say.
    fn shown(&mut self, question: &Question<'_>) -> Option<Vec<u64>> {
        self.plain(question.spread);
        self.plain(question.shown.map(<[String]>::len));
        question.shown.into_iter().flatten().try_for_each(|key| self.string(key))?;
        Some(std::mem::take(&mut self.words))
    }

    fn wanted(&mut self, wanted: &Wanted) -> Option<()> {
        self.plain(std::mem::discriminant(wanted));
        match wanted {
            Wanted::Exactly(variable, text) | Wanted::Stranger(variable, text) => {
                self.plain(variable);
                self.string(text)
            }
            Wanted::NoneOf(variable, texts) => {
                self.plain((variable, texts.len()));
                texts.iter().try_for_each(|text| self.string(text))
            }
            Wanted::InPlace => Some(()),
        }
    }

    fn policy(&mut self, policy: &Policy) -> Option<()> {
        let Policy { version, statements } = policy;
        // What is written with `${` is then looked at as it is shown to people.
        if *version == Version::Unknown {
            return None;
        }
        self.plain((version, statements.len()));
        statements.iter().try_for_each(|statement| {
            // What resources are written is nothing that is asked.
            let Statement { effect, principals, actions, resources: _, conditions } = statement;
            self.plain(effect);
            self.clause(principals, Self::principal)?;
            self.clause(actions, Self::item)?;
            self.list(conditions.as_deref(), Self::test)
        })
    }

    fn clause<T>(&mut self, clause: &Clause<T>, write: fn(&mut Self, &T) -> Option<()>) -> Option<()> {
        let Clause { only, except } = clause;
        self.list(only.as_deref(), write)?;
        self.list(except.as_deref(), write)
    }

    fn list<T>(&mut self, list: Option<&[T]>, write: fn(&mut Self, &T) -> Option<()>) -> Option<()> {
        self.plain(list.map(<[T]>::len));
        list.into_iter().flatten().try_for_each(|item| write(self, item))
    }

    fn principal(&mut self, principal: &Principal) -> Option<()> {
        use PrincipalForm as Form;
        let Principal { key, value, form } = principal;
        self.plain((key, std::mem::discriminant(form)));
        self.item(value)?;
        match form {
            Form::Account { account } => self.text(account),
            Form::Role { account, name }
            | Form::User { account, name }
            | Form::FederatedUser { account, name }
            | Form::SamlProvider { account, name }
            | Form::OidcProvider { account, issuer: name } => {
                self.text(account)?;
                self.text(name)
            }
            Form::Session { account, role, session } => {
                self.text(account)?;
                self.text(role)?;
                self.text(session)
            }
            Form::Service { host } => self.text(host),
            Form::BuiltIn(provider) => {
                self.plain(provider);
                Some(())
            }
            Form::Everyone | Form::UniqueId | Form::CanonicalUser | Form::Invalid | Form::Unknown => Some(()),
        }
    }

    fn test(&mut self, test: &Test) -> Option<()> {
        let Test { operator, key, values } = test;
        self.plain(operator);
        self.item(key)?;
        self.list(Some(&**values), Self::item)
    }

    fn item(&mut self, item: &Item) -> Option<()> {
        self.plain(std::mem::discriminant(item));
        match item {
            Item::Text(text) => self.text(text),
            // In the place of such a list, the decision may put a symbol of its own.
            Item::Unknown(Unknown::List) => None,
            Item::Unknown(why) => {
                self.plain(why);
                Some(())
            }
        }
    }

    fn text(&mut self, text: &Text) -> Option<()> {
        if self.words.len() > MOST_WORDS {
            return None;
        }
        self.plain(text.parts().len());
        text.parts().iter().try_for_each(|part| {
            self.plain(std::mem::discriminant(part));
            match part {
                Part::Literal(name) => {
                    // What looks like a symbol would be taken for one.
                    if tokens(self.vocabulary.names.text(*name)).next().is_some() {
                        return None;
                    }
                    self.plain(name);
                    Some(())
                }
                Part::Symbol(symbol) => self.symbol(*symbol),
            }
        })
    }

    /// A text with symbols by their tokens.
    fn string(&mut self, text: &str) -> Option<()> {
        if self.words.len() > MOST_WORDS {
            return None;
        }
        self.plain(text.len());
        if tokens(text).next().is_none() {
            Recorder(&mut self.words).write(text.as_bytes());
            return Some(());
        }
        self.plain(text.chars().count());
        text.chars().try_for_each(|character| {
            if SymbolId::is_token(character) {
                self.plain(true);
                return self.symbol(self.vocabulary.symbols.of_token(u32::from(character))?);
            }
            self.plain((false, character));
            Some(())
        })
    }

    fn symbol(&mut self, symbol: SymbolId) -> Option<()> {
        // Of one without token, texts are not known.
        symbol.token().filter(|_| self.symbols.len() < MOST_SYMBOLS)?;
        let index = self.symbols.iter().position(|known| *known == symbol).unwrap_or_else(|| {
            self.symbols.push(symbol);
            self.symbols.len() - 1
        });
        self.plain(index);
        Some(())
    }
}

/// Keeps what is hashed as it is.
struct Recorder<'w>(&'w mut Vec<u64>);

impl Hasher for Recorder<'_> {
    fn write(&mut self, bytes: &[u8]) {
        let word =
            |chunk: &[u8]| chunk.iter().rev().fold(0, |word, byte| word << u8::BITS | u64::from(*byte));
        self.0.push(bytes.len() as u64);
        self.0.extend(bytes.chunks(8).map(word));
    }

    fn write_u8(&mut self, value: u8) {
        self.0.push(value.into());
    }

    fn write_u16(&mut self, value: u16) {
        self.0.push(value.into());
    }

    fn write_u32(&mut self, value: u32) {
        self.0.push(value.into());
    }

    fn write_u64(&mut self, value: u64) {
        self.0.push(value);
    }

    fn write_usize(&mut self, value: usize) {
        self.0.push(value as u64);
    }

    fn finish(&self) -> u64 {
        0
    }
}

/// Symbols in place of others.
struct Renaming<'s> {
    from: &'s [SymbolId],
    to: &'s [SymbolId],
}

impl Renaming<'_> {
    fn witness(&self, witness: &Witness) -> Witness {
        if self.from == self.to {
            return witness.clone();
        }
        let Witness { kind, exchange, ref context, ref variables, ref statements, ref spread, confirmed } =
            *witness;
        let mut renamed = Context::new();
        for (key, value) in context.iter() {
            let value = match value {
                ContextValue::One(value) => ContextValue::One(self.text(value)),
                ContextValue::Many(values) => ContextValue::Many(self.texts(values)),
            };
            renamed.set(&self.text(key), value);
        }
        let few = |spread: &Spread| match spread {
            // They are in order, and stay so: of any two symbols, the first is in place of a first one.
            Spread::Few(texts) => Spread::Few(self.texts(texts)),
            Spread::Many => Spread::Many,
        };
        Witness {
            kind,
            exchange,
            context: renamed,
            variables: self.texts(variables),
            statements: statements.clone(),
            spread: spread.iter().map(few).collect(),
            confirmed,
        }
    }

    fn texts(&self, texts: &[String]) -> Vec<String> {
        texts.iter().map(|text| self.text(text)).collect()
    }

    fn text(&self, text: &str) -> String {
        if tokens(text).next().is_none() {
            return text.to_owned();
        }
        let renamed = |character: char| {
            let symbol = self.from.iter().position(|symbol| symbol.token() == Some(character));
            symbol.and_then(|index| self.to[index].token()).unwrap_or(character)
        };
        text.chars().map(renamed).collect()
    }
}

/// The characters of a text that stand for symbols.
fn tokens(text: &str) -> impl Iterator<Item = char> {
    /// The first byte of the first of them.
    const LEAST: u8 = 0xF3;
    let none = text.bytes().all(|byte| byte < LEAST);
    let text = if none { "" } else { text };
    text.chars().filter(|&character| SymbolId::is_token(character))
}

/// Every text of a witness.
fn each_text(witness: &Witness, see: &mut dyn FnMut(&str)) {
    let Witness { kind: _, exchange: _, context, variables, statements: _, spread, confirmed: _ } = witness;
    for (key, value) in context.iter() {
        see(key);
        match value {
            ContextValue::One(value) => see(value),
            ContextValue::Many(values) => values.iter().for_each(|value| see(value)),
        }
    }
    variables.iter().for_each(|value| see(value));
    for spread in spread {
        if let Spread::Few(texts) = spread {
            texts.iter().for_each(|text| see(text));
        }
    }
}

/// Whether what is known of a sender has symbols in it.
fn sends_symbols(sender: &Sender) -> bool {
    let has = |text: &String| tokens(text).next().is_some();
    let Sender { name: _, variables, kinds, exchanges, exactly_one, together, .. } = sender;
    let in_keys = exactly_one.iter().chain(together).flatten().any(has);
    let in_variables = variables.iter().any(|of| of.except.iter().chain(&of.samples).any(has));
    let in_exchanges = exchanges.iter().any(|of| of.actions.iter().chain(&of.without).any(has));
    let in_claims = kinds.iter().flat_map(|kind| &kind.claims).any(|claim| {
        let formats = |values: &Values| values.formats().any(in_format);
        has(&claim.key) || formats(&claim.values)
    });
    in_keys || in_variables || in_exchanges || in_claims
}

fn in_format(format: &Format) -> bool {
    let has = |text: &String| tokens(text).next().is_some();
    format.0.iter().any(|piece| match piece {
        Piece::Literal(text) => has(text),
        Piece::Variable(_) | Piece::Fresh(_) => false,
        Piece::Segments { choices, separator, .. } => has(separator) || choices.iter().any(in_format),
    })
}
