//! What people read in the log of a service, which reads along.

use std::io::{self, Write};

use super::choose::{Variables, said};
use crate::report::github;

/// True if what is written comes before the runner of GitHub Actions, unless it goes somewhere else.
pub(super) fn is_read_by_a_runner(variables: Variables<'_>) -> bool {
    said(variables, "GITHUB_ACTIONS").as_deref() == Some("true")
}

/// Standard error, in which nothing is a command to the runner of GitHub Actions, line by line.
pub(crate) struct Log<'w> {
    inner: &'w mut (dyn Write + Send),
    is_read: bool,
    /// What was written of a line that has no end yet.
    line: Vec<u8>,
}

impl<'w> Log<'w> {
    pub(crate) fn new(inner: &'w mut (dyn Write + Send), variables: Variables<'_>) -> Self {
        Self { inner, is_read: is_read_by_a_runner(variables), line: Vec::new() }
    }

    fn pass_on(&mut self, end: usize) -> io::Result<()> {
        let text = String::from_utf8_lossy(&self.line[..end]);
        let harmless = github::without_commands(&text);
        self.line.drain(..end);
        self.inner.write_all(harmless.as_bytes())
    }
}

impl Write for Log<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if !self.is_read {
            return self.inner.write(bytes);
        }
        self.line.extend_from_slice(bytes);
        if let Some(last) = memchr::memrchr(b'\n', &self.line) {
            self.pass_on(last + 1)?;
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        if !self.line.is_empty() {
            self.pass_on(self.line.len())?;
        }
        self.inner.flush()
    }
}

impl Drop for Log<'_> {
    fn drop(&mut self) {
        // The exit code has to do if it cannot be written.
        let _ = self.flush();
    }
}

/// Writes a text for people. Where the runner of GitHub Actions reads standard output, nothing in it is a command to it.
///
/// # Errors
///
/// Those of `write` and `out`.
pub(super) fn write_for_people(
    out: &mut dyn Write,
    variables: Variables<'_>,
    write: impl FnOnce(&mut dyn Write) -> io::Result<()>,
) -> io::Result<()> {
    if !is_read_by_a_runner(variables) {
        return write(out);
    }
    let mut text = Vec::new();
    write(&mut text)?;
    out.write_all(github::without_commands(&String::from_utf8_lossy(&text)).as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(variables: Variables<'_>, pieces: &[&str]) -> String {
        let mut out = Vec::new();
        let mut log = Log::new(&mut out, variables);
        pieces.iter().for_each(|piece| log.write_all(piece.as_bytes()).unwrap());
        drop(log);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn a_line_is_no_command_in_however_many_pieces_it_comes() {
        let pieces = ["error: `a\u{e9}", "#", "#[group]b`\n :", ":error::c\nd ", "::e\r", "::f"];
        let runner = |name: &str| (name == "GITHUB_ACTIONS").then(|| "true".into());
        assert_eq!(written(&runner, &pieces), "error: `a\u{e9}## [group]b`\n : :error::c\nd ::e\r: :f");
        assert_eq!(written(&|_| None, &pieces), pieces.concat());
    }
}
