//! What principals can send, made once for each of them.

use std::sync::{Arc, Mutex};

use rustc_hash::FxHashMap;

use crate::knowledge::sender::Sender;
use crate::knowledge::{Issuers, Mistake, SamlIdentity, Tenancy};

/// The senders of a scan, by what is known of them.
#[derive(Debug, Default)]
pub struct Senders {
    issuers: Issuers,
    made: Mutex<FxHashMap<String, Arc<Sender>>>,
    /// By issuer.
    of_issuers: Mutex<FxHashMap<String, OfIssuer>>,
}

/// Holders of tokens of an issuer, the id of the file about it, and whom its tokens may be about.
type OfIssuer = (Arc<Sender>, String, Tenancy);

impl Senders {
    /// Senders as these files about issuers describe them.
    #[must_use]
    pub fn new(issuers: Issuers) -> Self {
        Self { issuers, made: Mutex::default(), of_issuers: Mutex::default() }
    }

    /// The files about issuers.
    #[must_use]
    pub const fn issuers(&self) -> &Issuers {
        &self.issuers
    }

    /// Holders of tokens of an issuer, the id of the file about it, and whom its tokens may be about.
    #[must_use]
    pub fn web_identity(&self, issuer: &str) -> (Arc<Sender>, String, Tenancy) {
        let mut known = self.of_issuers.lock().expect("no thread panics while it holds the lock");
        if let Some(known) = known.get(issuer) {
            return known.clone();
        }
        let found = self.issuers.find(issuer);
        let (id, tenancy) = match &found {
            Some(found) => (found.file.id.clone(), found.tenancy),
            None => ("unknown".to_owned(), Tenancy::Private),
        };
        let sender = self.issuers.web_identity(issuer).map(|(sender, _)| sender).unwrap_or_default();
        let made = (Arc::new(sender), id, tenancy);
        known.insert(issuer.to_owned(), made.clone());
        made
    }

    /// Holders of assertions of a SAML provider.
    #[must_use]
    pub fn saml_provider(&self, provider: &SamlIdentity<'_>) -> Arc<Sender> {
        self.sender(&format!("saml {provider:?}"), || self.issuers.saml_provider(provider))
    }

    /// AWS principals.
    #[must_use]
    pub fn aws_principal(&self) -> Arc<Sender> {
        self.sender("aws", || self.issuers.aws_principal())
    }

    /// A service, for a role of an account, if that is known.
    #[must_use]
    pub fn service(&self, host: &str, account: impl FnOnce() -> Option<String>) -> Arc<Sender> {
        // Most send the same to every account, of which there may be as many as templates.
        let account = if self.issuers.service_knows_account(host) { account() } else { None };
        let key = format!("service {host} {}", account.as_deref().unwrap_or_default());
        self.sender(&key, || self.issuers.service(host, account.as_deref()))
    }

    /// A file with a mistake makes a sender that sends nothing: it is checked when it is loaded.
    fn sender(&self, key: &str, make: impl FnOnce() -> Result<Sender, Mistake>) -> Arc<Sender> {
        let mut made = self.made.lock().expect("no thread panics while it holds the lock");
        if let Some(known) = made.get(key) {
            return Arc::clone(known);
        }
        let sender = Arc::new(make().unwrap_or_default());
        made.insert(key.to_owned(), Arc::clone(&sender));
        sender
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accounts_share_a_service_that_does_not_know_them() {
        let senders = Senders::default();
        let of = |host: &str, account: &str| senders.service(host, || Some(account.to_owned()));
        let are_one = |host: &str| Arc::ptr_eq(&of(host, "111122223333"), &of(host, "444455556666"));
        assert!(are_one("lambda.amazonaws.com"));
        assert!(!are_one("rolesanywhere.amazonaws.com") && !are_one("pods.eks.amazonaws.com"));
    }
}
