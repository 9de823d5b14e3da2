//! Nothing yet: will compile `rules/*.yaml` into a static table.

fn main() {}
