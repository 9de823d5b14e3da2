//! Strings with symbols in them.

use std::fmt::Write as _;

use smallvec::SmallVec;

use super::{Field, Name, Names, Pseudo, Shape, Symbol, SymbolId, Vocabulary};

/// One stretch of a [`Text`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Part {
    /// Characters as they are. Never empty, and never next to another literal.
    Literal(Name),
    /// An unknown string.
    Symbol(SymbolId),
}

/// A string of literal parts and symbols, in canonical form: equal texts mean the same in every case.
/// (Different texts may still turn out equal: [`Text::compare`].)
#[derive(Clone, Debug, PartialEq, Eq, Hash, Default)]
pub struct Text(Parts);

/// The parts of a text. There are very many texts, nearly all of which have one: each takes no more room than two words.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Default)]
enum Parts {
    #[default]
    None,
    One(Part),
    /// Two or more.
    #[expect(clippy::box_collection, reason = "a pointer to a slice takes two words by itself")]
    Several(Box<Vec<Part>>),
}

/// How two texts relate, whatever their symbols turn out to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Comparison {
    /// The same string in every case.
    Equal,
    /// Never the same string.
    Different,
    /// It depends on the symbols.
    Undecided,
}

impl Text {
    /// A text without symbols.
    #[must_use]
    pub fn literal(name: Name) -> Self {
        Self(Parts::One(Part::Literal(name)))
    }

    /// A text without symbols, which may be the empty string.
    #[must_use]
    pub fn of(vocabulary: &Vocabulary, name: Name) -> Self {
        if vocabulary.names.text(name).is_empty() { Self::default() } else { Self::literal(name) }
    }

    /// A text that is one symbol.
    #[must_use]
    pub fn symbol(symbol: SymbolId) -> Self {
        Self(Parts::One(Part::Symbol(symbol)))
    }

    /// The parts, in order. The empty string has none.
    #[must_use]
    pub fn parts(&self) -> &[Part] {
        match &self.0 {
            Parts::None => &[],
            Parts::One(part) => std::slice::from_ref(part),
            Parts::Several(parts) => parts,
        }
    }

    /// The string, if there is no symbol in it.
    #[must_use]
    pub fn as_literal<'v>(&self, vocabulary: &'v Vocabulary) -> Option<&'v str> {
        match self.parts() {
            [] => Some(""),
            [Part::Literal(name)] => Some(vocabulary.names.text(*name)),
            _ => None,
        }
    }

    /// The symbol, if the text is nothing else.
    #[must_use]
    pub fn as_symbol(&self) -> Option<SymbolId> {
        match self.parts() {
            [Part::Symbol(symbol)] => Some(*symbol),
            _ => None,
        }
    }

    /// The abstract string: a character for each symbol ([`SymbolId::token`]). `None` if there is no such
    /// character, or the text has one of them itself.
    #[must_use]
    pub fn with_tokens(&self, vocabulary: &Vocabulary) -> Option<String> {
        let mut out = String::new();
        for part in self.parts() {
            match *part {
                Part::Literal(name) => {
                    let literal = vocabulary.names.text(name);
                    if literal.chars().any(SymbolId::is_token) {
                        return None;
                    }
                    out.push_str(literal);
                }
                Part::Symbol(symbol) => out.push(symbol.token()?),
            }
        }
        Some(out)
    }

    /// The text for people: symbols in the notation of `Fn::Sub`.
    #[must_use]
    pub fn display(&self, vocabulary: &Vocabulary) -> String {
        let mut out = String::new();
        for part in self.parts() {
            match *part {
                Part::Literal(name) => out.push_str(vocabulary.names.text(name)),
                Part::Symbol(symbol) => write_symbol(&mut out, vocabulary, symbol),
            }
        }
        out
    }

    /// The pieces between `delimiter`s; `None` if a symbol might contain it, alone or together with its
    /// neighbours.
    #[must_use]
    pub fn split(&self, delimiter: &str, vocabulary: &Vocabulary) -> Option<Vec<Self>> {
        if delimiter.is_empty() {
            return None;
        }
        let mut pieces = Vec::new();
        let mut current = TextBuilder::default();
        for (index, part) in self.parts().iter().enumerate() {
            match *part {
                Part::Symbol(symbol) => {
                    if self.may_cross(index, delimiter, vocabulary) {
                        return None;
                    }
                    current.push_symbol(symbol, &vocabulary.names);
                }
                Part::Literal(name) => {
                    let mut rest = vocabulary.names.text(name).split(delimiter);
                    current.push_str(rest.next().unwrap_or_default());
                    for piece in rest {
                        pieces.push(std::mem::take(&mut current).finish(&vocabulary.names));
                        current.push_str(piece);
                    }
                }
            }
        }
        pieces.push(current.finish(&vocabulary.names));
        Some(pieces)
    }

    /// True if the symbol at `index` may contain `delimiter`, or characters that make one together with
    /// what stands before and after it.
    fn may_cross(&self, index: usize, delimiter: &str, vocabulary: &Vocabulary) -> bool {
        let Part::Symbol(symbol) = self.parts()[index] else { return false };
        let shape = vocabulary.symbols.shape(symbol);
        // `None`: another symbol, which may hold any part of the delimiter.
        let neighbour = |index: Option<usize>| match index.and_then(|index| self.parts().get(index)) {
            None => Some(""),
            Some(Part::Literal(name)) => Some(vocabulary.names.text(*name)),
            Some(Part::Symbol(_)) => None,
        };
        let (before, after) = (neighbour(index.checked_sub(1)), neighbour(Some(index + 1)));
        // A literal shorter than what is missing may be continued by the symbol behind it.
        let ends_with = |head: &str| {
            before.is_none_or(|text| {
                text.ends_with(head) || (!text.is_empty() && head.ends_with(text) && index >= 2)
            })
        };
        let starts_with = |tail: &str| {
            after.is_none_or(|text| {
                text.starts_with(tail)
                    || (!text.is_empty() && tail.starts_with(text) && index + 2 < self.parts().len())
            })
        };
        let bounds = || (0..=delimiter.len()).filter(|&at| delimiter.is_char_boundary(at));
        bounds().any(|from| {
            bounds().filter(|&to| to > from).any(|to| {
                let (head, middle, tail) = (&delimiter[..from], &delimiter[from..to], &delimiter[to..]);
                let mut inside = Shape::literal(middle);
                if head.is_empty() {
                    inside = Shape::any().then(&inside);
                } else if !ends_with(head) {
                    return false;
                }
                if tail.is_empty() {
                    inside = inside.then(&Shape::any());
                } else if !starts_with(tail) {
                    return false;
                }
                !shape.is_disjoint(&inside)
            })
        })
    }

    /// Whether two texts are the same string in every case, in none, or in some.
    #[must_use]
    pub fn compare(&self, other: &Self, vocabulary: &Vocabulary) -> Comparison {
        if self == other {
            return Comparison::Equal;
        }
        let (left, right) = without_common_ends(self, other, vocabulary);
        if let ([Part::Symbol(left)], [Part::Symbol(right)]) = (left.parts(), right.parts())
            && vocabulary.symbols.are_apart(*left, *right)
        {
            return Comparison::Different;
        }
        if left.shape(vocabulary).is_disjoint(&right.shape(vocabulary)) {
            return Comparison::Different;
        }
        Comparison::Undecided
    }

    /// The language of the strings that the text may be.
    #[must_use]
    pub fn shape(&self, vocabulary: &Vocabulary) -> Shape {
        let mut shape = Shape::empty_string();
        for part in self.parts() {
            match *part {
                Part::Literal(name) => shape = shape.then(&Shape::literal(vocabulary.names.text(name))),
                Part::Symbol(symbol) => shape = shape.then(vocabulary.symbols.shape(symbol)),
            }
        }
        shape
    }
}

/// Puts a [`Text`] together and keeps it canonical.
#[derive(Debug, Default)]
pub struct TextBuilder {
    parts: SmallVec<[Part; 1]>,
    literal: String,
}

impl TextBuilder {
    /// Appends characters.
    pub fn push_str(&mut self, text: &str) {
        self.literal.push_str(text);
    }

    /// Appends a symbol.
    pub fn push_symbol(&mut self, symbol: SymbolId, names: &Names) {
        self.flush(names);
        self.parts.push(Part::Symbol(symbol));
    }

    /// Appends a text.
    pub fn push_text(&mut self, text: &Text, names: &Names) {
        for part in text.parts() {
            match *part {
                Part::Literal(name) => self.push_str(names.text(name)),
                Part::Symbol(symbol) => self.push_symbol(symbol, names),
            }
        }
    }

    /// The text.
    #[must_use]
    pub fn finish(mut self, names: &Names) -> Text {
        self.flush(names);
        Text(match self.parts.as_slice() {
            [] => Parts::None,
            [part] => Parts::One(*part),
            _ => Parts::Several(Box::new(self.parts.into_vec())),
        })
    }

    fn flush(&mut self, names: &Names) {
        if !self.literal.is_empty() {
            self.parts.push(Part::Literal(names.intern(&self.literal)));
            self.literal.clear();
        }
    }
}

/// Both texts without what they begin and end with alike: `ab = ac` exactly when `b = c`.
fn without_common_ends(left: &Text, right: &Text, vocabulary: &Vocabulary) -> (Text, Text) {
    let mut left = single_characters(left, vocabulary);
    let mut right = single_characters(right, vocabulary);
    while let (Some(a), Some(b)) = (left.last(), right.last())
        && a == b
    {
        left.pop();
        right.pop();
    }
    let common = left.iter().zip(&right).take_while(|(a, b)| a == b).count();
    (join(&left[common..], vocabulary), join(&right[common..], vocabulary))
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Unit {
    Character(char),
    Symbol(SymbolId),
}

fn single_characters(text: &Text, vocabulary: &Vocabulary) -> Vec<Unit> {
    let mut units = Vec::new();
    for part in text.parts() {
        match *part {
            Part::Literal(name) => units.extend(vocabulary.names.text(name).chars().map(Unit::Character)),
            Part::Symbol(symbol) => units.push(Unit::Symbol(symbol)),
        }
    }
    units
}

fn join(units: &[Unit], vocabulary: &Vocabulary) -> Text {
    let mut builder = TextBuilder::default();
    for unit in units {
        match *unit {
            Unit::Character(character) => builder.literal.push(character),
            Unit::Symbol(symbol) => builder.push_symbol(symbol, &vocabulary.names),
        }
    }
    builder.finish(&vocabulary.names)
}

fn write_symbol(out: &mut String, vocabulary: &Vocabulary, symbol: SymbolId) {
    let name = |name: Name| vocabulary.names.text(name);
    // Writing to a String cannot fail.
    let _ = match vocabulary.symbols.symbol(symbol) {
        Symbol::Reference { resource, .. } => write!(out, "${{{}}}", name(*resource)),
        Symbol::Attribute { resource, attribute, .. } => {
            write!(out, "${{{}.{}}}", name(*resource), name(*attribute))
        }
        Symbol::Parameter { parameter, .. } => write!(out, "${{{}}}", name(*parameter)),
        Symbol::Pseudo(_, pseudo) | Symbol::Stack(_, pseudo) => write!(out, "${{{}}}", pseudo.name()),
        Symbol::Import(_, export) => write!(out, "${{import {}}}", export.display(vocabulary)),
        Symbol::Dynamic(_, reference) => write!(out, "{{{{{}}}}}", name(*reference)),
        Symbol::Derived { function, arguments } => {
            let arguments: Vec<_> = arguments.iter().map(|text| text.display(vocabulary)).collect();
            write!(out, "${{{} {}}}", name(*function), arguments.join(", "))
        }
        Symbol::Opaque { .. } => write!(out, "${{?}}"),
    };
}

impl Pseudo {
    /// The name as in a template.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::AccountId => "AWS::AccountId",
            Self::Region => "AWS::Region",
            Self::Partition => "AWS::Partition",
            Self::UrlSuffix => "AWS::URLSuffix",
            Self::StackName => "AWS::StackName",
            Self::StackId => "AWS::StackId",
        }
    }
}

impl Field<Text> {
    /// The string, if it is known and there is no symbol in it.
    #[must_use]
    pub fn as_literal<'v>(&self, vocabulary: &'v Vocabulary) -> Option<&'v str> {
        self.known()?.value.as_literal(vocabulary)
    }
}

#[cfg(test)]
mod tests {
    use super::super::{DeploymentId, TemplateId};
    use super::*;

    struct Scene(Vocabulary);

    impl Scene {
        fn reference(&self, kind: &str, resource: &str, shape: Shape) -> SymbolId {
            let symbol = Symbol::Reference {
                template: TemplateId(0),
                resource: self.0.names.intern(resource),
                kind: self.0.names.intern(kind),
            };
            self.0.symbols.intern(symbol, || shape)
        }

        fn account(&self) -> SymbolId {
            self.0.symbols.intern(Symbol::Pseudo(DeploymentId(0), Pseudo::AccountId), Shape::account_id)
        }

        fn text(&self, parts: &[&dyn Fn(&mut TextBuilder)]) -> Text {
            let mut builder = TextBuilder::default();
            for part in parts {
                part(&mut builder);
            }
            builder.finish(&self.0.names)
        }
    }

    #[test]
    fn literals_next_to_each_other_are_one_part() {
        let scene = Scene(Vocabulary::default());
        let text = scene.text(&[&|b| b.push_str("arn:"), &|b| b.push_str("aws")]);
        assert_eq!(text, scene.0.literal("arn:aws"));
        assert_eq!(scene.text(&[&|b| b.push_str("")]), Text::default());
    }

    #[test]
    fn an_abstract_string_has_a_character_for_each_symbol() {
        let scene = Scene(Vocabulary::default());
        let account = scene.account();
        let text = scene.text(&[&|b| b.push_str("a:"), &|b| b.push_symbol(account, &scene.0.names)]);
        let token = account.token().expect("there are few symbols");
        assert!(SymbolId::is_token(token));
        assert_eq!(text.with_tokens(&scene.0), Some(format!("a:{token}")));
        assert_eq!(Text::default().with_tokens(&scene.0), Some(String::new()));
        assert_eq!(
            scene.0.literal(&token.to_string()).with_tokens(&scene.0),
            None,
            "it would be taken for one"
        );
    }

    #[test]
    fn an_attribute_of_which_each_resource_has_its_own_is_no_other_ones() {
        let scene = Scene(Vocabulary::default());
        let id = |resource: &str, attribute: &str, unique: bool| {
            let name = |text: &str| scene.0.names.intern(text);
            let symbol = Symbol::Attribute {
                template: TemplateId(0),
                resource: name(resource),
                kind: name("Association"),
                attribute: name(attribute),
                unique,
            };
            Text::symbol(scene.0.symbols.intern(symbol, Shape::any))
        };
        let own = id("Own", "ExternalId", true);
        assert_eq!(own.compare(&id("Other", "ExternalId", true), &scene.0), Comparison::Different);
        assert_eq!(own.compare(&id("Own", "ExternalId", true), &scene.0), Comparison::Equal);
        assert_eq!(own.compare(&id("Other", "Name", true), &scene.0), Comparison::Undecided);
        assert_eq!(
            id("Own", "Name", false).compare(&id("Other", "Name", false), &scene.0),
            Comparison::Undecided
        );
    }

    #[test]
    fn a_user_pool_is_never_an_identity_pool() {
        let scene = Scene(Vocabulary::default());
        let user_pool = Text::symbol(scene.reference("UserPool", "Users", Shape::user_pool_id()));
        let identity_pool = Text::symbol(scene.reference("IdentityPool", "Pool", Shape::identity_pool_id()));
        assert_eq!(user_pool.compare(&identity_pool, &scene.0), Comparison::Different);
        assert_eq!(user_pool.compare(&user_pool, &scene.0), Comparison::Equal);
    }

    #[test]
    fn two_roles_of_the_scope_are_two_roles_also_inside_an_arn() {
        let scene = Scene(Vocabulary::default());
        let arn = |role: &str| {
            let role = scene.reference("Role", role, Shape::name());
            scene.text(&[
                &|b| b.push_str("arn:aws:iam::"),
                &|b| b.push_symbol(scene.account(), &scene.0.names),
                &|b| b.push_str(":role/"),
                &|b| b.push_symbol(role, &scene.0.names),
            ])
        };
        assert_eq!(arn("A").compare(&arn("B"), &scene.0), Comparison::Different);
        assert_eq!(arn("A").compare(&arn("A"), &scene.0), Comparison::Equal);
        assert_eq!(
            arn("A").compare(&scene.0.literal("arn:aws:iam::123456789012:role/x"), &scene.0),
            Comparison::Undecided
        );
        assert_eq!(
            arn("A").compare(&scene.0.literal("arn:aws:iam::123:role/x"), &scene.0),
            Comparison::Different,
            "an account id has twelve digits"
        );
    }

    #[test]
    fn splits_only_where_no_symbol_can_hold_the_delimiter() {
        let scene = Scene(Vocabulary::default());
        let account = scene.account();
        let text = scene.text(&[&|b| b.push_str("a:"), &|b| b.push_symbol(account, &scene.0.names), &|b| {
            b.push_str(":c")
        }]);
        let pieces = text.split(":", &scene.0).expect("digits hold no colon");
        assert_eq!(pieces, [scene.0.literal("a"), Text::symbol(account), scene.0.literal("c")]);
        let open = Text::symbol(scene.reference("Thing", "X", Shape::any()));
        assert_eq!(open.split(":", &scene.0), None);
    }

    #[test]
    fn splits_at_a_word_unless_a_symbol_could_complete_it() {
        let scene = Scene(Vocabulary::default());
        let partition =
            scene.0.symbols.intern(Symbol::Pseudo(DeploymentId(0), Pseudo::Partition), Shape::partition);
        let arn = scene.text(&[
            &|b| b.push_str("arn:"),
            &|b| b.push_symbol(partition, &scene.0.names),
            &|b| b.push_str(":iam::"),
            &|b| b.push_symbol(scene.account(), &scene.0.names),
            &|b| b.push_str(":oidc-provider/idp.example.com"),
        ]);
        let pieces = arn.split("oidc-provider/", &scene.0).expect("no symbol can hold a part of the word");
        assert_eq!(pieces[1], scene.0.literal("idp.example.com"));
        let name = scene.reference("Thing", "X", Shape::name());
        let halves = |after: &'static str| {
            scene.text(&[&|b| b.push_str("a-"), &|b| b.push_symbol(name, &scene.0.names), &|b| {
                b.push_str(after)
            }])
        };
        assert_eq!(halves("/b").split("::", &scene.0).map(|pieces| pieces.len()), Some(1));
        assert_eq!(halves("/b").split("x/", &scene.0), None, "the name may end in an x");
        assert_eq!(halves("/b").split("-x", &scene.0), None, "the name may begin with an x");
        assert_eq!(halves("/b").split("-x/b", &scene.0), None, "the name may be x");
    }
}
