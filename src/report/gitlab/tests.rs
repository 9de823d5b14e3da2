use std::collections::BTreeSet;

use proptest::prelude::*;
use serde_json::Value;

use super::*;
use crate::report::tests::{Case, NASTY, everything, nasty};

fn written(case: &Case) -> String {
    let mut out = Vec::new();
    let root = Root::new(Path::new("/repository/stacks"), Path::new("/repository"));
    write(&mut out, &case.report(), &root).unwrap();
    String::from_utf8(out).unwrap()
}

#[test]
fn every_entry() {
    insta::assert_snapshot!(written(&everything()), @r#"
    [
      {
        "description": "a comma too many. Remove it.",
        "check_name": "problem-lenient",
        "fingerprint": "2dae872b6064356d",
        "severity": "info",
        "location": {
          "path": "stacks/infra/my pool.yaml",
          "lines": {
            "begin": 2,
            "end": 2
          }
        }
      },
      {
        "description": "`none.yaml` does not exist. Check the path.",
        "check_name": "problem-unreadable",
        "fingerprint": "531ffb984d2db025",
        "severity": "blocker",
        "location": {
          "path": "stacks/none.yaml",
          "lines": {
            "begin": 1,
            "end": 1
          }
        }
      },
      {
        "description": "`Pool` gives credentials of `GuestRole` to anybody who asks, without sign-in (possible), when `AllowGuests` is `true`",
        "check_name": "guest-access-enabled",
        "fingerprint": "0011223344556677",
        "severity": "blocker",
        "location": {
          "path": "stacks/infra/my pool.yaml",
          "lines": {
            "begin": 2,
            "end": 2
          }
        }
      },
      {
        "description": "`Pool` gives credentials of `GuestRole` to anybody who asks, without sign-in",
        "check_name": "guest-access-enabled",
        "fingerprint": "0011223344556677-2",
        "severity": "critical",
        "location": {
          "path": "stacks/infra/my pool.yaml",
          "lines": {
            "begin": 3,
            "end": 4
          }
        }
      },
      {
        "description": "`Pool` gives credentials of `GuestRole` to anybody who asks, without sign-in",
        "check_name": "guest-access-enabled",
        "fingerprint": "1",
        "severity": "info",
        "location": {
          "path": "/elsewhere/role.yaml",
          "lines": {
            "begin": 1,
            "end": 1
          }
        }
      },
      {
        "description": "`Pool` gives credentials of `GuestRole` to anybody who asks, without sign-in",
        "check_name": "guest-access-enabled",
        "fingerprint": "2",
        "severity": "major",
        "location": {
          "path": "/elsewhere/role.yaml",
          "lines": {
            "begin": 1,
            "end": 1
          }
        }
      },
      {
        "description": "`Pool` gives credentials of `GuestRole` to anybody who asks, without sign-in",
        "check_name": "guest-access-enabled",
        "fingerprint": "2-2",
        "severity": "major",
        "location": {
          "path": "/elsewhere/role.yaml",
          "lines": {
            "begin": 1,
            "end": 1
          }
        }
      }
    ]
    "#);
}

#[test]
fn nothing_found_is_an_empty_list() {
    assert_eq!(written(&Case::new()), "[]\n");
}

#[test]
fn no_two_entries_have_one_fingerprint() {
    let entries: Vec<Value> = serde_json::from_str(&written(&everything())).unwrap();
    let fingerprints: BTreeSet<&str> =
        entries.iter().map(|entry| entry["fingerprint"].as_str().unwrap()).collect();
    assert_eq!(fingerprints.len(), entries.len());
}

proptest! {
    #[test]
    fn every_text_is_one_entry_with_the_fields_that_gitlab_asks_for(text in NASTY) {
        let entries: Vec<Value> = serde_json::from_str(&written(&nasty(&text))).unwrap();
        prop_assert_eq!(entries.len(), 3);
        for entry in &entries {
            for field in ["description", "check_name", "fingerprint", "severity"] {
                prop_assert!(!entry[field].as_str().unwrap().is_empty());
            }
            prop_assert!(entry["location"]["path"].is_string());
            prop_assert_eq!(&entry["location"]["lines"]["begin"], 1);
        }
    }
}
