//! How long it takes to say what the permissions of a role amount to.

use std::time::{Duration, Instant};

use fedlint::analysis::{Analysis, Impact};
use fedlint::knowledge::Issuers;
use fedlint::model::{EntityId, Model};
use fedlint::scan::model_of_texts;
use fedlint::settings::Settings;
use fedlint::source::Sources;
use fedlint::value::Vocabulary;

/// How long it takes to say what the permissions of a role amount to, in microseconds.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Times {
    /// From policies as they are parsed, AWS's own from the catalogue: they are made ready, their sets of actions
    /// filled, and the answer found. What is the same for all roles was used before.
    pub(crate) cold: f64,
    /// With the policies made ready and their sets filled.
    pub(crate) warm: f64,
}

/// The medians of some turns, each with a scan of its own.
pub(crate) fn times(template: &str, administers: bool, turns: usize) -> Times {
    let (mut cold, mut warm) = (Vec::new(), Vec::new());
    let settings = Settings::default();
    for _ in 0..turns {
        let (vocabulary, sources) = (Vocabulary::default(), Sources::default());
        let model: Model = model_of_texts(&[("template.yaml", template)], &settings, &vocabulary);
        let role: EntityId = model.roles.first().expect("the template has a role").entity.id;
        let analysis = Analysis::new(&vocabulary, &settings, &sources, model, Issuers::default());
        let (found, time) = timed(|| analysis.privileges(role));
        assert_eq!(found.impact.sure == Impact::Administrator, administers, "{:?}", found.impact);
        cold.push(time);
        let holder = analysis.holder(role);
        let (_, time) = timed(|| analysis.assess(role, &holder, &holder.permissions));
        warm.push(time);
    }
    // The first turn uses what is the same for all roles.
    Times { cold: median(cold.split_off(1)), warm: median(warm.split_off(1)) }
}

fn timed<T>(run: impl FnOnce() -> T) -> (T, Duration) {
    let start = Instant::now();
    let result = run();
    (result, start.elapsed())
}

fn median(mut times: Vec<Duration>) -> f64 {
    times.sort_unstable();
    times.get(times.len() / 2).map_or(0.0, |time| time.as_secs_f64() * 1e6)
}
