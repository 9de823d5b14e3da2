//! The arguments of `fedlint graph`.

use clap::builder::PossibleValuesParser;
use clap::{Args, ValueEnum};

use super::sources::{READING_EXIT_CODES, SourceArguments};
use crate::cli::GraphOptions;
use crate::facts::Framing;
use crate::scan::{POPULATIONS, PRIVILEGES};

/// Draw who gets in, through what, and to which privileges
///
/// Writes the trust graph for Graphviz or Mermaid: people and workloads outside at the left, what they can do at
/// the right. What is equal is drawn once, so that the picture stays small enough to read. For example:
/// `fedlint graph infra | dot -Tsvg > trust.svg`.
#[derive(Args, Debug)]
#[command(after_long_help = READING_EXIT_CODES)]
pub(in crate::cli) struct GraphArguments {
    /// How to write it
    #[arg(long, short, value_name = "FORMAT", value_enum, default_value_t = GraphFormat::Dot)]
    format: GraphFormat,

    /// Draw what is around this: a logical id, a name or an ARN
    ///
    /// Who gets it over two steps, AWS services and the own account among them, and what it leads to over two
    /// steps, unless `--depth` says otherwise.
    #[arg(long, value_name = "ENTITY")]
    around: Option<String>,

    /// Draw ways of this population only [default: all outside, and users of Identity Center]
    ///
    /// May be repeated.
    #[arg(long, value_name = "POPULATION", value_parser = PossibleValuesParser::new(POPULATIONS))]
    from: Vec<String>,

    /// Draw only what leads to roles that are worth this or more
    #[arg(long, value_name = "PRIVILEGE", value_parser = PossibleValuesParser::new(PRIVILEGES))]
    to: Option<String>,

    /// Draw only what is so many steps away or less
    #[arg(long, value_name = "N")]
    depth: Option<usize>,

    /// Give everything a node of its own
    #[arg(long)]
    all: bool,

    #[command(flatten)]
    sources: SourceArguments,
}

/// The formats of pictures.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum GraphFormat {
    /// For Graphviz
    Dot,
    /// For Mermaid, as in Markdown on GitHub and GitLab
    Mermaid,
    /// For programs; documented and versioned
    Json,
}

impl GraphArguments {
    /// The options as they are meant.
    pub(in crate::cli) fn resolve(self) -> GraphOptions {
        let framing =
            Framing { from: self.from, to: self.to, around: self.around, depth: self.depth, every: self.all };
        GraphOptions { sources: self.sources.resolve(), format: self.format, framing }
    }
}
