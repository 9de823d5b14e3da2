//! Decisions of trust policies: usual ones, and ones that are made to take long.

mod decisions;

use divan::Bencher;
use fedlint::policy::Bound;

const USUAL: [usize; 4] = [0, 1, 2, 3];
const HOSTILE: [usize; 4] = [0, 1, 2, 3];

fn main() {
    for (kind, cases) in [("usual", decisions::usual()), ("hostile", decisions::hostile())] {
        for (index, case) in cases.iter().enumerate() {
            name(kind, index, case.name);
        }
    }
    divan::main();
}

#[expect(clippy::print_stdout, reason = "the numbers below are nothing without their names")]
fn name(kind: &str, index: usize, name: &str) {
    println!("{kind} {index}: {name}");
}

#[divan::bench(args = USUAL)]
fn usual(bencher: Bencher<'_, '_>, index: usize) {
    let case = &decisions::usual()[index];
    bencher.bench_local(|| case.decide(Bound::Sure));
}

#[divan::bench(args = HOSTILE, sample_count = 10, sample_size = 1)]
fn hostile(bencher: Bencher<'_, '_>, index: usize) {
    let case = &decisions::hostile()[index];
    bencher.bench_local(|| (case.decide(Bound::Sure), case.decide(Bound::Possible)));
}
