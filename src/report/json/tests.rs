use std::collections::BTreeSet;

use serde_json::Value;

use super::*;
use crate::finding::{Certainty, Fix, Privilege, Reach, SuppressedBy, Suppression};
use crate::report::tests::{Case, checked_in, finding, label};
use crate::source::{Decoding, ProblemKind};

fn written(case: &Case) -> String {
    let mut out = Vec::new();
    write(&mut out, &case.report()).unwrap();
    String::from_utf8(out).unwrap()
}

/// A finding with every field, one with none of the optional ones, and both kinds of problems.
fn everything() -> Case {
    let mut case = Case::new();
    let host = case.file("./infra/role.json", "{\n  \"名\": \"{\\\"Principal\\\": \\\"*\\\"}\"\n}\n");
    let inner =
        case.sources.add_decoded(case.span(host, "\"{\\\"Principal\\\": \\\"*\\\"}\""), Decoding::JsonString);
    let plain = finding(case.span(host, "\"名\""));
    let mut full = finding(case.span(inner, "\"*\""));
    full.certainty = Certainty::Possible;
    full.when = Some("`AllowGuests` is `true`".to_owned());
    full.entity.arn = Some("arn:aws:iam::111122223333:role/x".to_owned());
    full.entity.cdk_path = Some("Shop/Pool".to_owned());
    full.labels = vec![label(plain.span, "here")];
    let edit = Edit { span: plain.span, text: "Guests: false".to_owned() };
    let fix = Fix { edits: vec![edit], ..Fix::new("switch off guests".to_owned(), false, Vec::new()) };
    full.fix = Some(Box::new(fix));
    full.notes = vec!["one assumption".to_owned()];
    full.witness = Some(vec![("action".to_owned(), "sts:AssumeRole".to_owned())]);
    full.folded_into = Some("8899".to_owned());
    full.suppressed =
        Some(Suppression { by: SuppressedBy::Settings, reason: Some("a partner's".to_owned()) });
    case.problems = vec![
        Problem::of(ProblemKind::Unreadable, "none.yaml", "`none.yaml` does not exist", "Check the path."),
        Problem::at(ProblemKind::Lenient, plain.span, "a comma too many", "Remove it."),
    ];
    case.reaches = vec![Reach {
        population: "guest",
        roles: 2,
        proved: 1,
        privilege: Privilege { proved: "own-data", possible: "read", complete: false },
        role: full.entity.clone(),
        span: plain.span,
    }];
    case.findings = vec![plain, full];
    case
}

#[test]
fn every_field() {
    insta::assert_snapshot!(written(&everything()), @r#"
    {
      "schema": 1,
      "tool": {
        "name": "fedlint",
        "version": "0.1.0"
      },
      "findings": [
        {
          "rule": "guest-access-enabled",
          "group": "guest-access",
          "severity": "high",
          "certainty": "proved",
          "message": "`Pool` gives credentials of `GuestRole` to anybody who asks, without sign-in",
          "entity": {
            "kind": "identity-pool",
            "name": "Pool"
          },
          "location": {
            "path": "infra/role.json",
            "start": {
              "line": 2,
              "column": 3,
              "offset": 4
            },
            "end": {
              "line": 2,
              "column": 6,
              "offset": 9
            }
          },
          "labels": [],
          "help": "Set `AllowUnauthenticatedIdentities` to `false`, or give the guest role nothing but what the public may do.",
          "fingerprint": "0011223344556677"
        },
        {
          "rule": "guest-access-enabled",
          "group": "guest-access",
          "severity": "high",
          "certainty": "possible",
          "message": "`Pool` gives credentials of `GuestRole` to anybody who asks, without sign-in",
          "entity": {
            "kind": "identity-pool",
            "name": "Pool",
            "arn": "arn:aws:iam::111122223333:role/x",
            "cdk-path": "Shop/Pool"
          },
          "location": {
            "path": "infra/role.json",
            "start": {
              "line": 2,
              "column": 25,
              "offset": 28
            },
            "end": {
              "line": 2,
              "column": 30,
              "offset": 33
            }
          },
          "labels": [
            {
              "text": "here",
              "location": {
                "path": "infra/role.json",
                "start": {
                  "line": 2,
                  "column": 3,
                  "offset": 4
                },
                "end": {
                  "line": 2,
                  "column": 6,
                  "offset": 9
                }
              }
            }
          ],
          "when": "`AllowGuests` is `true`",
          "witness": [
            {
              "key": "action",
              "value": "sts:AssumeRole"
            }
          ],
          "notes": [
            "one assumption"
          ],
          "help": "Set `AllowUnauthenticatedIdentities` to `false`, or give the guest role nothing but what the public may do.",
          "fix": {
            "title": "switch off guests",
            "safe": false,
            "edits": [
              {
                "location": {
                  "path": "infra/role.json",
                  "start": {
                    "line": 2,
                    "column": 3,
                    "offset": 4
                  },
                  "end": {
                    "line": 2,
                    "column": 6,
                    "offset": 9
                  }
                },
                "text": "Guests: false"
              }
            ]
          },
          "folded-into": "8899",
          "suppressed": {
            "by": "settings",
            "reason": "a partner's"
          },
          "fingerprint": "0011223344556677"
        }
      ],
      "populations": [
        {
          "population": "guest",
          "roles": 2,
          "proved": 1,
          "privilege": {
            "proved": "own-data",
            "possible": "read",
            "complete": false
          },
          "role": {
            "kind": "identity-pool",
            "name": "Pool",
            "arn": "arn:aws:iam::111122223333:role/x",
            "cdk-path": "Shop/Pool"
          },
          "location": {
            "path": "infra/role.json",
            "start": {
              "line": 2,
              "column": 3,
              "offset": 4
            },
            "end": {
              "line": 2,
              "column": 6,
              "offset": 9
            }
          }
        }
      ],
      "problems": [
        {
          "kind": "unreadable",
          "loses": true,
          "message": "`none.yaml` does not exist",
          "help": "Check the path.",
          "path": "none.yaml"
        },
        {
          "kind": "lenient",
          "loses": false,
          "message": "a comma too many",
          "help": "Remove it.",
          "path": "infra/role.json",
          "location": {
            "path": "infra/role.json",
            "start": {
              "line": 2,
              "column": 3,
              "offset": 4
            },
            "end": {
              "line": 2,
              "column": 6,
              "offset": 9
            }
          }
        }
      ],
      "summary": {
        "checked": {
          "files": 1,
          "other-files": 0,
          "unparsed-files": 0,
          "beside": 0,
          "roles": 2,
          "providers": 1,
          "pools": 1,
          "permission-sets": 0
        },
        "severities": {
          "info": 0,
          "low": 0,
          "medium": 0,
          "high": 1,
          "critical": 0
        },
        "possible": 0,
        "folded": 1,
        "suppressed": 0,
        "gone": 0,
        "fixable": 0,
        "problems": {
          "lenient": 1,
          "unreadable": 1
        }
      }
    }
    "#);
}

#[test]
fn hostile_text_stays_data() {
    let mut case = everything();
    case.findings.truncate(1);
    case.findings[0].entity.name = "a\u{1b}[2J\u{202e}\u{9b}\"\n".to_owned();
    let text = written(&case);
    assert!(!text.contains(['\u{1b}', '\u{202e}', '\u{9b}']));
    let value: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(value["findings"][0]["entity"]["name"], "a\u{1b}[2J\u{202e}\u{9b}\"\n");
}

#[test]
fn the_schema_describes_the_output() {
    let schema = output_schema();
    let validator = jsonschema::validator_for(&schema).unwrap();
    for case in [everything(), Case::new()] {
        let value: Value = serde_json::from_str(&written(&case)).unwrap();
        let errors: Vec<String> = validator.iter_errors(&value).map(|error| error.to_string()).collect();
        assert!(errors.is_empty(), "{errors:?}");
    }
    insta::assert_snapshot!(serde_json::to_string_pretty(&schema).unwrap());
}

#[test]
fn the_documentation_names_every_field_and_value() {
    let page = checked_in("docs/json.md");
    let mut names = BTreeSet::new();
    properties(&output_schema(), &mut names);
    properties(&crate::report::paths::output_schema(), &mut names);
    properties(&crate::report::graph::output_schema(), &mut names);
    properties(&crate::report::reference::output_schema(), &mut names);
    assert!(names.len() > 40, "{names:?}");
    for name in &names {
        assert!(page.contains(&format!("`{name}`")), "docs/json.md does not mention `{name}`");
    }
    for severity in Severity::ALL {
        assert!(page.contains(&format!("`{}`", severity.name())));
    }
    for group in crate::finding::Group::ALL {
        assert!(page.contains(&format!("`{}`", group.name())));
    }
}

#[test]
fn the_example_in_the_documentation_fits_the_schema() {
    let page = checked_in("docs/json.md");
    let example =
        page.split("```json\n").nth(1).and_then(|rest| rest.split("```").next()).expect("one example");
    let value: Value = serde_json::from_str(example).unwrap();
    jsonschema::validator_for(&output_schema()).unwrap().validate(&value).unwrap();
}

fn properties(schema: &Value, names: &mut BTreeSet<String>) {
    let Value::Object(map) = schema else { return };
    if let Some(Value::Object(found)) = map.get("properties") {
        names.extend(found.keys().cloned());
    }
    for value in map.values() {
        properties(value, names);
    }
}
