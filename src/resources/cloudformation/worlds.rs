//! The worlds of a tree: which parameters tell its federation resources apart, and in which combinations.
//!
//! Atoms come from the literals that used conditions compare a parameter with, and from the allowed values of
//! parameters whose value is used. A comparison that is none of a parameter with a literal
//! (`Fn::Equals: [!Join [...], ""]`) is an atom of its own.

use rustc_hash::{FxHashMap, FxHashSet};

use super::expression::{SubPart, sub_parts};
use super::parameters::Declared;
use super::resolve::{Context, Resolver, Work, World};
use super::tree::{Exports, Tree};
use super::{Call, Expression, deployment, kinds};
use crate::resources::Value;
use crate::source::{Problem, ProblemKind};
use crate::value::{
    Atom, Comparison, Name, Part, Pseudo, Symbol, TemplateId, Text, Vocabulary, WorldTable, is_secret_name,
};

/// What an atom is in one world.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Choice {
    /// The literal with this index.
    Literal(usize),
    /// None of the literals.
    Other,
}

/// What an atom speaks of.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Subject {
    /// A parameter of the root.
    Parameter(Name),
    /// The region or partition.
    Pseudo(Pseudo),
    /// A comparison of two texts.
    Comparison(Text, Text),
    /// A comparison of what is no text, by its condition.
    Condition(usize, Name),
}

/// The atoms of a tree.
#[derive(Debug, Default)]
pub(crate) struct Atoms {
    entries: Vec<Atom>,
    parameters: FxHashMap<Name, u32>,
    region: Option<u32>,
    partition: Option<u32>,
    /// By scope and address of the expression, which does not move while the tree is resolved.
    comparisons: FxHashMap<(usize, usize), u32>,
}

impl Atoms {
    pub(crate) fn parameter(&self, name: Name) -> Option<u32> {
        self.parameters.get(&name).copied()
    }

    pub(crate) fn pseudo(&self, pseudo: Pseudo) -> Option<u32> {
        match pseudo {
            Pseudo::Region => self.region,
            Pseudo::Partition => self.partition,
            _ => None,
        }
    }

    pub(crate) fn comparison(&self, scope: usize, expression: &Expression) -> Option<u32> {
        self.comparisons.get(&(scope, address(expression))).copied()
    }

    pub(crate) fn literal(&self, atom: u32, index: usize) -> Name {
        self.entries[atom as usize].literals[index]
    }

    /// True if the atom tells `literal` apart.
    pub(crate) fn compares(&self, atom: u32, literal: &str, vocabulary: &Vocabulary) -> bool {
        self.entries[atom as usize].literals.iter().any(|&name| vocabulary.names.text(name) == literal)
    }
}

fn address(expression: &Expression) -> usize {
    std::ptr::from_ref(expression) as usize
}

/// The worlds of a tree.
#[derive(Debug)]
pub(crate) struct Worlds {
    pub(crate) table: WorldTable,
    /// For each world of the table, a choice for each atom.
    pub(crate) choices: Vec<Vec<Choice>>,
    pub(crate) atoms: Atoms,
    pub(crate) problems: Vec<Problem>,
}

/// The worlds of `tree`.
pub(crate) fn worlds(vocabulary: &Vocabulary, tree: &Tree<'_>, exports: &Exports) -> Worlds {
    let none = Atoms::default();
    let work = Work::default();
    let context = Context { vocabulary, tree, exports, atoms: &none, work: &work };
    let mut search = Search {
        context,
        seen: FxHashSet::default(),
        conditions: FxHashSet::default(),
        open: Vec::new(),
        branches: Vec::new(),
        compared: FxHashMap::default(),
        used: FxHashMap::default(),
        comparisons: Vec::new(),
    };
    search.run();
    search.decide_comparisons();
    let (atoms, exhaustive_size) = search.atoms();
    let mut table = WorldTable {
        atoms: atoms.entries.clone(),
        worlds: Vec::new(),
        default: None,
        exhaustive: exhaustive_size.is_some_and(|size| size <= WorldTable::MOST),
    };
    let default = search.default_world(&atoms);
    let mut problems = Vec::new();
    let mut choices = if table.exhaustive {
        every_combination(&atoms.entries)
    } else {
        problems.push(Problem::at(
            ProblemKind::Combinations,
            tree.scopes[0].draft.span,
            format!(
                "{} parameters and comparisons make more than {} combinations: only some are analysed",
                atoms.entries.len(),
                WorldTable::MOST
            ),
            "Pin parameters with `--parameters` to say which combinations are deployed.",
        ));
        search.sample(&atoms, default.as_deref())
    };
    choices.retain(|world| is_possible(&atoms, world, vocabulary));
    if choices.is_empty() {
        choices.push(atoms.entries.iter().map(first_choice).collect());
    }
    table.worlds = choices.iter().map(|world| encode(&atoms.entries, world)).collect();
    table.default = default
        .and_then(|default| choices.iter().position(|world| *world == default))
        .and_then(|index| u8::try_from(index).ok());
    Worlds { table, choices, atoms, problems }
}

/// Finds what the resources that matter depend on.
struct Search<'a> {
    context: Context<'a>,
    seen: FxHashSet<(usize, usize)>,
    conditions: FxHashSet<(usize, Name)>,
    open: Vec<(usize, &'a Expression)>,
    /// Every branch of a condition that is used, in order.
    branches: Vec<(usize, Name)>,
    compared: FxHashMap<Subject, Vec<Name>>,
    /// Subjects whose value matters, with the values that they may have; true if they may have others.
    used: FxHashMap<Subject, (Vec<Name>, bool)>,
    /// Comparisons: where, and what they compare.
    comparisons: Vec<((usize, usize), Subject, &'a Expression)>,
}

impl<'a> Search<'a> {
    fn run(&mut self) {
        let tree = self.context.tree;
        for (index, scope) in tree.scopes.iter().enumerate() {
            for declaration in scope.draft.resources.values() {
                if matters(self.context.vocabulary, declaration) {
                    if let Some(condition) = declaration.condition {
                        self.condition(index, condition);
                    }
                    self.open.push((index, &declaration.properties));
                }
            }
            for output in scope.draft.outputs.values() {
                if output.export.is_some() && self.is_about_federation(index, &output.value) {
                    if let Some(condition) = output.condition {
                        self.condition(index, condition);
                    }
                    self.open.push((index, &output.value));
                    self.open.extend(output.export.as_ref().map(|name| (index, name)));
                }
            }
        }
        while let Some((scope, expression)) = self.open.pop() {
            if self.seen.insert((scope, address(expression))) {
                self.visit(scope, expression);
            }
        }
    }

    fn is_about_federation(&self, scope: usize, value: &Expression) -> bool {
        let vocabulary = self.context.vocabulary;
        let draft = self.context.tree.scopes[scope].draft;
        let mut about = false;
        value.walk(&mut |expression| {
            let mut check = |name: Option<Name>| {
                about |= name
                    .and_then(|name| draft.resources.get(&name))
                    .is_some_and(|declaration| matters(vocabulary, declaration));
            };
            match expression.as_call() {
                Some(Call::Ref(name) | Call::GetAtt { resource: name, .. }) => check(Some(*name)),
                Some(Call::Sub { template, .. }) => {
                    for part in sub_parts(vocabulary.names.text(template.value)) {
                        if let SubPart::Variable(name) = part {
                            check(vocabulary.names.lookup(name.split('.').next().unwrap_or(name)));
                        }
                    }
                }
                _ => {}
            }
        });
        about
    }

    fn visit(&mut self, scope: usize, expression: &'a Expression) {
        let vocabulary = self.context.vocabulary;
        let mut inner: Vec<&'a Expression> = Vec::new();
        expression.walk(&mut |part: &'a Expression| inner.push(part));
        for part in inner {
            match part.as_call() {
                Some(Call::Ref(name)) => self.name(scope, *name, None),
                Some(Call::GetAtt { resource, attribute }) => {
                    let attribute = attribute.as_scalar().map(|name| vocabulary.names.text(name));
                    self.name(scope, *resource, attribute);
                }
                Some(Call::Sub { template, variables }) => {
                    for variable in sub_parts(vocabulary.names.text(template.value)) {
                        let SubPart::Variable(text) = variable else { continue };
                        let (head, attribute) = match text.split_once('.') {
                            Some((head, attribute)) => (head, Some(attribute)),
                            None => (text, None),
                        };
                        let known = vocabulary.names.lookup(head);
                        if let Some(name) = known
                            && !variables.iter().any(|(variable, _)| *variable == name)
                        {
                            self.name(scope, name, attribute);
                        }
                    }
                }
                Some(Call::If { condition, .. }) => self.condition(scope, *condition),
                Some(Call::FindInMap { map, first, second, .. }) => self.map_keys(scope, map, first, second),
                _ => {}
            }
        }
    }

    /// A name whose value is used.
    fn name(&mut self, scope: usize, name: Name, attribute: Option<&str>) {
        let vocabulary = self.context.vocabulary;
        let tree = self.context.tree;
        let facts = &tree.scopes[scope];
        if let Some(declared) = facts.draft.parameters.get(&name) {
            if facts.parent.is_some() {
                if let (Some(parent), Some(argument)) = (facts.parent, facts.arguments.get(&name)) {
                    self.open.push((parent, argument));
                }
            } else if !tree.pinned.contains_key(&name) {
                self.parameter(name, declared);
            }
            return;
        }
        let Some(declaration) = facts.draft.resources.get(&name) else { return };
        if let Some(condition) = declaration.condition {
            self.condition(scope, condition);
        }
        if kinds::find(vocabulary.names.text(declaration.kind)).is_some() {
            self.open.push((scope, &declaration.properties));
        }
        if let Some(output) = attribute.and_then(|attribute| attribute.strip_prefix("Outputs."))
            && let Some(&child) = facts.children.get(&name)
            && let Some(output) = vocabulary.names.lookup(output)
            && let Some(output) = tree.scopes[child].draft.outputs.get(&output)
        {
            self.open.push((child, &output.value));
        }
    }

    /// A parameter of the root whose value is used.
    fn parameter(&mut self, name: Name, declared: &Declared) {
        if !declared.allowed.is_empty() {
            self.used.insert(Subject::Parameter(name), (declared.allowed.clone(), false));
        } else if let Some(default) = declared.default
            && self.context.vocabulary.names.text(default.value).contains(['*', '?'])
        {
            // That a parameter holds no wildcard is assumed only where the template does not say that it does.
            let (values, _) = self.used.entry(Subject::Parameter(name)).or_insert_with(|| (Vec::new(), true));
            if !values.contains(&default.value) {
                values.push(default.value);
            }
        }
    }

    /// A parameter that chooses a value of a mapping is as good as told apart by the mapping's keys.
    fn map_keys(&mut self, scope: usize, map: &'a Expression, first: &'a Expression, second: &'a Expression) {
        let vocabulary = self.context.vocabulary;
        let mut resolver = Resolver::new(self.context, World::Symbolic);
        let text = resolver.text(scope, first);
        let Some(subject) = self.subject(&text) else { return };
        let Some(mapping) =
            map.as_scalar().and_then(|name| self.context.tree.scopes[scope].draft.mappings.get(&name))
        else {
            return;
        };
        if let Some(second) = second.as_scalar() {
            let mut values = mapping.values().map(|inner| inner.get(&second));
            let one = values.next();
            if values.all(|value| Some(value) == one) {
                return;
            }
        }
        let shape = text.shape(vocabulary);
        let keys: Vec<Name> =
            mapping.keys().copied().filter(|&key| shape.admits(vocabulary.names.text(key))).collect();
        if let Subject::Parameter(name) = &subject
            && !self.context.tree.scopes[0].draft.parameters[name].allowed.is_empty()
        {
            // Its allowed values are already known from its use.
            return;
        }
        let entry = self.used.entry(subject).or_insert_with(|| (Vec::new(), true));
        for key in keys {
            if !entry.0.contains(&key) {
                entry.0.push(key);
            }
        }
    }

    fn condition(&mut self, scope: usize, name: Name) {
        if !self.conditions.insert((scope, name)) {
            return;
        }
        self.branches.push((scope, name));
        let Some(expression) = self.context.tree.scopes[scope].draft.conditions.get(&name) else { return };
        let mut inner: Vec<&'a Expression> = Vec::new();
        expression.walk(&mut |part: &'a Expression| inner.push(part));
        for part in inner {
            match part.as_call() {
                Some(Call::Condition(name)) => self.condition(scope, *name),
                Some(Call::Equals(left, right)) => self.equals(scope, name, part, left, right),
                _ => {}
            }
        }
    }

    fn equals(
        &mut self,
        scope: usize,
        condition: Name,
        whole: &'a Expression,
        left: &'a Expression,
        right: &'a Expression,
    ) {
        let vocabulary = self.context.vocabulary;
        let mut resolver = Resolver::new(self.context, World::Symbolic);
        let a = resolver.value(scope, left).map(|located| located.value);
        let b = resolver.value(scope, right).map(|located| located.value);
        let (Some(Value::Text(a)), Some(Value::Text(b))) = (&a, &b) else {
            self.open.extend([(scope, left), (scope, right)]);
            self.comparisons.push(((scope, address(whole)), Subject::Condition(scope, condition), whole));
            return;
        };
        // First of all: a parameter that is compared with the empty text may be empty, whatever is assumed of it.
        for (symbol, literal) in [(a, b), (b, a)] {
            if let Some(subject) = self.subject(symbol)
                && let Some(literal) = literal.as_literal(vocabulary)
            {
                let literal = vocabulary.names.intern(literal);
                if self.may_be(&subject, literal) {
                    let literals = self.compared.entry(subject).or_default();
                    if !literals.contains(&literal) {
                        literals.push(literal);
                    }
                }
                return;
            }
        }
        if a.compare(b, vocabulary) != Comparison::Undecided {
            return;
        }
        // The values of both matter.
        self.open.extend([(scope, left), (scope, right)]);
        let subject = Subject::Comparison(a.clone(), b.clone());
        self.comparisons.push(((scope, address(whole)), subject, whole));
    }

    fn may_be(&self, subject: &Subject, literal: Name) -> bool {
        let Subject::Parameter(name) = subject else { return true };
        let declared = self.context.tree.scopes[0].draft.parameters.get(name);
        declared.is_none_or(|declared| declared.may_be(&self.context.vocabulary.names, literal))
    }

    /// The parameter that `text` is.
    fn subject(&self, text: &Text) -> Option<Subject> {
        let tree = self.context.tree;
        match self.context.vocabulary.symbols.symbol(text.as_symbol()?) {
            Symbol::Parameter { template, parameter } if *template == tree.scopes[0].id => {
                let list =
                    tree.scopes[0].draft.parameters.get(parameter).is_none_or(|declared| declared.list);
                (!list).then_some(Subject::Parameter(*parameter))
            }
            Symbol::Pseudo(_, pseudo @ (Pseudo::Region | Pseudo::Partition)) => {
                Some(Subject::Pseudo(*pseudo))
            }
            _ => None,
        }
    }

    /// Drops the comparisons that parameters with allowed values decide: those become atoms instead.
    fn decide_comparisons(&mut self) {
        let comparisons = std::mem::take(&mut self.comparisons);
        for (place, subject, whole) in comparisons {
            match self.deciding(place.0, whole) {
                Some(parameters) => {
                    for (name, values) in parameters {
                        self.compared.insert(Subject::Parameter(name), values);
                    }
                }
                None => self.comparisons.push((place, subject, whole)),
            }
        }
    }

    /// The parameters of the root, with all their values, that together decide a comparison.
    fn deciding(&self, scope: usize, whole: &Expression) -> Option<Vec<(Name, Vec<Name>)>> {
        let Some(Call::Equals(left, right)) = whole.as_call() else { return None };
        // What a nested stack is passed is not looked through.
        if scope != 0 {
            return None;
        }
        let vocabulary = self.context.vocabulary;
        let mut parameters: Vec<(Name, Vec<Name>)> = Vec::new();
        let mut add = |name: Option<Name>| {
            let Some(name) = name else { return };
            if let Some((values, false)) = self.used.get(&Subject::Parameter(name))
                && !parameters.iter().any(|(known, _)| *known == name)
            {
                parameters.push((name, values.clone()));
            }
        };
        whole.walk(&mut |expression| match expression.as_call() {
            Some(Call::Ref(name)) => add(Some(*name)),
            Some(Call::Sub { template, .. }) => {
                for part in sub_parts(vocabulary.names.text(template.value)) {
                    if let SubPart::Variable(name) = part {
                        add(vocabulary.names.lookup(name));
                    }
                }
            }
            _ => {}
        });
        let size = parameters.iter().try_fold(1usize, |size, (_, values)| {
            size.checked_mul(values.len()).filter(|&size| size <= WorldTable::MOST)
        });
        if parameters.is_empty() || size.is_none() {
            return None;
        }
        let mut atoms = Atoms::default();
        for (index, (name, values)) in (0..).zip(&parameters) {
            atoms.parameters.insert(*name, index);
            atoms.entries.push(Atom {
                parameter: *name,
                literals: values.clone(),
                open: false,
                secret: false,
            });
        }
        let context = Context { atoms: &atoms, ..self.context };
        let decided = every_combination(&atoms.entries).iter().all(|world| {
            let mut resolver = Resolver::new(context, World::One(world));
            let left = resolver.value(scope, left).map(|located| located.value);
            let right = resolver.value(scope, right).map(|located| located.value);
            match (left, right) {
                (Some(Value::Text(left)), Some(Value::Text(right))) => {
                    left.compare(&right, vocabulary) != Comparison::Undecided
                }
                _ => false,
            }
        });
        decided.then_some(parameters)
    }

    /// The atoms, and how many combinations they have (none if more than can be counted).
    fn atoms(&self) -> (Atoms, Option<usize>) {
        let vocabulary = self.context.vocabulary;
        let mut chosen: Vec<(Subject, Vec<Name>, bool)> = Vec::new();
        for (subject, literals) in self.in_order(&self.compared) {
            let (literals, open) = match self.allowed(&subject) {
                Some(allowed) => {
                    let literals: Vec<Name> =
                        allowed.iter().copied().filter(|value| literals.contains(value)).collect();
                    match allowed.len() - literals.len() {
                        0 => (literals, false),
                        // Where one value is left, "none of those" has a name.
                        1 => (allowed.to_vec(), false),
                        _ => (literals, true),
                    }
                }
                None => (literals.clone(), true),
            };
            // Sets of choices are bits of a number; so many make no table of all combinations anyway.
            let (literals, open) =
                if literals.len() > 100 { (literals[..100].to_vec(), true) } else { (literals, open) };
            if !literals.is_empty() {
                chosen.push((subject, literals, open));
            }
        }
        for (_, subject, _) in &self.comparisons {
            if !chosen.iter().any(|(known, ..)| known == subject) {
                chosen.push((subject.clone(), Vec::new(), true));
            }
        }
        let size =
            |(_, literals, open): &(Subject, Vec<Name>, bool)| literals.len().max(1) + usize::from(*open);
        let product = |all: &[(Subject, Vec<Name>, bool)]| {
            all.iter().try_fold(1usize, |product, atom| {
                product.checked_mul(size(atom)).filter(|&product| product <= WorldTable::MOST)
            })
        };
        let fits = product(&chosen).is_some();
        // What only a value depends on may stay a symbol: its shape says what it can be. Small ones first.
        let mut optional: Vec<_> = self.in_order(&self.used).collect();
        optional.sort_by_key(|(_, (values, _))| values.len());
        for (subject, (values, open)) in optional {
            let mut next = chosen.clone();
            match next.iter_mut().find(|(known, ..)| *known == subject) {
                Some((_, literals, is_open)) => {
                    for value in values {
                        if !literals.contains(value) {
                            literals.push(*value);
                        }
                    }
                    *is_open = *open;
                }
                None => next.push((subject, values.clone(), *open)),
            }
            // Past the budget each value is still tried once.
            if product(&next).is_some() || (!fits && values.len() <= 4) {
                chosen = next;
            }
        }
        chosen.sort_by_cached_key(|(subject, ..)| self.position(subject));
        let count = product(&chosen);
        let mut atoms = Atoms::default();
        let mut by_subject: FxHashMap<Subject, u32> = FxHashMap::default();
        for (subject, literals, open) in chosen {
            let index = u32::try_from(atoms.entries.len()).expect("a template has fewer than 2^32 atoms");
            let secret = self.is_secret(&subject);
            let (parameter, literals) = match &subject {
                Subject::Parameter(name) => {
                    atoms.parameters.insert(*name, index);
                    (*name, literals)
                }
                Subject::Pseudo(pseudo) => {
                    match pseudo {
                        Pseudo::Region => atoms.region = Some(index),
                        _ => atoms.partition = Some(index),
                    }
                    (vocabulary.names.intern(pseudo.name()), literals)
                }
                Subject::Comparison(left, right) => {
                    // A secret is not the one that is named.
                    let is_turned = secret && left.as_literal(vocabulary).is_some();
                    let (left, right) = if is_turned { (right, left) } else { (left, right) };
                    let name = vocabulary.names.intern(&left.display(vocabulary));
                    (name, vec![vocabulary.names.intern(&right.display(vocabulary))])
                }
                Subject::Condition(_, name) => {
                    let text = format!("condition {}", vocabulary.names.text(*name));
                    (vocabulary.names.intern(&text), vec![vocabulary.names.intern("true")])
                }
            };
            atoms.entries.push(Atom { parameter, literals, open, secret });
            by_subject.insert(subject, index);
        }
        for (place, subject, _) in &self.comparisons {
            if let Some(&index) = by_subject.get(subject) {
                atoms.comparisons.insert(*place, index);
            }
        }
        (atoms, count)
    }

    /// True if what it is compared with must not be told: a parameter that is not echoed, or has the name of a secret.
    fn is_secret(&self, subject: &Subject) -> bool {
        match subject {
            Subject::Parameter(name) => self.is_secret_parameter(self.context.tree.scopes[0].id, *name),
            Subject::Comparison(left, right) => self.has_secret(left) || self.has_secret(right),
            Subject::Pseudo(_) | Subject::Condition(..) => false,
        }
    }

    fn has_secret(&self, text: &Text) -> bool {
        text.parts().iter().any(|part| match *part {
            Part::Literal(_) => false,
            Part::Symbol(symbol) => match self.context.vocabulary.symbols.symbol(symbol) {
                Symbol::Parameter { template, parameter } => self.is_secret_parameter(*template, *parameter),
                Symbol::Derived { arguments, .. } => {
                    arguments.iter().any(|argument| self.has_secret(argument))
                }
                _ => false,
            },
        })
    }

    fn is_secret_parameter(&self, template: TemplateId, name: Name) -> bool {
        let mut scopes = self.context.tree.scopes.iter().filter(|scope| scope.id == template);
        let declared = scopes.find_map(|scope| scope.draft.parameters.get(&name));
        // Values that everybody may choose among are no secrets.
        declared.is_some_and(|declared| {
            let text = self.context.vocabulary.names.text(name);
            declared.hidden || declared.allowed.is_empty() && is_secret_name(text)
        })
    }

    fn allowed(&self, subject: &Subject) -> Option<&'a [Name]> {
        let Subject::Parameter(name) = subject else { return None };
        let declared = self.context.tree.scopes[0].draft.parameters.get(name)?;
        (!declared.allowed.is_empty()).then_some(declared.allowed.as_slice())
    }

    /// The entries of a map by subject, in the order of the template.
    fn in_order<'m, T>(&self, map: &'m FxHashMap<Subject, T>) -> impl Iterator<Item = (Subject, &'m T)> {
        #[expect(clippy::iter_over_hash_type, reason = "sorted before anything sees the order")]
        let mut all: Vec<_> = {
            let mut all = Vec::new();
            for (subject, value) in map {
                all.push((subject.clone(), value));
            }
            all
        };
        all.sort_by_cached_key(|(subject, _)| self.position(subject));
        all.into_iter()
    }

    fn position(&self, subject: &Subject) -> (u8, usize, String) {
        let vocabulary = self.context.vocabulary;
        match subject {
            Subject::Parameter(name) => {
                let index =
                    self.context.tree.scopes[0].draft.parameters.get_index_of(name).unwrap_or_default();
                (0, index, String::new())
            }
            Subject::Pseudo(pseudo) => (1, 0, pseudo.name().to_owned()),
            Subject::Comparison(left, right) => {
                (2, 0, format!("{} {}", left.display(vocabulary), right.display(vocabulary)))
            }
            Subject::Condition(scope, name) => (3, *scope, vocabulary.names.text(*name).to_owned()),
        }
    }

    /// The choices that the parameters' defaults make; `None` if one that matters has no default.
    fn default_world(&self, atoms: &Atoms) -> Option<Vec<Choice>> {
        let draft = self.context.tree.scopes[0].draft;
        let vocabulary = self.context.vocabulary;
        let mut choices = vec![Choice::Other; atoms.entries.len()];
        for (name, declared) in &draft.parameters {
            let Some(atom) = atoms.parameter(*name) else { continue };
            let default = declared.default?.value;
            let entry = &atoms.entries[atom as usize];
            choices[atom as usize] = match entry.literals.iter().position(|literal| *literal == default) {
                Some(index) => Choice::Literal(index),
                None if entry.open => Choice::Other,
                None => return None,
            };
        }
        // Most is deployed in the ordinary partition.
        if let Some(partition) = atoms.partition {
            let literals = &atoms.entries[partition as usize].literals;
            let ordinary = literals.iter().position(|&name| vocabulary.names.text(name) == "aws");
            choices[partition as usize] = ordinary.map_or(Choice::Other, Choice::Literal);
        }
        for (place, _, whole) in &self.comparisons {
            let Some(&atom) = atoms.comparisons.get(place) else { continue };
            let Some(Call::Equals(left, right)) = whole.as_call() else { continue };
            let mut resolver = Resolver::new(self.context, World::Defaults);
            let (left, right) = (resolver.value(place.0, left), resolver.value(place.0, right));
            let equal = left.is_some() && left == right;
            choices[atom as usize] = if equal { Choice::Literal(0) } else { Choice::Other };
        }
        Some(choices)
    }

    /// Some worlds, where there are too many: the default, both sides of every condition, and then each choice
    /// of each atom alone.
    fn sample(&self, atoms: &Atoms, default: Option<&[Choice]>) -> Vec<Vec<Choice>> {
        let base: Vec<Choice> = match default {
            Some(default) => default.to_vec(),
            None => atoms.entries.iter().map(first_choice).collect(),
        };
        let mut partial: Vec<Vec<Option<Choice>>> = Vec::new();
        for path in self.paths() {
            let forced = |world: &mut Vec<Option<Choice>>| {
                path.iter().all(|(scope, name, wanted)| self.force(atoms, *scope, *name, *wanted, world, 0))
            };
            let fitting = partial.iter_mut().find_map(|world| {
                let mut tried = world.clone();
                forced(&mut tried).then(|| *world = tried)
            });
            if fitting.is_none() && partial.len() + 1 < WorldTable::MOST {
                let mut world = vec![None; atoms.entries.len()];
                if forced(&mut world) {
                    partial.push(world);
                }
            }
        }
        let mut worlds = vec![base.clone()];
        for world in partial {
            let world: Vec<Choice> =
                world.iter().zip(&base).map(|(choice, base)| choice.unwrap_or(*base)).collect();
            if !worlds.contains(&world) {
                worlds.push(world);
            }
        }
        'atoms: for (index, entry) in atoms.entries.iter().enumerate() {
            for choice in choices_of(entry) {
                if worlds.len() >= WorldTable::MOST {
                    break 'atoms;
                }
                let mut world = base.clone();
                world[index] = choice;
                if !worlds.contains(&world) {
                    worlds.push(world);
                }
            }
        }
        worlds
    }

    /// The ways to every branch, short ones first: conditions with the values that they must have.
    fn paths(&self) -> Vec<Vec<(usize, Name, bool)>> {
        const MOST: usize = 5_000;
        let mut paths: Vec<Vec<(usize, Name, bool)>> = Vec::new();
        for &(scope, name) in &self.branches {
            paths.extend([vec![(scope, name, true)], vec![(scope, name, false)]]);
        }
        for (index, scope) in self.context.tree.scopes.iter().enumerate() {
            for declaration in scope.draft.resources.values() {
                if !matters(self.context.vocabulary, declaration) {
                    continue;
                }
                let path: Vec<_> = declaration.condition.iter().map(|&name| (index, name, true)).collect();
                let mut open = vec![(&declaration.properties, path)];
                while let Some((expression, path)) = open.pop() {
                    if paths.len() > MOST {
                        break;
                    }
                    if let Some(Call::If { condition, then, otherwise }) = expression.as_call() {
                        for (branch, holds) in [(then, true), (otherwise, false)] {
                            let mut path = path.clone();
                            path.push((index, *condition, holds));
                            paths.push(path.clone());
                            open.push((branch, path));
                        }
                    } else {
                        let mut children = Vec::new();
                        expression.push_children(&mut children);
                        open.extend(children.into_iter().map(|child| (child, path.clone())));
                    }
                }
            }
        }
        paths.sort_by_key(Vec::len);
        paths
    }

    /// Completes `world` so that the condition has the value that is wanted. False if it cannot.
    fn force(
        &self,
        atoms: &Atoms,
        scope: usize,
        name: Name,
        wanted: bool,
        world: &mut [Option<Choice>],
        depth: u32,
    ) -> bool {
        let Some(expression) = self.context.tree.scopes[scope].draft.conditions.get(&name) else {
            return !wanted;
        };
        self.force_expression(atoms, scope, expression, wanted, world, depth + 1)
    }

    fn force_expression(
        &self,
        atoms: &Atoms,
        scope: usize,
        expression: &Expression,
        wanted: bool,
        world: &mut [Option<Choice>],
        depth: u32,
    ) -> bool {
        if depth > 64 {
            return false;
        }
        let force = |expression: &Expression, wanted: bool, world: &mut [Option<Choice>]| {
            self.force_expression(atoms, scope, expression, wanted, world, depth + 1)
        };
        match expression.as_call() {
            Some(Call::Not(inner)) => force(inner, !wanted, world),
            Some(Call::And(items)) if wanted => items.iter().all(|item| force(item, true, world)),
            Some(Call::Or(items)) if !wanted => items.iter().all(|item| force(item, false, world)),
            Some(Call::And(items) | Call::Or(items)) => items.iter().any(|item| {
                let mut tried = world.to_vec();
                let done = force(item, wanted, &mut tried);
                if done {
                    world.copy_from_slice(&tried);
                }
                done
            }),
            Some(Call::Condition(name)) => self.force(atoms, scope, *name, wanted, world, depth),
            Some(Call::Equals(left, right)) => {
                self.force_equals(atoms, scope, expression, [left, right], wanted, world)
            }
            _ => true,
        }
    }

    fn force_equals(
        &self,
        atoms: &Atoms,
        scope: usize,
        whole: &Expression,
        sides: [&Expression; 2],
        wanted: bool,
        world: &mut [Option<Choice>],
    ) -> bool {
        let vocabulary = self.context.vocabulary;
        if let Some(atom) = atoms.comparison(scope, whole) {
            let choice = if wanted { Choice::Literal(0) } else { Choice::Other };
            return set(&mut world[atom as usize], choice);
        }
        let mut resolver = Resolver::new(self.context, World::Symbolic);
        let [a, b] = sides.map(|side| resolver.text(scope, side));
        for (symbol, literal) in [(&a, &b), (&b, &a)] {
            let atom = match self.subject(symbol) {
                Some(Subject::Parameter(name)) => atoms.parameter(name),
                Some(Subject::Pseudo(pseudo)) => atoms.pseudo(pseudo),
                _ => None,
            };
            let (Some(atom), Some(literal)) = (atom, literal.as_literal(vocabulary)) else { continue };
            let entry = &atoms.entries[atom as usize];
            let index = entry.literals.iter().position(|&name| vocabulary.names.text(name) == literal);
            let Some(index) = index else { return !wanted };
            let slot = &mut world[atom as usize];
            if wanted {
                return set(slot, Choice::Literal(index));
            }
            return match *slot {
                Some(choice) => choice != Choice::Literal(index),
                None => match choices_of(entry).find(|choice| *choice != Choice::Literal(index)) {
                    Some(choice) => set(slot, choice),
                    None => false,
                },
            };
        }
        (a.compare(&b, vocabulary) == Comparison::Equal) == wanted
    }
}

/// True if a resource is resolved for itself.
pub(crate) fn matters(vocabulary: &Vocabulary, declaration: &super::Declaration) -> bool {
    kinds::find(vocabulary.names.text(declaration.kind)).is_some_and(kinds::Kind::matters)
}

fn set(slot: &mut Option<Choice>, choice: Choice) -> bool {
    *slot.get_or_insert(choice) == choice
}

fn first_choice(atom: &Atom) -> Choice {
    if atom.open { Choice::Other } else { Choice::Literal(0) }
}

fn choices_of(atom: &Atom) -> impl Iterator<Item = Choice> {
    (0..atom.literals.len()).map(Choice::Literal).chain(atom.open.then_some(Choice::Other))
}

fn every_combination(atoms: &[Atom]) -> Vec<Vec<Choice>> {
    atoms.iter().fold(vec![Vec::new()], |worlds, atom| {
        let mut next = Vec::with_capacity(worlds.len() * (atom.literals.len() + 1));
        for world in &worlds {
            for choice in choices_of(atom) {
                let mut world = world.clone();
                world.push(choice);
                next.push(world);
            }
        }
        next
    })
}

/// False for a region in a partition that it is not part of.
fn is_possible(atoms: &Atoms, world: &[Choice], vocabulary: &Vocabulary) -> bool {
    let (Some(region), Some(partition)) = (atoms.region, atoms.partition) else { return true };
    let Choice::Literal(index) = world[region as usize] else { return true };
    let actual = deployment::partition_of(vocabulary.names.text(atoms.literal(region, index)));
    match world[partition as usize] {
        Choice::Literal(index) => vocabulary.names.text(atoms.literal(partition, index)) == actual,
        Choice::Other => !atoms.compares(partition, actual, vocabulary),
    }
}

fn encode(atoms: &[Atom], world: &[Choice]) -> Box<[u8]> {
    let number = |(choice, atom): (&Choice, &Atom)| match choice {
        Choice::Literal(index) => *index as u8,
        Choice::Other => atom.literals.len() as u8,
    };
    world.iter().zip(atoms).map(number).collect()
}
