//! The folder that paths in reports start from: services that show a report beside the files of a repository know
//! them by their paths from its root, wherever fedlint was run.

use std::path::{Component, Path, PathBuf};

use super::shown_path;
use crate::source::{STDIN, repository};

/// Where relative paths are, and where those of reports start.
#[derive(Clone, Debug, Default)]
pub struct Root {
    /// The working directory and the root, both absolute. Without them paths stay as they are.
    folders: Option<(PathBuf, PathBuf)>,
}

impl Root {
    /// Paths are relative to `working`, and in reports to `root`. Both are absolute.
    #[must_use]
    pub fn new(working: &Path, root: &Path) -> Self {
        Self { folders: Some((resolved(working), resolved(root))) }
    }

    /// The root of the repository in which `working` lies; if `first`, the first path of a scan, lies in another one, the
    /// root of that. Without a repository, it is `working`.
    #[must_use]
    pub fn find(working: &Path, first: Option<&Path>) -> Self {
        let first = first.map(|first| resolved(&working.join(first)));
        let own = repository(working);
        let other = || first.as_deref().and_then(repository);
        let root = match (&own, &first) {
            (Some(own), Some(first)) if !first.starts_with(own) => other().unwrap_or_else(|| own.clone()),
            (Some(own), _) => own.clone(),
            (None, _) => other().unwrap_or_else(|| working.to_owned()),
        };
        Self::new(working, &root)
    }

    /// `path` from the root; absolute if it leads elsewhere.
    pub(super) fn path(&self, path: &Path) -> PathBuf {
        let Some((working, root)) = &self.folders else { return resolved(path) };
        if path == Path::new(STDIN) {
            return path.to_owned();
        }
        let path = resolved(&working.join(path));
        path.strip_prefix(root).map(Path::to_path_buf).unwrap_or(path)
    }

    /// The same with `/` between the parts.
    pub(super) fn shown(&self, path: &Path) -> String {
        shown_path(&self.path(path))
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::scratch::Scratch;

    #[test]
    fn paths_start_at_the_root() {
        let root = Root::new(Path::new("/srv/ci/shop/infra"), Path::new("/srv/ci/shop"));
        let cases = [
            ("a.yaml", "infra/a.yaml"),
            ("./stacks/../a.yaml", "infra/a.yaml"),
            ("../a.yaml", "a.yaml"),
            ("/srv/ci/shop/b/a.yaml", "b/a.yaml"),
            ("../../other/a.yaml", "/srv/ci/other/a.yaml"),
            ("<stdin>", "<stdin>"),
        ];
        for (path, expected) in cases {
            assert_eq!(root.shown(Path::new(path)), expected, "{path}");
        }
        assert_eq!(Root::default().shown(Path::new("./a.yaml")), "a.yaml");
        assert_eq!(Root::default().shown(Path::new("../a.yaml")), "../a.yaml");
    }

    #[test]
    fn the_root_is_that_of_the_repository() {
        let scratch = Scratch::new();
        scratch.write("one/.git/HEAD", "");
        scratch.write("one/infra/a.yaml", "");
        // The root of a work tree has a file of that name.
        scratch.write("two/.git", "");
        scratch.write("two/b.yaml", "");
        let shown = |working: &str, first: Option<&str>, path: &str| {
            let working = scratch.path(working);
            let first = first.map(|first| working.join(first));
            Root::find(&working, first.as_deref()).shown(&working.join(path))
        };
        assert_eq!(shown("one/infra", Some("."), "a.yaml"), "infra/a.yaml");
        assert_eq!(shown("one", None, "infra/a.yaml"), "infra/a.yaml");
        assert_eq!(shown("one/infra", Some("../../two"), "../../two/b.yaml"), "b.yaml");
        assert_eq!(shown("two", Some("b.yaml"), "b.yaml"), "b.yaml");
    }
}
