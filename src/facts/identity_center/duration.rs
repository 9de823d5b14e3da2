//! ISO 8601 durations, as permission sets write how long a session lasts.

/// The seconds of a duration such as `PT1H30M`. `None` if it is none, or longer than can be counted. A month counts for thirty
/// days and a year for 365: either is too long for a session.
pub(super) fn seconds(text: &str) -> Option<i64> {
    let text = text.strip_prefix('P')?;
    let (days, time) = match text.split_once('T') {
        Some((days, time)) if !time.is_empty() => (days, time),
        Some(_) => return None,
        None if text.is_empty() => return None,
        None => (text, ""),
    };
    let days = units(days, &[('Y', 365 * DAY), ('M', 30 * DAY), ('W', 7 * DAY), ('D', DAY)])?;
    let time = units(time, &[('H', 3600), ('M', 60), ('S', 1)])?;
    days.checked_add(time)
}

const DAY: i64 = 24 * 3600;

/// Adds numbers with units behind them, each unit at most once and in this order.
fn units(mut text: &str, units: &[(char, i64)]) -> Option<i64> {
    let mut sum: i64 = 0;
    for (unit, seconds) in units {
        let digits = text.len() - text.trim_start_matches(|digit: char| digit.is_ascii_digit()).len();
        let (number, rest) = text.split_at(digits);
        if let Some(rest) = rest.strip_prefix(*unit) {
            sum = sum.checked_add(number.parse::<i64>().ok()?.checked_mul(*seconds)?)?;
            text = rest;
        }
    }
    text.is_empty().then_some(sum)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_count_in_seconds() {
        for (text, expected) in [
            ("PT1H", 3600),
            ("PT12H", 43_200),
            ("PT90M", 5400),
            ("PT1H30M", 5400),
            ("PT3600S", 3600),
            ("P1D", 86_400),
            ("P0DT8H", 28_800),
            ("P1W", 604_800),
            ("PT0H", 0),
        ] {
            assert_eq!(seconds(text), Some(expected), "{text}");
        }
    }

    #[test]
    fn other_texts_are_no_durations() {
        for text in [
            "", "P", "PT", "P1DT", "1H", "PT1", "T1H", "pt1h", "PT1H ", "PT30M1H", "PT1H1H", "12", "3600",
            "PTH",
        ] {
            assert_eq!(seconds(text), None, "{text}");
        }
        assert_eq!(seconds("PT99999999999999999999H"), None);
        assert_eq!(seconds("PT9223372036854775807H"), None);
    }

    proptest::proptest! {
        #[test]
        fn what_is_written_is_read(hours in 0i64..100, minutes in 0i64..1000) {
            proptest::prop_assert_eq!(seconds(&format!("PT{hours}H{minutes}M")), Some(hours * 3600 + minutes * 60));
        }
    }
}
