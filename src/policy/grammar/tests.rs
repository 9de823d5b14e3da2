use proptest::prelude::*;

use super::super::testing::Scene;
use super::super::{BuiltInProvider, Quantifier};
use super::*;

/// Parses, and says each fault as `kind pointer`, with what was meant.
fn faults(json: &str) -> Vec<String> {
    let mut scene = Scene::new();
    let document = scene.value(json);
    let (_, layout) = parse(&document, &scene.vocabulary);
    let say = |fault: Fault| {
        let meant = fault.did_you_mean.as_ref().map(|meant| format!(" ({meant}?)")).unwrap_or_default();
        format!("{:?} {}{meant}", fault.kind, scene.pointer(fault.span))
    };
    layout.at(document.span).faults().map(say).collect()
}

fn policy(json: &str) -> Policy {
    let mut scene = Scene::new();
    let document = scene.value(json);
    parse(&document, &scene.vocabulary).0
}

/// The forms of all principals of the first statement.
fn forms(scene: &mut Scene, principal: &str) -> Vec<PrincipalForm> {
    let json = format!(r#"{{"Statement": {{"Effect": "Allow", "Action": "*", "Principal": {principal}}}}}"#);
    let document = scene.value(&json);
    let (policy, _) = parse(&document, &scene.vocabulary);
    policy.statements[0].principals.only.iter().flatten().map(|principal| principal.form.clone()).collect()
}

#[test]
fn scalar_and_list_mean_the_same() {
    let scalar = policy(
        r#"{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Principal": {"AWS": "*"},
            "Action": "sts:AssumeRole", "Condition": {"Bool": {"aws:MultiFactorAuthPresent": true}}}}"#,
    );
    let list = policy(
        r#"{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"AWS": ["*"]},
            "Action": ["sts:AssumeRole"], "Condition": {"Bool": {"aws:MultiFactorAuthPresent": ["true"]}}}]}"#,
    );
    // Names are numbered in order of appearance, which is the same in both.
    assert_eq!(scalar, list);
}

#[test]
fn reads_versions() {
    let version = |json: &str| policy(json).version;
    assert_eq!(version(r#"{"Statement": []}"#), Version::Absent);
    assert_eq!(version(r#"{"Version": "2008-10-17", "Statement": []}"#), Version::V2008);
    assert_eq!(version(r#"{"Version": "2012-10-17", "Statement": []}"#), Version::V2012);
    assert_eq!(version(r#"{"Version": "2012-10-18", "Statement": []}"#), Version::Invalid);
    assert_eq!(version(r#"{"Version": "${P}", "Statement": []}"#), Version::Unknown);
}

#[test]
fn a_statement_of_which_nothing_is_known_stays() {
    let policy = policy(
        r#"{"Statement": ["<unknown>", "${P}", {"Effect": "Deny", "Action": "*", "Principal": "*"}, "text", 7, null]}"#,
    );
    let unknown: Vec<bool> = policy.statements.iter().map(Statement::is_unknown).collect();
    assert_eq!(unknown, [true, true, false, true, true, true]);
    assert_eq!(policy.statements[2].effect, Effect::Deny);
}

#[test]
fn a_document_of_which_nothing_is_known_is_one_unknown_statement() {
    for document in ["\"<unknown>\"", "\"${Document}\"", "\"no JSON\"", "null", "[]"] {
        let policy = policy(document);
        assert_eq!(policy.statements.len(), 1, "{document}");
        assert!(policy.statements[0].is_unknown(), "{document}");
    }
    assert_eq!(faults("\"${Document}\""), [""; 0]);
    assert_eq!(faults("[]"), ["NotAPolicy "]);
}

#[test]
fn an_element_whose_name_is_not_known_may_change_the_whole_statement() {
    let policy = policy(r#"{"Statement": {"Effect": "Allow", "${Key}": "*"}}"#);
    assert!(policy.statements[0].is_unknown());
}

#[test]
fn faults_have_places_and_hide_nothing_else() {
    let statement = |body: &str| format!(r#"{{"Statement": [{{{body}}}]}}"#);
    let check = |body: &str, expected: &[&str]| {
        let json = statement(body);
        assert_eq!(faults(&json), expected, "{body}");
        assert_eq!(policy(&json).statements.len(), 1, "{body}");
    };
    let rest = r#""Effect": "Allow", "Action": "sts:AssumeRole""#;
    check(rest, &[]);
    check(r#""Action": "*""#, &["MissingEffect /Statement/0"]);
    check(r#""Effect": "allow", "Action": "*""#, &["InvalidEffect /Statement/0/Effect (Allow?)"]);
    check(r#""Effect": ["Allow"], "Action": "*""#, &["InvalidEffect /Statement/0/Effect"]);
    check(r#""effect": "Allow", "Action": "*""#, &["WrongCase /Statement/0/effect@key (Effect?)"]);
    check(r#""Effect": "Allow""#, &["MissingAction /Statement/0"]);
    check(
        &format!(r#"{rest}, "Principle": "*""#),
        &["UnknownElement /Statement/0/Principle@key (Principal?)"],
    );
    check(
        &format!(r#"{rest}, "Conditions": {{}}"#),
        &["UnknownElement /Statement/0/Conditions@key (Condition?)"],
    );
    check(&format!(r#"{rest}, "Comment": "x""#), &["UnknownElement /Statement/0/Comment@key"]);
    check(&format!(r#"{rest}, "NotAction": "iam:*""#), &["BothPolarities /Statement/0/NotAction"]);
    check(
        &format!(r#"{rest}, "action": "iam:*""#),
        &["WrongCase /Statement/0/action@key (Action?)", "DuplicateKey /Statement/0/action@key"],
    );
    check(&format!(r#"{rest}, "Action#2": "iam:*""#), &["DuplicateKey /Statement/0/Action#2@key"]);
    check(r#""Effect": "Allow", "Action": []"#, &["EmptyList /Statement/0/Action"]);
    check(r#""Effect": "Allow", "Action": "AssumeRole""#, &["ActionWithoutService /Statement/0/Action"]);
    check(
        r#""Effect": "Allow", "Action": ["a:b", "c", ["d:e"]]"#,
        &["WrongType /Statement/0/Action/2", "ActionWithoutService /Statement/0/Action/1"],
    );
    check(r#""Effect": "Allow", "Action": {"a": "b"}"#, &["WrongType /Statement/0/Action"]);
    check(
        &format!(r#"{rest}, "Principal": "arn:aws:iam::1:root""#),
        &["BarePrincipal /Statement/0/Principal"],
    );
    check(&format!(r#"{rest}, "Principal": {{}}"#), &["EmptyList /Statement/0/Principal"]);
    check(
        &format!(r#"{rest}, "Principal": {{"Aws": "*"}}"#),
        &["WrongCase /Statement/0/Principal/Aws@key (AWS?)"],
    );
    check(
        &format!(r#"{rest}, "Principal": {{"Fedrated": "x"}}"#),
        &["UnknownPrincipalKey /Statement/0/Principal/Fedrated@key (Federated?)"],
    );
    let condition = |body: &str| format!(r#"{rest}, "Condition": {body}"#);
    check(&condition("{}"), &["EmptyCondition /Statement/0/Condition"]);
    check(&condition(r#"{"StringEquals": {}}"#), &["EmptyCondition /Statement/0/Condition/StringEquals@key"]);
    check(
        &condition(r#"{"StringEquals": {"a:b": []}}"#),
        &["EmptyList /Statement/0/Condition/StringEquals/a:b"],
    );
    check(&condition(r#"{"StringEquals": "x"}"#), &["WrongType /Statement/0/Condition/StringEquals"]);
    check(&condition(r#"["x"]"#), &["WrongType /Statement/0/Condition"]);
    check(
        &condition(r#"{"stringEquals": {"a:b": "c"}}"#),
        &["WrongCase /Statement/0/Condition/stringEquals@key (StringEquals?)"],
    );
    check(
        &condition(r#"{"ForAnyValues:StringLikes": {"a:b": "c"}}"#),
        &["UnknownOperator /Statement/0/Condition/ForAnyValues:StringLikes@key (ForAnyValue:StringLike?)"],
    );
    check(
        &condition(r#"{"StringEqualIfExists": {"a:b": "c"}}"#),
        &["UnknownOperator /Statement/0/Condition/StringEqualIfExists@key (StringEqualsIfExists?)"],
    );
    check(
        &condition(r#"{"Whatever": {"a:b": "c"}}"#),
        &["UnknownOperator /Statement/0/Condition/Whatever@key"],
    );
    check(
        &condition(r#"{"NullIfExists": {"a:b": true}}"#),
        &["NullIfExists /Statement/0/Condition/NullIfExists@key"],
    );
    check(
        &condition(r#"{"StringEquals": {"a:B": "c", "A:b": "d"}}"#),
        &["DuplicateKey /Statement/0/Condition/StringEquals/A:b@key"],
    );
    check(
        &condition(r#"{"StringEquals": {"a:b": null}}"#),
        &["WrongType /Statement/0/Condition/StringEquals/a:b"],
    );
}

#[test]
fn a_document_has_faults_too() {
    assert_eq!(faults("{}"), ["MissingStatement "]);
    assert_eq!(faults(r#"{"Statement": []}"#), ["EmptyList /Statement"]);
    assert_eq!(
        faults(r#"{"Statements": []}"#),
        ["UnknownElement /Statements@key (Statement?)", "MissingStatement "]
    );
    assert_eq!(
        faults(r#"{"Version": "2012-10-07", "Statement": "<unknown>"}"#),
        ["UnknownVersion /Version (2012-10-17?)"]
    );
}

#[test]
fn every_key_of_a_condition_is_a_test() {
    let mut scene = Scene::new();
    let document = scene.value(
        r#"{"Statement": {"Effect": "Allow", "Action": "*", "Condition": {
            "StringEquals": {"a:x": ["1", "${P}"], "a:y": 2},
            "ForAnyValue:StringLikeIfExists": {"${Host}:amr": "<unknown>"},
            "${Operator}": {"a:z": "3"},
            "Bool": "<unknown>"
        }}}"#,
    );
    let (policy, layout) = parse(&document, &scene.vocabulary);
    let places = layout.at(document.span);
    let tests = policy.statements[0].conditions.as_deref().expect("there are conditions");
    let say = |test: &Test| {
        let item = |item: &Item| item.text().map_or("?".to_owned(), |text| text.display(&scene.vocabulary));
        let operator = test.operator.name().unwrap_or_else(|| "?".to_owned());
        format!(
            "{operator} {} {}",
            item(&test.key),
            test.values.iter().map(item).collect::<Vec<_>>().join(",")
        )
    };
    assert_eq!(
        tests.iter().map(say).collect::<Vec<_>>(),
        [
            "StringEquals a:x 1,${P}",
            "StringEquals a:y 2",
            "ForAnyValue:StringLikeIfExists ${Host}:amr ?",
            "? a:z 3",
            "Bool ? ?",
        ]
    );
    assert_eq!(tests[2].operator.quantifier, Some(Quantifier::ForAnyValue));
    assert!(tests[0].key_is("A:X", &scene.vocabulary));
    let at = |element| scene.pointer(places.place(PolicyPath::new(0, element))).to_owned();
    assert_eq!(at(Element::Test { test: 0, value: 1 }), "/Statement/Condition/StringEquals/a:x/1");
    assert_eq!(at(Element::Test { test: 1, value: 0 }), "/Statement/Condition/StringEquals/a:y");
    assert_eq!(at(Element::Key(1)), "/Statement/Condition/StringEquals/a:y@key");
    assert_eq!(at(Element::Operator(1)), "/Statement/Condition/StringEquals@key");
    assert_eq!(at(Element::Principals), "/Statement", "what is not written is shown by what contains it");
    assert_eq!(at(Element::Test { test: 4, value: 9 }), "/Statement/Condition/Bool");
}

#[test]
fn principals_are_what_their_text_says() {
    let mut scene = Scene::new();
    let text = |scene: &Scene, written: &str| scene.text(written);
    let one = |scene: &mut Scene, key: &str, value: &str| {
        let mut forms = forms(scene, &format!(r#"{{"{key}": "{value}"}}"#));
        assert_eq!(forms.len(), 1);
        forms.remove(0)
    };
    use PrincipalForm as Form;
    assert_eq!(forms(&mut scene, r#""*""#), [Form::Everyone]);
    assert_eq!(forms(&mut scene, r#"["*"]"#), [Form::Everyone]);
    assert_eq!(forms(&mut scene, "\"<unknown>\""), [Form::Unknown]);
    assert_eq!(
        forms(&mut scene, r#"{"AWS": ["*", "111122223333"], "Service": "a.amazonaws.com"}"#),
        [
            Form::Everyone,
            Form::Account { account: text(&scene, "111122223333") },
            Form::Service { host: text(&scene, "a.amazonaws.com") },
        ]
    );
    let account = |scene: &Scene, written: &str| Form::Account { account: text(scene, written) };
    for (written, id) in [
        ("111122223333", "111122223333"),
        ("arn:aws:iam::111122223333:root", "111122223333"),
        ("${AWS::AccountId}", "${AWS::AccountId}"),
        ("arn:${AWS::Partition}:iam::${AWS::AccountId}:root", "${AWS::AccountId}"),
        ("arn:aws:iam::${Partner}:root", "${Partner}"),
        ("${AWS::Organizations::Account Tenant}", "${AWS::Organizations::Account Tenant}"),
    ] {
        assert_eq!(one(&mut scene, "AWS", written), account(&scene, id), "{written}");
    }
    assert_eq!(
        one(&mut scene, "AWS", "arn:aws:iam::111122223333:role/path/${AWS::IAM::Role R}"),
        Form::Role { account: text(&scene, "111122223333"), name: text(&scene, "path/${AWS::IAM::Role R}") }
    );
    assert_eq!(
        one(&mut scene, "AWS", "arn:aws:sts::111122223333:assumed-role/r/s"),
        Form::Session {
            account: text(&scene, "111122223333"),
            role: text(&scene, "r"),
            session: text(&scene, "s")
        }
    );
    for (key, written, expected) in [
        ("AWS", "AROAEXAMPLEEXAMPLE123", Form::UniqueId),
        ("AWS", "${Partner}", Form::Unknown),
        ("AWS", "${AWS::IAM::Role R}", Form::Unknown),
        ("AWS", "11112222333", Form::Invalid),
        ("AWS", "1111-2222-3333", Form::Invalid),
        ("AWS", "arn:aws:iam::111122223333:group/x", Form::Invalid),
        ("AWS", "arn:aws:iam::111122223333:${Kind}", Form::Unknown),
        ("AWS", "arn:aws:iam", Form::Invalid),
        ("Federated", "${Provider}", Form::Unknown),
        ("Federated", "cognito-idp.eu-west-1.amazonaws.com/eu-west-1_Abc", Form::Invalid),
        ("Federated", "cognito-identity.${AWS::URLSuffix}", Form::BuiltIn(BuiltInProvider::Cognito)),
        ("Federated", "arn:aws:iam::1:role/x", Form::Invalid),
        ("CanonicalUser", "abc", Form::CanonicalUser),
        ("Servce", "x", Form::Invalid),
    ] {
        assert_eq!(one(&mut scene, key, written), expected, "{key} {written}");
    }
    for &provider in BuiltInProvider::ALL {
        assert_eq!(one(&mut scene, "Federated", provider.host()), Form::BuiltIn(provider));
    }
    assert_eq!(
        one(
            &mut scene,
            "Federated",
            "arn:aws:iam::${AWS::AccountId}:oidc-provider/${AWS::Region}.example.com/a:b"
        ),
        Form::OidcProvider {
            account: text(&scene, "${AWS::AccountId}"),
            issuer: text(&scene, "${AWS::Region}.example.com/a:b")
        }
    );
    assert_eq!(
        one(&mut scene, "Federated", "arn:aws:iam::111122223333:saml-provider/Okta"),
        Form::SamlProvider { account: text(&scene, "111122223333"), name: text(&scene, "Okta") }
    );
}

/// Documents with the shape of policies, and everything that can be wrong with them.
fn any_json() -> impl Strategy<Value = serde_json::Value> {
    let word = prop::sample::select(vec![
        "Version",
        "Statement",
        "Effect",
        "Allow",
        "deny",
        "Principal",
        "AWS",
        "*",
        "Action",
        "NotAction",
        "Condition",
        "StringLike",
        "ForAnyValue:",
        "aws:x",
        "<unknown>",
        "${P}",
        "",
        "é",
        "Resource",
        "Sid",
        "arn:aws:iam::1:role/x",
        "arn:",
        "${AWS::AccountId}:",
    ]);
    let leaf = prop_oneof![
        Just(serde_json::Value::Null),
        any::<bool>().prop_map(serde_json::Value::from),
        any::<i64>().prop_map(serde_json::Value::from),
        word.clone().prop_map(serde_json::Value::from),
    ];
    leaf.prop_recursive(6, 64, 6, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(serde_json::Value::from),
            prop::collection::vec((word.clone(), inner), 0..6).prop_map(|entries| entries
                .into_iter()
                .map(|(key, value)| (key.to_owned(), value))
                .collect()),
        ]
    })
}

proptest! {
    #[test]
    fn reads_anything(json in any_json()) {
        let mut scene = Scene::new();
        let document = scene.convert(&json, String::new());
        let (policy, layout) = parse(&document, &scene.vocabulary);
    let places = layout.at(document.span);
        for (index, _) in policy.statements.iter().enumerate() {
            let path = PolicyPath::new(u16::try_from(index).expect("few statements"), Element::Statement);
            prop_assert!(places.exact(path).is_some());
        }
    }

    #[test]
    fn keeps_every_statement(statements in prop::collection::vec(any_json(), 1..8)) {
        let count = statements.len();
        let mut scene = Scene::new();
        let document = scene.convert(&serde_json::json!({ "Statement": statements }), String::new());
        let (policy, layout) = parse(&document, &scene.vocabulary);
    let places = layout.at(document.span);
        prop_assert_eq!(policy.statements.len(), count);
        for (index, _) in policy.statements.iter().enumerate() {
            let path = PolicyPath::new(u16::try_from(index).expect("few statements"), Element::Statement);
            let expected = format!("/Statement/{index}");
            prop_assert_eq!(scene.pointer(places.place(path)), expected);
        }
    }
}
