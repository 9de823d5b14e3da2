//! Patterns of resources: which ARNs they match, compared with one ARN, with a form of ARNs, or with one another.

mod unit;

use std::borrow::Borrow;
use std::sync::{LazyLock, OnceLock};

use self::unit::{AccountNumber, Unit, covers, meets, spell};
use crate::knowledge::actions::{ActionId, ActionSet, Actions};
use crate::policy::{Clause, Item, Version};
use crate::value::{Bounds, Part, Pseudo, Symbol, Text, Vocabulary};

/// A pattern of ARNs, as one value of `Resource` writes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Pattern {
    units: Vec<Unit>,
    /// True if some digits of the account are written, and not all.
    spelled: bool,
}

/// What `Resource` or `NotResource` says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Resources {
    /// Whatever there is.
    All,
    /// What one of these patterns matches. Without patterns: nothing that is known.
    Only(Vec<Pattern>),
    /// What none of these patterns matches.
    Except(Vec<Pattern>),
    /// Not resolvable, or neither or both are written.
    Unknown,
}

/// The resources that a question is about.
#[derive(Clone, Copy, Debug)]
pub(super) enum Scope<'s> {
    /// Every resource that the action can be used on.
    Everything,
    /// Some resource among those that a pattern matches; some at all without pattern.
    Within(Option<&'s Pattern>),
    /// The resource with this ARN.
    One(&'s Pattern),
}

impl Resources {
    pub(super) fn read(clause: &Clause<Item>, version: &Version, vocabulary: &Vocabulary) -> Self {
        let read = |items: &[Item]| {
            items
                .iter()
                .map(|item| item.text().map(|text| Pattern::read(text, version, vocabulary)))
                .collect::<Option<Vec<Pattern>>>()
        };
        match (&clause.only, &clause.except) {
            // An unknown value beside known ones: those are still there.
            (Some(only), None) => {
                let known: Vec<Pattern> = only
                    .iter()
                    .filter_map(Item::text)
                    .map(|text| Pattern::read(text, version, vocabulary))
                    .collect();
                if known.iter().any(Pattern::is_everything) {
                    Self::All
                } else if known.len() < only.len() {
                    Self::Unknown
                } else {
                    Self::Only(known)
                }
            }
            (None, Some(except)) => match read(except) {
                Some(patterns) if patterns.is_empty() => Self::All,
                Some(patterns) if patterns.iter().any(Pattern::is_everything) => Self::Only(Vec::new()),
                Some(patterns) => Self::Except(patterns),
                None => Self::Unknown,
            },
            _ => Self::Unknown,
        }
    }

    /// The patterns, where there are only these.
    pub(super) fn patterns(&self) -> Option<&[Pattern]> {
        if let Self::Only(patterns) = self { Some(patterns) } else { None }
    }

    /// All patterns that are written.
    pub(super) fn named(&self) -> &[Pattern] {
        match self {
            Self::Only(patterns) | Self::Except(patterns) => patterns,
            Self::All | Self::Unknown => &[],
        }
    }

    /// The actions that are used on resources of the services that the patterns name; `None` if that may be any.
    pub(super) fn reach(&self) -> Option<ActionSet> {
        let mut reach = ActionSet::none();
        for pattern in self.patterns()? {
            reach.union_with(Actions::default().used_on_resources_of(&pattern.service()?)?);
        }
        Some(reach)
    }

    /// Whether an action that is allowed on these resources is so on what a question is about.
    pub(super) fn allow(&self, action: ActionId, scope: Scope<'_>) -> Bounds<bool> {
        match (self, scope) {
            (Self::All, _) => Bounds::decided(true),
            (Self::Unknown, _) => Bounds::UNDECIDED,
            (Self::Only(patterns), Scope::Everything) => cover_all_types(patterns, action),
            (Self::Only(patterns), Scope::Within(within)) => {
                any(patterns, |pattern| pattern.meets(action, within))
            }
            (Self::Only(patterns), Scope::One(arn)) => any(patterns, |pattern| pattern.covers(&arn.units)),
            // All but some is as good as everything only if nothing of it is left out.
            (Self::Except(patterns), Scope::Everything) => {
                any(patterns, |pattern| pattern.meets(action, None)).not()
            }
            (Self::Except(patterns), Scope::Within(None)) => cover_all_types(patterns, action).not(),
            (Self::Except(patterns), Scope::One(one)) => {
                any(patterns, |pattern| pattern.covers(&one.units)).not()
            }
            // What is left of the pattern, if it is left out in part, may be of no type that the action is used on.
            (Self::Except(patterns), Scope::Within(Some(within))) => Bounds {
                sure: !any(patterns, |pattern| pattern.meets(action, Some(within))).possible,
                possible: !any(patterns, |pattern| pattern.covers(&within.units)).sure
                    && !cover_all_types(patterns, action).sure,
            },
        }
    }

    /// Whether an action that is denied on these resources is denied on all that a question is about.
    pub(super) fn deny(&self, action: ActionId, scope: Scope<'_>) -> Bounds<bool> {
        match (self, scope) {
            (Self::All, _) => Bounds::decided(true),
            (Self::Unknown, _) => Bounds::UNDECIDED,
            (Self::Only(patterns), Scope::Everything | Scope::Within(None)) => {
                cover_all_types(patterns, action)
            }
            (Self::Only(patterns), Scope::One(one)) => any(patterns, |pattern| pattern.covers(&one.units)),
            (Self::Only(patterns), Scope::Within(Some(within))) => {
                any(patterns, |pattern| pattern.covers(&within.units)).or(cover_all_types(patterns, action))
            }
            // Everything but some: what is left is not everything any more.
            (Self::Except(_), Scope::Everything) => Bounds::decided(true),
            (Self::Except(patterns), Scope::Within(within)) => {
                any(patterns, |pattern| pattern.meets(action, within)).not()
            }
            (Self::Except(patterns), Scope::One(arn)) => {
                any(patterns, |pattern| pattern.covers(&arn.units)).not()
            }
        }
    }
}

fn any<P: Borrow<Pattern>>(patterns: &[P], test: impl Fn(&Pattern) -> Bounds<bool>) -> Bounds<bool> {
    patterns
        .iter()
        .map(<P as Borrow<Pattern>>::borrow)
        .map(test)
        .fold(Bounds::decided(false), Bounds::<bool>::or)
}

/// Whether patterns match every ARN of every type of resource that an action can be used on. An action without types
/// of resources is only allowed by `*`.
pub(super) fn cover_all_types<P: Borrow<Pattern>>(patterns: &[P], action: ActionId) -> Bounds<bool> {
    let mut all = None;
    for form in forms(action) {
        let covers = any(patterns, |pattern| pattern.covers(form));
        all = Some(all.map_or(covers, |all: Bounds<bool>| all.and(covers)));
        if !covers.possible {
            break;
        }
    }
    all.unwrap_or(Bounds::decided(false))
}

/// The forms of the ARNs that an action can be used on.
fn forms(action: ActionId) -> impl Iterator<Item = &'static [Unit]> {
    static FORMS: LazyLock<Vec<OnceLock<Vec<Unit>>>> =
        LazyLock::new(|| (0..Actions::default().arn_form_count()).map(|_| OnceLock::new()).collect());
    let actions = Actions::default();
    actions.arn_forms(action).filter_map(move |number| {
        Some(FORMS.get(number)?.get_or_init(|| form(&actions.arn_form(number))).as_slice())
    })
}

/// The ARNs of a type of resource, such as `arn:${Partition}:iam::${Account}:role/${RoleNameWithPath}`.
fn form(arn: &str) -> Vec<Unit> {
    let mut units = Vec::new();
    let mut rest = arn;
    while let Some((before, behind)) = rest.split_once("${") {
        units.extend(
            before
                .chars()
                .map(|character| if character == '*' { Unit::Any } else { Unit::Character(character) }),
        );
        let (name, after) = behind.split_once('}').unwrap_or((behind, ""));
        units.push(match name {
            "Partition" => Unit::OwnPartition,
            "Account" => Unit::OwnAccount,
            _ => Unit::Any,
        });
        rest = after;
    }
    units.extend(
        rest.chars().map(|character| if character == '*' { Unit::Any } else { Unit::Character(character) }),
    );
    units
}

impl Pattern {
    /// Reads a value of `Resource`.
    pub(super) fn read(text: &Text, version: &Version, vocabulary: &Vocabulary) -> Self {
        let variables = has_variables(version);
        let mut pattern = Self { units: Vec::new(), spelled: false };
        for part in text.parts() {
            match *part {
                Part::Literal(name) => pattern.push(vocabulary.names.text(name), variables),
                Part::Symbol(symbol) => pattern.units.push(match vocabulary.symbols.symbol(symbol) {
                    Symbol::Pseudo(_, Pseudo::AccountId) => Unit::OwnAccount,
                    Symbol::Pseudo(_, Pseudo::Partition) => Unit::OwnPartition,
                    _ => Unit::Symbol(symbol),
                }),
            }
        }
        pattern.name_partition();
        pattern.name_account();
        pattern.units.shrink_to_fit();
        pattern
    }

    fn push(&mut self, literal: &str, variables: bool) {
        let mut rest = literal;
        while let Some(character) = rest.chars().next() {
            if variables
                && let Some((inside, behind)) = rest.strip_prefix("${").and_then(|text| text.split_once('}'))
            {
                match inside {
                    "*" | "?" | "$" => self.units.extend(inside.chars().map(Unit::Character)),
                    _ => self.units.push(Unit::Some),
                }
                rest = behind;
                continue;
            }
            rest = &rest[character.len_utf8()..];
            match character {
                '*' if self.units.last() == Some(&Unit::Any) => {}
                '*' => self.units.push(Unit::Any),
                '?' => self.units.push(Unit::One),
                other => self.units.push(Unit::Character(other)),
            }
        }
    }

    /// The partition of an ARN is that of the caller: in another one, the ARN matches nothing that the caller reaches.
    fn name_partition(&mut self) {
        for prefix in ["arn:aws-us-gov:", "arn:aws-cn:", "arn:aws:"] {
            let begins =
                self.units.iter().copied().take(prefix.len()).eq(prefix.chars().map(Unit::Character));
            if begins {
                self.units.splice(4..prefix.len() - 1, [Unit::OwnPartition]);
                return;
            }
        }
    }

    /// The account of an ARN is one unit, so that it can be compared with the caller's own.
    fn name_account(&mut self) {
        let colons = self.units.iter().enumerate().filter(|(_, unit)| **unit == Unit::Character(':'));
        let Some(start) = colons.map(|(at, _)| at + 1).nth(3) else { return };
        let digit = |unit: &Unit| match unit {
            Unit::Character(character) => character.to_digit(10),
            _ => None,
        };
        let digits: Option<Vec<u32>> = self.units[start..].iter().take(12).map(digit).collect();
        let ends = self.units.get(start + 12) == Some(&Unit::Character(':'));
        if let Some(digits) = digits.filter(|digits| digits.len() == 12 && ends) {
            self.units.splice(start..start + 12, [Unit::Account(AccountNumber::of(&digits))]);
        } else {
            let field = self.units[start..].iter().take_while(|unit| **unit != Unit::Character(':'));
            self.spelled = field.into_iter().any(|unit| digit(unit).is_some());
        }
    }

    /// The service of the ARNs, if it is written out.
    fn service(&self) -> Option<String> {
        let mut parts = self.units.split(|unit| *unit == Unit::Character(':'));
        let is_arn = parts.next()? == ['a', 'r', 'n'].map(Unit::Character);
        let character = |unit: &Unit| match unit {
            Unit::Character(character) => Some(*character),
            _ => None,
        };
        // The partition may have anything in it, but what matches a colon.
        let partition = parts.next()?;
        let is_one = partition == [Unit::OwnPartition];
        parts.next().filter(|_| is_arn && is_one && parts.next().is_some())?.iter().map(character).collect()
    }

    /// Whether it matches every ARN, whatever it is.
    pub(super) fn is_everything(&self) -> bool {
        let everything = |text: &[Unit]| self.units == text;
        let arn = [
            Unit::Character('a'),
            Unit::Character('r'),
            Unit::Character('n'),
            Unit::Character(':'),
            Unit::Any,
        ];
        everything(&[Unit::Any]) || everything(&arn)
    }

    /// Whether every ARN that `other` stands for is matched.
    fn covers(&self, other: &[Unit]) -> Bounds<bool> {
        let other = &*spell(self.spelled, other);
        let sure = covers(&self.units, other, false);
        Bounds { sure, possible: sure || covers(&self.units, other, true) }
    }

    /// Whether every ARN that the other pattern matches is matched for sure.
    pub(super) fn covers_pattern(&self, other: &Self) -> bool {
        covers(&self.units, &spell(self.spelled, &other.units), false)
    }

    /// Whether some resource that an action can be used on is matched, and matched by the other pattern too.
    pub(super) fn meets(&self, action: ActionId, within: Option<&Self>) -> Bounds<bool> {
        if self.is_everything() {
            return Bounds::decided(true);
        }
        let both = |within: &Self| {
            let spelled = self.spelled || within.spelled;
            meets(&spell(spelled, &self.units), &spell(spelled, &within.units))
        };
        let possible = within.is_none_or(both)
            && forms(action).any(|form| {
                meets(&self.units, form) && within.is_none_or(|within| meets(&within.units, form))
            });
        let sure = possible
            && within.is_none_or(|within| self.covers_pattern(within) || within.covers_pattern(self));
        Bounds { sure, possible }
    }
}

/// Whether a value names the caller's own identity in an identity pool.
pub(super) fn names_own_identity(text: &Text, version: &Version, vocabulary: &Vocabulary) -> bool {
    let names = |part: &Part| {
        let Part::Literal(name) = *part else { return false };
        let mut rest = vocabulary.names.text(name);
        while let Some((inside, behind)) =
            rest.split_once("${").and_then(|(_, behind)| behind.split_once('}'))
        {
            if is_own_identity(inside) {
                return true;
            }
            rest = behind;
        }
        false
    };
    has_variables(version) && text.parts().iter().any(names)
}

/// Whether `${...}` is a variable in policies of a version.
const fn has_variables(version: &Version) -> bool {
    matches!(version, Version::V2012 | Version::Unknown)
}

/// True of variables whose value is the caller's own identity in an identity pool.
fn is_own_identity(variable: &str) -> bool {
    let key = variable.split(',').next().unwrap_or_default().trim();
    key.to_ascii_lowercase().starts_with("cognito-identity") && key.to_ascii_lowercase().ends_with(":sub")
}
