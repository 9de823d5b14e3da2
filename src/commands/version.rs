//! `fedlint --version --verbose`.

use std::io::{self, Write};

use crate::cli::{Environment, ExitCode};
use crate::knowledge::actions::{Actions, Provenance};
use crate::knowledge::managed_policies::ManagedPolicies;

/// Prints the version, and how much data is built in, and of which package and day it is.
pub(crate) fn run(environment: &mut Environment<'_>) -> io::Result<ExitCode> {
    let (actions, policies) = (Actions::default(), ManagedPolicies::default());
    let retired = policies.iter().filter(|policy| policy.retired()).count();
    let out = &mut environment.out;
    writeln!(out, "fedlint {}", env!("CARGO_PKG_VERSION"))?;
    writeln!(out, "\n{} IAM actions", actions.count())?;
    write_packages(out, actions.provenance())?;
    writeln!(out, "\n{} AWS managed policies, {retired} of them retired", policies.count())?;
    write_packages(out, policies.provenance())?;
    out.flush()?;
    Ok(ExitCode::Clean)
}

/// How much data is built in, and of which day it is, in a few words for each kind.
pub(super) fn data() -> Vec<String> {
    let (actions, policies) = (Actions::default(), ManagedPolicies::default());
    let of = |what: String, mut packages: Box<dyn Iterator<Item = Provenance>>| {
        let date = packages.next().map(|package| format!(" as of {}", package.date));
        what + &date.unwrap_or_default()
    };
    vec![
        of(format!("{} IAM actions", actions.count()), Box::new(actions.provenance())),
        of(format!("{} AWS managed policies", policies.count()), Box::new(policies.provenance())),
    ]
}

fn write_packages(out: &mut dyn Write, packages: impl Iterator<Item = Provenance>) -> io::Result<()> {
    for package in packages {
        let Provenance { registry, name, version, date, licence } = package;
        writeln!(out, "  {registry} {name} {version}, as of {date} ({licence})")?;
    }
    Ok(())
}
