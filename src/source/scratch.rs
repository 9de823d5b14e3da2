//! A folder that lives as long as one test.

use std::fs;
use std::path::{Path, PathBuf};
use std::process;
use std::sync::atomic::{AtomicU32, Ordering};

/// An empty folder for one test, removed at its end.
#[derive(Debug)]
pub(crate) struct Scratch(PathBuf);

impl Scratch {
    pub(crate) fn new() -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let folder = std::env::temp_dir().join(format!("fedlint-test-{}-{number}", process::id()));
        fs::create_dir_all(&folder).unwrap();
        // Temporary folders are often links themselves, and tests compare paths.
        Self(folder.canonicalize().unwrap())
    }

    /// Writes a file, with the folders above it.
    pub(crate) fn write(&self, path: &str, contents: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, contents).unwrap();
        path
    }

    /// A file of `length` bytes that takes no room.
    pub(crate) fn sparse(&self, path: &str, length: u64) -> PathBuf {
        let path = self.write(path, "");
        fs::File::options().write(true).open(&path).unwrap().set_len(length).unwrap();
        path
    }

    /// A symbolic link at `path` that says `target`.
    #[cfg(unix)]
    pub(crate) fn link(&self, path: &str, target: impl AsRef<Path>) -> PathBuf {
        let path = self.path(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::os::unix::fs::symlink(target, &path).unwrap();
        path
    }

    /// The path of `path` in the folder; `.` is the folder.
    pub(crate) fn path(&self, path: &str) -> PathBuf {
        if path == "." { self.0.clone() } else { self.0.join(path) }
    }

    /// `path` as seen from the folder, for comparison.
    pub(crate) fn relative(&self, path: &Path) -> String {
        path.strip_prefix(&self.0).unwrap_or(path).display().to_string()
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        // A folder that stays behind harms no other test.
        let _ = fs::remove_dir_all(&self.0);
    }
}
