//! Who gets which role, and how: `fedlint paths`, and the lines with which a scan closes.

use std::io::{self, Write};

use schemars::JsonSchema;
use serde::Serialize;

use super::human::{Options, Screen};
use super::json::{Entity, Location, ProblemOutput, SCHEMA, Tool};
use super::machine;
use super::shown_path;
use super::summary::{checked_line, counted};
use super::text::{columns, sanitised, wrapped};
use crate::finding::{Certainty, Privilege, Reach, Step, Way};
use crate::scan::Traced;
use crate::source::{Sources, Span};

/// Writes ways for people, by population.
///
/// # Errors
///
/// Those of `out`.
pub fn write_text(out: &mut dyn Write, traced: &Traced, options: &Options) -> io::Result<()> {
    let screen = Screen::new(*options);
    let mut population = None;
    for way in &traced.ways {
        if population != Some(way.population) {
            let title = format!("{}: {}", way.population, whom(way.population));
            for line in wrapped(&title, screen.width()) {
                writeln!(out, "{}", screen.bold(&line))?;
            }
            writeln!(out)?;
            population = Some(way.population);
        }
        write_way(out, way, &traced.sources, &screen)?;
    }
    for problem in &traced.problems {
        out.write_all(screen.problem(problem, &traced.sources).as_bytes())?;
    }
    if traced.summary.refused {
        return writeln!(out, "nothing was looked at");
    }
    let possible = traced.ways.iter().filter(|way| way.certainty == Certainty::Possible).count();
    let mut line = match traced.ways.len() {
        0 => "nobody that was asked for gets such a role".to_owned(),
        count => counted(count, "way"),
    };
    if possible > 0 {
        line += &format!("; {possible} only possible");
    }
    for line in [line, checked_line(&traced.summary, false)] {
        for line in wrapped(&line, screen.width()) {
            writeln!(out, "{line}")?;
        }
    }
    Ok(())
}

fn write_way(out: &mut dyn Write, way: &Way, sources: &Sources, screen: &Screen) -> io::Result<()> {
    let mut title = format!("{} as `{}`", privilege(&way.privilege), sanitised(&way.role.name));
    if way.certainty == Certainty::Possible {
        title += "  (possible)";
    }
    for line in wrapped(&title, screen.width() - 2) {
        writeln!(out, "  {}", screen.bold(&line))?;
    }
    if let Some(when) = &way.when {
        for line in wrapped(&sanitised(when), screen.width() - 4) {
            writeln!(out, "    {line}")?;
        }
    }
    for step in &way.steps {
        for line in wrapped(&happens(step), screen.width() - 4) {
            writeln!(out, "    {line}")?;
        }
        for place in &step.places {
            write_place(out, &place.text, place.span, sources, screen)?;
        }
    }
    if let Some(granted) = way.granted {
        writeln!(out, "    can do this by")?;
        write_place(out, "", granted, sources, screen)?;
    }
    writeln!(out)
}

fn write_place(
    out: &mut dyn Write,
    text: &str,
    span: Span,
    sources: &Sources,
    screen: &Screen,
) -> io::Result<()> {
    let place = sources.place(span);
    let path = sanitised(&shown_path(&place.path)).into_owned();
    let place = screen.place(&format!("{path}:{}:{}", place.start.line, place.start.column));
    match text {
        "" => writeln!(out, "        {place}"),
        text => writeln!(out, "        {text}  {place}"),
    }
}

/// What happens in a step, as what "they" do.
fn happens(step: &Step) -> String {
    let name = format!("`{}`", sanitised(&step.entity.name));
    let service = step.service.as_deref().unwrap_or("a service");
    match step.kind {
        "trusts" => format!("get {name}, whose trust policy lets them in"),
        "signs-up" => format!("sign up with user pool {name}"),
        "signs-in-with" => format!("become users of user pool {name} by signing in elsewhere"),
        "signs-in" => format!("sign in to user pool {name}"),
        "logs-in" => format!("log in to identity pool {name}"),
        "enters-as-guest" => format!("enter identity pool {name} without sign-in"),
        "is-member" => format!("are in group {name}"),
        "given-to-guests" => format!("are given {name}, the pool's role for guests"),
        "given-to-users" => format!("are given {name}, the pool's role for users"),
        "given-by-rule" => format!("are given {name} by a rule of the role mapping"),
        "given-to-group" => format!("are given {name}, the group's role"),
        "given-by-assertion" => format!("are given {name}, if the SAML assertion names it"),
        "assigned" => format!("are assigned permission set {name}"),
        "chosen" => format!("choose {name}: the pool's classic flow lets them"),
        "assumed" => format!("assume {name}"),
        "passed" => format!("pass {name} to {service} and run something there"),
        other => format!("{other} {name}"),
    }
}

/// Who a population is.
pub(super) fn whom(population: &str) -> &'static str {
    match population {
        "service" => "AWS services",
        "identity-center-user" => "users of Identity Center",
        "own-account" => "principals of the own account",
        "named-identity" => "identities that a condition names",
        "saml-user" => "users of a SAML provider",
        "user-pool-user" => "users of a user pool",
        "named-tenant" => "projects that a condition names",
        "other-account" => "principals of other accounts",
        "whole-tenant" => "everybody of a tenant",
        "self-registered" => "whoever registers himself",
        "any-customer" => "any customer of an issuer",
        "guest" => "guests, who sign in nowhere",
        "anyone" => "any AWS principal",
        _ => "others",
    }
}

/// What somebody can do.
pub(super) fn privilege(privilege: &Privilege) -> String {
    let (proved, possible) = (can(privilege.proved), can(privilege.possible));
    let mut text = match privilege.proved {
        "nothing" if possible == "nothing" && !privilege.complete => {
            return "permissions that are not in view".to_owned();
        }
        _ if proved == possible => proved.to_owned(),
        "nothing" => format!("perhaps {possible}"),
        _ => format!("{proved}, perhaps {possible}"),
    };
    // There is nothing more than that.
    if !privilege.complete && privilege.proved != "administrator" {
        text += " or more that is not in view";
    }
    text
}

/// What somebody can do, by its name.
pub(super) const fn can(privilege: &str) -> &str {
    match privilege.as_bytes() {
        b"own-data" => "own data",
        b"narrow" => "some actions",
        b"whole-service" => "a whole service",
        b"read" => "reading data",
        b"write" => "writing data",
        b"takeover" => "taking over the federation",
        b"escalation" => "gaining more permissions",
        _ => privilege,
    }
}

/// The lines with which a scan says who can get in; none if nobody outside can.
pub(super) fn closing_lines(reaches: &[Reach], width: usize) -> Vec<String> {
    if reaches.is_empty() {
        return Vec::new();
    }
    let widest = reaches.iter().map(|reach| columns(whom(reach.population))).max().unwrap_or_default();
    let mut lines = vec!["who can get in:".to_owned()];
    for reach in reaches {
        let who = whom(reach.population);
        let mut lead = format!("  {who}{}", " ".repeat(widest + 2 - columns(who)));
        let mut roles = counted(reach.roles, "role");
        if reach.proved < reach.roles {
            roles += &format!(", {} only possibly", reach.roles - reach.proved);
        }
        let what = format!("{} as `{}`; {roles}", privilege(&reach.privilege), sanitised(&reach.role.name));
        for line in wrapped(&what, width.saturating_sub(widest + 4).max(20)) {
            lines.push(format!("{lead}{line}"));
            lead = " ".repeat(widest + 4);
        }
    }
    lines
}

/// Writes ways for programs.
///
/// # Errors
///
/// Those of `out`.
pub fn write_json(out: &mut dyn Write, traced: &Traced) -> io::Result<()> {
    machine::write_json(out, &Output::of(traced))
}

/// The JSON Schema of the output.
#[must_use]
pub fn output_schema() -> serde_json::Value {
    machine::schema::<Output<'static>>()
}

/// Who gets which role.
#[derive(Serialize, JsonSchema)]
#[schemars(title = "fedlint paths")]
struct Output<'r> {
    /// The number of this schema: 1.
    schema: u32,
    /// The program that wrote this.
    tool: Tool,
    /// The ways: of those who are furthest out first; of each, what is proved to be worst first.
    paths: Vec<PathOutput<'r>>,
    /// What could not be read, or only in part; ordered by path and position.
    problems: Vec<ProblemOutput<'r>>,
}

/// The best way of a population to a role.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[schemars(rename = "Path")]
struct PathOutput<'r> {
    /// Who: `service`, `identity-center-user`, `own-account`, `named-identity`, `saml-user`, `user-pool-user`, `named-tenant`, `other-account`,
    /// `whole-tenant`, `self-registered`, `any-customer`, `guest`, `anyone`.
    population: &'static str,
    /// `proved`, or `possible` if a step or what the role is worth depends on something that the scan cannot see.
    certainty: &'static str,
    /// Under which parameter values of the template; absent if under all.
    #[serde(skip_serializing_if = "Option::is_none")]
    when: Option<&'r str>,
    /// The role at the end.
    role: Entity<'r>,
    /// What it is worth.
    privilege: PrivilegeOutput,
    /// The steps, in order.
    steps: Vec<StepOutput<'r>>,
    /// Where the worst that the role allows is granted.
    #[serde(skip_serializing_if = "Option::is_none")]
    granted: Option<Location>,
}

/// What somebody can do: `nothing`, `own-data`, `telemetry`, `narrow`, `whole-service`, `read`, `write`, `secrets`,
/// `takeover`, `escalation`, `administrator`.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Privilege")]
pub(super) struct PrivilegeOutput {
    /// What is proved.
    proved: &'static str,
    /// What is possible.
    possible: &'static str,
    /// False if policies are not in view, so that there may be more.
    complete: bool,
}

/// People or workloads outside, and what they get.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[schemars(rename = "Population")]
pub(super) struct PopulationOutput<'r> {
    /// Who, as in the output of `fedlint paths`.
    population: &'static str,
    /// How many roles they may get.
    roles: usize,
    /// How many of these for sure.
    proved: usize,
    /// The worst that they can do.
    privilege: PrivilegeOutput,
    /// The role with which they can do it.
    role: Entity<'r>,
    /// Where that is written.
    location: Location,
}

impl<'r> PopulationOutput<'r> {
    pub(super) fn of(reach: &'r Reach, sources: &Sources) -> Self {
        Self {
            population: reach.population,
            roles: reach.roles,
            proved: reach.proved,
            privilege: (&reach.privilege).into(),
            role: Entity::of(&reach.role),
            location: Location::of(reach.span, sources),
        }
    }
}

/// A step of a path.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[schemars(rename = "Step")]
struct StepOutput<'r> {
    /// What happens: `trusts`, `signs-up`, `signs-in-with`, `signs-in`, `logs-in`, `enters-as-guest`, `is-member`,
    /// `given-to-guests`, `given-to-users`, `given-by-rule`, `given-to-group`, `given-by-assertion`, `assigned`, `chosen`,
    /// `assumed`, `passed`.
    kind: &'static str,
    /// What is got by it, or what leads on.
    entity: Entity<'r>,
    /// The service that a role is passed to.
    #[serde(skip_serializing_if = "Option::is_none")]
    service: Option<&'r str>,
    /// Where it is written: for a role that is assumed or passed, first what allows it, then what trusts.
    locations: Vec<Location>,
}

impl From<&Privilege> for PrivilegeOutput {
    fn from(privilege: &Privilege) -> Self {
        Self { proved: privilege.proved, possible: privilege.possible, complete: privilege.complete }
    }
}

impl<'r> Output<'r> {
    fn of(traced: &'r Traced) -> Self {
        let sources = &traced.sources;
        let step = |step: &'r Step| StepOutput {
            kind: step.kind,
            entity: Entity::of(&step.entity),
            service: step.service.as_deref(),
            locations: step.places.iter().map(|place| Location::of(place.span, sources)).collect(),
        };
        Self {
            schema: SCHEMA,
            tool: Tool::THIS,
            paths: traced
                .ways
                .iter()
                .map(|way| PathOutput {
                    population: way.population,
                    certainty: way.certainty.name(),
                    when: way.when.as_deref(),
                    role: Entity::of(&way.role),
                    privilege: (&way.privilege).into(),
                    steps: way.steps.iter().map(step).collect(),
                    granted: way.granted.map(|span| Location::of(span, sources)),
                })
                .collect(),
            problems: traced.problems.iter().map(|problem| ProblemOutput::of(problem, sources)).collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn privileges_are_said_in_words() {
        let said = |proved, possible, complete| privilege(&Privilege { proved, possible, complete });
        assert_eq!(said("read", "read", true), "reading data");
        assert_eq!(said("narrow", "secrets", true), "some actions, perhaps secrets");
        assert_eq!(said("nothing", "write", true), "perhaps writing data");
        assert_eq!(said("nothing", "nothing", true), "nothing");
        assert_eq!(said("nothing", "nothing", false), "permissions that are not in view");
        assert_eq!(said("own-data", "own-data", false), "own data or more that is not in view");
        assert_eq!(said("administrator", "administrator", false), "administrator");
    }
}
