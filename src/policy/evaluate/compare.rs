//! Values of condition keys, read and compared.

use std::net::IpAddr;

use crate::policy::Comparator;
use crate::policy::action::{Unit, glob};

/// One, in the numbers of [`number`].
const SCALE: i128 = 1_000_000_000;

/// A whole or decimal number, times 10^9. `None` for what is none, or needs more digits than that.
#[must_use]
pub(crate) fn number(text: &str) -> Option<i128> {
    let (negative, digits) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, "0"));
    let significant = fraction.trim_end_matches('0');
    let is_digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if !is_digits(whole) || !is_digits(fraction) || significant.len() > 9 {
        return None;
    }
    let fraction: i128 = format!("{significant:0<9}").parse().ok()?;
    let value = whole.parse::<i128>().ok()?.checked_mul(SCALE)?.checked_add(fraction)?;
    Some(if negative { -value } else { value })
}

/// A time in nanoseconds since 1970 UTC, from seconds since then or from the forms of ISO 8601 that the W3C lists
/// (`2026-01-31`, `2026-01-31T12:30Z`, `2026-01-31T12:30:45.5+02:00`; without zone, UTC). Four digits are seconds,
/// not a year.
#[must_use]
pub(crate) fn instant(text: &str) -> Option<i128> {
    if let Some(seconds) = number(text) {
        return Some(seconds);
    }
    let (date, time) = match text.split_once('T') {
        Some((date, time)) => (date, Some(time)),
        None => (text, None),
    };
    let mut fields = date.split('-');
    let year = digits(fields.next()?, 4)?;
    let month = digits(fields.next()?, 2).filter(|month| (1..=12).contains(month))?;
    let day = match (fields.next(), time) {
        (Some(day), _) => digits(day, 2).filter(|day| (1..=days_of(year, month)).contains(day))?,
        (None, None) => 1,
        (None, Some(_)) => return None,
    };
    if fields.next().is_some() {
        return None;
    }
    let midnight = days_before(year, month, day) * 86_400 * SCALE;
    Some(midnight + time.map_or(Some(0), nanoseconds_of_day)?)
}

/// `12:30`, `12:30:45` or `12:30:45.5`, with `Z`, `+02:00` or nothing behind it.
fn nanoseconds_of_day(text: &str) -> Option<i128> {
    let (clock, offset) = match text.find(['Z', '+', '-']) {
        None => (text, 0),
        Some(at) if &text[at..] == "Z" => (&text[..at], 0),
        Some(at) => {
            let (hours, minutes) = text[at + 1..].split_once(':')?;
            let minutes = below(digits(hours, 2)?, 24)? * 60 + below(digits(minutes, 2)?, 60)?;
            (&text[..at], if text[at..].starts_with('+') { minutes } else { -minutes })
        }
    };
    let mut fields = clock.split(':');
    let hours = below(digits(fields.next()?, 2)?, 24)?;
    let minutes = below(digits(fields.next()?, 2)?, 60)?;
    let seconds = match fields.next() {
        None => 0,
        Some(seconds) => {
            digits(seconds.split('.').next()?, 2)?;
            number(seconds).filter(|seconds| *seconds < 60 * SCALE)?
        }
    };
    if fields.next().is_some() {
        return None;
    }
    Some((hours * 60 + minutes - offset) * 60 * SCALE + seconds)
}

fn digits(text: &str, count: usize) -> Option<i128> {
    if text.len() == count && text.bytes().all(|byte| byte.is_ascii_digit()) {
        text.parse().ok()
    } else {
        None
    }
}

fn below(value: i128, end: i128) -> Option<i128> {
    (value < end).then_some(value)
}

const fn is_leap(year: i128) -> bool {
    year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
}

const fn days_of(year: i128, month: i128) -> i128 {
    match month {
        2 => 28 + is_leap(year) as i128,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// Days from 1970-01-01 to a date of the Gregorian calendar.
fn days_before(year: i128, month: i128, day: i128) -> i128 {
    let leap_days = |year: i128| year.div_euclid(4) - year.div_euclid(100) + year.div_euclid(400);
    let years = (year - 1970) * 365 + leap_days(year - 1) - leap_days(1969);
    years + (1..month).map(|month| days_of(year, month)).sum::<i128>() + day - 1
}

/// `true` or `false`, in any case.
#[must_use]
pub(crate) fn truth(text: &str) -> Option<bool> {
    match text {
        _ if text.eq_ignore_ascii_case("true") => Some(true),
        _ if text.eq_ignore_ascii_case("false") => Some(false),
        _ => None,
    }
}

/// A range of addresses, `203.0.113.0/24`. One address is a range of itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Network {
    address: IpAddr,
    /// How many bits of it count.
    prefix: u32,
}

impl Network {
    /// Reads a range, IPv4 or IPv6. Bits behind the prefix do not count.
    #[must_use]
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let (address, prefix) = match text.split_once('/') {
            Some((address, prefix)) => (address, Some(prefix)),
            None => (text, None),
        };
        let address: IpAddr = address.parse().ok()?;
        let most = if address.is_ipv4() { 32 } else { 128 };
        let prefix = match prefix {
            None => most,
            Some(prefix) if prefix.bytes().all(|byte| byte.is_ascii_digit()) => {
                prefix.parse().ok().filter(|prefix| *prefix <= most)?
            }
            Some(_) => return None,
        };
        Some(Self { address, prefix })
    }

    /// Whether every address of `other` is in this range.
    #[must_use]
    pub(crate) fn contains(self, other: Self) -> bool {
        self.address.is_ipv4() == other.address.is_ipv4()
            && self.prefix <= other.prefix
            && self.first_bits(self.address) == self.first_bits(other.address)
    }

    /// The bits of an address that count here, at the top.
    fn first_bits(self, address: IpAddr) -> u128 {
        let bits = match address {
            IpAddr::V4(address) => u128::from(address.to_bits()) << 96,
            IpAddr::V6(address) => address.to_bits(),
        };
        bits & u128::MAX.checked_shl(128 - self.prefix).unwrap_or(0)
    }
}

/// Whether what is found stands to what is written as a numeric or date operator says, negation aside.
#[must_use]
pub(crate) fn ordered(comparator: Comparator, written: &i128, found: &i128) -> bool {
    use Comparator as C;
    match comparator {
        C::NumericLessThan | C::DateLessThan => found < written,
        C::NumericLessThanEquals | C::DateLessThanEquals => found <= written,
        C::NumericGreaterThan | C::DateGreaterThan => found > written,
        C::NumericGreaterThanEquals | C::DateGreaterThanEquals => found >= written,
        _ => found == written,
    }
}

/// Whether the whole text is what the pattern says.
pub(super) fn like(pattern: &[Unit], text: &str) -> bool {
    glob(pattern, &text.chars().collect::<Vec<_>>())
}

/// Whether a pattern has too few parts for an ARN, and wildcards that may stand for several.
pub(super) fn is_short_pattern(pattern: &[Unit]) -> bool {
    pattern.iter().filter(|unit| **unit == Unit::Character(':')).count() < 5
        && pattern.iter().any(|unit| !matches!(unit, Unit::Character(_)))
}

/// Whether each of the six parts of an ARN is what that of the pattern says. `None` if one of them is no ARN.
pub(super) fn arn_like(pattern: &[Unit], text: &str) -> Option<bool> {
    let written: Vec<_> = pattern.splitn(6, |unit| *unit == Unit::Character(':')).collect();
    let found: Vec<_> = text.splitn(6, ':').collect();
    if written.len() < 6 || found.len() < 6 || found[0] != "arn" {
        return None;
    }
    Some(written.iter().zip(found).all(|(pattern, text)| like(pattern, text)))
}
