//! The trust graph as a picture: what is drawn, what is drawn as one, and what the formats make of it.

use fedlint::facts::{Framed, Framing};
use fedlint::finding::{Likeness, Picture, PictureNode};
use fedlint::report::graph::{write_dot, write_mermaid};
use fedlint::scan::draw_texts;
use fedlint::settings::Settings;

fn framed(template: &str, framing: &Framing) -> Framed {
    let drawn = draw_texts(&[("template.yaml", template)], &Settings::default(), framing);
    assert!(drawn.problems.is_empty(), "{:?}", drawn.problems);
    drawn.framed.expect("texts are always looked at")
}

fn picture(template: &str, framing: &Framing) -> Picture {
    match framed(template, framing) {
        Framed::Picture(picture) => picture,
        Framed::Unknown(close) => panic!("unknown; close are {close:?}"),
    }
}

/// Each edge in a line: `population guest -> identity-pool Pool: proved enters-as-guest`.
fn lines(picture: &Picture) -> Vec<String> {
    let name = |node: &PictureNode| match node.count {
        1 => format!("{} {}", node.kind, node.names.join(" ")),
        count => format!("{count} {} {}", node.kind, node.names.join(" ")),
    };
    let line = |edge: &fedlint::finding::PictureEdge| {
        let said = [edge.kinds.join(" "), edge.conditions.join("; ")];
        let said: Vec<&str> = said.iter().map(String::as_str).filter(|said| !said.is_empty()).collect();
        let more = if edge.variants > 1 { format!(" {} variants", edge.variants) } else { String::new() };
        format!(
            "{} -> {}: {} {}{more}",
            name(&picture.nodes[edge.from]),
            name(&picture.nodes[edge.to]),
            edge.standing.name(),
            said.join(" | ")
        )
        .trim_end()
        .to_owned()
    };
    picture.edges.iter().map(line).collect()
}

fn drawn(template: &str) -> Vec<String> {
    lines(&picture(template, &Framing::default()))
}

const GITHUB: &str = r#"
Resources:
  GitHub:
    Type: AWS::IAM::OIDCProvider
    Properties: { Url: "https://token.actions.githubusercontent.com", ClientIdList: [sts.amazonaws.com] }
"#;

/// A role that trusts the provider `GitHub` for a subject.
fn deploys(name: &str, subject: &str, policy: &str) -> String {
    format!(
        r#"
  {name}:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument:
        Version: "2012-10-17"
        Statement:
          - Effect: Allow
            Principal: {{ Federated: !Ref GitHub }}
            Action: sts:AssumeRoleWithWebIdentity
            Condition:
              StringEquals: {{ "token.actions.githubusercontent.com:aud": sts.amazonaws.com }}
              StringLike: {{ "token.actions.githubusercontent.com:sub": "{subject}" }}
      ManagedPolicyArns: ["arn:aws:iam::aws:policy/{policy}"]
"#
    )
}

const ADMINISTRATOR: &str = "AdministratorAccess";

#[test]
fn people_stand_at_the_left_and_what_they_can_do_at_the_right() {
    let template = GITHUB.to_owned() + &deploys("Deploy", "repo:acme/app:ref:refs/heads/main", ADMINISTRATOR);
    let picture = picture(&template, &Framing::default());
    assert_eq!(picture.likeness, Likeness::Single);
    assert_eq!(
        lines(&picture),
        [
            "population named-identity -> oidc-provider token.actions.githubusercontent.com: proved",
            "oidc-provider token.actions.githubusercontent.com -> role Deploy: proved trusts | \
             aud = sts.amazonaws.com; sub like repo:acme/app:ref:refs/heads/main",
            "role Deploy -> privilege administrator: proved",
        ]
    );
    assert_eq!(picture.nodes.first().map(|node| node.kind), Some("population"));
    assert_eq!(picture.nodes.last().map(|node| node.kind), Some("privilege"));
}

#[test]
fn roles_that_are_equal_are_one_node_and_those_with_other_conditions_are_not() {
    let template = GITHUB.to_owned()
        + &deploys("One", "repo:acme/app:ref:refs/heads/main", ADMINISTRATOR)
        + &deploys("Two", "repo:acme/app:ref:refs/heads/main", ADMINISTRATOR)
        + &deploys("Other", "repo:acme/other:ref:refs/heads/main", ADMINISTRATOR);
    let drawn = picture(&template, &Framing::default());
    assert_eq!(drawn.likeness, Likeness::Equal);
    let roles: Vec<&[String]> =
        drawn.nodes.iter().filter(|node| node.kind == "role").map(|node| node.names.as_slice()).collect();
    assert_eq!(roles, [&["One".to_owned(), "Two".to_owned()][..], &["Other".to_owned()][..]]);
    let all = picture(&template, &Framing { every: true, ..Framing::default() });
    assert_eq!(all.nodes.iter().filter(|node| node.kind == "role").count(), 3);
}

#[test]
fn a_picture_that_is_too_large_leaves_conditions_aside_and_counts_them() {
    let mut template = GITHUB.to_owned();
    for number in 0..80 {
        template += &deploys(&format!("Deploy{number}"), &format!("repo:acme/app{number}:*"), ADMINISTRATOR);
    }
    let picture = picture(&template, &Framing::default());
    assert_eq!(picture.likeness, Likeness::ButConditions);
    assert_eq!(picture.nodes.len(), 4);
    let roles = picture.nodes.iter().find(|node| node.kind == "role").expect("there are roles");
    assert_eq!((roles.count, roles.names.len()), (80, 20));
    assert_eq!(picture.edges[1].variants, 80);
    assert!(picture.edges[1].conditions.is_empty());
}

const POOL: &str = r#"
Resources:
  Pool:
    Type: AWS::Cognito::IdentityPool
    Properties: { AllowUnauthenticatedIdentities: GUESTS, AllowClassicFlow: false }
  Roles:
    Type: AWS::Cognito::IdentityPoolRoleAttachment
    Properties:
      IdentityPoolId: !Ref Pool
      Roles: { unauthenticated: !GetAtt Guest.Arn }
  Guest:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument:
        Version: "2012-10-17"
        Statement:
          - Effect: Allow
            Principal: { Federated: cognito-identity.amazonaws.com }
            Action: sts:AssumeRoleWithWebIdentity
            Condition:
              StringEquals: { "cognito-identity.amazonaws.com:aud": !Ref Pool }
              "ForAnyValue:StringLike": { "cognito-identity.amazonaws.com:amr": unauthenticated }
      Policies:
        - PolicyName: own
          PolicyDocument:
            Version: "2012-10-17"
            Statement: { Effect: Allow, Action: "s3:*", Resource: "*" }
"#;

#[test]
fn what_cognito_leaves_to_guests_is_what_their_role_is_worth() {
    let picture = picture(&POOL.replace("GUESTS", "true"), &Framing::default());
    assert_eq!(
        lines(&picture),
        [
            "population guest -> identity-pool Pool: proved enters-as-guest",
            "identity-pool Pool -> role Guest: proved given-to-guests",
            "role Guest -> privilege write: proved",
        ]
    );
}

#[test]
fn a_role_that_is_given_to_nobody_is_drawn_as_such() {
    assert_eq!(
        drawn(&POOL.replace("GUESTS", "false")),
        ["identity-pool Pool -> role Guest: never given-to-guests", "role Guest -> privilege write: proved",]
    );
}

#[test]
fn trust_that_admits_nobody_is_drawn_as_such() {
    let broken = GITHUB.to_owned()
        + &deploys("Deploy", "repo:acme/app:ref:refs/heads/main", ADMINISTRATOR)
            .replace("sts:AssumeRoleWithWebIdentity", "sts:AssumeRoleWithSAML");
    assert_eq!(
        drawn(&broken),
        [
            "oidc-provider token.actions.githubusercontent.com -> role Deploy: never trusts | \
             aud = sts.amazonaws.com; sub like repo:acme/app:ref:refs/heads/main",
            "role Deploy -> privilege administrator: proved",
        ]
    );
}

#[test]
fn what_a_parameter_decides_is_dashed() {
    let template = "Parameters: { Guests: { Type: String, AllowedValues: [\"true\", \"false\"] } }\n"
        .to_owned()
        + &POOL.replace("GUESTS", "!Ref Guests");
    let drawn = drawn(&template);
    assert!(drawn[0].starts_with("population guest -> identity-pool Pool: p"), "{drawn:?}");
    let unknown =
        "Parameters: { Guests: { Type: String } }\n".to_owned() + &POOL.replace("GUESTS", "!Ref Guests");
    assert_eq!(
        lines(&picture(&unknown, &Framing::default()))[0],
        "population guest -> identity-pool Pool: possible enters-as-guest"
    );
}

/// A chain of three roles behind GitHub.
fn chain() -> String {
    let role = |name: &str, before: &str, policy: &str| {
        format!(
            r#"
  {name}:
    Type: AWS::IAM::Role
    Properties:
      RoleName: {name}
      AssumeRolePolicyDocument:
        Version: "2012-10-17"
        Statement: {{ Effect: Allow, Principal: {{ AWS: !GetAtt {before}.Arn }}, Action: sts:AssumeRole }}
{policy}"#
        )
    };
    GITHUB.to_owned()
        + &deploys("First", "repo:acme/app:ref:refs/heads/main", "SecurityAudit")
        + &role("Second", "First", "")
        + &role(
            "Third",
            "Second",
            "      ManagedPolicyArns: [\"arn:aws:iam::aws:policy/AdministratorAccess\"]\n",
        )
}

#[test]
fn chains_of_roles_are_followed() {
    let drawn = drawn(&chain());
    assert!(drawn.contains(&"role First -> role Second: proved assumed".to_owned()), "{drawn:#?}");
    assert!(drawn.contains(&"role Second -> role Third: proved assumed".to_owned()), "{drawn:#?}");
}

#[test]
fn only_what_leads_to_a_privilege_can_be_asked_for() {
    let template = chain() + &deploys("Aside", "repo:acme/aside:ref:refs/heads/main", "SecurityAudit");
    let framing = Framing { to: Some("administrator".to_owned()), ..Framing::default() };
    let drawn = lines(&picture(&template, &framing));
    assert!(drawn.iter().any(|line| line.contains("Third")), "{drawn:#?}");
    assert!(!drawn.iter().any(|line| line.contains("Aside")), "{drawn:#?}");
}

#[test]
fn what_is_around_something_is_as_far_away_as_is_asked() {
    let around = |name: &str, depth| {
        let framing = Framing { around: Some(name.to_owned()), depth, ..Framing::default() };
        let mut names: Vec<String> =
            picture(&chain(), &framing).nodes.into_iter().flat_map(|node| node.names).collect();
        names.sort();
        names
    };
    assert_eq!(around("Second", Some(0)), ["Second"]);
    assert_eq!(around("Second", Some(1)), ["First", "Second", "Third"]);
    assert_eq!(
        around("Third", None),
        ["First", "Second", "Third", "administrator"],
        "two steps in both directions"
    );
}

#[test]
fn a_name_that_is_not_there_gets_names_that_are_close() {
    let framing = Framing { around: Some("Secnod".to_owned()), ..Framing::default() };
    assert_eq!(framed(&chain(), &framing), Framed::Unknown(vec!["Second".to_owned()]));
    let framing = Framing { around: Some("Nothing like it".to_owned()), ..Framing::default() };
    assert_eq!(framed(&chain(), &framing), Framed::Unknown(Vec::new()));
}

#[test]
fn populations_inside_the_account_are_drawn_if_they_are_asked_for() {
    let template = r#"
Resources:
  Worker:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument:
        Version: "2012-10-17"
        Statement: { Effect: Allow, Principal: { Service: lambda.amazonaws.com }, Action: sts:AssumeRole }
      ManagedPolicyArns: ["arn:aws:iam::aws:policy/AdministratorAccess"]
"#;
    assert!(drawn(template).is_empty());
    let around = Framing { around: Some("Worker".to_owned()), ..Framing::default() };
    assert_eq!(
        lines(&picture(template, &around)).len(),
        3,
        "who asks about a role wants to see all who get it"
    );
    let framing = Framing { from: vec!["service".to_owned()], ..Framing::default() };
    assert_eq!(
        lines(&picture(template, &framing)),
        [
            "population service -> service lambda.amazonaws.com: proved",
            "service lambda.amazonaws.com -> role Worker: proved trusts",
            "role Worker -> privilege administrator: proved",
        ]
    );
}

/// Both languages have characters that mean something, and names come from files of others.
#[test]
fn names_cannot_leave_their_quotes() {
    let subject = r#"repo:acme/a\\b\"];n0[x<script>`%%{init}%%;#quot;*"#;
    let template = GITHUB.to_owned() + &deploys("Deploy", subject, ADMINISTRATOR);
    let picture = picture(&template, &Framing::default());
    assert!(lines(&picture)[0].contains(r#"a\b"];n0[x<script>`"#), "{:?}", lines(&picture));
    let written = |write: &dyn Fn(&mut Vec<u8>)| {
        let mut out = Vec::new();
        write(&mut out);
        String::from_utf8(out).expect("output is text")
    };
    let dot = written(&|out| write_dot(out, &picture).expect("memory can be written"));
    assert!(dot.contains(r#"a\\b\"];n0[x<script>`"#), "{dot}");
    let mermaid = written(&|out| write_mermaid(out, &picture).expect("memory can be written"));
    let label = mermaid.lines().find(|line| line.contains("script")).expect("the label is there");
    let (_, label) = label.split_once("|\"").expect("it begins with a quote");
    let (label, _) = label.split_once("\"|").expect("it ends with a quote");
    // What is left without breaks and codes is harmless.
    let mut rest = label.replace("<br>", "");
    while let Some((before, code)) = rest.split_once('#') {
        let (number, after) = code.split_once(';').expect("codes end");
        assert!(number.bytes().all(|byte| byte.is_ascii_digit()), "{label}");
        rest = format!("{before}{after}");
    }
    let is_harmless = |character: char| character.is_alphanumeric() || " .,:/-=()@!?+$'".contains(character);
    assert!(rest.chars().all(is_harmless), "{label}");
}

#[test]
fn users_of_identity_center_are_drawn_too() {
    let template = r#"
Resources:
  Developers:
    Type: AWS::IdentityStore::Group
    Properties: { IdentityStoreId: d-1234567890, DisplayName: developers }
  Developer:
    Type: AWS::SSO::PermissionSet
    Properties:
      InstanceArn: arn:aws:sso:::instance/ssoins-1234567890abcdef
      Name: Developer
      ManagedPolicies: [arn:aws:iam::aws:policy/AdministratorAccess]
  DevelopersInSandbox:
    Type: AWS::SSO::Assignment
    Properties:
      InstanceArn: arn:aws:sso:::instance/ssoins-1234567890abcdef
      PermissionSetArn: !GetAtt Developer.PermissionSetArn
      PrincipalType: GROUP
      PrincipalId: !GetAtt Developers.GroupId
      TargetType: AWS_ACCOUNT
      TargetId: "444455556666"
"#;
    assert_eq!(
        drawn(template),
        [
            "population identity-center-user -> identity-store-group Developers: proved is-member",
            "identity-store-group Developers -> permission-set Developer in 444455556666: proved assigned",
            "permission-set Developer in 444455556666 -> privilege administrator: proved",
        ]
    );
}
