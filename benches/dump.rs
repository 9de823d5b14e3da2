//! The details of an account with very many roles, read from disk to the model: how fast, and in how much memory.
//!
//! `cargo bench --bench dump` writes the file as the AWS CLI prints it, then starts itself to read it, so that what it took
//! to write it is not counted.

#![expect(
    clippy::disallowed_methods,
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a benchmark for people reads what the system says of its own process"
)]

mod roles;

use std::io::BufWriter;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

use fedlint::scan::{Request, model_of};
use fedlint::settings::Settings;
use fedlint::source::Sources;
use fedlint::value::Vocabulary;

/// That of the program.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const ROLES: usize = 100_000;

/// How often the file is read.
const RUNS: usize = 5;

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join("details.json");
    if let Some(threads) = arguments.iter().position(|argument| argument == "--read") {
        read(&path, arguments[threads + 1].parse().unwrap());
        return;
    }
    if !path.is_file() {
        let mut out = BufWriter::new(std::fs::File::create(&path).unwrap());
        roles::write(&mut out, ROLES).unwrap();
    }
    let length = path.metadata().unwrap().len() as f64;
    println!("{ROLES} roles, {:.0} MB", length / 1e6);
    // What the allocator has given back at a moment depends on when the threads come to it: medians.
    let (mut times, mut peaks) = (Vec::new(), Vec::new());
    for _ in 0..RUNS {
        let out = Command::new(&arguments[0]).args(["--read", "2"]).output().unwrap();
        let text = String::from_utf8(out.stdout).unwrap();
        let numbers: Vec<f64> = text.split_whitespace().map(|word| word.parse().unwrap()).collect();
        let [seconds, resident] = numbers[..] else { panic!("{text}") };
        times.push(seconds);
        peaks.push(resident);
    }
    let (seconds, resident) = (median(times), median(peaks));
    println!("details to model, MB/s on two threads\t{:.0}\tat least 200", length / 1e6 / seconds);
    println!("details to model, peak resident / file\t{:.2}\tat most 0.6", resident / length);
}

fn median(mut numbers: Vec<f64>) -> f64 {
    numbers.sort_by(f64::total_cmp);
    numbers[numbers.len() / 2]
}

/// Reads the file to its model, and prints seconds and the most bytes that were resident.
fn read(path: &Path, threads: usize) {
    let (sources, vocabulary, start) = (Sources::default(), Vocabulary::default(), Instant::now());
    let request = Request { paths: vec![PathBuf::from(path)], threads, ..Request::default() };
    let model = model_of(&sources, request, &Settings::default(), &vocabulary);
    let seconds = start.elapsed().as_secs_f64();
    assert_eq!(model.roles.len(), ROLES);
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap_or("0 kB");
    let kilobytes: f64 = peak.trim().trim_end_matches(" kB").parse().unwrap();
    println!("{seconds} {}", kilobytes * 1024.0);
}
