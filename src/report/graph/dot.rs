//! The language of Graphviz (<https://graphviz.org/doc/info/lang.html>).

use std::io::{self, Write};

use super::{COLOURS, ROOMY, Room, caption, edge_lines, id, node_lines, worth};
use crate::finding::{Picture, PictureNode, Standing};

const FONT: &str = "Helvetica,Arial,sans-serif";

/// Writes a picture for Graphviz.
///
/// # Errors
///
/// Those of `out`.
pub fn write(out: &mut dyn Write, picture: &Picture) -> io::Result<()> {
    let room = Room::of(picture);
    writeln!(out, "digraph fedlint {{")?;
    writeln!(
        out,
        "  graph [rankdir=LR, bgcolor=white, fontname=\"{FONT}\", fontsize=10, ranksep=0.5, nodesep=0.15, \
         labelloc=b, labeljust=l, label={}];",
        quoted(&caption(picture), "\\l")
    )?;
    writeln!(
        out,
        "  node [shape=box, style=filled, fillcolor=white, fontname=\"{FONT}\", fontsize=10, margin=\"0.1,0.04\"];"
    )?;
    writeln!(out, "  edge [fontname=\"{FONT}\", fontsize=9];")?;
    for (rank, kind) in [("source", "population"), ("sink", "privilege")] {
        let ids: Vec<String> =
            (0..).zip(&picture.nodes).filter(|(_, node)| node.kind == kind).map(|(at, _)| id(at)).collect();
        if !ids.is_empty() {
            writeln!(out, "  {{ rank={rank}; {}; }}", ids.join("; "))?;
        }
    }
    for (position, node) in picture.nodes.iter().enumerate() {
        writeln!(
            out,
            "  {} [label={}{}];",
            id(position),
            quoted(&node_lines(node, room), "\\n"),
            look(node)
        )?;
    }
    for edge in &picture.edges {
        let line = match edge.standing {
            Standing::Proved => "",
            Standing::Possible => ", style=dashed",
            Standing::Never => ", style=dotted, arrowhead=tee, color=\"#666666\", fontcolor=\"#666666\"",
        };
        let label = edge_lines(edge, room);
        let label = if label.is_empty() { String::new() } else { format!("label={}", quoted(&label, "\\l")) };
        // Roles stay in one column where there are many: otherwise the picture gets wider than a window.
        let is_role = |node: usize| picture.nodes[node].kind == "role";
        let column = if picture.nodes.len() > ROOMY && is_role(edge.from) && is_role(edge.to) {
            ", constraint=false"
        } else {
            ""
        };
        let attributes = format!("{label}{line}{column}");
        let attributes = attributes.trim_start_matches(", ");
        match attributes {
            "" => writeln!(out, "  {} -> {};", id(edge.from), id(edge.to))?,
            _ => writeln!(out, "  {} -> {} [{attributes}];", id(edge.from), id(edge.to))?,
        }
    }
    writeln!(out, "}}")
}

/// Shape, colour and border of a node.
fn look(node: &PictureNode) -> String {
    let shape = match node.kind {
        "population" => ", shape=ellipse",
        "user-pool" | "identity-pool" => ", shape=cylinder",
        "user-pool-group" | "identity-store-group" => ", shape=folder",
        "privilege" => ", style=\"filled,rounded\"",
        "role" | "permission-set" => "",
        _ => ", shape=component",
    };
    let (position, more) = worth(node);
    let (fill, text) = COLOURS[position];
    let mut look = shape.to_owned();
    if position > 0 {
        look += &format!(", fillcolor=\"{fill}\", fontcolor=\"{text}\"");
    }
    if more {
        look += ", style=\"filled,dashed\"";
    }
    if position >= BOLD {
        look += ", penwidth=2";
    }
    look
}

/// From here on a border is bold: secrets and worse.
const BOLD: usize = 7;

/// Lines as a quoted string, each with this end. Graphviz takes other escapes than those of quotes and backslashes for
/// names of the graph.
fn quoted(lines: &[String], end: &str) -> String {
    let mut quoted = "\"".to_owned();
    for (position, line) in lines.iter().enumerate() {
        // Left-justified lines need their end, also the last.
        if position > 0 && end == "\\n" {
            quoted += end;
        }
        quoted += &line.replace('\\', "\\\\").replace('"', "\\\"");
        if end == "\\l" {
            quoted += end;
        }
    }
    quoted + "\""
}
