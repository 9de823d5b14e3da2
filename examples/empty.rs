//! A command line that does nothing: what starting a process and reading arguments with clap takes by itself.
//!
//! `scripts/figures` measures it beside `fedlint scan`.

use std::path::PathBuf;

use clap::Parser;

/// Does nothing.
#[derive(Parser)]
#[command(version)]
struct Arguments {
    /// Files that are not read.
    paths: Vec<PathBuf>,
}

fn main() {
    std::hint::black_box(Arguments::parse().paths);
}
