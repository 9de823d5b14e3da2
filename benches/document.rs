//! Text to arena, beside what serde makes of the same texts.

mod corpus;

use divan::Bencher;
use divan::counter::BytesCount;
use fedlint::document::{Limits, json, yaml};
use fedlint::source::{Origin, Sources};

fn main() {
    divan::main();
}

fn measure<T>(bencher: Bencher<'_, '_>, texts: &corpus::Texts, read: impl Fn(&str) -> T + Sync) {
    bencher.counter(BytesCount::new(texts.bytes)).bench(|| {
        for text in &texts.texts {
            divan::black_box(read(text));
        }
    });
}

#[divan::bench]
fn json_to_arena(bencher: Bencher<'_, '_>) {
    let source = Sources::default().add_kept(Origin::Stdin, "".into());
    measure(bencher, &corpus::json(), |text| json::read(text, source, &Limits::default()));
}

#[divan::bench]
fn json_to_serde_value(bencher: Bencher<'_, '_>) {
    measure(bencher, &corpus::json(), |text| {
        serde_json::from_slice::<serde_json::Value>(text.as_bytes()).ok()
    });
}

#[divan::bench]
fn yaml_to_arena(bencher: Bencher<'_, '_>) {
    let source = Sources::default().add_kept(Origin::Stdin, "".into());
    measure(bencher, &corpus::yaml(), |text| yaml::read(text, source, &Limits::default()));
}

#[divan::bench]
fn yaml_to_serde_value(bencher: Bencher<'_, '_>) {
    measure(bencher, &corpus::yaml(), |text| serde_yaml::from_str::<serde_yaml::Value>(text).ok());
}
