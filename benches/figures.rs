//! Figures of the readers, one a line: name, figure, goal, separated by tabs.
//!
//! Both sides of a ratio are measured in this one process, turn by turn, so that a busy machine changes
//! both; the figure is the median of the turns' ratios.

mod corpus;

use std::hint::black_box;
use std::time::{Duration, Instant};

use fedlint::document::{Limits, json, yaml};
use fedlint::source::{Origin, SourceId, Sources};

const TURNS: usize = 15;

fn main() {
    let source = Sources::default().add_kept(Origin::Stdin, "".into());
    let (json, yaml) = (corpus::json(), corpus::yaml());
    print(
        "json text to arena, times serde_json::Value",
        ratio(
            &json,
            |text| drop(black_box(serde_json::from_slice::<serde_json::Value>(text.as_bytes()))),
            |text| drop(black_box(json::read(text, source, &Limits::default()))),
        ),
        "at least 3",
    );
    print(
        "yaml text to arena, times serde_yaml::Value",
        ratio(
            &yaml,
            |text| drop(black_box(serde_yaml::from_str::<serde_yaml::Value>(text))),
            |text| drop(black_box(yaml::read(text, source, &Limits::default()))),
        ),
        "at least 1",
    );
    print("arena bytes / text bytes", size(&json, &yaml, source), "at most 1.5");
}

/// How many times faster `ours` is than `reference`.
fn ratio(texts: &corpus::Texts, reference: impl Fn(&str), ours: impl Fn(&str)) -> f64 {
    let time = |read: &dyn Fn(&str)| -> Duration {
        let start = Instant::now();
        texts.texts.iter().for_each(|text| read(text));
        start.elapsed()
    };
    let turn = |_| time(&reference).as_secs_f64() / time(&ours).as_secs_f64();
    let mut ratios: Vec<f64> = (0..TURNS).map(turn).collect();
    ratios.sort_by(f64::total_cmp);
    ratios[TURNS / 2]
}

fn size(json: &corpus::Texts, yaml: &corpus::Texts, source: SourceId) -> f64 {
    let limits = Limits::default();
    let arenas =
        json.texts.iter().map(|text| json::read(text, source, &limits).document.size()).sum::<usize>()
            + yaml.texts.iter().map(|text| yaml::read(text, source, &limits).document.size()).sum::<usize>();
    arenas as f64 / (json.bytes + yaml.bytes) as f64
}

#[expect(clippy::print_stdout, reason = "printing is what this is for")]
fn print(name: &str, figure: f64, goal: &str) {
    println!("{name}\t{figure:.2}\t{goal}");
}
