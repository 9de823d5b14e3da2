//! What must hold of any input, asked of inputs that were changed at random: the same functions that `fuzz/` runs for longer.

mod support;

#[path = "support/fuzzing/mod.rs"]
mod fuzzing;
#[expect(dead_code, reason = "a part of it is used")]
#[path = "support/random.rs"]
mod random;
#[path = "support/fuzzing/seeds.rs"]
mod seeds;

use fuzzing::TARGETS;
use random::Random;

/// Changes an input as fuzzers do: bytes, stretches, words that mean something, pieces of another input.
fn changed(random: &mut Random, seeds: &[Vec<u8>]) -> Vec<u8> {
    let mut bytes = seeds[random.below(seeds.len())].clone();
    for _ in 0..=random.below(4) {
        let at = random.below(bytes.len() + 1);
        let end = (at + random.below(12)).min(bytes.len());
        match random.below(6) {
            0 if at < bytes.len() => bytes[at] ^= 1 << random.below(8),
            1 => drop(bytes.drain(at..end)),
            2 => {
                let stretch = bytes[at..end].to_vec();
                let to = random.below(bytes.len() + 1);
                bytes.splice(to..to, stretch);
            }
            3 => {
                let other = &seeds[random.below(seeds.len())];
                let from = random.below(other.len() + 1);
                let to = (from + random.below(200)).min(other.len());
                bytes.splice(at..end, other[from..to].iter().copied());
            }
            4 => bytes.truncate(at.max(1)),
            _ => {
                let word = random.pick(seeds::WORDS);
                bytes.splice(at..end, word.bytes());
            }
        }
    }
    bytes
}

/// What must hold, of its seeds and of `cases` inputs that are made of them.
fn check(name: &str, cases: usize) {
    let (_, target) = TARGETS.iter().find(|(known, _)| *known == name).expect("a target");
    let seeds = seeds::of(name);
    let mut random = Random::new(7);
    let made = (0..cases).map(|_| changed(&mut random, &seeds)).collect::<Vec<_>>();
    for input in seeds.iter().chain(&made) {
        let held = std::panic::catch_unwind(|| target(input));
        assert!(held.is_ok(), "{name}: {}", String::from_utf8_lossy(input));
    }
}

macro_rules! targets {
    ($($name:ident $cases:literal)*) => {
        $(#[test]
        fn $name() {
            check(stringify!($name), $cases);
        })*

        #[test]
        fn every_target_is_tried() {
            let names: Vec<&str> = TARGETS.iter().map(|(name, _)| *name).collect();
            assert_eq!(names, [$(stringify!($name)),*]);
        }
    };
}

targets! {
    json 4000
    yaml 1500
    embedded 2000
    template 100
    answer 150
    policy 300
    decision 400
    saml_metadata 3000
    certificate 3000
    settings 60
    rule_file 60
    fixes 60
}

/// For `scripts/fuzz`: what the targets begin with, as files.
#[test]
#[ignore = "writes files"]
fn write_seeds() {
    for (name, _) in TARGETS {
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/seeds").join(name);
        std::fs::create_dir_all(&folder).expect("a folder");
        for (number, seed) in seeds::of(name).iter().enumerate() {
            std::fs::write(folder.join(format!("{number:04}")), seed).expect("a file");
        }
    }
}
