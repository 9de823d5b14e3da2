//! Documents become resources with resolved values, in one vocabulary for templates and account dumps
//! alike: CloudFormation's type and property names.

use crate::source::{Problem, Span};
use crate::value::{DeploymentId, Located, Name, TemplateId, Text, Unknown, WorldSet, WorldTable};

/// A resolved value.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Value {
    /// Written as null.
    Null,
    /// A scalar as it is written, with symbols. Each field decides how it reads it (`true`, `"true"`).
    Text(Text),
    /// A list. `AWS::NoValue` items are gone.
    List(Vec<Located<Self>>),
    /// A mapping, in order. `AWS::NoValue` entries are gone.
    Map(Vec<Entry>),
    /// Something that cannot be resolved.
    Unknown(Unknown),
}

/// An entry of a [`Value::Map`]. Keys can have symbols too, inside `Fn::Sub`-ed JSON.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Entry {
    /// The key.
    pub key: Located<Text>,
    /// The value.
    pub value: Located<Value>,
}

/// A resource with its values.
#[derive(Clone, Debug)]
pub struct Resource {
    /// The logical id; in a dump, the name or ARN.
    pub logical_id: Name,
    /// The type, `AWS::IAM::Role`.
    pub kind: Name,
    /// The template that creates it.
    pub template: TemplateId,
    /// The deployment that it is part of.
    pub deployment: DeploymentId,
    /// The logical id where it is written. For resources that SAM makes: that of the SAM resource.
    pub span: Span,
    /// `Metadata: aws:cdk:path`.
    pub cdk_path: Option<Name>,
    /// The SAM resource that makes this one.
    pub made_by: Option<Name>,
    /// The contents: one for each set of worlds in which they are equal. Sets do not meet; worlds in which
    /// the resource does not exist are in none.
    pub variants: Vec<Variant>,
}

/// The contents of a resource in some worlds.
#[derive(Clone, Debug)]
pub struct Variant {
    /// The worlds.
    pub worlds: WorldSet,
    /// The properties: a [`Value::Map`], or [`Value::Unknown`].
    pub properties: Located<Value>,
}

/// What is to be known of a template besides its resources.
#[derive(Clone, Debug)]
pub struct Template {
    /// Its id.
    pub id: TemplateId,
    /// The deployment that it is part of.
    pub deployment: DeploymentId,
    /// The outermost file.
    pub span: Span,
    /// Its worlds.
    pub worlds: WorldTable,
    /// Outputs with an export name.
    pub exports: Vec<Export>,
    /// References to logical ids, attributes or conditions that the template does not define.
    pub dangling: Vec<Dangling>,
    /// True if everything that the template defines is in view: no unresolved macro, transform, include or
    /// nested template.
    pub complete: bool,
}

/// An exported output.
#[derive(Clone, Debug)]
pub struct Export {
    /// The export's name.
    pub name: Located<Text>,
    /// The output's value.
    pub value: Located<Value>,
    /// The worlds in which it exists.
    pub worlds: WorldSet,
}

/// A reference that leads nowhere.
#[derive(Clone, Debug)]
pub struct Dangling {
    /// The resource in which it stands, by logical id.
    pub from: Name,
    /// What it names: a logical id, or `LogicalId.Attribute`.
    pub name: Name,
    /// A close name that is defined.
    pub did_you_mean: Option<Name>,
    /// Where it stands.
    pub span: Span,
    /// The worlds in which it is used.
    pub worlds: WorldSet,
    /// Why it leads nowhere.
    pub why: WhyDangling,
}

/// Why a reference leads nowhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WhyDangling {
    /// The template defines no such resource or parameter.
    NotDefined,
    /// The resource is defined, but not in these worlds (its `Condition` is false).
    NotInTheseWorlds,
    /// The resource type has no such attribute.
    NoSuchAttribute,
}

/// An account and region into which templates are deployed, or from which a dump was taken.
#[derive(Clone, Debug)]
pub struct Deployment {
    /// Its id.
    pub id: DeploymentId,
    /// The account id: literal where it is pinned or known, else the symbol.
    pub account: Text,
    /// The region.
    pub region: Text,
    /// The partition.
    pub partition: Text,
}

/// All resources of a scan, in a deterministic order.
#[derive(Clone, Debug, Default)]
pub struct Resources {
    /// Deployments, by id.
    pub deployments: Vec<Deployment>,
    /// Templates, by id.
    pub templates: Vec<Template>,
    /// Resources, by template and place.
    pub resources: Vec<Resource>,
    /// What could not be resolved.
    pub problems: Vec<Problem>,
}
