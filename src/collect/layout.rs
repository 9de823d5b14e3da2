//! Where answers lie, and how files are made: whole or not at all, for nobody else to read, and never outside of the folder
//! through a link.

use std::fs::{self, DirBuilder, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use crate::source::{PARTIAL, Partial, stable_hash};

/// The longest key that stands in a name; names of files have at most 255 bytes.
const LONGEST_KEY: usize = 200;

/// The folder above the services that have no regions.
pub(super) const GLOBAL: &str = "global";

/// The name of the manifest of an account.
pub(super) const MANIFEST: &str = "fedlint-dump.json";

/// `key` as the name of a file, without ending, and whether it had to be cut.
#[must_use]
pub fn file_name(key: &str) -> (String, bool) {
    let mut name = String::with_capacity(key.len());
    for byte in key.bytes() {
        if byte.is_ascii_alphanumeric() || b"._@+=-".contains(&byte) {
            name.push(char::from(byte));
        } else {
            name += &format!("%{byte:02X}");
        }
    }
    if name.len() <= LONGEST_KEY {
        return (name, false);
    }
    // Not in the middle of an encoded byte.
    let last = name.get(LONGEST_KEY - 2..LONGEST_KEY).and_then(|end| end.rfind('%'));
    name.truncate(last.map_or(LONGEST_KEY, |place| LONGEST_KEY - 2 + place));
    (format!("{name}-{:016x}", stable_hash(key.as_bytes())), true)
}

/// The folder that a run writes into.
#[derive(Clone, Debug)]
pub(super) struct Folder {
    root: PathBuf,
}

impl Folder {
    /// Makes the folder, with the folders above it, and keeps git from taking it.
    pub(super) fn create(root: &Path) -> io::Result<Self> {
        if let Some(above) = root.parent().filter(|above| !above.as_os_str().is_empty()) {
            fs::create_dir_all(above)?;
        }
        // The folder itself may be a link: somebody named it.
        if !root.is_dir() {
            private_folder().create(root)?;
        }
        let folder = Self { root: root.to_owned() };
        let ignore = Path::new(".gitignore");
        if folder.size_of(ignore).is_none() {
            folder.write(ignore, |file| {
                file.write_all(b"# What accounts are made of is not for a repository.\n*\n")
            })?;
        }
        Ok(folder)
    }

    /// Where `path` of the folder lies.
    pub(super) fn path(&self, path: &Path) -> PathBuf {
        self.root.join(path)
    }

    /// The length of a file, if it is there and is one.
    pub(super) fn size_of(&self, path: &Path) -> Option<u64> {
        self.check(path).ok()?;
        let metadata = fs::symlink_metadata(self.path(path)).ok()?;
        metadata.is_file().then_some(metadata.len())
    }

    /// Opens a file for reading.
    pub(super) fn open(&self, path: &Path) -> io::Result<File> {
        if self.size_of(path).is_none() {
            return Err(io::ErrorKind::NotFound.into());
        }
        File::open(self.path(path))
    }

    /// Writes a file.
    pub(super) fn write(
        &self,
        path: &Path,
        contents: impl FnOnce(&mut File) -> io::Result<()>,
    ) -> io::Result<()> {
        let mut partial = self.begin(path)?;
        contents(&mut partial.file)?;
        partial.commit()
    }

    /// Begins to write a file under another name, so that it is whole once it has its own.
    pub(super) fn begin(&self, path: &Path) -> io::Result<Partial> {
        self.make_folders(path.parent().unwrap_or_else(|| Path::new("")))?;
        Partial::private(&self.path(path))
    }

    /// Removes a file.
    pub(super) fn remove(&self, path: &Path) -> io::Result<()> {
        fs::remove_file(self.path(path))
    }

    /// Removes what an interrupted run left half written below `path`.
    pub(super) fn sweep(&self, path: &Path) -> io::Result<()> {
        self.each_file(path, &mut |file| {
            let name = file.file_name().unwrap_or_default().to_string_lossy();
            if name.starts_with(PARTIAL) { fs::remove_file(self.path(file)) } else { Ok(()) }
        })
    }

    /// Hands out the files below `path`, by their paths in the folder. Links are not followed.
    pub(super) fn each_file(
        &self,
        path: &Path,
        each: &mut dyn FnMut(&Path) -> io::Result<()>,
    ) -> io::Result<()> {
        let mut folders = vec![path.to_owned()];
        while let Some(folder) = folders.pop() {
            let entries = match fs::read_dir(self.path(&folder)) {
                Ok(entries) => entries,
                Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
                Err(error) => return Err(error),
            };
            for entry in entries {
                let entry = entry?;
                let (kind, path) = (entry.file_type()?, folder.join(entry.file_name()));
                if kind.is_dir() {
                    folders.push(path);
                } else if kind.is_file() {
                    each(&path)?;
                }
            }
        }
        Ok(())
    }

    /// Makes the folders of `path`, each for nobody else to look into.
    fn make_folders(&self, path: &Path) -> io::Result<()> {
        let mut at = self.root.clone();
        for part in path {
            at.push(part);
            match private_folder().create(&at) {
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => refuse_link(&at)?,
                done => done?,
            }
        }
        Ok(())
    }

    /// Refuses a path that leads through a link: it may lead out of the folder.
    fn check(&self, path: &Path) -> io::Result<()> {
        let mut at = self.root.clone();
        for part in path.parent().unwrap_or_else(|| Path::new("")) {
            at.push(part);
            refuse_link(&at)?;
        }
        Ok(())
    }
}

fn refuse_link(path: &Path) -> io::Result<()> {
    if fs::symlink_metadata(path).is_ok_and(|metadata| !metadata.is_dir()) {
        let message = format!("`{}` is no folder, or a link to one", path.display());
        return Err(io::Error::new(io::ErrorKind::NotADirectory, message));
    }
    Ok(())
}

fn private_folder() -> DirBuilder {
    #[cfg_attr(not(unix), expect(unused_mut, reason = "only there it has a mode"))]
    let mut builder = DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::scratch::Scratch;

    #[test]
    fn keys_become_names_of_files() {
        let name = |key| file_name(key).0;
        assert_eq!(name("Okta"), "Okta");
        assert_eq!(
            name("arn:aws:iam::111122223333:saml-provider/Okta"),
            "arn%3Aaws%3Aiam%3A%3A111122223333%3Asaml-provider%2FOkta"
        );
        assert_eq!(name("../../etc/passwd"), "..%2F..%2Fetc%2Fpasswd");
        assert_eq!(name("a b%c\u{e9}\0\n\\"), "a%20b%25c%C3%A9%00%0A%5C");
        assert_eq!(name("x@y+z=1_2-3.4"), "x@y+z=1_2-3.4");
    }

    #[test]
    fn long_keys_are_cut_and_stay_different() {
        let (left, right) = (file_name(&format!("{}a", "x".repeat(300))), file_name(&"x".repeat(301)));
        assert!(left.1 && right.1 && left.0 != right.0);
        assert_eq!(left.0.len(), 200 + 1 + 16);
        assert_eq!(file_name("x").0, "x");
        // Not in the middle of `%2F`.
        for length in 195..=200 {
            let (name, cut) = file_name(&format!("{}{}", "x".repeat(length), "/".repeat(20)));
            assert!(cut);
            let (start, _) = name.rsplit_once('-').unwrap();
            assert!(
                start.len() <= 200 && start.trim_start_matches('x').replace("%2F", "").is_empty(),
                "{name}"
            );
        }
        assert!(!file_name(&"x".repeat(200)).1);
        assert_eq!(stable_hash(b"a"), 0xaf63_dc4c_8601_ec8c);
    }

    #[test]
    fn a_file_is_whole_or_not_there() {
        let scratch = Scratch::new();
        let folder = Folder::create(&scratch.path("above/dump")).unwrap();
        let path = Path::new("1/global/iam/list-roles.json");
        let failed: io::Result<()> = folder.write(path, |file| {
            file.write_all(b"{")?;
            Err(io::ErrorKind::UnexpectedEof.into())
        });
        failed.unwrap_err();
        assert_eq!(folder.size_of(path), None);
        let mut files = Vec::new();
        let mut list = |path: &Path| {
            files.push(path.display().to_string());
            Ok(())
        };
        folder.each_file(Path::new(""), &mut list).unwrap();
        assert_eq!(files, [".gitignore"]);
        folder.write(path, |file| file.write_all(b"{}")).unwrap();
        assert_eq!(folder.size_of(path), Some(2));
        scratch.write("above/dump/1/.partial-1-2", "{");
        folder.sweep(Path::new("1")).unwrap();
        assert!(!scratch.path("above/dump/1/.partial-1-2").exists());
    }

    #[cfg(unix)]
    #[test]
    fn nobody_else_may_look_and_links_lead_nowhere() {
        use std::os::unix::fs::PermissionsExt;
        let scratch = Scratch::new();
        let folder = Folder::create(&scratch.path("dump")).unwrap();
        let path = Path::new("1/a.json");
        folder.write(path, |file| file.write_all(b"{}")).unwrap();
        let mode = |path: &str| fs::metadata(scratch.path(path)).unwrap().permissions().mode() & 0o777;
        assert_eq!([mode("dump"), mode("dump/1"), mode("dump/1/a.json")], [0o700, 0o700, 0o600]);
        let outside = scratch.write("outside/kept", "");
        scratch.link("dump/2", outside.parent().unwrap());
        folder.write(Path::new("2/a.json"), |file| file.write_all(b"{}")).unwrap_err();
        assert!(!scratch.path("outside/a.json").exists());
        // A link in place of a file is replaced, not followed.
        scratch.link("dump/1/b.json", &outside);
        assert_eq!(folder.size_of(Path::new("1/b.json")), None);
        folder.write(Path::new("1/b.json"), |file| file.write_all(b"{}")).unwrap();
        assert_eq!(fs::metadata(&outside).unwrap().len(), 0);
        assert_eq!(folder.size_of(Path::new("1/b.json")), Some(2));
    }
}
