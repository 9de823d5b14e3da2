//! Paths become URI references.

use std::path::{Component, Path};

/// The id under which the log describes the folder that relative URIs start from.
const SOURCE_ROOT: &str = "SRCROOT";

/// The URI of the file at `path`, and the id of the base that it is relative to if it is.
pub(super) fn of(path: &Path) -> (String, Option<&'static str>) {
    let encoded = encoded(path);
    if path.has_root() {
        // A drive letter stands behind a slash.
        let slash = if encoded.starts_with('/') { "" } else { "/" };
        (format!("file://{slash}{encoded}"), None)
    } else {
        (encoded, Some(SOURCE_ROOT))
    }
}

/// The path with `/` between its parts, which are percent-encoded (RFC 3986, section 3.3).
pub(in crate::report) fn encoded(path: &Path) -> String {
    let mut uri = String::new();
    for component in path.components() {
        if component == Component::RootDir {
            uri.push('/');
            continue;
        }
        if !uri.is_empty() && !uri.ends_with('/') {
            uri.push('/');
        }
        let is_drive = matches!(component, Component::Prefix(_));
        for &byte in component.as_os_str().as_encoded_bytes() {
            // `:` is left out of the first part of a relative reference, and therefore everywhere.
            let plain = byte.is_ascii_alphanumeric() || b"-._~!$&'()*+,;=@".contains(&byte);
            if plain || is_drive && byte == b':' {
                uri.push(char::from(byte));
            } else {
                uri += &format!("%{byte:02X}");
            }
        }
    }
    uri
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_become_uris() {
        let relative = Some(SOURCE_ROOT);
        let cases = [
            ("infra/a.yaml", "infra/a.yaml", relative),
            ("my files/\u{fc}ber 100%.yaml", "my%20files/%C3%BCber%20100%25.yaml", relative),
            ("a:b?c#d.yaml", "a%3Ab%3Fc%23d.yaml", relative),
            ("<stdin>", "%3Cstdin%3E", relative),
            ("/etc/my file.yaml", "file:///etc/my%20file.yaml", None),
            ("../a.yaml", "../a.yaml", relative),
        ];
        for (path, uri, base) in cases {
            assert_eq!(of(Path::new(path)), (uri.to_owned(), base), "{path}");
        }
    }
}
