//! Writes a file anew: whole or not at all.

#[cfg(unix)]
use std::fs::TryLockError;
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::Path;

use super::{Partial, SizeLimit, absolute, read_path, repository};

/// Writes `new` into the file at `path`, which has to hold `old`. Whoever reads it sees the one or the other.
///
/// # Errors
///
/// If the file is a link, or no file at all; if it holds something else by now; and what goes wrong with writing. The file
/// is then as it was.
pub fn rewrite(path: &Path, old: &[u8], new: &[u8]) -> io::Result<()> {
    let metadata = fs::symlink_metadata(path)?;
    if !metadata.is_file() {
        let what = if metadata.is_symlink() { "a link, which is not followed" } else { "no file" };
        return Err(io::Error::other(format!("it is {what}")));
    }
    if lies_behind_a_link(path) {
        return Err(io::Error::other("it lies behind a link, which is not followed"));
    }
    if metadata.permissions().readonly() {
        return Err(io::Error::new(io::ErrorKind::PermissionDenied, "it is read-only"));
    }
    let _alone = alone(path)?;
    let mut partial = Partial::like_others(path)?;
    partial.file.write_all(new)?;
    partial.file.sync_all()?;
    if !holds(path, old) {
        return Err(io::Error::other("it has changed since it was read"));
    }
    partial.commit()
}

/// Keeps others of us from writing the file at the same time: between the last look at what it holds and the new name there is
/// a moment. Where files cannot be locked, that moment stays.
#[cfg(unix)]
fn alone(path: &Path) -> io::Result<File> {
    let file = File::open(path)?;
    match file.try_lock() {
        Err(TryLockError::WouldBlock) => Err(io::Error::other("another process is writing it")),
        _ => Ok(file),
    }
}

/// Elsewhere who holds the lock keeps everybody from reading too.
#[cfg(not(unix))]
fn alone(path: &Path) -> io::Result<File> {
    File::open(path)
}

/// Whether a folder on the way to a file is a link: seen from the root of the repository, or else from the working directory;
/// of others, only the folder that the file lies in.
fn lies_behind_a_link(path: &Path) -> bool {
    let path = absolute(path);
    let working = absolute(Path::new(""));
    let root = repository(&path).or_else(|| path.starts_with(&working).then_some(working));
    let folders = path.ancestors().skip(1);
    let inside = folders.enumerate().take_while(|(level, folder)| match &root {
        Some(root) => folder != root,
        None => *level == 0,
    });
    inside.map(|(_, folder)| folder).any(Path::is_symlink)
}

/// Whether a file holds these bytes.
fn holds(path: &Path, bytes: &[u8]) -> bool {
    read_path(path, SizeLimit::new(u64::MAX)).is_ok_and(|read| read.bytes == bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::scratch::Scratch;

    #[test]
    fn a_file_is_written_anew_if_it_is_as_it_was_read() {
        let scratch = Scratch::new();
        let path = scratch.write("a.yaml", "old");
        let error = rewrite(&path, b"older", b"new").unwrap_err();
        assert_eq!(error.to_string(), "it has changed since it was read");
        assert!(holds(&path, b"old"));
        rewrite(&path, b"old", b"new").unwrap();
        assert!(holds(&path, b"new"));
        let left: Vec<_> = fs::read_dir(path.parent().unwrap()).unwrap().collect();
        assert_eq!(left.len(), 1, "nothing else stays: {left:?}");
    }

    #[cfg(unix)]
    #[test]
    fn of_several_at_a_time_none_loses_what_another_has_written() {
        let scratch = Scratch::new();
        let path = scratch.write("a.yaml", "");
        // Each adds its letter to what there is, again and again until it is in.
        let threads: Vec<_> = ('a'..='h')
            .map(|letter| {
                let path = path.clone();
                std::thread::spawn(move || {
                    loop {
                        let old = read_path(&path, SizeLimit::default()).unwrap().bytes;
                        let new = [&*old, &[letter as u8]].concat();
                        match rewrite(&path, &old, &new) {
                            Ok(()) => return,
                            Err(error) => {
                                let why = error.to_string();
                                let known =
                                    ["it has changed since it was read", "another process is writing it"];
                                assert!(known.contains(&why.as_str()), "{why}");
                            }
                        }
                    }
                })
            })
            .collect();
        for thread in threads {
            thread.join().unwrap();
        }
        let mut letters = read_path(&path, SizeLimit::default()).unwrap().bytes;
        letters.sort_unstable();
        assert_eq!(letters, b"abcdefgh");
        assert_eq!(fs::read_dir(path.parent().unwrap()).unwrap().count(), 1, "nothing else stays");
    }

    #[cfg(unix)]
    #[test]
    fn permissions_stay_and_links_are_not_followed() {
        use std::os::unix::fs::PermissionsExt;
        let scratch = Scratch::new();
        let path = scratch.write("a.yaml", "old");
        fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
        rewrite(&path, b"old", b"new").unwrap();
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o640);
        let link = path.with_file_name("link.yaml");
        std::os::unix::fs::symlink(&path, &link).unwrap();
        let error = rewrite(&link, b"new", b"newer").unwrap_err();
        assert_eq!(error.to_string(), "it is a link, which is not followed");
        scratch.write("repository/.git/HEAD", "");
        let folder = scratch.path("repository/folder");
        std::os::unix::fs::symlink(path.parent().unwrap(), &folder).unwrap();
        let error = rewrite(&folder.join("a.yaml"), b"new", b"newer").unwrap_err();
        assert_eq!(error.to_string(), "it lies behind a link, which is not followed");
        fs::set_permissions(&path, fs::Permissions::from_mode(0o440)).unwrap();
        assert_eq!(rewrite(&path, b"new", b"newer").unwrap_err().kind(), io::ErrorKind::PermissionDenied);
        assert!(holds(&path, b"new"));
    }
}
