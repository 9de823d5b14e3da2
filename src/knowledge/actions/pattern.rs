//! Patterns of actions: `*` for any characters, `?` for one, without regard to case.

/// Whether a pattern in lower case is the whole of a text, which may be in any case. Goes back to the last `*` only, so
/// that the time is at most the product of the lengths.
pub(super) fn matches(pattern: &[u8], text: &[u8]) -> bool {
    let (mut at, mut next) = (0, 0);
    let mut retry: Option<(usize, usize)> = None;
    while let Some(character) = text.get(next) {
        match pattern.get(at) {
            Some(b'*') => {
                retry = Some((at, next));
                at += 1;
            }
            Some(b'?') => (at, next) = (at + 1, next + 1),
            Some(expected) if *expected == character.to_ascii_lowercase() => (at, next) = (at + 1, next + 1),
            _ => match retry {
                Some((star, from)) => {
                    retry = Some((star, from + 1));
                    (at, next) = (star + 1, from + 1);
                }
                None => return false,
            },
        }
    }
    pattern[at..].iter().all(|unit| *unit == b'*')
}
