//! A template with the nested stacks below it: what is resolved together, in the same worlds.

use rustc_hash::FxHashMap;

use super::Expression;
use super::draft::Draft;
use crate::resources::{Deployment, Value};
use crate::source::Problem;
use crate::value::{Name, TemplateId, Text, Vocabulary};

/// A template and its nested stacks.
#[derive(Debug)]
pub(crate) struct Tree<'a> {
    /// The root first, parents before their children.
    pub(crate) scopes: Vec<Scope<'a>>,
    pub(crate) deployment: &'a Deployment,
    /// Parameters of the root that the settings give a value.
    pub(crate) pinned: FxHashMap<Name, Value>,
    /// What was wrong with putting it together.
    pub(crate) problems: Vec<Problem>,
}

/// One use of a template.
#[derive(Debug)]
pub(crate) struct Scope<'a> {
    pub(crate) id: TemplateId,
    pub(crate) draft: &'a Draft,
    /// The scope that contains the stack.
    pub(crate) parent: Option<usize>,
    /// The logical id of the stack in the parent.
    pub(crate) stack: Option<Name>,
    /// What the parent passes, in the parent's scope.
    pub(crate) arguments: FxHashMap<Name, &'a Expression>,
    /// Nested stacks that are in view, by logical id.
    pub(crate) children: FxHashMap<Name, usize>,
    /// False if something that the template defines is not in view.
    pub(crate) complete: bool,
}

impl Scope<'_> {
    /// A name that is defined and close to `name`.
    pub(crate) fn close(&self, name: Name, vocabulary: &Vocabulary) -> Option<Name> {
        let text = vocabulary.names.text(name);
        let text = text.split('.').next().unwrap_or(text);
        let defined = self.draft.resources.keys().chain(self.draft.parameters.keys());
        let close = closest(text, defined.map(|&name| vocabulary.names.text(name)))?;
        vocabulary.names.lookup(close)
    }
}

/// The one of `names` that `text` most likely means.
pub(crate) fn closest<'n>(text: &str, names: impl Iterator<Item = &'n str>) -> Option<&'n str> {
    // One slip in four letters; long distances over many long names would only cost time.
    let most = (text.chars().count() / 4).clamp(1, 3);
    names
        .filter(|name| name.len().abs_diff(text.len()) <= most && *name != text)
        .map(|name| (strsim::osa_distance(&name.to_lowercase(), &text.to_lowercase()), name))
        .filter(|(distance, _)| *distance <= most)
        .min()
        .map(|(_, name)| name)
}

/// The exported values of all templates of the scan.
#[derive(Debug, Default)]
pub(crate) struct Exports {
    by_name: FxHashMap<Text, Vec<Exported>>,
}

/// An exported value.
#[derive(Debug)]
struct Exported {
    deployment: Deployment,
    /// None if it differs between worlds.
    value: Option<Value>,
    /// True if it is not of a template of the scan.
    existing: bool,
}

impl Exports {
    /// Adds an export.
    pub(crate) fn add(&mut self, name: Text, deployment: &Deployment, value: Option<Value>) {
        let all = self.by_name.entry(name).or_default();
        // What a template makes of a stack is what it will be.
        all.retain(|export| !export.existing);
        all.push(Exported { deployment: deployment.clone(), value, existing: false });
    }

    /// Adds an export of a stack that exists, unless a template of the scan has one of the name.
    pub(crate) fn add_existing(&mut self, name: Text, deployment: &Deployment, value: Value) {
        let all = self.by_name.entry(name).or_default();
        if all.iter().all(|export| export.existing) {
            all.push(Exported { deployment: deployment.clone(), value: Some(value), existing: true });
        }
    }

    /// What an import of `name` in `deployment` gives, if exactly one value comes into question: that of the
    /// same deployment first, else that of one which may be in the same account and region.
    pub(crate) fn find(&self, name: &Text, deployment: &Deployment) -> Option<&Value> {
        let all = self.by_name.get(name)?;
        let same: Vec<_> = all.iter().filter(|export| export.deployment.id == deployment.id).collect();
        let candidates = if same.is_empty() {
            all.iter().filter(|export| may_be_one_place(&export.deployment, deployment)).collect()
        } else {
            same
        };
        let (first, others) = candidates.split_first()?;
        let value = first.value.as_ref()?;
        others.iter().all(|other| other.value.as_ref() == Some(value)).then_some(value)
    }
}

/// False if account or region of the two are pinned to different ones.
fn may_be_one_place(left: &Deployment, right: &Deployment) -> bool {
    let may_equal = |left: &Text, right: &Text| {
        left == right || left.as_symbol().is_some() || right.as_symbol().is_some()
    };
    may_equal(&left.account, &right.account) && may_equal(&left.region, &right.region)
}
