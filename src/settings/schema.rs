//! What a settings file may say, as one table, and the JSON Schema that is made of it.
//!
//! A setting that the reader learns gets a line here: a test compares both, name by name.

use serde_json::{Map, Value, json};

/// A setting.
pub(super) struct Setting {
    /// The name.
    pub(super) name: &'static str,
    /// What it is for: a sentence or two.
    about: &'static str,
    /// What it takes.
    pub(super) takes: Takes,
}

/// What a setting takes.
pub(super) enum Takes {
    /// A text.
    Text,
    /// A text of this form.
    Form(&'static str),
    /// The twelve digits of an account.
    Account,
    /// One of these words.
    Word(&'static [&'static str]),
    /// Any number of these.
    List(&'static Self),
    /// A text, a number, a truth or a list of them.
    Value,
    /// Names of the user's own with one of these each.
    Named(&'static Self),
    /// These settings.
    Settings(&'static [Setting]),
}

/// Severities by name, mildest first.
const SEVERITIES: &[&str] = &["info", "low", "medium", "high", "critical"];

/// The settings at the top of the file.
pub(super) const SETTINGS: &[Setting] = &[
    Setting {
        name: "accounts",
        about: "Accounts by how far they are trusted.",
        takes: Takes::Settings(&[
            Setting {
                name: "management",
                about: "The one that manages your organisation. It is your own too.",
                takes: Takes::Account,
            },
            Setting { name: "own", about: "Your own.", takes: Takes::List(&Takes::Account) },
            Setting {
                name: "trusted",
                about: "Of others, and trusted on purpose.",
                takes: Takes::List(&Takes::Account),
            },
            Setting {
                name: "vendors",
                about: "Of services that assume roles for many customers.",
                takes: Takes::List(&Takes::Account),
            },
        ]),
    },
    Setting {
        name: "organisations",
        about: "Ids of the organisations that are your own. With them, trust in members of another one is reported.",
        takes: Takes::List(&Takes::Form("^o-[a-z0-9]{10,32}$")),
    },
    Setting {
        name: "deployments",
        about: "Which account and region the templates that a pattern matches are deployed into. The first that \
                matches counts.",
        takes: Takes::Named(&Takes::Settings(&[
            Setting { name: "account", about: "The account.", takes: Takes::Account },
            Setting { name: "region", about: "The region.", takes: Takes::Form("^[a-z]+(-[a-z]+)+-[0-9]+$") },
        ])),
    },
    Setting {
        name: "parameters",
        about: "Values of template parameters. Without one, every value that the template allows is considered.",
        takes: Takes::Named(&Takes::Value),
    },
    Setting {
        name: "parameter-files",
        about: "Files with values of parameters, in the forms of the AWS CLI, CodePipeline and plain names and \
                values. Later ones win.",
        takes: Takes::List(&Takes::Text),
    },
    Setting {
        name: "issuers",
        about: "Issuers of OIDC tokens.",
        takes: Takes::Settings(&[
            Setting { name: "own", about: "Your own.", takes: Takes::List(&Takes::Text) },
            Setting {
                name: "expected",
                about: "Those that roles may trust besides your own. If there are any, trust in others is reported.",
                takes: Takes::List(&Takes::Text),
            },
            Setting {
                name: "directories",
                about: "Directories with files that say what the tokens of further issuers are like.",
                takes: Takes::List(&Takes::Text),
            },
        ]),
    },
    Setting {
        name: "identity-source",
        about: "Where Identity Center gets its users from.",
        takes: Takes::Word(&["identity-center", "active-directory", "external"]),
    },
    Setting {
        name: "today",
        about: "What to take for today's date.",
        takes: Takes::Form("^[0-9]{4}-[0-9]{2}-[0-9]{2}$"),
    },
    Setting {
        name: "exclude",
        about: "Files that searches leave out, in the syntax of .gitignore.",
        takes: Takes::List(&Takes::Text),
    },
    Setting {
        name: "fail-on",
        about: "The mildest severity that fails a scan.",
        takes: Takes::Word(&["info", "low", "medium", "high", "critical", "never"]),
    },
    Setting {
        name: "min-certainty",
        about: "How certain findings have to be. Without it, those that are only possible count too.",
        takes: Takes::Word(&["possible", "proved"]),
    },
    Setting { name: "baseline", about: "The file with findings that are known.", takes: Takes::Text },
    Setting {
        name: "rules",
        about: "Which rules are asked, and how.",
        takes: Takes::Settings(&[
            Setting {
                name: "select",
                about: "Rules and groups to ask, and no others.",
                takes: Takes::List(&Takes::Text),
            },
            Setting {
                name: "ignore",
                about: "Rules and groups not to ask.",
                takes: Takes::List(&Takes::Text),
            },
            Setting {
                name: "severity",
                about: "Severities by rule. A rule that is off by default is asked if it has one.",
                takes: Takes::Named(&Takes::Word(SEVERITIES)),
            },
            Setting {
                name: "options",
                about: "Options by rule.",
                takes: Takes::Named(&Takes::Named(&Takes::Value)),
            },
            Setting {
                name: "directories",
                about: "Directories with rules of your own.",
                takes: Takes::List(&Takes::Text),
            },
        ]),
    },
    Setting {
        name: "suppressions",
        about: "Findings that are known and not to be acted on: those that fit everything that an entry says.",
        takes: Takes::List(&Takes::Settings(&[
            Setting {
                name: "rules",
                about: "Rules and groups. An entry needs it.",
                takes: Takes::List(&Takes::Text),
            },
            Setting {
                name: "path",
                about: "A pattern for paths, relative to this file.",
                takes: Takes::Text,
            },
            Setting {
                name: "entity",
                about: "A pattern for a name, an ARN or a construct path.",
                takes: Takes::Text,
            },
            Setting { name: "statement", about: "A pattern for a `Sid`.", takes: Takes::Text },
            Setting { name: "reason", about: "Why.", takes: Takes::Text },
            Setting {
                name: "until",
                about: "The last day on which it holds.",
                takes: Takes::Form("^[0-9]{4}-[0-9]{2}-[0-9]{2}$"),
            },
        ])),
    },
];

/// The JSON Schema of settings files, for editors.
#[must_use]
pub fn settings_schema() -> Value {
    let mut schema = json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Settings of fedlint",
    });
    if let (Some(schema), Value::Object(object)) = (schema.as_object_mut(), object(SETTINGS)) {
        schema.extend(object);
    }
    schema
}

fn object(settings: &[Setting]) -> Value {
    let properties: Map<String, Value> = settings
        .iter()
        .map(|setting| {
            let mut schema = setting.takes.schema();
            if let Some(schema) = schema.as_object_mut() {
                schema.insert("description".to_owned(), setting.about.into());
            }
            (setting.name.to_owned(), schema)
        })
        .collect();
    // Nothing written at all is an empty mapping.
    json!({ "type": ["object", "null"], "properties": properties, "additionalProperties": false })
}

impl Takes {
    fn schema(&self) -> Value {
        match self {
            Self::Text => json!({ "type": ["string", "number", "boolean"] }),
            Self::Form(pattern) => json!({ "type": "string", "pattern": pattern }),
            // Without quotes it is a number, of which YAML drops no zeros here.
            Self::Account => json!({ "anyOf": [
                { "type": "string", "pattern": "^[0-9]{12}$" },
                { "type": "integer", "minimum": 0, "maximum": 999_999_999_999_u64 },
            ] }),
            Self::Word(words) => json!({ "enum": words }),
            Self::List(item) => json!({ "type": ["array", "null"], "items": item.schema() }),
            Self::Value => {
                let text = Self::Text.schema();
                json!({ "anyOf": [text, { "type": "array", "items": text }] })
            }
            Self::Named(value) => {
                json!({ "type": ["object", "null"], "additionalProperties": value.schema() })
            }
            Self::Settings(settings) => object(settings),
        }
    }

    /// Something that the setting takes, as it is written in YAML on one line.
    #[cfg(test)]
    pub(super) fn sample(&self) -> String {
        match self {
            Self::Text | Self::Value => "a".to_owned(),
            Self::Form(pattern) if pattern.starts_with("^o-") => "o-a1b2c3d4e5".to_owned(),
            Self::Form(pattern) if pattern.contains("{4}") => "2026-11-25".to_owned(),
            Self::Form(_) => "eu-west-1".to_owned(),
            Self::Account => "\"111122223333\"".to_owned(),
            Self::Word(words) => words[0].to_owned(),
            Self::List(item) => format!("[{}]", item.sample()),
            Self::Named(value) => format!("{{ a: {} }}", value.sample()),
            Self::Settings(settings) => {
                let all: Vec<String> =
                    settings.iter().map(|one| format!("{}: {}", one.name, one.takes.sample())).collect();
                format!("{{ {} }}", all.join(", "))
            }
        }
    }
}
