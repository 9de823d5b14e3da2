//! How files are written: whole or not at all, and never through a link to somewhere else.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};

use super::{absolute, repository};

/// How the names of files begin that are being written.
pub const PARTIAL: &str = ".partial-";

/// A file that is being written under another name, so that it is whole once it has its own. It goes away if it does
/// not get that.
#[derive(Debug)]
pub struct Partial {
    /// What is written to.
    pub file: File,
    written: PathBuf,
    path: PathBuf,
    committed: bool,
}

impl Partial {
    /// Begins to write the file at `path`, which nobody else may read.
    ///
    /// # Errors
    ///
    /// Those of the file system.
    pub fn private(path: &Path) -> io::Result<Self> {
        Self::begin(path, |options| {
            #[cfg(unix)]
            std::os::unix::fs::OpenOptionsExt::mode(options, 0o600);
            #[cfg(not(unix))]
            let _ = options;
        })
    }

    /// Begins to write the file at `path`, which those may read who may read the one that is there, or else whatever is
    /// made there.
    ///
    /// # Errors
    ///
    /// Those of the file system.
    pub fn like_others(path: &Path) -> io::Result<Self> {
        let partial = Self::begin(path, |_| {})?;
        if let Ok(there) = fs::symlink_metadata(path)
            && there.is_file()
        {
            partial.file.set_permissions(there.permissions())?;
        }
        Ok(partial)
    }

    fn begin(path: &Path, with: impl FnOnce(&mut fs::OpenOptions)) -> io::Result<Self> {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let mut options = File::options();
        // One that is there already is somebody else's, or of a process of this number that did not come to its end: in a
        // container all have the same.
        options.write(true).create_new(true);
        with(&mut options);
        let mut tries = 0;
        loop {
            let number = NEXT.fetch_add(1, Ordering::Relaxed);
            let name = format!("{PARTIAL}{}-{number}", std::process::id());
            let written = path.parent().unwrap_or_else(|| Path::new("")).join(name);
            match options.open(&written) {
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists && tries < 1_000 => tries += 1,
                file => return Ok(Self { file: file?, written, path: path.to_owned(), committed: false }),
            }
        }
    }

    /// Gives the file its name. A link of that name is replaced, not followed.
    ///
    /// # Errors
    ///
    /// Those of the file system.
    pub fn commit(mut self) -> io::Result<()> {
        fs::rename(&self.written, &self.path)?;
        self.committed = true;
        Ok(())
    }

    /// Gives the file its name if nothing has it.
    fn commit_new(self) -> io::Result<()> {
        match fs::hard_link(&self.written, &self.path) {
            Err(error) if error.kind() != io::ErrorKind::AlreadyExists => {
                // Not every file system has two names for a file.
                if fs::symlink_metadata(&self.path).is_ok() {
                    return Err(io::ErrorKind::AlreadyExists.into());
                }
                self.commit()
            }
            done => done,
        }
    }
}

impl Drop for Partial {
    fn drop(&mut self) {
        if !self.committed {
            // What stays behind is only a file too many.
            let _ = fs::remove_file(&self.written);
        }
    }
}

/// A folder on the way to a file of a repository, or else of the working directory, that is a link to somewhere outside of it.
fn link_out_of_the_tree(path: &Path) -> Option<PathBuf> {
    let path = absolute(path);
    let working = absolute(Path::new(""));
    let root = repository(&path).or_else(|| path.starts_with(&working).then_some(working))?;
    let real = root.canonicalize().ok()?;
    let inside = path.ancestors().skip(1).take_while(|folder| *folder != root);
    let leads_out = |folder: &&Path| {
        folder.is_symlink() && folder.canonicalize().is_ok_and(|target| !target.starts_with(&real))
    };
    inside.filter(leads_out).last().map(Path::to_path_buf)
}

/// Writes a file, with the folders above it: whole or not at all, and with the permissions of the one that is there.
///
/// A device, a pipe and the like are written into, as there is nothing to put in their place.
///
/// # Errors
///
/// Those of the file system.
pub fn write_file(path: &Path, contents: &[u8]) -> io::Result<()> {
    if is_stream(path) {
        return File::options().append(true).open(path)?.write_all(contents);
    }
    if fs::symlink_metadata(path).is_ok_and(|there| there.is_dir()) {
        return Err(io::ErrorKind::IsADirectory.into());
    }
    begun(path, contents)?.commit()
}

/// Writes a file that is not there, with the folders above it: whole or not at all.
///
/// # Errors
///
/// Those of the file system; `AlreadyExists` if there is one, or a link.
pub fn write_new_file(path: &Path, contents: &[u8]) -> io::Result<()> {
    if fs::symlink_metadata(path).is_ok() {
        return Err(io::ErrorKind::AlreadyExists.into());
    }
    begun(path, contents)?.commit_new()
}

/// A file that is written and has no name yet.
fn begun(path: &Path, contents: &[u8]) -> io::Result<Partial> {
    if let Some(link) = link_out_of_the_tree(path) {
        let message = format!("`{}` is a link to somewhere else, which is not followed", link.display());
        return Err(io::Error::other(message));
    }
    if let Some(above) = path.parent().filter(|above| !above.as_os_str().is_empty()) {
        fs::create_dir_all(above)?;
    }
    let mut partial = Partial::like_others(path)?;
    partial.file.write_all(contents)?;
    Ok(partial)
}

/// True for what is no file, and for the links by which a process names what it has open (`/dev/stdout`).
fn is_stream(path: &Path) -> bool {
    let system = ["/dev", "/proc"].iter().any(|root| path.starts_with(root));
    fs::metadata(path).is_ok_and(|there| !there.is_dir() && (system || !there.is_file()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::scratch::Scratch;

    #[expect(clippy::disallowed_methods, reason = "a test reads what was written")]
    fn text(path: &Path) -> String {
        fs::read_to_string(path).unwrap()
    }

    #[test]
    fn a_file_is_written_with_the_folders_above_it_and_nothing_else_stays() {
        let scratch = Scratch::new();
        let path = scratch.path("reports/today/a.json");
        write_file(&path, b"one").unwrap();
        write_file(&path, b"two").unwrap();
        assert_eq!(text(&path), "two");
        assert_eq!(fs::read_dir(scratch.path("reports/today")).unwrap().count(), 1);
    }

    #[test]
    fn what_cannot_get_its_name_goes_away() {
        let scratch = Scratch::new();
        let folder = scratch.write("reports/a.json/inside", "");
        let error = write_file(folder.parent().unwrap(), b"one").unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::IsADirectory);
        write_file(&scratch.path("reports/a.json/inside/b.json"), b"one").unwrap_err();
        drop(Partial::like_others(&scratch.path("reports/c.json")).unwrap());
        assert_eq!(fs::read_dir(scratch.path("reports")).unwrap().count(), 1);
    }

    #[test]
    fn a_new_file_takes_the_place_of_none() {
        let scratch = Scratch::new();
        let path = scratch.path("rules/a.yaml");
        let made = |text: &'static str| {
            let path = path.clone();
            std::thread::spawn(move || write_new_file(&path, text.as_bytes()).is_ok())
        };
        let threads = [made("one"), made("two"), made("three"), made("four")];
        let made = threads.map(|thread| thread.join().unwrap());
        assert_eq!(made.iter().filter(|made| **made).count(), 1, "{made:?}");
        let winner = ["one", "two", "three", "four"][made.iter().position(|made| *made).unwrap()];
        assert_eq!(text(&path), winner);
        assert_eq!(write_new_file(&path, b"five").unwrap_err().kind(), io::ErrorKind::AlreadyExists);
        assert_eq!(fs::read_dir(scratch.path("rules")).unwrap().count(), 1, "nothing else stays");
    }

    #[test]
    fn what_a_process_left_of_the_same_number_is_in_nobodys_way() {
        let scratch = Scratch::new();
        let path = scratch.write("a.json", "old");
        let next = Partial::like_others(&path).unwrap();
        let name = next.written.file_name().unwrap().to_str().unwrap();
        let (begin, number) = name.rsplit_once('-').unwrap();
        let number: u32 = number.parse().unwrap();
        for number in number + 1..number + 20 {
            scratch.write(&format!("{begin}-{number}"), "half");
        }
        write_file(&path, b"new").unwrap();
        assert_eq!(text(&path), "new");
    }

    #[cfg(unix)]
    #[test]
    fn permissions_are_kept_and_links_are_replaced() {
        use std::os::unix::fs::PermissionsExt;
        let scratch = Scratch::new();
        let path = scratch.write("a.json", "old");
        fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
        write_file(&path, b"new").unwrap();
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o640);
        let outside = scratch.write("outside", "kept");
        let link = scratch.link("link.json", &outside);
        write_file(&link, b"new").unwrap();
        assert_eq!((text(&outside), text(&link)), ("kept".to_owned(), "new".to_owned()));
        assert!(fs::symlink_metadata(&link).unwrap().is_file());
    }

    #[cfg(unix)]
    #[test]
    fn a_link_out_of_the_repository_is_not_followed() {
        let scratch = Scratch::new();
        scratch.write("repository/.git/HEAD", "");
        let outside = scratch.write("outside/kept", "").parent().unwrap().to_owned();
        scratch.link("repository/reports", &outside);
        let path = scratch.path("repository/reports/more/a.json");
        let error = write_file(&path, b"new").unwrap_err().to_string();
        assert!(error.ends_with("is a link to somewhere else, which is not followed"), "{error}");
        assert_eq!(fs::read_dir(&outside).unwrap().count(), 1);
        // One that stays inside is somebody's own arrangement.
        let inside = scratch.write("repository/build/kept", "").parent().unwrap().to_owned();
        scratch.link("repository/out", &inside);
        write_file(&scratch.path("repository/out/a.json"), b"new").unwrap();
        assert_eq!(text(&scratch.path("repository/build/a.json")), "new");
    }

    #[cfg(unix)]
    #[test]
    fn a_device_is_written_into() {
        write_file(Path::new("/dev/null"), b"gone").unwrap();
        assert!(!fs::metadata("/dev/null").unwrap().is_file());
    }
}
