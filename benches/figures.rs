//! Figures of the readers for `scripts/figures`, and the template on which that measures the whole process.
//!
//! Both sides of a ratio are measured in this one process, turn by turn, so that a busy machine changes
//! both; the figure is the median of the turns' ratios.

mod corpus;
mod decisions;
mod permissions;
#[path = "permissions/times.rs"]
mod permissions_times;
mod stack;

use std::hint::black_box;
use std::time::{Duration, Instant};

use fedlint::document::{Limits, json, yaml};
use fedlint::policy::{Answer, Bound};
use fedlint::source::{Origin, SourceId, Sources};

const TURNS: usize = 15;

/// How large the template is that a whole process is measured with, in bytes.
const STACK_SIZE: usize = 20_000;

fn main() {
    let source = Sources::default().add_kept(Origin::Stdin, "".into());
    let (json, yaml) = (corpus::json(), corpus::yaml());
    std::fs::write(concat!(env!("CARGO_TARGET_TMPDIR"), "/stack.yaml"), stack::template(STACK_SIZE))
        .expect("the folder for what tests write is there");
    print(
        "json text to arena, times serde_json::Value",
        ratio(
            &json,
            |text| drop(black_box(serde_json::from_slice::<serde_json::Value>(text.as_bytes()))),
            |text| drop(black_box(json::read(text, source, &Limits::default()))),
        ),
        Goal::AtLeast(3.0),
    );
    print(
        "yaml text to arena, times serde_yaml::Value",
        ratio(
            &yaml,
            |text| drop(black_box(serde_yaml::from_str::<serde_yaml::Value>(text))),
            |text| drop(black_box(yaml::read(text, source, &Limits::default()))),
        ),
        Goal::AtLeast(1.0),
    );
    print("arena bytes / text bytes", size(&json, &yaml, source), Goal::AtMost(1.5));
    print("trust decision with witness, median, us", decision(), Goal::AtMost(50.0));
    print("hostile policies, slowest, ms", slowest(), Goal::AtMost(50.0));
    let administrator = permissions_times::times(permissions::ADMINISTRATOR, true, 201);
    print("permissions of an administrator, cold, us", administrator.cold, Goal::AtMost(100.0));
    print("permissions of an administrator, warm, us", administrator.warm, Goal::AtMost(10.0));
    let bounded = permissions_times::times(&permissions::bounded(), false, 201);
    print("permissions of a bounded role, cold, us", bounded.cold, Goal::Comparison);
    print("permissions of a bounded role, warm, us", bounded.warm, Goal::Comparison);
}

/// How long a usual policy takes to decide, in microseconds.
fn decision() -> f64 {
    let case = decisions::usual().swap_remove(0);
    assert!(matches!(case.decide(Bound::Sure), Answer::Admitted(_)), "{} is not admitted", case.name);
    let turn = |_| time(|| drop(black_box(case.decide(Bound::Sure)))).as_secs_f64() * 1e6;
    let mut times: Vec<f64> = (0..1_001).map(turn).collect();
    times.sort_by(f64::total_cmp);
    times[times.len() / 2]
}

/// How long the slowest of the policies takes that are made to take long, in milliseconds, at its best of five.
fn slowest() -> f64 {
    let mut slowest: f64 = 0.0;
    for case in decisions::hostile() {
        for bound in [Bound::Sure, Bound::Possible] {
            let turn = |_| time(|| drop(black_box(case.decide(bound)))).as_secs_f64() * 1e3;
            slowest = slowest.max((0..5).map(turn).fold(f64::INFINITY, f64::min));
        }
    }
    slowest
}

fn time(run: impl FnOnce()) -> Duration {
    let start = Instant::now();
    run();
    start.elapsed()
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

/// What a figure should be.
#[derive(Clone, Copy)]
enum Goal {
    AtLeast(f64),
    AtMost(f64),
    /// None: it stands beside another figure.
    Comparison,
}

#[expect(clippy::print_stdout, reason = "printing is what this is for")]
fn print(name: &str, figure: f64, goal: Goal) {
    let (goal, pass) = match goal {
        Goal::AtLeast(least) => (format!("at least {least}"), figure >= least),
        Goal::AtMost(most) => (format!("at most {most}"), figure <= most),
        Goal::Comparison => ("for comparison".to_owned(), true),
    };
    println!("figure\t{name}\t{figure:.2}\t{goal}\t{}", if pass { "yes" } else { "no" });
}
