//! What is asked of AWS, as data: the one table that the run, `--calls`, `--policy` and the documentation follow.

mod cognito;
mod iam;
mod identity_center;
mod organizations;
mod workloads;

/// One operation of the AWS CLI.
#[derive(Debug)]
pub struct Call {
    /// The service, as the AWS CLI spells it.
    pub service: &'static str,
    /// The operation, as the AWS CLI spells it.
    pub operation: &'static str,
    /// Members of the request that are always the same.
    pub given: &'static [(&'static str, &'static str)],
    /// How many elements a page has, where AWS wants to be told; the AWS CLI puts the pages together.
    pub page: Option<&'static str>,
    /// Members of the request that come from earlier answers.
    pub asks: &'static [&'static str],
    /// The members of the request whose values name the answer's file, in order.
    pub key: &'static [&'static str],
    /// The calls whose answers say what to ask; none if it is asked once.
    pub after: &'static [After],
    /// Where it is asked.
    pub scope: Scope,
    /// The IAM actions that it needs.
    pub actions: &'static [&'static str],
    /// Codes of errors by which AWS says that there is none, besides those that always say so.
    pub none: &'static [&'static str],
    /// Secrets and personal data of the answer that do not reach the disk: keys from the top, lists left out. A segment
    /// `*x*` is every key with `x` in it.
    pub removed: &'static [&'static str],
    /// How often it is asked at most in an account.
    pub most: usize,
    /// What the answer is for.
    pub about: &'static str,
}

/// An earlier call, and what of its answer leads to more of this one.
#[derive(Debug)]
pub struct After {
    /// Service and operation.
    pub call: &'static str,
    /// Where in the answer the elements are, each of which is asked about: keys from the top. A list has its elements, a text
    /// is one; behind `{}` it is the keys of an object.
    pub each: &'static str,
    /// The member and its value that an element must have.
    pub only: Option<(&'static str, &'static str)>,
    /// The member of an element that says in which region to ask, where it says so.
    pub home: Option<&'static str>,
    /// Members of an element (empty: the element itself), and the members of the request that they become.
    pub take: &'static [(&'static str, &'static str)],
}

/// Where a call is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// Once for the account.
    Global,
    /// Once, and only in the account whose credentials fedlint is started with: what the organisation answers to its
    /// management account and to delegated administrators only.
    Organization,
    /// In every region.
    Regional,
}

/// A call that is asked once for the account; rows say what is different.
const GLOBAL: Call = Call {
    service: "",
    operation: "",
    given: &[],
    page: None,
    asks: &[],
    key: &[],
    after: &[],
    scope: Scope::Global,
    actions: &[],
    none: &[],
    removed: &[],
    most: usize::MAX,
    about: "",
};

/// A call that is asked in every region.
const REGIONAL: Call = Call { scope: Scope::Regional, ..GLOBAL };

/// The elements at `each` of the answers of `call`.
const fn each(
    call: &'static str,
    each: &'static str,
    take: &'static [(&'static str, &'static str)],
) -> After {
    After { call, each, only: None, home: None, take }
}

/// All calls.
pub fn calls() -> impl Iterator<Item = &'static Call> {
    [iam::CALLS, organizations::CALLS, identity_center::CALLS, cognito::CALLS, workloads::CALLS]
        .into_iter()
        .flatten()
}

/// The call that says which regions there are.
pub(super) const DESCRIBE_REGIONS: &Call = &iam::CALLS[0];

impl Call {
    /// Service and operation.
    #[must_use]
    pub fn name(&self) -> String {
        format!("{} {}", self.service, self.operation)
    }

    /// The calls that the answers of this one lead to, with how.
    pub(super) fn leads_to(&self) -> impl Iterator<Item = (&'static Self, &'static After)> {
        let (service, operation) = (self.service, self.operation);
        calls().flat_map(move |call| {
            call.after
                .iter()
                .filter(move |after| after.call.split_once(' ') == Some((service, operation)))
                .map(move |after| (call, after))
        })
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::knowledge::actions::{AccessLevel, Actions};

    #[test]
    fn every_call_can_be_asked() {
        let names: BTreeSet<String> = calls().map(Call::name).collect();
        for call in calls() {
            let name = call.name();
            assert!(!call.about.is_empty() && !call.actions.is_empty(), "{name}");
            assert_eq!(call.asks.is_empty(), call.after.iter().all(|after| after.take.is_empty()), "{name}");
            for after in call.after {
                assert!(names.contains(after.call), "{name}: nothing is called `{}`", after.call);
            }
            for member in call.key {
                let given = call.given.iter().any(|(given, _)| given == member);
                assert!(given || call.asks.contains(member), "{name}: {member}");
            }
        }
    }

    /// Whatever a request asks for is said by the answer that it comes from, or by those before it.
    #[test]
    fn what_is_asked_was_answered() {
        fn known(call: &Call, depth: usize) -> BTreeSet<&'static str> {
            let mut all: Option<BTreeSet<&'static str>> = None;
            for after in call.after.iter().filter(|after| after.call != call.name()) {
                let before = calls().find(|before| before.name() == after.call).unwrap();
                let mut members = if depth == 0 { BTreeSet::new() } else { known(before, depth - 1) };
                members.extend(after.take.iter().map(|(_, member)| member));
                all = Some(match all {
                    Some(all) => &all & &members,
                    None => members,
                });
            }
            all.unwrap_or_default()
        }
        for call in calls() {
            let known = known(call, 6);
            for member in call.asks {
                assert!(known.contains(member), "{}: {member} is not known", call.name());
            }
        }
    }

    #[test]
    fn nothing_that_is_asked_changes_anything() {
        let actions = Actions::default();
        for call in calls() {
            let verb = call.operation.split('-').next().unwrap_or_default();
            assert!(["get", "list", "describe"].contains(&verb), "{}", call.name());
            for name in call.actions {
                let id = actions.find(name).unwrap_or_else(|| panic!("{name} is no action"));
                let changes = [AccessLevel::Write, AccessLevel::PermissionsManagement, AccessLevel::Tagging];
                assert!(!changes.iter().any(|level| actions.access(id).contains(*level)), "{name}");
            }
        }
    }

    /// Two answers never share a file.
    #[test]
    fn files_of_different_calls_are_different() {
        let mut seen = BTreeSet::new();
        for call in calls() {
            let given: Vec<String> = call.given.iter().map(|given| format!("{given:?}")).collect();
            assert!(seen.insert((call.name(), given)), "{} is there twice", call.name());
        }
    }
}
