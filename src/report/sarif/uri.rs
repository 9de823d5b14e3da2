//! Paths become URI references.

use std::path::{Component, Path, PathBuf};

/// The id under which the log describes the folder that relative URIs start from.
const SOURCE_ROOT: &str = "SRCROOT";

/// The URI of the file at `path`, and the id of the base that it is relative to.
///
/// Files under `root` get relative URIs, all others absolute ones. Without a root nothing can be said about
/// paths that lead out of it (`../x`): they stay relative.
pub(super) fn of(path: &Path, root: Option<&Path>) -> (String, Option<&'static str>) {
    let resolved = match root {
        Some(root) => {
            let (root, path) = (resolved(root), resolved(&root.join(path)));
            path.strip_prefix(&root).map(Path::to_path_buf).unwrap_or(path)
        }
        None => resolved(path),
    };
    if resolved.has_root() {
        let encoded = encoded(&resolved);
        // A drive letter stands behind a slash.
        let slash = if encoded.starts_with('/') { "" } else { "/" };
        (format!("file://{slash}{encoded}"), None)
    } else {
        (encoded(&resolved), Some(SOURCE_ROOT))
    }
}

/// `path` without `.` and, as far as something stands before them, without `..`.
fn resolved(path: &Path) -> PathBuf {
    let mut resolved = PathBuf::new();
    for component in path.components() {
        match component {
            Component::CurDir => {}
            Component::ParentDir if resolved.file_name().is_some() => {
                resolved.pop();
            }
            // Nothing is above the root.
            Component::ParentDir if resolved.has_root() => {}
            component => resolved.push(component),
        }
    }
    resolved
}

/// The path with `/` between its parts, which are percent-encoded (RFC 3986, section 3.3).
fn encoded(path: &Path) -> String {
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
        let root = Some("/srv/ci/shop");
        let relative = Some(SOURCE_ROOT);
        let cases = [
            ("infra/a.yaml", root, "infra/a.yaml", relative),
            ("./infra/./a.yaml", root, "infra/a.yaml", relative),
            ("infra/../a.yaml", root, "a.yaml", relative),
            ("my files/\u{fc}ber 100%.yaml", root, "my%20files/%C3%BCber%20100%25.yaml", relative),
            ("a:b?c#d.yaml", root, "a%3Ab%3Fc%23d.yaml", relative),
            ("<stdin>", root, "%3Cstdin%3E", relative),
            ("/srv/ci/shop/infra/a.yaml", root, "infra/a.yaml", relative),
            ("../shop/a.yaml", root, "a.yaml", relative),
            ("../other/a.yaml", root, "file:///srv/ci/other/a.yaml", None),
            ("../../../../../a.yaml", root, "file:///a.yaml", None),
            ("/etc/my file.yaml", root, "file:///etc/my%20file.yaml", None),
            ("/etc/a.yaml", None, "file:///etc/a.yaml", None),
            ("../a.yaml", None, "../a.yaml", relative),
        ];
        for (path, root, uri, base) in cases {
            assert_eq!(of(Path::new(path), root.map(Path::new)), (uri.to_owned(), base), "{path}");
        }
    }
}
