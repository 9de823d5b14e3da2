//! Which names are those of secrets.

/// What is shown instead of a secret: says nothing about its length.
pub const MASK: &str = "********";

/// Ends of names, lower case without `_`, `-` and `.`, whose value is a secret.
const ENDS: &[&str] = &[
    "accesstoken",
    "apikey",
    "apisecret",
    "authtoken",
    "clientsecret",
    "consumersecret",
    "passphrase",
    "password",
    "privatekey",
    "refreshtoken",
    "secretaccesskey",
    "secretkey",
    "secretstring",
    "secretvalue",
    "sessiontoken",
    "sharedsecret",
];

/// Names that hold a secret only if nothing stands before them.
const WHOLE: &[&str] = &["secret", "passwd", "pwd"];

/// True if what has this name, a key or a parameter, is a secret. Nothing is allocated: this is asked of every colon around a
/// shown line.
#[must_use]
pub fn is_secret_name(name: &str) -> bool {
    /// More letters than any of [`ENDS`] has.
    const MOST: usize = 16;
    let mut last = [0; MOST];
    let mut start = MOST;
    for letter in letters(name).rev().take(MOST) {
        start -= 1;
        last[start] = letter;
    }
    let last = &last[start..];
    ENDS.iter().any(|end| last.ends_with(end.as_bytes())) || is_one_of(name, WHOLE)
}

/// True if the name is one of these, however its words are joined.
#[must_use]
pub fn is_one_of(name: &str, known: &[&str]) -> bool {
    known.iter().any(|whole| letters(name).eq(whole.bytes()))
}

/// True for values that are no secrets, whatever they are the value of: references, ARNs, switches, nothing.
#[must_use]
pub fn is_open(value: &str) -> bool {
    let value = value.trim_ascii();
    matches!(value, "" | "true" | "false" | "null" | "~" | "yes" | "no" | "True" | "False" | "String")
        || value.len() <= 4 && value.bytes().all(|byte| byte.is_ascii_digit())
        || value.starts_with("{{resolve:")
        || value.starts_with("arn:")
        || value.starts_with("${") && value.find('}') == Some(value.len() - 1)
}

/// The letters of a name as [`ENDS`] has them: however they are joined, in lower case.
fn letters(name: &str) -> impl DoubleEndedIterator<Item = u8> + '_ {
    name.bytes().filter(|byte| !matches!(byte, b'_' | b'-' | b'.')).map(|byte| byte.to_ascii_lowercase())
}

/// Whether some name that [`is_secret_name`] takes ends with these letters: tells most of the others apart at once.
#[must_use]
pub const fn ends_like_a_secret(letters: [u8; 2]) -> bool {
    matches!(&letters, b"en" | b"ey" | b"et" | b"se" | b"rd" | b"ng" | b"ue" | b"wd")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_names_end_like_secrets() {
        for name in [ENDS, WHOLE].into_iter().flatten() {
            let end = name.as_bytes().last_chunk().expect("two letters");
            assert!(ends_like_a_secret(*end), "{name}");
            assert!(is_secret_name(name) && is_secret_name(&name.to_uppercase()));
        }
        assert!(is_secret_name("Db-Password") && is_secret_name("MASTER_USER.PASSWORD"));
        assert!(
            !is_secret_name("GenerateSecret") && !is_secret_name("PasswordPolicy") && !is_secret_name("")
        );
    }
}
