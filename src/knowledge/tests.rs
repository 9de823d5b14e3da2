//! The files about issuers hold what the vendors and AWS document.

use super::sender::{Format, Piece, Presence, Sender, Values};
use super::{Found, IssuerFile, Issuers, SamlIdentity, Tenancy};
use crate::value::Shape;

mod own;
mod urls;

const PREFIX: &str = "issuer.example.com";

fn files() -> Vec<&'static IssuerFile> {
    static ISSUERS: std::sync::LazyLock<Issuers> = std::sync::LazyLock::new(Issuers::default);
    Issuers::built_in().map(|id| ISSUERS.by_id(id).unwrap_or_else(|| panic!("`{id}` is read"))).collect()
}

/// Those that are about issuers, not about other senders.
fn issuers() -> impl Iterator<Item = &'static IssuerFile> {
    files().into_iter().filter(|file| !file.issuers.is_empty() || file.id == "unknown")
}

fn file(id: &str) -> &'static IssuerFile {
    files().into_iter().find(|file| file.id == id).unwrap_or_else(|| panic!("there is a file `{id}`"))
}

fn sender(file: &IssuerFile) -> Sender {
    let given: Vec<(&str, &str)> = file.given.iter().map(|name| (name.as_str(), "given")).collect();
    file.sender(Some(PREFIX), &given, &[]).unwrap_or_else(|mistake| panic!("{}: {mistake}", file.id))
}

/// The claims, without prefix, that tokens of some kind have.
fn keys(file: &IssuerFile) -> Vec<String> {
    let mut keys: Vec<String> = sender(file)
        .kinds
        .iter()
        .flat_map(|kind| {
            kind.claims
                .iter()
                .map(|claim| &claim.key)
                .filter(|key| kind.claim(key).unwrap().presence.may_be_there())
        })
        .filter_map(|key| key.strip_prefix(PREFIX)?.strip_prefix(':').map(str::to_owned))
        .collect();
    keys.sort();
    keys.dedup();
    keys
}

fn find<'i>(issuers: &'i Issuers, url: &str) -> Found<'i> {
    issuers.find(url).unwrap_or_else(|| panic!("{url} is known"))
}

#[test]
fn every_file_is_right() {
    assert!(issuers().count() >= 30);
    for file in issuers() {
        assert_eq!(file.check(), Ok(()), "{}", file.id);
        for kind in &sender(file).kinds {
            assert!(!kind.claims.is_empty(), "{}: {} sends something", file.id, kind.name);
        }
        for (name, variable) in &file.variables {
            assert!(!variable.samples.is_empty(), "{}: `{name}` has samples", file.id);
        }
    }
}

#[test]
fn files_about_other_senders_stand_on_the_common_ones() {
    // A file without kinds is one of claims for others.
    let (senders, common): (Vec<_>, Vec<_>) = files().into_iter().partition(|file| !file.kinds.is_empty());
    for file in senders {
        let given: Vec<(&str, &str)> = file.given.iter().map(|name| (name.as_str(), "given")).collect();
        let sender = file.sender(None, &given, &common);
        assert!(sender.is_ok_and(|sender| !sender.kinds.is_empty()), "{}", file.id);
    }
}

#[test]
fn shared_issuers_have_a_variable_that_tells_tenants_apart() {
    for file in issuers() {
        let sender = sender(file);
        let shared = file.issuers.iter().any(|url| url.tenancy != Tenancy::Private);
        assert!(!shared || !sender.tenant.is_empty(), "{}", file.id);
        for &id in &sender.tenant {
            let variable = &sender.variables[usize::from(id)];
            assert_eq!(variable.control, super::sender::Control::Issuer, "{}: {}", file.id, variable.name);
        }
    }
}

#[test]
fn a_variable_that_two_files_have_is_another_one_in_each() {
    let common = file("request");
    let gitlab = file("gitlab").sender(Some(PREFIX), &[], &[common]).unwrap();
    let job = &gitlab.kinds[0];
    let format = |key: &str| match &job.claim(key).unwrap().values {
        Values::One(formats) => formats.last().unwrap().clone(),
        Values::Many { .. } => panic!("one value"),
    };
    // GitLab's file has a variable `tag` for tags of a repository, and so has the common one for session tags.
    assert!(shape(&gitlab, &format("aws:requesttag/team")).admits("a b"));
    assert!(
        !shape(&gitlab, &format("issuer.example.com:sub")).admits("project_path:a/b:ref_type:tag:ref:a b")
    );
}

#[test]
fn claims_that_aws_does_not_map_are_no_keys() {
    for file in issuers() {
        for never in ["iss", "exp", "nbf", "iat", "jti", "azp"] {
            assert!(!keys(file).contains(&never.to_owned()), "{}: {never}", file.id);
        }
    }
    let github = keys(file("github-actions"));
    for claim in [
        "repository_owner",
        "event_name",
        "workflow_ref",
        "head_ref",
        "base_ref",
        "runner_environment",
        "repository_visibility",
        "job_workflow_sha",
        "enterprise",
    ] {
        assert!(!github.contains(&claim.to_owned()), "{claim}");
    }
}

#[test]
fn keys_are_those_that_aws_lists_for_the_issuer() {
    let cases: &[(&str, &[&str])] = &[
        (
            "github-actions",
            &[
                "actor",
                "actor_id",
                "aud",
                "enterprise_id",
                "environment",
                "job_workflow_ref",
                "oaud",
                "ref",
                "repository",
                "repository_id",
                "repository_owner_id",
                "sub",
                "workflow",
            ],
        ),
        (
            "gitlab",
            &[
                "aud",
                "namespace_id",
                "oaud",
                "pipeline_source",
                "project_id",
                "ref_protected",
                "runner_environment",
                "sub",
                "user_access_level",
                "user_email",
                "user_id",
                "user_login",
            ],
        ),
        (
            "buildkite",
            &[
                "aud",
                "build_branch",
                "cluster_id",
                "cluster_name",
                "oaud",
                "organization_id",
                "organization_slug",
                "pipeline_id",
                "pipeline_slug",
                "sub",
            ],
        ),
        ("circleci", &["aud", "oaud", "oidc.circleci.com/project-id", "sub"]),
        ("oracle", &["aud", "oaud", "rpst_id", "sub"]),
        ("google", &["aud", "email", "google/organization_number", "oaud", "sub"]),
        ("cognito-identity-pool", &["amr", "aud", "sub"]),
        ("amazon", &["app_id", "user_id"]),
        ("facebook", &["app_id", "id"]),
        ("github-enterprise-server", &["aud", "oaud", "sub"]),
        ("unknown", &["amr", "aud", "email", "oaud", "sub"]),
    ];
    for (id, expected) in cases {
        assert_eq!(keys(file(id)), *expected, "{id}");
    }
}

#[test]
fn a_pool_has_guests_or_signed_in_users_and_never_both() {
    let sender = sender(file("cognito-identity-pool"));
    let [guest, user] = sender.kinds.as_slice() else { panic!("two kinds") };
    assert!(guest.guest && !user.guest);
    let amr = |kind: &super::sender::Kind| match &kind.claim("issuer.example.com:amr").unwrap().values {
        Values::Many { required, others } => (required.clone(), others.clone()),
        Values::One(_) => panic!("`amr` has several values"),
    };
    let word = |word: &str| vec![Format(vec![Piece::Literal(word.to_owned())])];
    assert_eq!(amr(guest), (vec![word("unauthenticated")], Vec::new()));
    let (required, others) = amr(user);
    assert_eq!(required[0], word("authenticated"));
    assert_eq!(required[1..], *std::slice::from_ref(&others));
    let developer = &sender.variables[usize::from(sender.variable("developer").unwrap())];
    for word in ["authenticated", "unauthenticated"] {
        assert!(developer.except.iter().any(|except| except == word), "{word}");
        for login in others.iter().filter(|login| shape(&sender, login).admits(word)) {
            assert_eq!(login.0, [Piece::Fresh(sender.variable("developer").unwrap())], "{word}");
        }
    }
}

#[test]
fn unreviewed_code_runs_in_kinds_of_its_own() {
    let cases = [
        ("github-actions", "pull request"),
        ("gitlab", "job of an unprotected branch or tag"),
        ("circleci", "job of a fork"),
        ("hcp-terraform", "plan of a workspace"),
        ("vercel", "preview deployment"),
    ];
    for (id, name) in cases {
        let kind = file(id).kinds.iter().find(|kind| kind.name == name).expect(name);
        assert!(kind.unreviewed, "{id}: {name}");
    }
    let github = sender(file("github-actions"));
    let environment = |kind: &str| {
        let kind = github.kinds.iter().find(|known| known.name == kind).unwrap();
        kind.claim("issuer.example.com:environment").unwrap().presence
    };
    assert_eq!(environment("environment job"), Presence::Always);
    assert_eq!(environment("pull request"), Presence::Never);
    assert_eq!(environment("branch or tag"), Presence::Never);
    assert_eq!(environment("custom subject template"), Presence::Sometimes);
}

/// Subjects that the vendors document.
#[test]
fn documented_subjects_are_in_the_language() {
    let cases = [
        ("github-actions", "repo:acme/app:environment:prod", true),
        ("github-actions", "repo:acme/app:pull_request", true),
        ("github-actions", "repo:acme@1/app@2:ref:refs/heads/main", true),
        ("github-actions", "repo:acme/app:ref:refs/tags/v1.0", true),
        ("github-actions", "repo:acme/app:ref:main", false),
        ("github-actions", "repo:acme:ref:refs/heads/main", false),
        ("gitlab", "project_path:acme/team/app:ref_type:branch:ref:main", true),
        ("gitlab", "project_path:acme:ref_type:branch:ref:main", false),
        ("hcp-terraform", "organization:acme:project:Default Project:workspace:app:run_phase:apply", true),
        ("hcp-terraform", "organization:acme:workspace:app:run_phase:apply", false),
        ("bitbucket", "{0badc0de-0000-4000-8000-000000000002}:{57e90000-0000-4000-8000-000000000004}", true),
        ("eks", "system:serviceaccount:default:app", true),
        ("eks", "system:serviceaccount:default", false),
        ("fly", "acme:app:machine-1", true),
        ("vercel", "owner:acme:project:app:environment:preview", true),
        ("scalr", "account:acme:environment:prod:workspace:app", true),
        ("github-audit-log", "https://github.com/acme", true),
    ];
    for (id, subject, expected) in cases {
        let sender = sender(file(id));
        let key = format!("{PREFIX}:sub");
        let admits = sender.kinds.iter().any(|kind| match &kind.claim(&key).unwrap().values {
            Values::One(formats) => formats.iter().any(|format| shape(&sender, format).admits(subject)),
            Values::Many { .. } => panic!("one subject"),
        });
        assert_eq!(admits, expected, "{id}: {subject}");
    }
}

/// A text between two variables ends the first one: a variable with that text behind it never begins a longer
/// text of the same variable.
#[test]
fn separators_end_the_variables_before_them() {
    let mut wrong = Vec::new();
    for file in issuers() {
        let sender = sender(file);
        let language = |piece: &Piece| match piece {
            Piece::Variable(id) | Piece::Fresh(id) => Some(&sender.variables[usize::from(*id)]),
            Piece::Literal(_) | Piece::Segments { .. } => None,
        };
        for format in
            sender.kinds.iter().flat_map(|kind| &kind.claims).flat_map(|claim| claim.values.formats())
        {
            let pieces = format.0.iter().zip(format.0.iter().skip(1));
            for (piece, next) in pieces {
                let Some(variable) = language(piece) else { continue };
                let Piece::Literal(text) = next else {
                    wrong.push(format!("{}: `{}` is followed by a variable", file.id, variable.name));
                    continue;
                };
                let longer = variable.language.then(&Shape::literal(text)).then(&Shape::any());
                if !variable.language.is_disjoint(&longer) {
                    wrong.push(format!("{}: `{text}` does not end `{}`", file.id, variable.name));
                }
            }
        }
    }
    wrong.sort();
    wrong.dedup();
    assert_eq!(wrong, [""; 0]);
}

#[test]
fn segments_do_not_hold_their_separator_in_a_variable() {
    let mut seen = 0;
    for file in issuers() {
        let sender = sender(file);
        for format in
            sender.kinds.iter().flat_map(|kind| &kind.claims).flat_map(|claim| claim.values.formats())
        {
            for piece in &format.0 {
                let Piece::Segments { choices, separator, .. } = piece else { continue };
                for piece in choices.iter().flat_map(|choice| &choice.0) {
                    let Piece::Variable(id) = piece else { continue };
                    let variable = &sender.variables[usize::from(*id)];
                    assert!(!variable.language.may_contain(separator), "{}: {}", file.id, variable.name);
                    seen += 1;
                }
            }
        }
    }
    assert!(seen > 10, "GitHub's template has variables");
}

/// Every text of a format, without regard to variables that occur twice or to segments that exclude each other.
fn shape(sender: &Sender, format: &Format) -> Shape {
    format.0.iter().fold(Shape::empty_string(), |shape, piece| {
        shape.then(&match piece {
            Piece::Literal(text) => Shape::literal(text),
            Piece::Variable(id) | Piece::Fresh(id) => sender.variables[usize::from(*id)].language.clone(),
            // One segment is enough here.
            Piece::Segments { choices, .. } => choices
                .iter()
                .map(|choice| self::shape(sender, choice))
                .reduce(|all, next| all.or(&next))
                .unwrap_or_else(Shape::empty_string),
        })
    })
}

#[test]
fn assertions_are_for_endpoints_of_the_partition_and_from_who_the_metadata_names() {
    let sender = |partition, issuers: &[&str]| {
        let issuers: Vec<String> = issuers.iter().map(|&issuer| issuer.to_owned()).collect();
        let provider = SamlIdentity { account: "111122223333", name: "corp", partition, issuers: &issuers };
        Issuers::default().saml_provider(&provider).expect("a built-in file")
    };
    let kinds = |partition| -> Vec<String> {
        sender(partition, &[]).kinds.into_iter().map(|kind| kind.name).collect()
    };
    assert_eq!(kinds(Some("aws-cn")), ["aws-cn"]);
    assert_eq!(kinds(Some("aws")), ["aws"]);
    // Nothing is known of the endpoints of these.
    assert_eq!(kinds(None).len(), 4);
    assert_eq!(kinds(Some("aws-iso")).len(), 4);
    let issuer = |issuers: &[&str], text: &str| {
        let sender = sender(None, issuers);
        let values = &sender.kinds[0].claim("saml:iss").expect("a claim").values;
        values.formats().any(|format| match &format.0[..] {
            [Piece::Literal(literal)] => literal == text,
            [Piece::Variable(id)] => sender.variables[usize::from(*id)].language.admits(text),
            _ => false,
        })
    };
    assert!(issuer(&[], "https://any.example.com"));
    assert!(issuer(&["https://one.example.com"], "https://one.example.com"));
    assert!(!issuer(&["https://one.example.com"], "https://two.example.com"));
    assert!(issuer(&["https://one.example.com", "https://two.example.com"], "https://two.example.com"));
    assert!(!issuer(&["https://one.example.com", "https://two.example.com"], "https://three.example.com"));
}
