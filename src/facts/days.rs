//! Ends, seen from today.

use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::analysis::Analysis;
use crate::value::{Text, Vocabulary};

/// How many whole days there are from today until a point in time; negative if it was before today. `None` if it is not
/// known what day it is.
pub(super) fn days_until(end: Timestamp, analysis: &Analysis<'_>) -> Option<i64> {
    const DAY: i128 = 24 * 60 * 60 * 1_000_000_000;
    i64::try_from((end.as_nanosecond() - analysis.now()?).div_euclid(DAY)).ok()
}

/// The day of a point in time.
pub(super) fn day(instant: Timestamp, vocabulary: &Vocabulary) -> Text {
    vocabulary.literal(&instant.to_zoned(TimeZone::UTC).date().to_string())
}
