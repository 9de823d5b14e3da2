//! What people read in the log of a service, which reads along.

use std::io::{self, Write};

use super::choose::{Variables, said};
use crate::report::github;

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
    if said(variables, "GITHUB_ACTIONS").as_deref() != Some("true") {
        return write(out);
    }
    let mut text = Vec::new();
    write(&mut text)?;
    out.write_all(github::without_commands(&String::from_utf8_lossy(&text)).as_bytes())
}
