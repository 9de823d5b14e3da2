//! Runs the command line for tests.

use std::io;

use super::{Environment, ExitCode, run};

/// Runs the command line; exit code, standard output, standard error.
pub(crate) fn cli(arguments: &[&str]) -> (ExitCode, String, String) {
    let (mut stdin, mut out, mut err) = (io::empty(), Vec::new(), Vec::new());
    let environment = Environment::piped(&mut stdin, &mut out, &mut err, jiff::civil::date(2026, 11, 25));
    let code = run(std::iter::once(&"fedlint").chain(arguments), environment);
    let text = |bytes| String::from_utf8(bytes).expect("what is written is text");
    (code, text(out), text(err))
}
