//! Files with values for template parameters, in every form that tools of AWS take:
//!
//! - the AWS CLI: `[{"ParameterKey": "Name", "ParameterValue": "value"}]`;
//! - CodePipeline and the CLI's `deploy`: `{"Parameters": {"Name": "value"}}`;
//! - plain, as the AWS CDK and others write them: `{"Name": "value"}`;
//! - a list of `"Name=value"`, as `aws cloudformation deploy --parameter-overrides` takes it.

use std::path::Path;

use super::file::parameter;
use super::reader::{Reader, quoted};
use super::{Parameter, ParameterValue, Parameters};
use crate::document::{self, Format, Kind, Limits, NodeRef, Tree};
use crate::source::{Problem, ProblemKind, SourceId};

const HELP: &str = "Write parameters as `{\"Name\": \"value\"}`, or as the AWS CLI does: \
                    `[{\"ParameterKey\": \"Name\", \"ParameterValue\": \"value\"}]`.";

/// Reads the text of a parameter file.
pub(super) fn read(text: &str, source: SourceId, path: &Path) -> Result<Parameters, Vec<Problem>> {
    let read = document::read(text, source, Format::guess(path, text), &Limits::default());
    let refused = |problem: &Problem| problem.kind.loses() || problem.kind == ProblemKind::DuplicateKey;
    if read.problems.iter().any(refused) {
        return Err(read.problems);
    }
    let tree = Tree::new(&read.document, text);
    let mut reader = Reader::default();
    let mut parameters = Parameters::new();
    for root in tree.roots() {
        parameters.extend(document(&mut reader, root));
    }
    reader.check_aliases(&tree);
    if reader.problems.is_empty() { Ok(parameters) } else { Err(reader.problems) }
}

fn document(reader: &mut Reader, root: NodeRef<'_>) -> Parameters {
    if root.kind() == Kind::List {
        return list(reader, root);
    }
    // CodePipeline's form also has `Tags` and `StackPolicy` beside the parameters.
    match root.get("Parameters") {
        Some((_, parameters)) if parameters.kind() == Kind::Map => plain(reader, parameters),
        Some((_, parameters)) if parameters.kind() == Kind::List => list(reader, parameters),
        _ => plain(reader, root),
    }
}

/// Reads `Name: value` entries.
pub(super) fn plain(reader: &mut Reader, node: NodeRef<'_>) -> Parameters {
    let mut parameters = Parameters::new();
    for (name, _, value) in reader.entries(node, "parameters", HELP) {
        if let Some(value) = parameter(reader, name, value) {
            parameters.insert(name.to_owned(), value);
        }
    }
    parameters
}

fn list(reader: &mut Reader, node: NodeRef<'_>) -> Parameters {
    let mut parameters = Parameters::new();
    for item in node.items() {
        let (name, value) = match item.kind() {
            Kind::Map => match entry(reader, item) {
                Some(pair) => pair,
                None => continue,
            },
            _ => {
                let Some(text) = reader.text(item, "parameter", HELP) else { continue };
                let Some((name, value)) = text.split_once('=') else {
                    reader.problem(item, format!("{} is not of the form `Name=value`", quoted(text)), HELP);
                    continue;
                };
                let value = ParameterValue::Text(value.to_owned());
                (name.to_owned(), Parameter { value, span: Some(item.span()) })
            }
        };
        parameters.insert(name, value);
    }
    parameters
}

/// An entry of the AWS CLI's form; none for what only the deployed stack knows.
fn entry(reader: &mut Reader, item: NodeRef<'_>) -> Option<(String, Parameter)> {
    let Some((_, name)) = item.get("ParameterKey") else {
        reader.problem(item, "an entry of the list has no `ParameterKey`".to_owned(), HELP);
        return None;
    };
    let name = reader.text(name, "ParameterKey", HELP)?;
    let Some((_, value)) = item.get("ParameterValue") else {
        let previous = item.get("UsePreviousValue").and_then(|(_, value)| value.scalar());
        if previous != Some("true") {
            reader.problem(item, format!("parameter {} has no `ParameterValue`", quoted(name)), HELP);
        }
        return None;
    };
    Some((name.to_owned(), parameter(reader, name, value)?))
}
