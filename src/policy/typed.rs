//! Condition values that are compared as numbers, times, truths or addresses.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use jiff::Timestamp;

use super::evaluate::compare::{Network, instant, number, ordered, truth};
use super::{Comparator, Test};
use crate::value::Vocabulary;

/// What a test compares with.
pub(super) struct Typed {
    comparator: Comparator,
    values: Vec<Value>,
    /// True if anything may fit: a value is not known, and the test is taken for true where it is not decided.
    anything: bool,
    /// Whether a value of the request fits that is not of the operator's kind.
    unreadable: bool,
    /// Whether the empty string fits, if that is another matter.
    empty: Option<bool>,
}

enum Value {
    /// A number, or nanoseconds since 1970.
    Number(i128),
    Truth(bool),
    Network(Network, String),
}

/// One, in the scale of numbers; one second, in that of times.
const ONE: i128 = 1_000_000_000;

impl Typed {
    /// `None` for a comparator that compares none of these.
    pub(super) fn new(
        test: &Test,
        wide_values: bool,
        empty: Option<bool>,
        vocabulary: &Vocabulary,
    ) -> Option<Self> {
        let comparator = test.operator.comparator;
        let read = Reader::of(comparator)?;
        // What is no number differs from one, or does not: not documented. Nor what is neither true nor false.
        let open = comparator.is_negated() || comparator == Comparator::Bool;
        let unreadable = open && wide_values && !test.values.is_empty();
        let mut typed = Self { comparator, values: Vec::new(), anything: false, unreadable, empty };
        for item in &test.values {
            let literal = item.text().and_then(|text| text.as_literal(vocabulary));
            match literal.and_then(|literal| read.value(literal)) {
                Some(value) => typed.values.push(value),
                None => typed.anything |= wide_values,
            }
        }
        Some(typed)
    }

    /// Whether a value of a request fits one of those written.
    pub(super) fn fits(&self, found: &str) -> bool {
        if let Some(empty) = self.empty.filter(|_| found.is_empty()) {
            return empty;
        }
        if self.anything {
            return true;
        }
        let value = match Reader::of(self.comparator) {
            Some(Reader::Number) => number(found).map(Value::Number),
            Some(Reader::Time) => instant(found).map(Value::Number),
            Some(Reader::Truth) => truth(found).map(Value::Truth),
            Some(Reader::Network) => {
                Network::parse(found).map(|network| Value::Network(network, String::new()))
            }
            None => None,
        };
        let Some(value) = value else { return self.unreadable };
        self.values.iter().any(|written| match (written, &value) {
            (Value::Number(written), Value::Number(found)) => ordered(self.comparator, written, found),
            (Value::Truth(written), Value::Truth(found)) => written == found,
            (Value::Network(written, _), Value::Network(found, _)) => written.contains(*found),
            _ => false,
        })
    }

    /// Values of requests between which the test does not tell, one of each sort, likely ones first.
    pub(super) fn candidates(&self, into: &mut Vec<String>) {
        for value in &self.values {
            match value {
                Value::Number(written) => {
                    let near = [*written, written + ONE, written - ONE, written + 1, written - 1];
                    let time = matches!(Reader::of(self.comparator), Some(Reader::Time));
                    into.extend(near.map(|number| if time { as_time(number) } else { as_number(number) }));
                }
                Value::Truth(_) => into.extend(["true", "false"].map(str::to_owned)),
                Value::Network(_, written) => into.extend(around(written)),
            }
        }
        match Reader::of(self.comparator) {
            Some(Reader::Network) => into.extend(["198.51.100.7", "2001:db8::7"].map(str::to_owned)),
            Some(Reader::Truth) => into.extend(["true", "false"].map(str::to_owned)),
            Some(Reader::Number | Reader::Time) | None => {}
        }
    }
}

#[derive(Clone, Copy)]
enum Reader {
    Number,
    Time,
    Truth,
    Network,
}

impl Reader {
    const fn of(comparator: Comparator) -> Option<Self> {
        use Comparator as C;
        Some(match comparator {
            C::NumericEquals
            | C::NumericNotEquals
            | C::NumericLessThan
            | C::NumericLessThanEquals
            | C::NumericGreaterThan
            | C::NumericGreaterThanEquals => Self::Number,
            C::DateEquals
            | C::DateNotEquals
            | C::DateLessThan
            | C::DateLessThanEquals
            | C::DateGreaterThan
            | C::DateGreaterThanEquals => Self::Time,
            C::Bool => Self::Truth,
            C::IpAddress | C::NotIpAddress => Self::Network,
            _ => return None,
        })
    }

    fn value(self, text: &str) -> Option<Value> {
        Some(match self {
            Self::Number => Value::Number(number(text)?),
            Self::Time => Value::Number(instant(text)?),
            Self::Truth => Value::Truth(truth(text)?),
            Self::Network => Value::Network(Network::parse(text)?, text.to_owned()),
        })
    }
}

fn as_number(scaled: i128) -> String {
    let (whole, fraction) = (scaled / ONE, (scaled % ONE).unsigned_abs());
    let sign = if scaled < 0 && whole == 0 { "-" } else { "" };
    if fraction == 0 {
        format!("{whole}")
    } else {
        format!("{sign}{whole}.{}", format!("{fraction:09}").trim_end_matches('0'))
    }
}

/// A time in the form in which AWS gives it; as seconds where there is none.
pub(super) fn as_time(nanoseconds: i128) -> String {
    Timestamp::from_nanosecond(nanoseconds).map_or_else(|_| as_number(nanoseconds), |time| time.to_string())
}

/// The first address of a range, and those next to it on both sides.
fn around(range: &str) -> Vec<String> {
    let (address, prefix) = range.split_once('/').unwrap_or((range, ""));
    let Ok(address) = address.parse::<IpAddr>() else { return Vec::new() };
    let bits: u32 = if address.is_ipv4() { 32 } else { 128 };
    let prefix = prefix.parse().unwrap_or(bits).min(bits);
    let host = u128::MAX.checked_shr(128 - (bits - prefix)).unwrap_or(0);
    let value = match address {
        IpAddr::V4(address) => u128::from(address.to_bits()),
        IpAddr::V6(address) => address.to_bits(),
    };
    let most = u128::MAX >> (128 - bits);
    let (first, last) = (value & !host, value | host);
    let show = |value: u128| match u32::try_from(value) {
        Ok(value) if bits == 32 => Ipv4Addr::from_bits(value).to_string(),
        _ => Ipv6Addr::from_bits(value).to_string(),
    };
    let mut found = vec![show(first)];
    if last < most {
        found.push(show(last + 1));
    }
    if first > 0 {
        found.push(show(first - 1));
    }
    found
}
