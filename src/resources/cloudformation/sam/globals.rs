//! The `Globals` section: properties that every resource of one SAM type has unless it says otherwise.
//!
//! Source: AWS SAM developer guide, "Globals section of the AWS SAM template"; what is merged how was
//! measured on the translator's own test templates.

use std::borrow::Cow;

use super::Declared;
use super::tree::{self, Tree};
use crate::resources::cloudformation::expression::Expression;

/// The properties of one SAM resource: its own, and those that `Globals` adds.
#[derive(Clone, Copy, Debug)]
pub(super) struct Properties<'t> {
    own: Option<&'t Expression>,
    global: Option<&'t Expression>,
    ignored: Ignored<'t>,
}

/// What the attribute `IgnoreGlobals` of a resource takes away.
#[derive(Clone, Copy, Debug)]
enum Ignored<'t> {
    Nothing,
    Everything,
    Names(&'t Expression),
}

impl<'t> Properties<'t> {
    /// The properties of a resource.
    pub(super) fn new(tree: Tree<'_>, declared: &Declared<'t>, globals: Option<&'t Expression>) -> Self {
        let ignored = match declared.ignore_globals {
            Some(names) if names.as_list().is_some() => Ignored::Names(names),
            Some(value) if tree.literal(value) == Some("*") => Ignored::Everything,
            _ => Ignored::Nothing,
        };
        let section = tree.names.text(declared.kind).strip_prefix("AWS::Serverless::");
        let global = section.and_then(|section| tree.property(globals?, section));
        Self { own: declared.properties, global, ignored }
    }

    /// Only what `Globals` says: for resources that no template writes.
    pub(super) fn implicit(tree: Tree<'_>, section: &str, globals: Option<&'t Expression>) -> Self {
        let global = globals.and_then(|globals| tree.property(globals, section));
        Self { own: None, global, ignored: Ignored::Nothing }
    }

    /// A property, merged. `None` where nothing (or null) is written.
    pub(super) fn get(&self, tree: Tree<'_>, name: &str) -> Option<Cow<'t, Expression>> {
        let own = self.own.and_then(|own| tree.property(own, name));
        match (self.global(tree, name), own) {
            (None, own) => own.map(Cow::Borrowed),
            (Some(global), None) => Some(Cow::Borrowed(global)),
            (Some(global), Some(own)) => Some(merge(tree, global, own)),
        }
    }

    fn global(&self, tree: Tree<'_>, name: &str) -> Option<&'t Expression> {
        let ignored = match self.ignored {
            Ignored::Nothing => false,
            Ignored::Everything => true,
            Ignored::Names(names) => {
                names.as_list().unwrap_or_default().iter().any(|item| tree.literal(item) == Some(name))
            }
        };
        if ignored { None } else { self.global.and_then(|global| tree.property(global, name)) }
    }
}

/// Maps are united, lists put one after the other, of everything else the resource's own value counts.
/// As deep as the values are, which the reader bounds.
fn merge<'e>(tree: Tree<'_>, global: &Expression, own: &'e Expression) -> Cow<'e, Expression> {
    if let (Some(first), Some(second)) = (global.as_list(), own.as_list())
        && tree.charge_copy(global)
        && tree.charge_copy(own)
    {
        return Cow::Owned(tree::list(own.span, first.iter().chain(second).cloned().collect()));
    }
    match (global.as_map(), own.as_map()) {
        (Some(first), Some(second)) if tree.charge_copy(global) && tree.charge_copy(own) => {
            let both = |global: &Expression, own: &Expression| merge(tree, global, own).into_owned();
            Cow::Owned(tree::merge_maps(first, second, own.span, both))
        }
        _ => Cow::Borrowed(own),
    }
}
