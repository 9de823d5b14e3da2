//! The `fedlint` command.

fn main() {}
