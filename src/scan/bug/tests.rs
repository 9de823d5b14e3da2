//! Which files a scan fails because of is found, whatever they are.

use proptest::prelude::*;

use super::*;

#[test]
fn a_panic_is_one_line() {
    assert_eq!(caught(|| 3), Ok(3));
    assert_eq!(caught(|| -> u8 { panic!("index {}\nout of bounds", 4) }), Err("index 4".to_owned()));
    assert_eq!(caught(|| panic::panic_any(5)), Err("no reason given".to_owned()));
    let problem = of_file(Path::new("a.yaml"), READING, "index 4");
    assert_eq!(problem.message, "fedlint has a bug: it failed on `a.yaml` while reading it: index 4");
    assert!(problem.help.contains(concat!("(fedlint ", env!("CARGO_PKG_VERSION"), ")")), "{}", problem.help);
    assert!(problem.kind.loses());
}

proptest! {
    /// Some files make a scan fail alone, and some pairs do together.
    #[test]
    fn what_is_left_does_not_fail_and_is_as_much_as_can_be(
        count in 1..40_usize, alone in prop::collection::vec(0..40_usize, 0..4), pairs in prop::collection::vec((0..40_usize, 0..40_usize), 0..3),
    ) {
        let files: Vec<PathBuf> = (0..count).map(|number| PathBuf::from(number.to_string())).collect();
        let number = |path: &PathBuf| path.to_str().expect("a number").parse::<usize>().expect("a number");
        let does_fail = |numbers: &[usize]| {
            numbers.iter().any(|number| alone.contains(number))
                || pairs.iter().any(|(one, other)| numbers.contains(one) && numbers.contains(other))
        };
        let all: Vec<usize> = (0..count).collect();
        prop_assume!(does_fail(&all));
        let mut last = Vec::new();
        let culprits = find(&files, &mut |paths| {
            let numbers: Vec<usize> = paths.iter().map(|path| number(path)).collect();
            if does_fail(&numbers) {
                return Some((READING, "x".to_owned()));
            }
            last = numbers;
            None
        });
        let culprits: Vec<usize> = culprits.iter().map(|(path, _)| number(path)).collect();
        let kept: Vec<usize> = all.iter().copied().filter(|number| !culprits.contains(number)).collect();
        prop_assert!(!does_fail(&kept));
        last.sort_unstable();
        prop_assert_eq!(&last, &kept);
        // None of them could be there as well.
        for culprit in culprits {
            let more: Vec<usize> = kept.iter().copied().chain([culprit]).collect();
            prop_assert!(does_fail(&more), "{} is innocent", culprit);
        }
    }
}
