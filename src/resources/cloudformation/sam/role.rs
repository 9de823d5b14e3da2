//! Roles that SAM makes.

use rustc_hash::FxHashSet;

use super::tree::{self, Tree};
use super::{Place, Sink, managed, statements};
use crate::resources::cloudformation::expression::Expression;
use crate::source::Span;

/// A role in the making.
pub(super) struct Draft<'n> {
    pub(super) tree: Tree<'n>,
    pub(super) logical_id: String,
    /// Where the cause of the role is written.
    pub(super) span: Span,
    pub(super) trust: Expression,
    pub(super) managed: Vec<Expression>,
    pub(super) inline: Vec<Expression>,
    pub(super) path: Option<Expression>,
    pub(super) boundary: Option<Expression>,
    tags: Vec<Expression>,
}

impl<'n> Draft<'n> {
    /// A role that `service` may take, without permissions.
    pub(super) fn new(tree: Tree<'n>, logical_id: String, span: Span, service: &str) -> Self {
        Self {
            tree,
            logical_id,
            span,
            trust: statements::trust(tree, span, service),
            managed: Vec::new(),
            inline: Vec::new(),
            path: None,
            boundary: None,
            tags: Vec::new(),
        }
    }

    /// Attaches the AWS managed policy with this path, because of what stands at `span`.
    pub(super) fn attach(&mut self, span: Span, path: &str) {
        self.managed.push(managed::arn(self.tree, span, path));
    }

    /// Adds the tag with which SAM marks what it makes.
    pub(super) fn mark(&mut self, key: &str) {
        let value = self.tree.text(self.span, "SAM");
        self.push_tag(self.span, key, value);
    }

    /// Adds the tags of a `Tags` property: a map. A key that is already there gets the new value.
    pub(super) fn tag(&mut self, tags: &Expression) {
        let tree = self.tree;
        let keys: FxHashSet<&str> = tree.entries(tags).map(|(key, _)| key).collect();
        self.tags.retain(|tag| tree.text_of(tag, "Key").is_none_or(|key| !keys.contains(key)));
        for (key, value) in tree.entries(tags) {
            self.push_tag(value.span, key, value.clone());
        }
    }

    fn push_tag(&mut self, span: Span, key: &str, value: Expression) {
        let tree = self.tree;
        self.tags.push(tree.map(span, vec![("Key", tree.text(span, key)), ("Value", value)]));
    }

    /// Adds the role to what is made for `owner`, under a condition or always.
    pub(super) fn finish(self, owner: &str, condition: Option<&str>, sink: &mut Sink<'_>) {
        let span = self.span;
        let mut properties = vec![("AssumeRolePolicyDocument", self.trust)];
        let lists = [("ManagedPolicyArns", self.managed), ("Policies", self.inline), ("Tags", self.tags)];
        for (name, items) in lists {
            if !items.is_empty() {
                properties.push((name, tree::list(span, items)));
            }
        }
        properties.extend(self.path.map(|path| ("Path", path)));
        properties.extend(self.boundary.map(|boundary| ("PermissionsBoundary", boundary)));
        let properties = self.tree.map(span, properties);
        sink.push(owner, "AWS::IAM::Role", &self.logical_id, Place { span, condition }, properties);
    }
}
