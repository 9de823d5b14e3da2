//! Whether something that is not in view does not exist: where all things of its kind were listed.

use rustc_hash::FxHashMap;

use super::super::identifiers::{kind_of, shape_of};
use super::super::{EntityKind, Form, Model};
use super::ReferencePlace;
use super::collect::Wanted;
use super::resolve::Resolver;
use crate::policy::Arn;
use crate::resources::{Inventory, Seen};
use crate::value::{Text, Vocabulary};

/// The lists of all accounts that were dumped.
pub(super) struct Completeness<'m> {
    by_account: FxHashMap<(Text, EntityKind), Vec<&'m Inventory>>,
}

impl<'m> Completeness<'m> {
    pub(super) fn new(model: &'m Model, vocabulary: &Vocabulary) -> Self {
        let mut by_account: FxHashMap<_, Vec<_>> = FxHashMap::default();
        for inventory in model.scope.inventories.values().flatten() {
            let account = model.deployment(inventory.deployment).map(|deployment| &deployment.account);
            if let (Some(account), Some(kind)) = (account, kind_of(vocabulary.names.text(inventory.kind))) {
                by_account.entry((account.clone(), kind)).or_default().push(inventory);
            }
        }
        Self { by_account }
    }

    /// True if whatever the place may take by this text would have been listed.
    pub(super) fn lacks(&self, resolver: &Resolver<'m>, wanted: &Wanted<'_>, text: &Text) -> bool {
        // A principal that is gone stands in a live trust policy by its unique id: what stands there by its ARN is there, and the
        // list may have been filtered.
        let is_live_principal = wanted.place == ReferencePlace::TrustedPrincipal;
        if is_live_principal || self.by_account.is_empty() || text.as_literal(resolver.vocabulary).is_none() {
            return false;
        }
        let shape = text.shape(resolver.vocabulary);
        let fits = |(kind, form): &&(EntityKind, Form)| {
            shape_of(*kind, *form).is_none_or(|of_form| !of_form.is_disjoint(&shape))
        };
        let mut fitting = wanted.place.expected().iter().filter(fits).peekable();
        fitting.peek().is_some()
            && fitting.all(|(kind, form)| self.lists(resolver, wanted, text, *kind, *form))
    }

    /// True if all things of a kind are listed among which this one would be.
    fn lists(
        &self,
        resolver: &Resolver<'m>,
        wanted: &Wanted<'_>,
        text: &Text,
        kind: EntityKind,
        form: Form,
    ) -> bool {
        use EntityKind as Kind;
        let own = resolver.deployment(wanted.from).map(|own| &own.account);
        let arn = Arn::parse(text, resolver.vocabulary);
        let account = match (kind, form) {
            // Of an instance, which the ARN names; of the identity store that goes with it.
            (Kind::PermissionSet, Form::Arn) | (Kind::StoreGroup | Kind::StoreUser, Form::Id) => own.cloned(),
            (Kind::Role | Kind::User | Kind::Group, Form::Name) => own.cloned(),
            // Identifiers without an account may be those of another one.
            (_, Form::Arn) => arn.as_ref().map(|arn| arn.account.clone()),
            _ => None,
        };
        let Some(known) = account.and_then(|account| self.by_account.get(&(account, kind))) else {
            return false;
        };
        let literal = |text: &Text| text.as_literal(resolver.vocabulary).map(str::to_owned);
        let region = arn.as_ref().and_then(|arn| literal(&arn.region)).unwrap_or_default();
        let names = &resolver.vocabulary.names;
        match kind {
            Kind::StoreGroup | Kind::StoreUser => {
                let stores = stores(resolver.model, wanted, resolver.vocabulary);
                let is_listed = |store: &String| {
                    known.iter().any(|inventory| inventory.of.is_some_and(|of| names.text(of) == store))
                };
                // Without an instance in view nobody knows which store is meant.
                !stores.is_empty()
                    && stores.iter().all(is_listed)
                    && known.iter().all(|inventory| inventory.seen == Seen::All)
            }
            _ => known.iter().any(|inventory| {
                // Permission sets have no region in their ARNs, but one instance.
                let within = inventory.of.is_some() && region.is_empty();
                let here = within || inventory.region.is_none_or(|listed| names.text(listed) == region);
                let of = inventory.of.is_none_or(|of| {
                    let parts = arn.as_ref().and_then(|arn| literal(&arn.resource)).unwrap_or_default();
                    parts.split('/').any(|part| part == names.text(of))
                });
                inventory.seen == Seen::All && here && of
            }),
        }
    }
}

/// The identity stores of the account in which something stands.
fn stores(model: &Model, wanted: &Wanted<'_>, vocabulary: &Vocabulary) -> Vec<String> {
    let instances = model.identity_center_instances.iter();
    let own = instances.filter(|instance| instance.entity.deployment == wanted.from.deployment);
    own.filter_map(|instance| instance.entity.identifier(Form::StoreId)?.as_literal(vocabulary))
        .map(str::to_owned)
        .collect()
}
