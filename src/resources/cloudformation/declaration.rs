//! A resource as a template declares it, before anything is resolved.

use super::Expression;
use crate::source::Span;
use crate::value::Name;

/// One resource of a template. SAM makes several of one that is written.
#[derive(Clone, Debug)]
pub struct Declaration {
    /// The logical id.
    pub logical_id: Name,
    /// Where the logical id is written; for what SAM makes, that of the SAM resource.
    pub span: Span,
    /// The type, `AWS::IAM::Role`.
    pub kind: Name,
    /// `Condition`: the resource exists where it is true.
    pub condition: Option<Name>,
    /// `Properties`; `Form::Null` if there are none, or if they are of no interest here.
    pub properties: Expression,
    /// `Metadata: aws:cdk:path`.
    pub cdk_path: Option<Name>,
    /// `Metadata: aws:asset:path`: the file of a nested stack in a CDK folder.
    pub asset_path: Option<Name>,
    /// The SAM resource that makes this one.
    pub made_by: Option<Name>,
}
