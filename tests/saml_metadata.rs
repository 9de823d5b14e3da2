//! SAML metadata in templates: every public document is read and named rightly, places are those of the template, and
//! what the metadata says decides who gets in.

mod support;

use std::fs;
use std::ops::Range;

use fedlint::cli::{Environment, run};
use fedlint::document::certificate::{self, Key};
use fedlint::document::saml_metadata::{self, Content, Document, Usage};
use fedlint::settings::Settings;
use fedlint::source::{Origin, Sources, Span};
use jiff::civil::{Date, date};
use serde_json::json;
use support::{Figures, Outcome, Seen, corpus, scan, scan_with};

/// The text of a certificate of `testdata/saml/certificates.txt`.
fn certificate(name: &str) -> &'static str {
    let mut lines = include_str!("../testdata/saml/certificates.txt").lines();
    lines.find_map(|line| line.strip_prefix(name)?.strip_prefix(' ')).expect("a certificate of this name")
}

/// Metadata of an identity provider that nothing is wrong with.
fn metadata(id: &str) -> String {
    format!(
        "<?xml version=\"1.0\"?>\n<EntityDescriptor xmlns=\"urn:oasis:names:tc:SAML:2.0:metadata\" entityID=\"{id}\">\n  \
         <IDPSSODescriptor protocolSupportEnumeration=\"urn:oasis:names:tc:SAML:2.0:protocol\">\n    \
         <KeyDescriptor use=\"signing\">\n      <KeyInfo xmlns=\"http://www.w3.org/2000/09/xmldsig#\"><X509Data>\n        \
         <X509Certificate>{}</X509Certificate>\n      </X509Data></KeyInfo>\n    </KeyDescriptor>\n    \
         <NameIDFormat>urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress</NameIDFormat>\n    \
         <SingleSignOnService Binding=\"urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST\" \
         Location=\"https://idp.example.com/post\"/>\n    \
         <SingleSignOnService Binding=\"urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect\" \
         Location=\"https://idp.example.com/redirect\"/>\n  </IDPSSODescriptor>\n</EntityDescriptor>\n",
        certificate("elliptic-2020-2040")
    )
}

fn today() -> Settings {
    Settings { today: Some("2026-11-25".parse().expect("a date")), ..Settings::default() }
}

/// A template with a provider that has this metadata.
fn template(metadata: &str) -> String {
    let provider = json!({
        "Type": "AWS::IAM::SAMLProvider",
        "Properties": { "Name": "corporate", "SamlMetadataDocument": metadata },
    });
    serde_json::to_string_pretty(&json!({ "Resources": { "Corporate": provider } })).expect("JSON")
}

/// What is found in a template, each as rule and certainty.
fn findings(outcome: &Outcome) -> Vec<String> {
    let mut lines: Vec<String> = outcome.findings.iter().map(Seen::in_a_line).collect();
    lines.sort();
    lines
}

/// A public document: its name, the rules that fire on the 25th of November 2026, its parties, how many of them are
/// identity providers, and the certificates of these. Written down from what Python's `xml.etree` and `cryptography`
/// read.
type Public = (&'static str, &'static [&'static str], usize, usize, &'static [Read]);

/// A certificate: what it is for, its last day, and the size of its RSA key; the day is empty if it cannot be read.
type Read = (Usage, &'static str, u32);

const WRONG_SIDE: &str = "saml-metadata-wrong-side proved";
const PAST: &str = "saml-metadata-expired proved";
const SHORT: &str = "saml-metadata-unreadable proved";
const OLD: &str = "saml-certificate-expired possible";

use Usage::{Both, Encryption, Signing};

const PUBLIC: &[Public] = &[
    ("entities_metadata.xml", &[WRONG_SIDE], 2, 0, &[]),
    ("expired_metadata_settings1.xml", &[PAST, WRONG_SIDE], 1, 0, &[]),
    ("idp_metadata.xml", &[OLD], 1, 1, &[(Signing, "2018-06-05", 2048)]),
    ("idp_metadata2.xml", &["saml-endpoint-insecure proved"], 1, 1, &[(Signing, "2027-11-19", 2048)]),
    (
        "idp_metadata_different_sign_and_encrypt_cert.xml",
        &[OLD],
        1,
        1,
        &[(Signing, "2018-06-05", 2048), (Encryption, "2021-08-05", 2048)],
    ),
    (
        "idp_metadata_multi_certs.xml",
        &[OLD, "saml-certificate-weak proved"],
        1,
        1,
        &[(Signing, "2021-08-05", 2048), (Signing, "2018-04-15", 1024), (Encryption, "2021-08-05", 2048)],
    ),
    (
        "idp_metadata_multi_signing_certs.xml",
        &[OLD, "saml-certificate-weak proved"],
        1,
        1,
        &[(Signing, "2021-08-05", 2048), (Signing, "2018-04-15", 1024), (Signing, "2021-08-05", 2048)],
    ),
    (
        "idp_metadata_same_sign_and_encrypt_cert.xml",
        &[OLD],
        1,
        1,
        &[(Signing, "2018-06-05", 2048), (Encryption, "2018-06-05", 2048)],
    ),
    // Base64 of what is Base64 in a PEM file.
    (
        "idp_multiple_descriptors.xml",
        &[PAST, "saml-metadata-unreadable possible"],
        2,
        2,
        &[(Signing, "", 0), (Encryption, "", 0), (Signing, "", 0), (Encryption, "", 0)],
    ),
    ("metadata_bad_order_settings1.xml", &[PAST, SHORT, WRONG_SIDE], 1, 0, &[]),
    ("metadata_settings1.xml", &[SHORT, WRONG_SIDE], 1, 0, &[]),
    ("no_expiration_mark_metadata.xml", &[SHORT, WRONG_SIDE], 1, 0, &[]),
    // `EntityDescriptor2`.
    ("noentity_metadata_settings1.xml", &[SHORT], 0, 0, &[]),
    ("signed_metadata_settings1.xml", &[PAST, WRONG_SIDE], 1, 0, &[]),
    ("signed_metadata_settings2.xml", &[PAST, WRONG_SIDE], 1, 0, &[]),
    ("testshib-providers.xml", &[], 2, 1, &[(Both, "2036-08-23", 2048)]),
    // A tag that is closed by another name, and fewer characters than AWS takes: perhaps not meant to stay.
    ("unparsed_metadata.xml", &["saml-metadata-unreadable possible"], 0, 0, &[]),
];

fn read(text: &str) -> Document {
    let source = Sources::default().add_kept(Origin::Stdin, "".into());
    let place = |range: Range<usize>| Span::new(source, range.start as u32, range.end as u32);
    saml_metadata::read(text, &place)
}

#[test]
fn public_metadata() {
    let Some(folder) = corpus() else { return };
    let entries = fs::read_dir(folder.join("saml-metadata")).expect("the corpus has metadata");
    let mut paths: Vec<_> = entries.map(|entry| entry.expect("the folder can be read").path()).collect();
    paths.sort();
    let mut wrong = Vec::new();
    let (mut looked_at, mut certificates) = (0, 0);
    for path in &paths {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let Some(&(_, expected, parties, providers, read_otherwise)) =
            PUBLIC.iter().find(|(known, ..)| *known == name)
        else {
            wrong.push(format!("{name}: nobody has said what it is"));
            continue;
        };
        #[expect(clippy::disallowed_methods, reason = "a test reads what it tests")]
        let text = fs::read_to_string(path).expect("the corpus can be read");
        let outcome = scan_with(&[("template.json", &template(&text))], &today());
        if findings(&outcome) != expected || !outcome.problems.is_empty() {
            wrong.push(format!("{name}: {:?} {:?}", findings(&outcome), outcome.problems));
        }
        let document = read(&text);
        let seen = document.metadata().map_or((0, 0, Vec::new()), |metadata| {
            let certificates = metadata.certificates().map(|known| {
                let read = known.certificate.as_ref();
                let day = read.map_or(String::new(), |read| read.not_after.to_string()[..10].to_owned());
                let bits =
                    read.filter(|read| read.key == Key::Rsa).and_then(|read| read.bits).unwrap_or_default();
                (known.usage, day, bits)
            });
            (metadata.entities.len(), metadata.identity_providers().count(), certificates.collect())
        });
        let certificates_there =
            read_otherwise.iter().map(|&(usage, day, bits)| (usage, day.to_owned(), bits));
        if seen != (parties, providers, certificates_there.collect()) {
            wrong.push(format!("{name}: {seen:?}"));
        }
        looked_at += 1;
        certificates += seen.2.len();
    }
    let mut figures = Figures::default();
    figures.add(
        "public SAML metadata: read and named rightly",
        format!("{looked_at}, {} wrong", wrong.len()),
        format!("all {}, 0 wrong", PUBLIC.len()),
        looked_at == PUBLIC.len() && wrong.is_empty(),
    );
    let expected = PUBLIC.iter().map(|(.., read)| read.len()).sum::<usize>();
    figures.add(
        "public SAML metadata: certificates as another reader has them",
        certificates,
        format!("{expected}, with those that nobody can read"),
        certificates == expected,
    );
    figures.finish(&wrong.join("\n"));
}

/// However the text is written, the place is that of the very attribute.
#[test]
fn places_are_those_of_the_template() {
    let text = metadata("https://idp.example.com")
        .replace("https://idp.example.com/post", "http://idp.example.com/post");
    let indented: String = text.lines().map(|line| format!("        {line}\n")).collect();
    let quoted = |text: &str| serde_json::to_string(text).expect("JSON");
    let yaml = |value: &str| {
        format!(
            "Resources:\n  Corporate:\n    Type: AWS::IAM::SAMLProvider\n    Properties:\n      SamlMetadataDocument: {value}\n"
        )
    };
    let escaped = quoted(&text).replace("http:", "\\u0068ttp:");
    let cases = [
        ("a.json", template(&text), "http://idp.example.com/post"),
        ("a.yaml", yaml(&format!("|\n{indented}")), "http://idp.example.com/post"),
        ("a.yaml", yaml(&format!(">-\n{indented}")), "http://idp.example.com/post"),
        ("a.yaml", yaml(&quoted(&text)), "http://idp.example.com/post"),
        ("a.yaml", yaml(&format!("'{text}'")), "http://idp.example.com/post"),
        ("a.yaml", yaml(&escaped), "\\u0068ttp://idp.example.com/post"),
        ("a.yaml", yaml(&format!("!Sub |\n{indented}")), "http://idp.example.com/post"),
    ];
    for (path, template, place) in cases {
        let outcome = scan(&[(path, &template)]);
        let seen: Vec<_> =
            outcome.findings.iter().map(|seen| (seen.rule.as_str(), seen.text.as_str())).collect();
        assert_eq!(seen, [("saml-endpoint-insecure", place)], "{template}");
    }
    // What a function has put together is nowhere as it is.
    let joined = yaml(&format!("!Join [\"\", [{}]]", quoted(&text)));
    let outcome = scan(&[("a.yaml", &joined)]);
    assert_eq!(findings(&outcome), ["saml-endpoint-insecure proved"]);
}

#[test]
fn what_is_not_written_out_is_not_looked_at() {
    for value in [
        "!Ref Metadata",
        "!Sub \"<EntityDescriptor>${Metadata}</EntityDescriptor>\"",
        "'{{resolve:ssm:metadata}}'",
        "!ImportValue metadata",
    ] {
        let template = format!(
            "Parameters:\n  Metadata: {{ Type: String }}\nResources:\n  Corporate:\n    Type: AWS::IAM::SAMLProvider\n    \
             Properties:\n      SamlMetadataDocument: {value}\n"
        );
        let outcome = scan_with(&[("a.yaml", &template)], &today());
        assert_eq!((findings(&outcome), outcome.problems), (Vec::new(), Vec::new()), "{value}");
    }
}

#[test]
fn what_is_more_than_we_read_is_a_problem_and_said_once() {
    let hostile = "<!DOCTYPE a [<!ENTITY b 'ha'>]><a>&b;</a>";
    let template = format!(
        "Conditions:\n  Long: !Equals [!Ref AWS::Region, eu-west-1]\nResources:\n  Corporate:\n    Type: AWS::IAM::SAMLProvider\n    \
         Properties:\n      Name: !If [Long, corporate, corp]\n      SamlMetadataDocument: \"{hostile}\"\n"
    );
    let outcome = scan(&[("a.yaml", &template)]);
    assert_eq!(findings(&outcome), Vec::<String>::new());
    let [problem] = &outcome.problems[..] else { panic!("one problem: {:?}", outcome.problems) };
    assert!(problem.starts_with("budget: the metadata has a document type"), "{problem}");
}

/// What AWS does not take, one fault at a time.
#[test]
fn faults_of_metadata() {
    let good = metadata("https://idp.example.com");
    let descriptor = |key: &str| {
        let (start, end) = (good.find("<KeyDescriptor"), good.find("</KeyDescriptor>"));
        let (start, end) = (start.expect("a key"), end.expect("a key") + "</KeyDescriptor>".len());
        format!("{}{key}{}", &good[..start], &good[end..])
    };
    let one = |certificate: &str| {
        let data = format!("<X509Data><X509Certificate>{certificate}</X509Certificate></X509Data>");
        format!(
            "<KeyDescriptor><KeyInfo xmlns='http://www.w3.org/2000/09/xmldsig#'>{data}</KeyInfo></KeyDescriptor>\n"
        )
    };
    let long = |comment: usize| format!("{good}<!-- {} -->", " ".repeat(comment));
    let filling = format!("<NameIDFormat>{}</NameIDFormat>", "urn:example".repeat(60));
    let elliptic = certificate("elliptic-2020-2040");
    let cases = [
        (good.clone(), ""),
        (
            format!("\u{feff}{good}"),
            "proved: the metadata of SAML provider `Corporate` begins with a byte order mark",
        ),
        (format!("\n{good}"), "possible: white space stands before the XML declaration"),
        (long(9_990_000), ""),
        (long(10_000_000), "proved: the metadata of SAML provider `Corporate` has 1000"),
        (descriptor(""), "proved: the metadata of SAML provider `Corporate` has 5"),
        (descriptor(&filling), "possible: the metadata of SAML provider `Corporate` has no certificate"),
        (
            descriptor(&(filling.clone() + "<KeyDescriptor/>")),
            "possible: the metadata of SAML provider `Corporate` has no certificate",
        ),
        (
            descriptor(&(filling.clone() + &one("AAAA"))),
            "possible: a certificate of SAML provider `Corporate` cannot be read",
        ),
        (
            descriptor(&one(certificate("twice-2020-2040"))),
            "proved: a certificate of SAML provider `Corporate` has an extension twice",
        ),
        (descriptor(&one(elliptic).repeat(10)), ""),
        (
            descriptor(&one(elliptic).repeat(11)),
            "possible: the metadata of SAML provider `Corporate` has more than 10 keys",
        ),
        (
            good.replace("entityID=\"https://idp.example.com\"", ""),
            "possible: the metadata of SAML provider `Corporate` does not say who",
        ),
        (
            good.replace("EntityDescriptor", "Entity"),
            "proved: the metadata of SAML provider `Corporate` is another document, `Entity`",
        ),
        (
            good.replace(":SAML:2.0:metadata", ":SAML:2.0:meta"),
            "possible: the metadata of SAML provider `Corporate` is another document",
        ),
        (
            good.replace("</KeyInfo>", ""),
            "proved: the metadata of SAML provider `Corporate` is no XML: expected 'KeyInfo' tag",
        ),
        ("PASTE IT HERE".repeat(100), "possible: the metadata of SAML provider `Corporate` is no XML"),
        ("<PASTE IT HERE>".to_owned(), "possible: the metadata of SAML provider `Corporate` is no XML"),
    ];
    for (text, expected) in cases {
        let outcome = scan(&[("a.json", &template(&text))]);
        let said: Vec<String> =
            outcome.findings.iter().map(|seen| format!("{}: {}", seen.certainty, seen.message)).collect();
        let is_as_expected = match &said[..] {
            [] => expected.is_empty(),
            [one] => !expected.is_empty() && one.starts_with(expected),
            _ => false,
        };
        assert!(is_as_expected, "{expected:?}, not {said:?}: {text:.200}");
    }
}

/// What a scan of standard input says on a day of the clock, with further arguments: rule and certainty.
fn on(day: Date, arguments: &[&str], template: &str) -> Vec<String> {
    let (mut stdin, mut out, mut err) = (template.as_bytes(), Vec::new(), Vec::new());
    let environment = Environment::piped(&mut stdin, &mut out, &mut err, day);
    run([&["fedlint", "scan", "--no-config", "--format", "json", "-"], arguments].concat(), environment);
    let report: serde_json::Value = serde_json::from_slice(&out).expect("the report is JSON");
    let findings = report["findings"].as_array().expect("a report lists findings");
    let text = |value: &serde_json::Value| value.as_str().unwrap_or_default().to_owned();
    findings.iter().map(|found| format!("{} {}", text(&found["rule"]), text(&found["certainty"]))).collect()
}

#[test]
fn ends_are_seen_from_the_clock_or_from_the_date_that_is_said() {
    let ends = metadata("https://idp.example.com")
        .replace(certificate("elliptic-2020-2040"), certificate("elliptic-2016-2026"));
    let template = template(&ends);
    let nothing = Vec::<String>::new();
    // It ends on the 10th of December 2026.
    assert_eq!(on(date(2026, 11, 10), &[], &template), nothing);
    assert_eq!(on(date(2026, 11, 11), &[], &template), ["saml-certificate-expired proved"]);
    assert_eq!(on(date(2026, 12, 10), &[], &template), ["saml-certificate-expired proved"]);
    assert_eq!(on(date(2026, 12, 11), &[], &template), ["saml-certificate-expired possible"]);
    assert_eq!(
        on(date(2026, 11, 10), &["--today", "2027-01-01"], &template),
        ["saml-certificate-expired possible"]
    );
    assert_eq!(on(date(2027, 1, 1), &["--today", "2026-11-10"], &template), nothing);
}

/// AWS keeps ten keys of a provider: of those far beyond, not each is a finding.
#[test]
fn of_very_many_certificates_some_are_looked_at() {
    let data = format!(
        "<X509Data><X509Certificate>{}</X509Certificate></X509Data>",
        certificate("rsa1024-2020-2040")
    );
    let key = format!(
        "<KeyDescriptor><KeyInfo xmlns='http://www.w3.org/2000/09/xmldsig#'>{data}</KeyInfo></KeyDescriptor>"
    );
    let text =
        metadata("https://idp.example.com").replace("<NameIDFormat>", &(key.repeat(500) + "<NameIDFormat>"));
    let found = findings(&scan(&[("a.json", &template(&text))]));
    let of = |rule: &str| found.iter().filter(|line| line.starts_with(rule)).count();
    assert_eq!((of("saml-certificate-weak"), of("saml-metadata-unreadable")), (19, 1));
}

/// A provider with this metadata, and a role that trusts it under a condition.
fn role(metadata: &str, condition: &str) -> String {
    let indented: String = metadata.lines().map(|line| format!("        {line}\n")).collect();
    format!(
        "Parameters:\n  Elsewhere: {{ Type: String }}\nResources:\n  Corporate:\n    Type: AWS::IAM::SAMLProvider\n    Properties:\n      \
         Name: corporate\n      SamlMetadataDocument: |\n{indented}  Staff:\n    Type: AWS::IAM::Role\n    Properties:\n      \
         AssumeRolePolicyDocument:\n        Version: '2012-10-17'\n        Statement:\n          - Effect: Allow\n            \
         Principal: {{ Federated: !Ref Corporate }}\n            Action: sts:AssumeRoleWithSAML\n            \
         Condition: {{ StringEquals: {{ 'SAML:aud': 'https://signin.aws.amazon.com/saml', {condition} }} }}\n"
    )
}

#[test]
fn the_entity_id_is_the_issuer() {
    let one = metadata("https://idp.example.com/saml");
    let of = |metadata: &str, condition: &str| findings(&scan(&[("a.yaml", &role(metadata, condition))]));
    let nothing = Vec::<String>::new();
    assert_eq!(of(&one, "'saml:iss': 'https://idp.example.com/saml'"), nothing);
    assert_eq!(of(&one, "'saml:iss': 'https://idp.example.com/'"), ["trust-never-satisfied proved"]);
    assert_eq!(of(&one, "'SAML:ISS': ['https://IDP.example.com/saml']"), ["trust-never-satisfied proved"]);
    assert_eq!(
        of(&one, "'saml:iss': ['https://idp.example.com/saml', 'https://old.example.com/saml']"),
        ["condition-value-never-matches proved"]
    );
    assert_eq!(of(&one, "'saml:iss': !Ref Elsewhere"), nothing);
    // Of several parties, each may be meant.
    let inside = |id: &str| metadata(id).lines().skip(1).map(|line| format!("{line}\n")).collect::<String>();
    let two = format!(
        "<EntitiesDescriptor xmlns=\"urn:oasis:names:tc:SAML:2.0:metadata\">\n{}{}</EntitiesDescriptor>\n",
        inside("https://one.example.com"),
        inside("https://two.example.com"),
    );
    assert_eq!(of(&two, "'saml:iss': 'https://one.example.com'"), nothing);
    assert_eq!(of(&two, "'saml:iss': 'https://two.example.com'"), nothing);
    assert_eq!(of(&two, "'saml:iss': 'https://three.example.com'"), ["trust-never-satisfied proved"]);
    // Nothing is known of who makes the assertions where the metadata is not that of an identity provider.
    let neither = one.replace("IDPSSODescriptor", "PDPDescriptor");
    assert_eq!(of(&neither, "'saml:iss': 'https://idp.example.com/'"), ["saml-metadata-wrong-side proved"]);
}

/// What an assertion has to name, and whom the metadata names, are shown.
#[test]
fn findings_show_the_pair_and_the_issuer() {
    let shown = |condition: &str| {
        let text = role(&metadata("https://idp.example.com/saml"), condition);
        let outcome = fedlint::scan::scan_texts(&[("a.yaml", &text)], &Settings::default());
        let [finding] = &outcome.findings[..] else { panic!("one finding: {:?}", outcome.findings) };
        let labels: Vec<String> = finding
            .labels
            .iter()
            .map(|label| {
                let place = outcome.sources.place(label.span);
                format!("{}: {}", label.text, &text[place.start.offset as usize..place.end.offset as usize])
            })
            .collect();
        (finding.message.clone(), labels)
    };
    let (message, labels) = shown("'saml:iss': 'https://other.example.com'");
    assert!(message.ends_with("`saml:iss` is always `https://idp.example.com/saml`"), "{message}");
    assert!(
        labels.contains(&"this is who makes the assertions: https://idp.example.com/saml".to_owned()),
        "{labels:?}"
    );
    // A role that asks for no endpoint: the request that is let in names both.
    let text = role(&metadata("https://idp.example.com/saml"), "")
        .replace("StringEquals", "StringLike")
        .replace("https://signin.aws.amazon.com/saml", "*");
    let outcome = fedlint::scan::scan_texts(&[("a.yaml", &text)], &Settings::default());
    let witnesses = outcome.findings.iter().filter_map(|finding| finding.witness.as_ref());
    let pairs: Vec<_> = witnesses
        .flatten()
        .filter(|(key, _)| key == "role" || key == "provider")
        .map(|(_, pair)| pair.as_str())
        .collect();
    assert_eq!(
        pairs,
        [
            "arn:${AWS::Partition}:iam::${AWS::AccountId}:role/${Staff}",
            "arn:${AWS::Partition}:iam::${AWS::AccountId}:saml-provider/corporate"
        ]
    );
}

#[test]
fn a_function_may_put_other_metadata_in() {
    let template = role(
        &metadata("https://idp.example.com/saml"),
        "'saml:iss': 'https://new.example.com/saml'",
    ) + "  Update:\n    Type: AWS::IAM::Role\n    Properties:\n      AssumeRolePolicyDocument:\n        Version: '2012-10-17'\n        \
           Statement: [{ Effect: Allow, Principal: { Service: lambda.amazonaws.com }, Action: sts:AssumeRole }]\n      Policies:\n        \
           - PolicyName: update\n          PolicyDocument:\n            Version: '2012-10-17'\n            \
           Statement: [{ Effect: Allow, Action: iam:UpdateSAMLProvider, Resource: !GetAtt Corporate.Arn }]\n";
    let found = findings(&scan(&[("a.yaml", &template)]));
    assert!(!found.iter().any(|line| line.starts_with("trust-never-satisfied")), "{found:?}");
}

/// Each partition has its own endpoints.
#[test]
fn endpoints_are_those_of_the_partition() {
    let of = |partition: &str, operator: &str, endpoints: &str| {
        let template = format!(
            "Resources:\n  Staff:\n    Type: AWS::IAM::Role\n    Properties:\n      AssumeRolePolicyDocument:\n        Version: '2012-10-17'\n        \
             Statement:\n          - Effect: Allow\n            Principal: {{ Federated: !Sub '{partition}:iam::111122223333:saml-provider/corporate' }}\n            \
             Action: sts:AssumeRoleWithSAML\n            Condition: {{ {operator}: {{ 'SAML:aud': {endpoints} }} }}\n"
        );
        findings(&scan(&[("a.yaml", &template)]))
    };
    let nothing = Vec::<String>::new();
    let never = ["trust-never-satisfied proved"];
    for (partition, domain, region) in [
        ("arn:aws", "aws.amazon.com", "eu-central-1"),
        ("arn:aws-cn", "amazonaws.cn", "cn-north-1"),
        ("arn:aws-us-gov", "amazonaws-us-gov.com", "us-gov-west-1"),
    ] {
        let global = format!("'https://signin.{domain}/saml'");
        let regional = format!("'https://{region}.signin.{domain}/saml'");
        for own in [
            &global,
            &regional,
            &format!("'https://{region}.signin.{domain}/saml/acs/SAMLSP0123456789ABCDEFGH'"),
        ] {
            assert_eq!(of(partition, "StringEquals", own), nothing, "{partition} {own}");
        }
        for other in ["arn:aws", "arn:aws-cn", "arn:aws-us-gov"] {
            if other != partition {
                assert_eq!(of(other, "StringEquals", &global), never, "{other} {global}");
                assert_eq!(of(other, "StringEquals", &regional), never, "{other} {regional}");
            }
        }
        // Which partition it is may turn out wherever the template is deployed.
        assert_eq!(of("arn:${AWS::Partition}", "StringEquals", &global), nothing);
        assert_eq!(of(partition, "StringEquals", "'https://signin.example.com/saml'"), never);
        assert_eq!(of(partition, "StringEquals", "'urn:amazon:webservices'"), never);
        assert_eq!(of(partition, "StringLike", &format!("'https://*.signin.{domain}/saml'")), nothing);
    }
    // A Region of another partition has no endpoint here.
    assert_eq!(of("arn:aws", "StringEquals", "'https://us-gov-west-1.signin.aws.amazon.com/saml'"), never);
    // One that nobody knows yet may be new.
    assert_eq!(of("arn:aws", "StringEquals", "'https://eu-north-9.signin.aws.amazon.com/saml'"), nothing);
    // A list that names the endpoints of all partitions is for a template that is deployed in all of them.
    let all = "['https://signin.aws.amazon.com/saml', 'https://signin.amazonaws.cn/saml', 'https://signin.amazonaws-us-gov.com/saml']";
    assert_eq!(of("arn:aws", "StringEquals", all), nothing);
    // Nothing is known of the endpoints of isolated partitions.
    assert_eq!(of("arn:aws-iso", "StringEquals", "'https://signin.c2shome.ic.gov/saml'"), nothing);
}

#[test]
fn a_certificate_is_read_as_its_recipe_says() {
    let read = certificate::read(certificate("rsa2048-2020-2040")).expect("a certificate");
    assert_eq!((read.key, read.bits), (Key::Rsa, Some(2048)));
    assert!(matches!(self::read("<a/>").content, Content::Other { .. }));
}
