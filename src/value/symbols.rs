//! Unknown strings, each with an identity and a language.

use std::sync::RwLock;

use rustc_hash::FxHashMap;

use super::{Name, Shape, Text};
use crate::source::Span;

/// One template of a scan (a nested-stack tree counts as one; each use of a child is a template of its own).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct TemplateId(pub u32);

/// One deployment: what is certainly deployed into one account and region. See the design, "Deployments".
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct DeploymentId(pub u32);

/// An interned [`Symbol`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct SymbolId(u32);

impl SymbolId {
    /// A character that stands for the unknown string in abstract strings; never occurs in input that IAM accepts.
    /// `None` if there are more symbols than such characters.
    #[must_use]
    pub fn token(self) -> Option<char> {
        char::from_u32(FIRST_TOKEN.checked_add(self.0)?).filter(|&token| Self::is_token(token))
    }

    /// True for the characters that stand for symbols: those of the private-use planes.
    #[must_use]
    pub fn is_token(character: char) -> bool {
        (FIRST_TOKEN..=LAST_TOKEN).contains(&u32::from(character))
    }
}

/// The first of the characters that stand for symbols: where the private-use planes of Unicode begin.
pub(crate) const FIRST_TOKEN: u32 = 0xF0000;
const LAST_TOKEN: u32 = 0x0010_FFFD;

/// What an unknown string is.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Symbol {
    /// The identity that AWS gives a resource: a generated id or name, for most types what `Ref` returns.
    Reference {
        /// The template that creates the resource.
        template: TemplateId,
        /// The resource's logical id.
        resource: Name,
        /// The resource's type, `AWS::IAM::Role`: two resources of one type are never the same one.
        kind: Name,
    },
    /// An attribute of a resource that is not a known function of other symbols.
    Attribute {
        /// The template that creates the resource.
        template: TemplateId,
        /// The resource's logical id.
        resource: Name,
        /// The resource's type.
        kind: Name,
        /// The attribute's name as in `Fn::GetAtt`.
        attribute: Name,
        /// True if AWS gives every resource of the type a value of its own.
        unique: bool,
    },
    /// A parameter without a value.
    Parameter {
        /// The template that declares it.
        template: TemplateId,
        /// The parameter's name.
        parameter: Name,
    },
    /// A pseudo parameter of a deployment.
    Pseudo(DeploymentId, Pseudo),
    /// A pseudo parameter of a stack: its name or id.
    Stack(TemplateId, Pseudo),
    /// An import that no export of the scan answers.
    Import(DeploymentId, Text),
    /// A dynamic reference, as written, without its braces: `resolve:ssm:/path`.
    Dynamic(DeploymentId, Name),
    /// A function of texts that cannot be carried out, because of their symbols: equal for equal arguments.
    Derived {
        /// What is done, for people: `item 1 of split by /`.
        function: Name,
        /// What it is done to.
        arguments: Box<[Text]>,
    },
    /// A text that cannot be resolved; equal only to itself. The place makes it unique.
    Opaque {
        /// The template in which it stands.
        template: TemplateId,
        /// The expression.
        at: Span,
    },
}

/// The pseudo parameters that stay symbols.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Pseudo {
    /// `AWS::AccountId`
    AccountId,
    /// `AWS::Region`
    Region,
    /// `AWS::Partition`
    Partition,
    /// `AWS::URLSuffix`, where the region does not say it.
    UrlSuffix,
    /// `AWS::StackName`
    StackName,
    /// `AWS::StackId`
    StackId,
}

/// The interned symbols of one scan, each with the language of the strings it may be.
#[derive(Debug, Default)]
pub struct Symbols {
    entries: boxcar::Vec<(Symbol, Shape)>,
    known: RwLock<FxHashMap<Symbol, SymbolId>>,
}

impl Symbols {
    /// The id of `symbol`. The shape given first is kept: a symbol has one language.
    pub fn intern(&self, symbol: Symbol, shape: impl FnOnce() -> Shape) -> SymbolId {
        if let Some(&id) = self.known.read().expect("no thread panics while it holds the lock").get(&symbol) {
            return id;
        }
        let mut known = self.known.write().expect("no thread panics while it holds the lock");
        *known.entry(symbol.clone()).or_insert_with(|| {
            let index = self.entries.push((symbol, shape()));
            SymbolId(u32::try_from(index).expect("a scan has fewer than 2^32 symbols"))
        })
    }

    /// What the symbol is.
    #[must_use]
    pub fn symbol(&self, id: SymbolId) -> &Symbol {
        &self.entry(id).0
    }

    /// The symbol that a character of an abstract string stands for.
    #[must_use]
    pub fn of_token(&self, character: u32) -> Option<SymbolId> {
        let index = character.checked_sub(FIRST_TOKEN)?;
        ((index as usize) < self.entries.count()).then_some(SymbolId(index))
    }

    /// True for the identities of two different resources of one type that the scan's templates create, and for
    /// one attribute of them of which AWS gives each its own.
    #[must_use]
    pub fn are_apart(&self, left: SymbolId, right: SymbolId) -> bool {
        match (self.symbol(left), self.symbol(right)) {
            (
                Symbol::Reference { template, resource, kind },
                Symbol::Reference { template: other_template, resource: other_resource, kind: other_kind },
            ) => kind == other_kind && (template, resource) != (other_template, other_resource),
            (
                Symbol::Attribute { template, resource, kind, attribute, unique: true },
                Symbol::Attribute {
                    template: other_template,
                    resource: other_resource,
                    kind: other_kind,
                    attribute: other_attribute,
                    unique: true,
                },
            ) => {
                (kind, attribute) == (other_kind, other_attribute)
                    && (template, resource) != (other_template, other_resource)
            }
            _ => false,
        }
    }

    /// The language of the strings that the symbol may be.
    #[must_use]
    pub fn shape(&self, id: SymbolId) -> &Shape {
        &self.entry(id).1
    }

    fn entry(&self, id: SymbolId) -> &(Symbol, Shape) {
        self.entries.get(id.0 as usize).expect("a SymbolId is only made by `intern`")
    }
}
