//! The trust graph as a picture: for Graphviz, for Mermaid, and as JSON.
//!
//! Everything that colour says, words and lines say too: a proved step is a solid line, a possible one dashed, and what
//! lets nobody through is dotted and says so; the darker a role is, the more it is worth.

mod dot;
mod mermaid;

use std::io::{self, Write};

use schemars::JsonSchema;
use serde::Serialize;

use super::human::{Options, Screen};
use super::json::{Entity, Location, ProblemOutput, SCHEMA, Tool};
use super::machine;
use super::paths::{PrivilegeOutput, can, privilege, whom};
use super::summary::{checked_line, counted};
use super::text::{columns, columns_of, sanitised};
use crate::finding::{Likeness, Picture, PictureEdge, PictureNode, Standing, in_words};
use crate::scan::{PRIVILEGES, Summary};
use crate::source::{Problem, Sources};

pub use dot::write as write_dot;
pub use mermaid::write as write_mermaid;

/// The most columns of a line in a node or along an edge.
const WIDTH: usize = 36;

/// The most nodes of a picture in which there is room for more than the shortest words.
const ROOMY: usize = 18;

/// How much can be said where.
#[derive(Clone, Copy)]
struct Room {
    /// Names of a node that stands for several things.
    names: usize,
    /// Conditions along an edge.
    conditions: usize,
    /// Lines of one name or condition.
    lines: usize,
}

impl Room {
    const fn of(picture: &Picture) -> Self {
        if picture.nodes.len() > ROOMY {
            Self { names: 1, conditions: 1, lines: 1 }
        } else {
            Self { names: 3, conditions: 3, lines: 3 }
        }
    }
}

/// The lines of a node.
fn node_lines(node: &PictureNode, room: Room) -> Vec<String> {
    let first = node.names.first().map(String::as_str).unwrap_or_default();
    match node.kind {
        "population" => return folded(whom(first), 2),
        "privilege" => return folded(can(first), 2),
        _ => {}
    }
    let mut lines = match node.count {
        1 => vec![in_words(node.kind)],
        count => vec![counted(count, &in_words(node.kind))],
    };
    lines.extend(node.names.iter().take(room.names).flat_map(|name| folded(name, room.lines)));
    if node.names.len() > room.names {
        lines.push("and others".to_owned());
    }
    lines.extend(node.privilege.iter().flat_map(|worth| folded(&privilege(worth), 2)));
    lines
}

/// The lines along an edge.
fn edge_lines(edge: &PictureEdge, room: Room) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    if edge.standing == Standing::Never {
        lines.push("nobody gets through".to_owned());
    }
    lines.extend(edge.kinds.iter().filter_map(|kind| happens(kind, edge.service)));
    // What a token is for says less than whose it is.
    let (audiences, others): (Vec<&String>, Vec<_>) =
        edge.conditions.iter().partition(|condition| condition.contains("aud "));
    let conditions = others.into_iter().chain(audiences);
    lines.extend(conditions.take(room.conditions).flat_map(|condition| folded(condition, room.lines)));
    match edge.conditions.len().saturating_sub(room.conditions) {
        0 => {}
        more => lines.push(format!("and {}", counted(more, "more condition"))),
    }
    if edge.variants > 1 {
        lines.push(format!("{} different conditions", edge.variants));
    }
    lines
}

/// What happens along an edge, in a few words, where what it joins does not say it.
fn happens(kind: &str, service: Option<&str>) -> Option<String> {
    let words = match kind {
        "signs-up" => "sign up",
        "signs-in-with" => "sign in elsewhere",
        "enters-as-guest" => "without sign-in",
        "is-member" => "members",
        "given-to-guests" => "role for guests",
        "given-to-users" => "role for users",
        "given-by-rule" => "by a rule",
        "given-to-group" => "role of the group",
        "given-by-assertion" => "if the assertion names it",
        "assigned" => "assigned",
        "chosen" => "chosen in the classic flow",
        "passed" => return Some(format!("passed to {}", service.unwrap_or("a service"))),
        _ => return None,
    };
    Some(words.to_owned())
}

/// What the lines of the picture mean, and what is not in it.
fn caption(picture: &Picture) -> Vec<String> {
    let mut lines = vec!["solid: proved; dashed: possible; dotted: nobody gets through".to_owned()];
    match picture.likeness {
        Likeness::Single => {}
        Likeness::Equal => lines.push("what is equal is drawn once".to_owned()),
        Likeness::ButConditions => {
            lines.push("what is equal but for its conditions is drawn once".to_owned())
        }
        Likeness::Similar => {
            lines.push("what is worth the same to those who get it in similar ways is drawn once".to_owned());
        }
    }
    if picture.left_out > 0 {
        lines.push(format!("{} that are worth least are left out", picture.left_out));
    }
    lines
}

/// Untrusted text in so many lines, each short enough, broken where a name has its joints.
fn folded(text: &str, most: usize) -> Vec<String> {
    let text = sanitised(text);
    let mut lines = vec![String::new()];
    let mut rest = text.split_inclusive([' ', ':', '/', ',']);
    let mut piece = rest.next().unwrap_or_default();
    while !piece.is_empty() {
        let line = lines.last_mut().expect("there is a line");
        let room = WIDTH - columns(line).min(WIDTH);
        let fits = columns(piece.trim_end()) <= room;
        // What does not fit into an empty line either is broken anywhere.
        let end = if fits { piece.len() } else { fitting(piece, if line.is_empty() { room } else { 0 }) };
        line.push_str(&piece[..end]);
        piece = &piece[end..];
        if piece.is_empty() {
            piece = rest.next().unwrap_or_default();
        } else if lines.len() < most {
            lines.push(String::new());
        } else {
            let last = lines.last_mut().expect("there is a line");
            // Rather a part of it than an empty line.
            if columns(last) + 6 < WIDTH {
                let end = fitting(piece, WIDTH - columns(last) - 3);
                last.push_str(&piece[..end]);
            }
            last.push_str("...");
            break;
        }
    }
    lines.iter().map(|line| line.trim_end().to_owned()).collect()
}

/// How many bytes of a text fit into so many columns; those of a character at least, if there is any room.
fn fitting(text: &str, columns_left: usize) -> usize {
    let mut used = 0;
    let fits = |&(_, character): &(usize, char)| {
        used += columns_of(character);
        used <= columns_left
    };
    let last = text.char_indices().take_while(fits).last();
    let first = text.chars().next().map_or(0, char::len_utf8);
    match last {
        Some((at, character)) => at + character.len_utf8(),
        None if columns_left > 0 => first,
        None => 0,
    }
}

/// The colours of what somebody can do, from the mildest to the worst: each is darker than the one before.
const COLOURS: [(&str, &str); 11] = [
    ("#ffffff", "#000000"),
    ("#fff7ec", "#000000"),
    ("#fff2dc", "#000000"),
    ("#fee8c8", "#000000"),
    ("#fdd49e", "#000000"),
    ("#fdbb84", "#000000"),
    ("#fc8d59", "#000000"),
    ("#ef6548", "#000000"),
    ("#d7301f", "#ffffff"),
    ("#b30000", "#ffffff"),
    ("#7f0000", "#ffffff"),
];

/// How much a node is worth, as a position in [`COLOURS`]; and whether it may be more.
fn worth(node: &PictureNode) -> (usize, bool) {
    let position = |name: &str| PRIVILEGES.iter().position(|known| *known == name).unwrap_or_default();
    match (&node.privilege, node.kind) {
        (Some(privilege), _) => {
            let proved = position(privilege.proved);
            (proved, position(privilege.possible) > proved || !privilege.complete)
        }
        (None, "privilege") => (node.names.first().map(|name| position(name)).unwrap_or_default(), false),
        (None, _) => (0, false),
    }
}

/// Says that nothing in the graph has the name that a picture should be about.
///
/// # Errors
///
/// Those of `out`.
pub fn write_unknown(out: &mut dyn Write, wanted: &str, close: &[String]) -> io::Result<()> {
    writeln!(out, "error: nothing in the graph is called `{}`", sanitised(wanted))?;
    match close {
        [] => {
            writeln!(out, "Give a logical id, a name or an ARN, as `fedlint graph --format json` shows them.")
        }
        close => {
            let close: Vec<String> = close.iter().map(|name| format!("`{}`", sanitised(name))).collect();
            writeln!(out, "Did you mean {}?", close.join(" or "))
        }
    }
}

/// Writes what could not be read, for people.
///
/// # Errors
///
/// Those of `out`.
pub fn write_problems(
    out: &mut dyn Write,
    problems: &[Problem],
    sources: &Sources,
    summary: &Summary,
    options: &Options,
) -> io::Result<()> {
    let screen = Screen::new(*options);
    for problem in problems {
        out.write_all(screen.problem(problem, sources).as_bytes())?;
    }
    if summary.refused {
        return writeln!(out, "nothing was looked at");
    }
    if summary.files == 0 {
        writeln!(out, "{}", checked_line(summary, false))?;
    }
    Ok(())
}

/// Writes a picture for programs.
///
/// # Errors
///
/// Those of `out`.
pub fn write_json(
    out: &mut dyn Write,
    picture: &Picture,
    problems: &[Problem],
    sources: &Sources,
) -> io::Result<()> {
    machine::write_json(out, &Output::of(picture, problems, sources))
}

/// The JSON Schema of the output.
#[must_use]
pub fn output_schema() -> serde_json::Value {
    machine::schema::<Output<'static>>()
}

/// The trust graph.
#[derive(Serialize, JsonSchema)]
#[schemars(title = "fedlint graph")]
#[serde(rename_all = "kebab-case")]
struct Output<'r> {
    /// The number of this schema: 1.
    schema: u32,
    /// The program that wrote this.
    tool: Tool,
    /// What things have in common that are one node: `single` (each has its own), `equal`, `but-conditions` (equal but
    /// for conditions), `similar` (of one kind, worth the same, with neighbours of one kind).
    likeness: &'static str,
    /// The nodes, from those at the left of a picture to those at the right.
    nodes: Vec<NodeOutput<'r>>,
    /// The edges, by their nodes.
    edges: Vec<EdgeOutput<'r>>,
    /// How many things are left out because there would be too many nodes.
    left_out: usize,
    /// What could not be read, or only in part; ordered by path and position.
    problems: Vec<ProblemOutput<'r>>,
}

/// A node.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Node")]
struct NodeOutput<'r> {
    /// By which edges name it.
    id: String,
    /// `population`, `privilege`, `account`, `service`, `principal`, `web-identity-provider`, or the kind of an entity:
    /// `role`, `identity-pool` and so on.
    kind: &'static str,
    /// The different names of what it stands for, not all if there are many: of populations and privileges as in the output
    /// of `fedlint paths`, of OIDC providers their issuers.
    names: &'r [String],
    /// How many things it stands for.
    count: usize,
    /// The first of these, if they are entities.
    entities: Vec<Entity<'r>>,
    /// What the role is worth, if it is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    privilege: Option<PrivilegeOutput>,
}

/// An edge.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Edge")]
struct EdgeOutput<'r> {
    /// The node that it leaves.
    from: String,
    /// The node that it leads to.
    to: String,
    /// What happens, as in the steps of `fedlint paths`.
    kinds: &'r [&'static str],
    /// Who gets through: `proved` (somebody), `possible`, `never` (nobody).
    standing: &'static str,
    /// What is asked of them, in short.
    conditions: &'r [String],
    /// How many different sets of conditions the edges have that are drawn as this one. If more than one, `conditions` is
    /// empty.
    variants: usize,
    /// The service that a role is passed to.
    #[serde(skip_serializing_if = "Option::is_none")]
    service: Option<&'static str>,
    /// Where it is written; for one that stands for several, the first.
    #[serde(skip_serializing_if = "Option::is_none")]
    location: Option<Location>,
}

impl<'r> Output<'r> {
    fn of(picture: &'r Picture, problems: &'r [Problem], sources: &Sources) -> Self {
        let node = |(position, node): (usize, &'r PictureNode)| NodeOutput {
            id: id(position),
            kind: node.kind,
            names: &node.names,
            count: node.count,
            entities: node.entities.iter().map(Entity::of).collect(),
            privilege: node.privilege.as_ref().map(Into::into),
        };
        let edge = |edge: &'r PictureEdge| EdgeOutput {
            from: id(edge.from),
            to: id(edge.to),
            kinds: &edge.kinds,
            standing: edge.standing.name(),
            conditions: &edge.conditions,
            variants: edge.variants,
            service: edge.service,
            location: edge.place.map(|span| Location::of(span, sources)),
        };
        Self {
            schema: SCHEMA,
            tool: Tool::THIS,
            likeness: match picture.likeness {
                Likeness::Single => "single",
                Likeness::Equal => "equal",
                Likeness::ButConditions => "but-conditions",
                Likeness::Similar => "similar",
            },
            nodes: picture.nodes.iter().enumerate().map(node).collect(),
            edges: picture.edges.iter().map(edge).collect(),
            left_out: picture.left_out,
            problems: problems.iter().map(|problem| ProblemOutput::of(problem, sources)).collect(),
        }
    }
}

/// The name of a node in every format.
fn id(position: usize) -> String {
    format!("n{position}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_texts_are_broken_at_joints_and_cut() {
        let lines = |text: &str, most: usize| folded(text, most).join("|");
        assert_eq!(lines("repo:acme/app:ref:refs/heads/main", 3), "repo:acme/app:ref:refs/heads/main");
        assert_eq!(
            lines("sub = repo:acme/application:environment:production", 3),
            "sub = repo:acme/application:|environment:production"
        );
        assert_eq!(
            lines("sub = repo:acme/application:environment:production", 1),
            "sub = repo:acme/application:envir..."
        );
        // Without joints it is broken anywhere, and wide characters count twice.
        assert_eq!(lines(&"x".repeat(80), 2), format!("{0}|{0}...", "x".repeat(36)));
        assert_eq!(lines(&"漢".repeat(20), 2), format!("{}|漢漢", "漢".repeat(18)));
        assert_eq!(lines("", 2), "");
        // What a terminal would act on is shown, not done.
        assert_eq!(lines("a\u{1b}[2J", 1), "a\\u{1b}[2J");
    }

    #[test]
    fn colours_get_darker_with_every_privilege() {
        assert_eq!(COLOURS.len(), PRIVILEGES.len());
        let light = |colour: &str| -> u32 {
            let part = |at: usize| u32::from_str_radix(&colour[at..at + 2], 16).expect("a colour");
            299 * part(1) + 587 * part(3) + 114 * part(5)
        };
        let fills: Vec<u32> = COLOURS.iter().map(|(fill, _)| light(fill)).collect();
        assert!(fills.windows(2).all(|pair| pair[0] > pair[1]), "{fills:?}");
        assert!(COLOURS.iter().all(|(fill, text)| light(fill).abs_diff(light(text)) > 100_000));
    }
}
