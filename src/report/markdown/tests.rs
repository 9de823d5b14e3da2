use proptest::prelude::*;
use pulldown_cmark::{Event, Options as Syntax, Parser, Tag};

use super::*;
use crate::report::tests::{Case, NASTY, everything, finding, nasty};
use crate::report::text::sanitised;
use crate::scan::Summary;

fn written_with(case: &Case, options: &Options) -> String {
    let mut out = Vec::new();
    let root = Root::new(Path::new("/repository/stacks"), Path::new("/repository"));
    write(&mut out, &case.report(), &root, options).unwrap();
    String::from_utf8(out).unwrap()
}

fn written(case: &Case) -> String {
    written_with(case, &Options::default())
}

fn events(text: &str) -> Vec<Event<'_>> {
    let syntax =
        Syntax::ENABLE_TABLES | Syntax::ENABLE_STRIKETHROUGH | Syntax::ENABLE_FOOTNOTES | Syntax::ENABLE_MATH;
    Parser::new_ext(text, syntax).collect()
}

/// What the text is made of, but for what stands in it.
fn shape(text: &str) -> Vec<String> {
    let mut shape = Vec::new();
    for event in events(text) {
        match event {
            Event::Start(Tag::Link { .. }) => shape.push("link".to_owned()),
            Event::Start(tag) => shape.push(format!("{tag:?}")),
            Event::Html(html) | Event::InlineHtml(html) => shape.push(html.trim().to_owned()),
            _ => {}
        }
    }
    shape
}

#[test]
fn counts_first_then_findings_by_file() {
    insta::assert_snapshot!(written(&everything()), @"
    ### fedlint: 5 findings, and not everything could be checked

    | critical | high | medium | low | info |
    | ---: | ---: | ---: | ---: | ---: |
    | 1 | 1 | 2 | 0 | 1 |

    - 1 only possible; 1 more folded into these
    - suppressed: 1 where they stand
    - 2 problems: not everything could be checked
    - checked 1 file with 2 roles, 1 provider, 1 pool, 0 permission sets

    #### Problems

    - **unreadable** in `stacks/none.yaml`: `none.yaml` does not exist. Check the path.
    - lenient in `stacks/infra/my pool.yaml`, line 2: a comma too many. Remove it.

    #### `stacks/infra/my pool.yaml`

    - **critical** `guest-access-enabled` (possible), line 2: `Pool` gives credentials of `GuestRole` to anybody who asks, without sign-in, when `AllowGuests` is `true`

      <details><summary>What to do</summary>

      Do one of these:

      - set `Guests: false`
      - remove it

      - identity pool `Pool`, `arn:aws:cognito-identity:eu-west-1:111122223333:identitypool/x`, construct `Shop/Pool`
      - gets in: `action` is `sts:AssumeRoleWithWebIdentity`
      - guests get this role: `/elsewhere/role.yaml`, line 1
      - one assumption

      </details>

    - **high** `guest-access-enabled`, lines 3 to 4: `Pool` gives credentials of `GuestRole` to anybody who asks, without sign-in

      <details><summary>What to do</summary>

      Set `AllowUnauthenticatedIdentities` to `false`, or give the guest role nothing but what the public may do.

      - identity pool `Pool`

      </details>

    #### `/elsewhere/role.yaml`

    - **info** `guest-access-enabled`, line 1: `Pool` gives credentials of `GuestRole` to anybody who asks, without sign-in

      <details><summary>What to do</summary>

      Set `AllowUnauthenticatedIdentities` to `false`, or give the guest role nothing but what the public may do.

      - identity pool `Pool`

      </details>

    - **medium** `guest-access-enabled`, line 1: `Pool` gives credentials of `GuestRole` to anybody who asks, without sign-in

      <details><summary>What to do</summary>

      Set `AllowUnauthenticatedIdentities` to `false`, or give the guest role nothing but what the public may do.

      - identity pool `Pool`

      </details>

    - **medium** `guest-access-enabled`, line 1: `Pool` gives credentials of `GuestRole` to anybody who asks, without sign-in

      <details><summary>What to do</summary>

      Set `AllowUnauthenticatedIdentities` to `false`, or give the guest role nothing but what the public may do.

      - identity pool `Pool`

      </details>

    #### Who can get in

    - guests, who sign in nowhere: own data, perhaps reading data or more that is not in view as `Pool`; 2 roles, 1 only possibly
    ");
}

#[test]
fn places_lead_to_the_files_of_the_commit() {
    let files = |files: Option<Files>| {
        let text = written_with(&everything(), &Options { files, ..Options::default() });
        let links: Vec<&str> = text.split("](").skip(1).filter_map(|rest| rest.split(')').next()).collect();
        links.join("\n")
    };
    insta::assert_snapshot!(files(Files::on_github("https://github.com", "example-org/shop", "0a1b2c")), @"
    https://github.com/example-org/shop/blob/0a1b2c/stacks/infra/my%20pool.yaml#L2
    https://github.com/example-org/shop/blob/0a1b2c/stacks/infra/my%20pool.yaml
    https://github.com/example-org/shop/blob/0a1b2c/stacks/infra/my%20pool.yaml#L2
    https://github.com/example-org/shop/blob/0a1b2c/stacks/infra/my%20pool.yaml#L3-L4
    ");
    insta::assert_snapshot!(files(Files::on_gitlab("https://gitlab.com/example-org/shop", "0a1b2c")), @"
    https://gitlab.com/example-org/shop/-/blob/0a1b2c/stacks/infra/my%20pool.yaml#L2
    https://gitlab.com/example-org/shop/-/blob/0a1b2c/stacks/infra/my%20pool.yaml
    https://gitlab.com/example-org/shop/-/blob/0a1b2c/stacks/infra/my%20pool.yaml#L2
    https://gitlab.com/example-org/shop/-/blob/0a1b2c/stacks/infra/my%20pool.yaml#L3-4
    ");
    for odd in ["", "javascript:x", "https://x)](y", "https://a b"] {
        assert_eq!(Files::on_gitlab(odd, "0a1b2c"), None, "{odd}");
    }
}

#[test]
fn nothing_found_is_no_silence() {
    let mut case = Case::new();
    insta::assert_snapshot!(written(&case), @"
    ### fedlint: no findings

    - checked 1 file with 2 roles, 1 provider, 1 pool, 0 permission sets
    ");
    case.summary = Summary::default();
    insta::assert_snapshot!(written(&case), @"
    ### fedlint: nothing was checked

    - nothing to check: no files were found
    ");
    case.summary.refused = true;
    insta::assert_snapshot!(written(&case), @"### fedlint: nothing was scanned");
}

#[test]
fn what_does_not_fit_is_the_mildest_and_is_counted() {
    let mut case = Case::new();
    let file = case.file("a.yaml", "Pool: true\n");
    let found = finding(case.span(file, "true"));
    let of = |severity| Finding { severity, ..found.clone() };
    case.findings = vec![of(Severity::Low); 200];
    case.findings.extend(vec![of(Severity::High); 50]);
    let most = 20_000;
    let text = written_with(&case, &Options { most, ..Options::default() });
    assert!(text.len() <= most && text.len() > most - 2000, "{}", text.len());
    let (high, low) = (text.matches("- **high**").count(), text.matches("- **low**").count());
    assert_eq!(high, 50);
    assert!(low < 200, "{low}");
    assert!(
        text.ends_with(&format!(
            "\n**{} more findings are left out: there is no room for more here.**\n",
            200 - low
        )),
        "{text}"
    );
    // One that is as long as all that there is room for.
    case.findings = vec![Finding { message: "x".repeat(100_000), ..found.clone() }, of(Severity::Low)];
    let text = written(&case);
    assert!(text.contains("- **low**") && text.contains("**1 more finding is left out:"), "{text}");
    case.problems =
        vec![Problem::of(crate::source::ProblemKind::Syntax, "a.yaml", "y".repeat(300), "Look."); 1000];
    let text = written(&case);
    assert!(text.len() <= Options::COMMENT && text.contains("more\n"), "{}", text.len());
}

proptest! {
    #[test]
    fn no_text_is_more_than_text(text in NASTY) {
        let case = nasty(&text);
        let options = Options { files: Files::on_gitlab("https://gitlab.com/a/b", "0a1b2c"), ..Options::default() };
        let markdown = written_with(&case, &options);
        let plain = written_with(&nasty("x"), &options);
        prop_assert_eq!(shape(&markdown), shape(&plain), "{}", markdown);
        // Outside of code, nothing refers to anybody, and no address becomes a link.
        let mut code = false;
        for event in events(&markdown) {
            match event {
                Event::Start(Tag::CodeBlock(_)) => code = true,
                Event::End(pulldown_cmark::TagEnd::CodeBlock) => code = false,
                Event::Text(text) if !code => {
                    let refers = text.char_indices().any(|(index, sign)| "@#!~%$&".contains(sign)
                        && text[index + 1..].starts_with(|next: char| next.is_alphanumeric() || next == '"'));
                    prop_assert!(!refers, "{text}");
                }
                _ => {}
            }
        }
        prop_assert!(!markdown.contains("\0"));
        let shown: String = events(&markdown)
            .into_iter()
            .filter_map(|event| match event {
                Event::Text(text) | Event::Code(text) => Some(text.into_string()),
                _ => None,
            })
            .collect();
        // A name is there as it is, but for spaces at its ends where there is nothing else.
        prop_assert!(shown.contains(sanitised(text.trim()).trim()) || text.trim().is_empty(), "{shown}");
    }
}
