//! Condition operators and their modifiers.

/// A condition operator with its modifiers, `ForAnyValue:StringLikeIfExists`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Operator {
    /// The set operator before it.
    pub quantifier: Option<Quantifier>,
    /// What is compared and how.
    pub comparator: Comparator,
    /// `...IfExists`: true if the key is missing.
    pub if_exists: bool,
}

/// A set operator.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Quantifier {
    /// `ForAllValues:`
    ForAllValues,
    /// `ForAnyValue:`
    ForAnyValue,
}

macro_rules! comparators {
    ($($(#[$about:meta])* $name:ident;)*) => {
        /// The operators without their modifiers, as AWS spells them.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum Comparator {
            $($(#[$about])* $name,)*
            /// An operator that AWS does not have: the policy cannot be stored.
            Invalid,
            /// Not resolvable.
            Unknown,
        }

        impl Comparator {
    /// True for operators that are written for the sake of wildcards. (`ArnEquals` reads them too, but looks as if
    /// it did not.)
    #[must_use]
    pub const fn is_like(self) -> bool {
        matches!(self, Self::StringLike | Self::StringNotLike | Self::ArnLike | Self::ArnNotLike)
    }

            /// Every operator that AWS has, with its name.
            pub const NAMED: &[(&'static str, Self)] = &[$((stringify!($name), Self::$name),)*];
        }
    };
}

comparators! {
    /// The same string.
    StringEquals;
    /// Another string.
    StringNotEquals;
    /// The same string but for case.
    StringEqualsIgnoreCase;
    /// Another string, also but for case.
    StringNotEqualsIgnoreCase;
    /// A pattern with `*` and `?`.
    StringLike;
    /// Not the pattern.
    StringNotLike;
    /// The same number.
    NumericEquals;
    /// Another number.
    NumericNotEquals;
    /// A smaller number.
    NumericLessThan;
    /// A smaller number or the same.
    NumericLessThanEquals;
    /// A greater number.
    NumericGreaterThan;
    /// A greater number or the same.
    NumericGreaterThanEquals;
    /// The same time.
    DateEquals;
    /// Another time.
    DateNotEquals;
    /// An earlier time.
    DateLessThan;
    /// An earlier time or the same.
    DateLessThanEquals;
    /// A later time.
    DateGreaterThan;
    /// A later time or the same.
    DateGreaterThanEquals;
    /// A truth value.
    Bool;
    /// The same bytes, in Base64.
    BinaryEquals;
    /// In an address range.
    IpAddress;
    /// Not in an address range.
    NotIpAddress;
    /// An ARN pattern, each of six parts for itself.
    ArnEquals;
    /// The same as [`Comparator::ArnEquals`].
    ArnLike;
    /// Not the ARN pattern.
    ArnNotEquals;
    /// The same as [`Comparator::ArnNotEquals`].
    ArnNotLike;
    /// Whether the key is missing.
    Null;
}

impl Operator {
    /// Any operator.
    pub const UNKNOWN: Self = Self::plain(Comparator::Unknown);

    /// A comparator without modifiers.
    #[must_use]
    pub const fn plain(comparator: Comparator) -> Self {
        Self { quantifier: None, comparator, if_exists: false }
    }

    /// The operator of this name, without regard to case. [`Comparator::Invalid`] if AWS has none.
    #[must_use]
    pub fn parse(name: &str) -> Self {
        let (quantifier, rest) = match name.split_once(':') {
            Some((set, rest)) if set.eq_ignore_ascii_case("ForAllValues") => {
                (Some(Quantifier::ForAllValues), rest)
            }
            Some((set, rest)) if set.eq_ignore_ascii_case("ForAnyValue") => {
                (Some(Quantifier::ForAnyValue), rest)
            }
            _ => (None, name),
        };
        const SUFFIX: &str = "IfExists";
        let split = rest.len().checked_sub(SUFFIX.len()).filter(|&at| rest.is_char_boundary(at));
        let (base, if_exists) = match split.map(|at| rest.split_at(at)) {
            Some((base, suffix)) if suffix.eq_ignore_ascii_case(SUFFIX) => (base, true),
            _ => (rest, false),
        };
        let comparator = Comparator::NAMED
            .iter()
            .find(|(name, _)| name.eq_ignore_ascii_case(base))
            .map_or(Comparator::Invalid, |&(_, comparator)| comparator);
        Self { quantifier, comparator, if_exists }
    }

    /// The name as AWS spells it. `None` for an operator that AWS does not have, or that is not known.
    #[must_use]
    pub fn name(self) -> Option<String> {
        let (name, _) = Comparator::NAMED.iter().find(|(_, comparator)| *comparator == self.comparator)?;
        let set = match self.quantifier {
            None => "",
            Some(Quantifier::ForAllValues) => "ForAllValues:",
            Some(Quantifier::ForAnyValue) => "ForAnyValue:",
        };
        Some(format!("{set}{name}{}", if self.if_exists { "IfExists" } else { "" }))
    }
}

impl Comparator {
    /// True for operators that hold if the value fits none of those written.
    #[must_use]
    pub const fn is_negated(self) -> bool {
        matches!(
            self,
            Self::StringNotEquals
                | Self::StringNotEqualsIgnoreCase
                | Self::StringNotLike
                | Self::NumericNotEquals
                | Self::DateNotEquals
                | Self::NotIpAddress
                | Self::ArnNotEquals
                | Self::ArnNotLike
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_every_operator_with_every_modifier_in_any_case() {
        for &(name, comparator) in Comparator::NAMED {
            for (set, quantifier) in [
                ("", None),
                ("ForAllValues:", Some(Quantifier::ForAllValues)),
                ("ForAnyValue:", Some(Quantifier::ForAnyValue)),
            ] {
                for (suffix, if_exists) in [("", false), ("IfExists", true)] {
                    let spelled = format!("{set}{name}{suffix}");
                    let operator = Operator { quantifier, comparator, if_exists };
                    assert_eq!(Operator::parse(&spelled), operator, "{spelled}");
                    assert_eq!(Operator::parse(&spelled.to_lowercase()), operator, "{spelled}");
                    assert_eq!(operator.name(), Some(spelled));
                }
            }
        }
    }

    #[test]
    fn an_operator_that_aws_does_not_have_is_invalid() {
        for name in
            ["", "StringMatches", "ForAny:StringLike", "IfExists", "ForAnyValue:", "StringLike ", "éifexists"]
        {
            assert_eq!(Operator::parse(name).comparator, Comparator::Invalid, "{name}");
        }
    }
}
