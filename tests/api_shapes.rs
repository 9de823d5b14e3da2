//! Every member of an answer that is read exists in the API: a misspelt one would be absent for ever.

use std::collections::BTreeMap;

use fedlint::resources::account::asked;

/// The fields of answers by service and operation, without the signs of lists.
fn shapes() -> BTreeMap<String, BTreeMap<String, Vec<String>>> {
    let text = include_str!("../testdata/api_shapes.json");
    let mut all: serde_json::Map<String, serde_json::Value> = serde_json::from_str(text).expect("valid JSON");
    all.remove("from").expect("it says what it is made of");
    let all: BTreeMap<String, BTreeMap<String, Vec<String>>> =
        serde_json::from_value(all.into()).expect("fields by service and operation");
    let plain = |fields: Vec<String>| fields.iter().map(|field| field.replace("[]", "")).collect();
    let operations = |operations: BTreeMap<String, Vec<String>>| {
        operations.into_iter().map(|(operation, fields)| (operation, plain(fields))).collect()
    };
    all.into_iter().map(|(service, of)| (service, operations(of))).collect()
}

#[test]
fn every_member_that_is_asked_for_exists() {
    let shapes = shapes();
    let mut wrong = Vec::new();
    let mut count = 0;
    for asked in asked() {
        count += 1;
        let Some(fields) = shapes.get(asked.service).and_then(|of| of.get(asked.operation)) else {
            wrong.push(format!(
                "{} {}: no shape is recorded; add it in tools/shapes",
                asked.service, asked.operation
            ));
            continue;
        };
        let path = asked.path;
        let is_it = |field: &String| {
            field.strip_prefix(&path).is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '{']))
        };
        if !fields.iter().any(is_it) {
            wrong.push(format!("{} {}: there is no {path}", asked.service, asked.operation));
        }
    }
    wrong.dedup();
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
    assert!(count > 300, "only {count}");
}
