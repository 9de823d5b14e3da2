//! Documents become resources with resolved values, in one vocabulary for templates and account dumps
//! alike: CloudFormation's type and property names.

pub mod account;
pub mod cloudformation;

use std::path::Path;
use std::sync::Arc;

use crate::document::{Document, Format};
use crate::settings::Settings;
use crate::source::{Problem, ProblemKind, Sources, Span};
use crate::value::{
    DeploymentId, Located, Name, SymbolId, TemplateId, Text, Unknown, Vocabulary, WorldSet, WorldTable,
};

/// What a file holds. Borrows nothing.
#[derive(Debug)]
pub enum File {
    /// Templates, or what says how templates belong together.
    Templates(cloudformation::File),
    /// Answers of the AWS API, or what says whose they are.
    Answers(Box<account::File>),
}

/// Reads what a document holds of ours. `None` if nothing.
#[must_use]
pub fn read(
    path: &Path,
    document: &Document,
    text: &str,
    settings: &Settings,
    vocabulary: &Vocabulary,
    sources: &Sources,
) -> Option<File> {
    let templates = cloudformation::read(path, document, text, settings, vocabulary, sources);
    templates.map(File::Templates).or_else(|| {
        let is_answer = document.format == Format::Json;
        let answers = is_answer.then(|| account::read(path, document, text, settings, vocabulary, sources));
        answers.flatten().map(Box::new).map(File::Answers)
    })
}

impl File {
    /// The file as one of a dump in which things are looked up, and of which nothing is reported. `None` for templates.
    #[must_use]
    pub fn existing(self, problems: &mut Vec<Problem>) -> Option<Self> {
        match self {
            Self::Answers(mut file) => {
                file.set_existing();
                Some(Self::Answers(file))
            }
            Self::Templates(file) => {
                let message = format!(
                    "`{}` is no answer of an account, so that nothing is looked up in it",
                    file.path().display()
                );
                let help = "Name dumps with `--with`, and templates as paths.";
                problems.push(Problem::of(ProblemKind::Skipped, file.path(), message, help));
                None
            }
        }
    }

    /// True if there is something to look at in the file, and it does not only say how others belong together.
    #[must_use]
    pub fn counts(&self) -> bool {
        match self {
            Self::Templates(file) => file.has_templates(),
            Self::Answers(file) => file.has_answers(),
        }
    }
}

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
    /// A policy document that stands word for word in several places: as it is at one of them. Only its own place is that of
    /// the value; those within it have to be moved.
    Shared(Arc<Located<Self>>),
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
    /// The template that creates it: the scope of its logical id.
    pub template: TemplateId,
    /// The template whose worlds the variants speak of: the root of the nested-stack tree, else `template`.
    pub root: TemplateId,
    /// The deployment that it is part of.
    pub deployment: DeploymentId,
    /// The logical id where it is written. For resources that SAM makes: that of the SAM resource.
    pub span: Span,
    /// `Metadata: aws:cdk:path`.
    pub cdk_path: Option<Name>,
    /// The SAM resource that makes this one.
    pub made_by: Option<Name>,
    /// True if a list of an account names it, and no answer tells of it.
    pub only_listed: bool,
    /// The contents: one for each set of worlds in which they are equal. Sets do not meet; worlds in which
    /// the resource does not exist are in none.
    pub variants: Vec<Variant>,
}

/// What a further answer tells of a thing that was taken out of its file: the one property that is told elsewhere.
#[derive(Clone, Debug)]
pub struct Supplement {
    /// The type, `AWS::IAM::Role`.
    pub kind: Name,
    /// The template that the account is.
    pub template: TemplateId,
    /// The deployment that the account is.
    pub deployment: DeploymentId,
    /// The logical id of the thing.
    pub logical_id: Name,
    /// The property: see [`account::supplemented`].
    pub property: Located<Value>,
}

/// The contents of a resource in some worlds.
#[derive(Clone, Debug)]
pub struct Variant {
    /// The worlds, of [`Resource::root`].
    pub worlds: WorldSet,
    /// The properties: a [`Value::Map`], or [`Value::Unknown`].
    pub properties: Located<Value>,
    /// What `Ref` of the resource returns, where that is documented: the text by which others name it.
    pub reference: Option<Text>,
    /// The resource's ARN, where it has one.
    pub arn: Option<Text>,
    /// The external id that AWS gives the resource, where it gives one.
    pub external_id: Option<Text>,
    /// What `Fn::GetAtt` would return, as far as an answer of the API says it.
    pub attributes: Vec<(Name, Text)>,
}

/// What is to be known of a template besides its resources.
#[derive(Clone, Debug)]
pub struct Template {
    /// Its id.
    pub id: TemplateId,
    /// The root of the nested-stack tree that it is part of: worlds of resources are those of the root.
    pub root: TemplateId,
    /// For a nested stack: the template that contains it and the logical id of the stack resource.
    pub parent: Option<(TemplateId, Name)>,
    /// The deployment that it is part of.
    pub deployment: DeploymentId,
    /// The template in its file.
    pub span: Span,
    /// Its worlds; those of the root for a nested stack.
    pub worlds: WorldTable,
    /// Its parameters, in order.
    pub parameters: Vec<Parameter>,
    /// Every logical id that it defines with its type, in order: also of types that are not resolved.
    pub defined: Vec<Defined>,
    /// Outputs with an export name.
    pub exports: Vec<Export>,
    /// References to logical ids, attributes or conditions that the template does not define.
    pub dangling: Vec<Dangling>,
    /// True if everything that the template defines is in view: no unresolved macro, transform, include or
    /// nested template.
    pub complete: bool,
}

/// A parameter of a template.
#[derive(Clone, Debug)]
pub struct Parameter {
    /// Its name.
    pub name: Name,
    /// Where the name is written.
    pub span: Span,
    /// The symbol that stands for its value where that is not pinned. None for lists.
    pub symbol: Option<SymbolId>,
    /// The default as written. An empty default is a placeholder: it proves nothing.
    pub default: Option<Located<Name>>,
}

/// A logical id of a template.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Defined {
    /// The logical id.
    pub logical_id: Name,
    /// The type.
    pub kind: Name,
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

/// An account that is pinned from outside.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pinned {
    /// Twelve digits.
    pub account: String,
    /// The partition, if it is known.
    pub partition: Option<String>,
}

/// An export of a stack that exists already.
#[derive(Clone, Debug)]
pub struct ExistingExport {
    /// Its name.
    pub name: Text,
    /// Its value.
    pub value: Text,
    /// The account.
    pub account: Option<Text>,
    /// The region.
    pub region: Option<Text>,
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

/// Whether all things of a kind in an account are in view.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Inventory {
    /// The account.
    pub deployment: DeploymentId,
    /// The type, `AWS::IAM::Role`.
    pub kind: Name,
    /// The region, for things that are in one.
    pub region: Option<Name>,
    /// The id of the thing that they belong to, if it is not all of the account or region.
    pub of: Option<Name>,
    /// Whether all are.
    pub seen: Seen,
}

/// How much of something is in view.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Seen {
    /// All of it.
    All,
    /// A part: an answer is cut off.
    CutOff,
    /// Nothing, for this reason: the word of the manifest.
    Not(Name),
}

impl Seen {
    /// How much is in view if both are needed.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        if self == Self::All { other } else { self }
    }
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
    /// Of which kinds all things are in view, in accounts that were dumped.
    pub inventories: Vec<Inventory>,
    /// Accounts in which things are only looked up.
    pub existing: Vec<DeploymentId>,
    /// Accounts by their number: the deployment and the template that each is.
    pub accounts: Vec<(Name, DeploymentId, TemplateId)>,
    /// What further answers tell of things that were taken out of their files ([`account::Whole`]).
    pub more: Vec<Supplement>,
    /// What could not be resolved.
    pub problems: Vec<Problem>,
}

impl Resources {
    /// Adds others, whose ids follow.
    pub fn append(&mut self, mut others: Self) {
        self.deployments.append(&mut others.deployments);
        self.templates.append(&mut others.templates);
        self.resources.append(&mut others.resources);
        self.inventories.append(&mut others.inventories);
        self.existing.append(&mut others.existing);
        self.accounts.append(&mut others.accounts);
        self.more.append(&mut others.more);
        self.problems.append(&mut others.problems);
    }
}
