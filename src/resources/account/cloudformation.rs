//! What stacks export: templates that import it are looked at beside the account.

use super::answer::{Lists, NOTHING, Reading, same};

pub(super) const READINGS: &[Reading] = &[Reading {
    service: "cloudformation",
    operation: "list-exports",
    at: "Exports",
    marks: &["ExportingStackId", "Name", "Value"],
    kind: "Export",
    id: &["Name"],
    // Its ARN says account and region.
    arn: Some("ExportingStackId"),
    members: &[same("Name"), same("Value")],
    lists: Lists::Nothing,
    ..NOTHING
}];
