use std::sync::LazyLock;

use jsonschema::Validator;
use proptest::prelude::*;
use serde_json::Value;

use super::*;
use crate::finding::{Certainty, Edit, Group, SuppressedBy, Suppression};
use crate::report::tests::{Case, checked_in, finding, label};
use crate::source::ProblemKind;

/// See `testdata/README.md` for where the schema comes from.
static SCHEMA: LazyLock<Validator> = LazyLock::new(|| {
    let mut schema: Value =
        serde_json::from_str(&checked_in("testdata/sarif-schema-2.1.0.json")).expect("the schema is JSON");
    for component in ["run", "toolComponent"] {
        // Has a bracket too many to be a regular expression of ECMAScript; we never write the property.
        schema["definitions"][component]["properties"]["language"] = Value::Bool(true);
    }
    jsonschema::options().should_validate_formats(true).build(&schema).expect("the schema is one")
});

fn rules() -> Vec<RuleInformation<'static>> {
    vec![
        RuleInformation {
            id: "guest-access-enabled",
            group: Group::GuestAccess,
            severity: Severity::Medium,
            title: "an identity pool gives credentials without sign-in",
            why: "Whoever knows the id of the pool gets AWS credentials.\n",
            help: "Switch guests off.\n",
            references: vec!["https://docs.aws.amazon.com/cognito/latest/developerguide/identity-pools.html"],
        },
        RuleInformation {
            id: "unused-provider",
            group: Group::Hygiene,
            severity: Severity::Info,
            title: "nothing uses the provider",
            why: "It only waits to be misused.",
            help: "Remove it.",
            references: Vec::new(),
        },
    ]
}

fn written(case: &Case) -> String {
    let mut out = Vec::new();
    write(&mut out, &case.report(), &rules(), &Root::new(Path::new("/repository"), Path::new("/repository")))
        .unwrap();
    String::from_utf8(out).unwrap()
}

/// The log, which is valid.
fn valid(case: &Case) -> Value {
    let value: Value = serde_json::from_str(&written(case)).unwrap();
    let errors: Vec<String> =
        SCHEMA.iter_errors(&value).map(|error| format!("{}: {error}", error.instance_path())).collect();
    assert!(errors.is_empty(), "{errors:#?}");
    value
}

fn everything() -> Case {
    let mut case = Case::new();
    let file = case.file("infra/my pool.yaml", "Pool:\n  Guests: true\n  Classic: true\n");
    let role = case.file("/elsewhere/role.yaml", "Role: x\n");
    let mut found = finding(case.span(file, "Guests: true"));
    found.certainty = Certainty::Possible;
    found.when = Some("`AllowGuests` is `true`".to_owned());
    found.witness = Some(vec![("action".to_owned(), "sts:AssumeRoleWithWebIdentity".to_owned())]);
    found.notes = vec!["one assumption".to_owned()];
    found.labels = vec![
        label(case.span(file, "Classic: true"), "the classic flow gives more"),
        label(case.span(role, "Role"), "guests get this role"),
    ];
    let edit = |span: Span, text: &str| Edit { span, text: text.to_owned() };
    let at = case.span(role, "x");
    found.fix = Some(Box::new(Fix {
        edits: vec![
            edit(case.span(file, "true"), "false"),
            // Something is added behind.
            edit(Span::new(at.source, at.end, at.end), ", y"),
        ],
        ..Fix::new("switch off guests".to_owned(), false, Vec::new())
    }));
    let folded = Finding { folded_into: Some("x".to_owned()), ..found.clone() };
    let unknown =
        Finding { rule: "own-rule".into(), labels: Vec::new(), severity: Severity::Low, ..found.clone() };
    case.problems = vec![
        Problem::of(ProblemKind::Unreadable, "none.yaml", "`none.yaml` does not exist", "Check the path."),
        Problem::at(ProblemKind::Lenient, found.span, "a comma too many", "Remove it."),
    ];
    let known = Finding {
        suppressed: Some(Suppression { by: SuppressedBy::File, reason: Some("a partner's".to_owned()) }),
        ..unknown.clone()
    };
    case.findings = vec![found, folded, unknown, known];
    case
}

#[test]
fn every_part() {
    let case = everything();
    valid(&case);
    insta::assert_snapshot!(written(&case), @r#"
    {
      "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
      "version": "2.1.0",
      "runs": [
        {
          "tool": {
            "driver": {
              "name": "fedlint",
              "semanticVersion": "0.1.0",
              "rules": [
                {
                  "id": "guest-access-enabled",
                  "shortDescription": {
                    "text": "an identity pool gives credentials without sign-in"
                  },
                  "fullDescription": {
                    "text": "Whoever knows the id of the pool gets AWS credentials."
                  },
                  "help": {
                    "text": "Whoever knows the id of the pool gets AWS credentials.\n\nSwitch guests off.\n\nReferences:\n\n- <https://docs.aws.amazon.com/cognito/latest/developerguide/identity-pools.html>",
                    "markdown": "Whoever knows the id of the pool gets AWS credentials.\n\nSwitch guests off.\n\nReferences:\n\n- <https://docs.aws.amazon.com/cognito/latest/developerguide/identity-pools.html>"
                  },
                  "defaultConfiguration": {
                    "level": "warning"
                  },
                  "properties": {
                    "group": "guest-access",
                    "tags": [
                      "security",
                      "guest-access"
                    ],
                    "security-severity": "5.5"
                  }
                },
                {
                  "id": "unused-provider",
                  "shortDescription": {
                    "text": "nothing uses the provider"
                  },
                  "fullDescription": {
                    "text": "It only waits to be misused."
                  },
                  "help": {
                    "text": "It only waits to be misused.\n\nRemove it.",
                    "markdown": "It only waits to be misused.\n\nRemove it."
                  },
                  "defaultConfiguration": {
                    "level": "note"
                  },
                  "properties": {
                    "group": "hygiene",
                    "tags": [
                      "security",
                      "hygiene"
                    ]
                  }
                }
              ]
            }
          },
          "invocations": [
            {
              "executionSuccessful": false,
              "toolExecutionNotifications": [
                {
                  "descriptor": {
                    "id": "unreadable"
                  },
                  "level": "error",
                  "message": {
                    "text": "`none.yaml` does not exist\nCheck the path."
                  },
                  "locations": [
                    {
                      "physicalLocation": {
                        "artifactLocation": {
                          "uri": "none.yaml",
                          "uriBaseId": "SRCROOT"
                        }
                      }
                    }
                  ]
                },
                {
                  "descriptor": {
                    "id": "lenient"
                  },
                  "level": "warning",
                  "message": {
                    "text": "a comma too many\nRemove it."
                  },
                  "locations": [
                    {
                      "physicalLocation": {
                        "artifactLocation": {
                          "uri": "infra/my%20pool.yaml",
                          "uriBaseId": "SRCROOT"
                        },
                        "region": {
                          "startLine": 2,
                          "startColumn": 3,
                          "endLine": 2,
                          "endColumn": 15
                        }
                      }
                    }
                  ]
                }
              ]
            }
          ],
          "originalUriBaseIds": {
            "SRCROOT": {
              "description": {
                "text": "The root of the repository, or else the folder that fedlint was run in."
              }
            }
          },
          "columnKind": "unicodeCodePoints",
          "results": [
            {
              "ruleId": "guest-access-enabled",
              "ruleIndex": 0,
              "level": "error",
              "message": {
                "text": "`Pool` gives credentials of `GuestRole` to anybody who asks, without sign-in\ncertainty: possible, depends on something that the scan cannot see\nwhen: `AllowGuests` is `true`\nwitness: action = sts:AssumeRoleWithWebIdentity\nnote: one assumption\nhelp: Set `AllowUnauthenticatedIdentities` to `false`, or give the guest role nothing but what the public may do."
              },
              "locations": [
                {
                  "physicalLocation": {
                    "artifactLocation": {
                      "uri": "infra/my%20pool.yaml",
                      "uriBaseId": "SRCROOT"
                    },
                    "region": {
                      "startLine": 2,
                      "startColumn": 3,
                      "endLine": 2,
                      "endColumn": 15
                    }
                  }
                }
              ],
              "codeFlows": [
                {
                  "threadFlows": [
                    {
                      "locations": [
                        {
                          "location": {
                            "physicalLocation": {
                              "artifactLocation": {
                                "uri": "infra/my%20pool.yaml",
                                "uriBaseId": "SRCROOT"
                              },
                              "region": {
                                "startLine": 3,
                                "startColumn": 3,
                                "endLine": 3,
                                "endColumn": 16
                              }
                            },
                            "message": {
                              "text": "the classic flow gives more"
                            }
                          }
                        },
                        {
                          "location": {
                            "physicalLocation": {
                              "artifactLocation": {
                                "uri": "file:///elsewhere/role.yaml"
                              },
                              "region": {
                                "startLine": 1,
                                "startColumn": 1,
                                "endLine": 1,
                                "endColumn": 5
                              }
                            },
                            "message": {
                              "text": "guests get this role"
                            }
                          }
                        },
                        {
                          "location": {
                            "physicalLocation": {
                              "artifactLocation": {
                                "uri": "infra/my%20pool.yaml",
                                "uriBaseId": "SRCROOT"
                              },
                              "region": {
                                "startLine": 2,
                                "startColumn": 3,
                                "endLine": 2,
                                "endColumn": 15
                              }
                            },
                            "message": {
                              "text": "`Pool` gives credentials of `GuestRole` to anybody who asks, without sign-in"
                            }
                          }
                        }
                      ]
                    }
                  ]
                }
              ],
              "relatedLocations": [
                {
                  "id": 1,
                  "physicalLocation": {
                    "artifactLocation": {
                      "uri": "infra/my%20pool.yaml",
                      "uriBaseId": "SRCROOT"
                    },
                    "region": {
                      "startLine": 3,
                      "startColumn": 3,
                      "endLine": 3,
                      "endColumn": 16
                    }
                  },
                  "message": {
                    "text": "the classic flow gives more"
                  }
                },
                {
                  "id": 2,
                  "physicalLocation": {
                    "artifactLocation": {
                      "uri": "file:///elsewhere/role.yaml"
                    },
                    "region": {
                      "startLine": 1,
                      "startColumn": 1,
                      "endLine": 1,
                      "endColumn": 5
                    }
                  },
                  "message": {
                    "text": "guests get this role"
                  }
                }
              ],
              "partialFingerprints": {
                "fedlint/v1": "0011223344556677"
              },
              "suppressions": [],
              "fixes": [
                {
                  "description": {
                    "text": "switch off guests"
                  },
                  "artifactChanges": [
                    {
                      "artifactLocation": {
                        "uri": "infra/my%20pool.yaml",
                        "uriBaseId": "SRCROOT"
                      },
                      "replacements": [
                        {
                          "deletedRegion": {
                            "startLine": 2,
                            "startColumn": 11,
                            "endLine": 2,
                            "endColumn": 15
                          },
                          "insertedContent": {
                            "text": "false"
                          }
                        }
                      ]
                    },
                    {
                      "artifactLocation": {
                        "uri": "file:///elsewhere/role.yaml"
                      },
                      "replacements": [
                        {
                          "deletedRegion": {
                            "startLine": 1,
                            "startColumn": 8,
                            "endLine": 1,
                            "endColumn": 8
                          },
                          "insertedContent": {
                            "text": ", y"
                          }
                        }
                      ]
                    }
                  ]
                }
              ],
              "properties": {
                "severity": "high",
                "certainty": "possible",
                "entity-kind": "identity-pool",
                "entity-name": "Pool",
                "when": "`AllowGuests` is `true`"
              }
            },
            {
              "ruleId": "own-rule",
              "level": "note",
              "message": {
                "text": "`Pool` gives credentials of `GuestRole` to anybody who asks, without sign-in\ncertainty: possible, depends on something that the scan cannot see\nwhen: `AllowGuests` is `true`\nwitness: action = sts:AssumeRoleWithWebIdentity\nnote: one assumption\nhelp: Set `AllowUnauthenticatedIdentities` to `false`, or give the guest role nothing but what the public may do."
              },
              "locations": [
                {
                  "physicalLocation": {
                    "artifactLocation": {
                      "uri": "infra/my%20pool.yaml",
                      "uriBaseId": "SRCROOT"
                    },
                    "region": {
                      "startLine": 2,
                      "startColumn": 3,
                      "endLine": 2,
                      "endColumn": 15
                    }
                  }
                }
              ],
              "partialFingerprints": {
                "fedlint/v1": "0011223344556677"
              },
              "suppressions": [],
              "fixes": [
                {
                  "description": {
                    "text": "switch off guests"
                  },
                  "artifactChanges": [
                    {
                      "artifactLocation": {
                        "uri": "infra/my%20pool.yaml",
                        "uriBaseId": "SRCROOT"
                      },
                      "replacements": [
                        {
                          "deletedRegion": {
                            "startLine": 2,
                            "startColumn": 11,
                            "endLine": 2,
                            "endColumn": 15
                          },
                          "insertedContent": {
                            "text": "false"
                          }
                        }
                      ]
                    },
                    {
                      "artifactLocation": {
                        "uri": "file:///elsewhere/role.yaml"
                      },
                      "replacements": [
                        {
                          "deletedRegion": {
                            "startLine": 1,
                            "startColumn": 8,
                            "endLine": 1,
                            "endColumn": 8
                          },
                          "insertedContent": {
                            "text": ", y"
                          }
                        }
                      ]
                    }
                  ]
                }
              ],
              "properties": {
                "severity": "low",
                "certainty": "possible",
                "entity-kind": "identity-pool",
                "entity-name": "Pool",
                "when": "`AllowGuests` is `true`"
              }
            },
            {
              "ruleId": "own-rule",
              "level": "note",
              "message": {
                "text": "`Pool` gives credentials of `GuestRole` to anybody who asks, without sign-in\ncertainty: possible, depends on something that the scan cannot see\nwhen: `AllowGuests` is `true`\nwitness: action = sts:AssumeRoleWithWebIdentity\nnote: one assumption\nhelp: Set `AllowUnauthenticatedIdentities` to `false`, or give the guest role nothing but what the public may do."
              },
              "locations": [
                {
                  "physicalLocation": {
                    "artifactLocation": {
                      "uri": "infra/my%20pool.yaml",
                      "uriBaseId": "SRCROOT"
                    },
                    "region": {
                      "startLine": 2,
                      "startColumn": 3,
                      "endLine": 2,
                      "endColumn": 15
                    }
                  }
                }
              ],
              "partialFingerprints": {
                "fedlint/v1": "0011223344556677"
              },
              "suppressions": [
                {
                  "kind": "inSource",
                  "status": "accepted",
                  "justification": "a partner's",
                  "properties": {
                    "by": "file"
                  }
                }
              ],
              "fixes": [
                {
                  "description": {
                    "text": "switch off guests"
                  },
                  "artifactChanges": [
                    {
                      "artifactLocation": {
                        "uri": "infra/my%20pool.yaml",
                        "uriBaseId": "SRCROOT"
                      },
                      "replacements": [
                        {
                          "deletedRegion": {
                            "startLine": 2,
                            "startColumn": 11,
                            "endLine": 2,
                            "endColumn": 15
                          },
                          "insertedContent": {
                            "text": "false"
                          }
                        }
                      ]
                    },
                    {
                      "artifactLocation": {
                        "uri": "file:///elsewhere/role.yaml"
                      },
                      "replacements": [
                        {
                          "deletedRegion": {
                            "startLine": 1,
                            "startColumn": 8,
                            "endLine": 1,
                            "endColumn": 8
                          },
                          "insertedContent": {
                            "text": ", y"
                          }
                        }
                      ]
                    }
                  ]
                }
              ],
              "properties": {
                "severity": "low",
                "certainty": "possible",
                "entity-kind": "identity-pool",
                "entity-name": "Pool",
                "when": "`AllowGuests` is `true`"
              }
            }
          ]
        }
      ]
    }
    "#);
}

#[test]
fn a_scan_that_was_refused_has_not_succeeded() {
    let mut case = Case::new();
    case.summary.refused = true;
    assert_eq!(valid(&case)["runs"][0]["invocations"][0]["executionSuccessful"], false);
}

#[test]
fn an_empty_log_is_valid() {
    let log = valid(&Case::new());
    assert_eq!(log["runs"][0]["results"], Value::Array(Vec::new()));
    assert_eq!(log["runs"][0]["invocations"][0]["executionSuccessful"], true);
}

#[test]
fn severities_have_levels() {
    let cases = [
        ("info", "note", None),
        ("low", "note", Some("3.0")),
        ("medium", "warning", Some("5.5")),
        ("high", "error", Some("8.0")),
        ("critical", "error", Some("9.5")),
    ];
    for (severity, expected) in Severity::ALL.into_iter().zip(cases) {
        assert_eq!((severity.name(), level(severity), security_severity(severity)), expected);
    }
}

#[test]
fn quoted_text_is_neither_link_nor_control() {
    let mut case = everything();
    case.findings.truncate(1);
    case.findings[0].message = "`[click](https://evil.example)\u{202e}\u{1b}` is bad".to_owned();
    let text = valid(&case)["runs"][0]["results"][0]["message"]["text"].as_str().unwrap().to_owned();
    assert!(text.starts_with("`[click\\](https://evil.example)\\u{202e}\\u{1b}` is bad\n"), "{text}");
}

proptest! {
    #[test]
    fn whatever_is_found_the_log_is_valid(
        path in "[a-z./ %?#:\u{e9}\u{1b}<>\\[\\]]{1,20}",
        text in "[a-z\u{6771}\r\n:]{1,60}",
        findings in prop::collection::vec((0u32..80, 0u32..20, 0usize..5, any::<bool>(), any::<Option<String>>(), 0usize..4, ".{0,20}"), 0..4),
        problems in prop::collection::vec((0u32..80, any::<bool>(), ".{0,20}"), 0..3),
    ) {
        let mut case = Case::new();
        let source = case.file(&path, &text);
        for (start, length, severity, possible, when, labels, message) in findings {
            let span = Span::new(source, start, start + length);
            case.findings.push(Finding {
                severity: Severity::ALL[severity],
                certainty: if possible { Certainty::Possible } else { Certainty::Proved },
                when,
                labels: (0..labels).map(|_| label(span, &message)).collect(),
                message,
                ..finding(span)
            });
        }
        for (start, placed, message) in problems {
            let span = Span::new(source, start, start);
            case.problems.push(if placed {
                Problem::at(ProblemKind::Lenient, span, message, "Do it.")
            } else {
                Problem::of(ProblemKind::Unreadable, &path, message, "Do it.")
            });
        }
        for result in valid(&case)["runs"][0]["results"].as_array().unwrap() {
            let region = &result["locations"][0]["physicalLocation"]["region"];
            let number = |name: &str| region[name].as_u64().unwrap();
            let (start, end) =
                ((number("startLine"), number("startColumn")), (number("endLine"), number("endColumn")));
            prop_assert!((1, 1) <= start && start.0 >= 1 && start.1 >= 1 && start <= end);
        }
    }
}
