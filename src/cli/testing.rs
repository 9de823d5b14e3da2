//! Runs the command line for tests.

use std::io;

use super::{Environment, ExitCode, run};

/// Runs the command line; exit code, standard output, standard error.
pub(crate) fn cli(arguments: &[&str]) -> (ExitCode, String, String) {
    let (mut out, mut err) = (Vec::new(), Vec::new());
    let environment = Environment {
        stdin: &mut io::empty(),
        out: &mut out,
        err: &mut err,
        colors: false,
        error_colors: false,
        unicode: true,
        width: None,
        today: jiff::civil::date(2026, 11, 25),
        progress: false,
        variable: &|_| None,
    };
    let code = run(std::iter::once(&"fedlint").chain(arguments), environment);
    let text = |bytes| String::from_utf8(bytes).expect("what is written is text");
    (code, text(out), text(err))
}
