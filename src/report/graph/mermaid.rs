//! The language of Mermaid's flowcharts (<https://mermaid.js.org/syntax/flowchart.html>).

use std::io::{self, Write};

use super::{COLOURS, Room, caption, edge_lines, id, node_lines, worth};
use crate::finding::{Picture, PictureNode, Standing};

/// Writes a picture for Mermaid.
///
/// # Errors
///
/// Those of `out`.
pub fn write(out: &mut dyn Write, picture: &Picture) -> io::Result<()> {
    let room = Room::of(picture);
    writeln!(out, "flowchart LR")?;
    for line in caption(picture) {
        writeln!(out, "  %% {line}")?;
    }
    for (position, node) in picture.nodes.iter().enumerate() {
        let (open, close) = shape(node);
        writeln!(out, "  {}{open}{}{close}", id(position), quoted(&node_lines(node, room)))?;
    }
    for edge in &picture.edges {
        let arrow = match edge.standing {
            Standing::Proved => "-->",
            Standing::Possible => "-.->",
            Standing::Never => "-.-x",
        };
        let label = edge_lines(edge, room);
        let label = if label.is_empty() { String::new() } else { format!("|{}|", quoted(&label)) };
        writeln!(out, "  {} {arrow}{label} {}", id(edge.from), id(edge.to))?;
    }
    for (position, (fill, text)) in COLOURS.iter().enumerate() {
        let of_class = |more: bool| -> Vec<String> {
            let nodes = picture.nodes.iter().enumerate();
            nodes.filter(|(_, node)| worth(node) == (position, more)).map(|(at, _)| id(at)).collect()
        };
        for (more, name, border) in [(false, "worth", ""), (true, "perhaps", ",stroke-dasharray:4")] {
            let nodes = of_class(more);
            if !nodes.is_empty() {
                writeln!(out, "  classDef {name}{position} fill:{fill},color:{text},stroke:#444{border}")?;
                writeln!(out, "  class {} {name}{position}", nodes.join(","))?;
            }
        }
    }
    Ok(())
}

const fn shape(node: &PictureNode) -> (&'static str, &'static str) {
    match node.kind.as_bytes() {
        b"population" => ("([", "])"),
        b"user-pool" | b"identity-pool" => ("[(", ")]"),
        b"user-pool-group" | b"identity-store-group" => ("[[", "]]"),
        b"privilege" => ("(", ")"),
        b"role" | b"permission-set" => ("[", "]"),
        _ => ("{{", "}}"),
    }
}

/// Lines as a quoted string. Mermaid looks for directives and links even there, and browsers for markup: what is neither a
/// letter nor harmless is written as a code.
fn quoted(lines: &[String]) -> String {
    let mut quoted = "\"".to_owned();
    for (position, line) in lines.iter().enumerate() {
        if position > 0 {
            quoted += "<br>";
        }
        for character in line.chars() {
            if character.is_alphanumeric() || HARMLESS.contains(character) {
                quoted.push(character);
            } else {
                quoted += &format!("#{};", u32::from(character));
            }
        }
    }
    quoted + "\""
}

/// Characters that mean nothing inside quotes.
const HARMLESS: &str = " .,:/-=()@!?+$'";
