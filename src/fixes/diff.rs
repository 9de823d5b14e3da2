//! What changed in a text, line by line, as `patch` and people read it.

use std::ops::Range;

use rustc_hash::FxHashMap;

/// How many lines that are equal are shown around those that are not.
const CONTEXT: usize = 3;

/// The changes from `old` to `new` as a unified diff; empty if there are none.
#[must_use]
pub fn unified(path: &str, old: &str, new: &str) -> String {
    unified_without(path, old, new, &|_| Vec::new(), "")
}

/// The same without what is `hidden` of a text. Lines that do not change and hold such a thing are not shown, which leaves a patch
/// that can be applied; in lines that change, `mask` stands in its place.
#[must_use]
pub fn unified_without(
    path: &str,
    old: &str,
    new: &str,
    hidden: &dyn Fn(&str) -> Vec<Range<usize>>,
    mask: &str,
) -> String {
    let (before, after) = (lines(old), lines(new));
    let mut steps = steps(&before, &after);
    let masked = [masked(old, &before, &hidden(old), mask), masked(new, &after, &hidden(new), mask)];
    for step in &mut steps {
        let line = if step.kind == Kind::Added { masked[1].get(&step.new) } else { masked[0].get(&step.old) };
        step.masked = line.map(String::as_str);
    }
    let is_shown = |step: &Step<'_>| step.kind != Kind::Same || step.masked.is_none();
    let mut out = String::new();
    let mut from = 0;
    while let Some(first) = (from..steps.len()).find(|&at| steps[at].kind != Kind::Same) {
        // A hunk ends where more lines are equal than two contexts.
        let mut last = first;
        for (at, step) in steps.iter().enumerate().skip(first) {
            if step.kind != Kind::Same {
                last = at;
            } else if at - last > 2 * CONTEXT || !is_shown(step) {
                break;
            }
        }
        let before = first
            - steps[first.saturating_sub(CONTEXT).max(from)..first]
                .iter()
                .rev()
                .take_while(|step| is_shown(step))
                .count();
        let behind = steps[last + 1..].iter().take(CONTEXT).take_while(|step| is_shown(step)).count();
        let hunk = before..last + 1 + behind;
        if out.is_empty() {
            // So that `git apply` and `patch -p1` find it.
            let (a, b) = if path.starts_with('/') { ("", "") } else { ("a/", "b/") };
            out += &format!("--- {a}{path}\n+++ {b}{path}\n");
        }
        write_hunk(&steps[hunk.clone()], &mut out);
        from = hunk.end;
    }
    out
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Same,
    Removed,
    Added,
}

struct Step<'t> {
    kind: Kind,
    line: &'t str,
    /// How many lines of each text are before it.
    old: usize,
    new: usize,
    /// What is shown of a line of which something is hidden.
    masked: Option<&'t str>,
}

/// The lines of a text of which something is hidden, by number, as they are shown.
fn masked(text: &str, lines: &[&str], hidden: &[Range<usize>], mask: &str) -> FxHashMap<usize, String> {
    let mut masked = FxHashMap::default();
    if hidden.is_empty() {
        return masked;
    }
    let (mut start, mut next) = (0, 0);
    for (number, line) in lines.iter().enumerate() {
        let end = start + line.len();
        let mut shown = String::new();
        let mut at = start;
        while let Some(range) = hidden.get(next).filter(|range| range.start < end) {
            shown.push_str(&text[at..range.start.max(at)]);
            shown.push_str(mask);
            at = range.end.clamp(at, end);
            if range.end > end {
                break;
            }
            next += 1;
        }
        if !shown.is_empty() {
            shown.push_str(&text[at..end]);
            if line.ends_with('\n') && !shown.ends_with('\n') {
                shown.push('\n');
            }
            masked.insert(number, shown);
        }
        start = end;
    }
    masked
}

fn write_hunk(steps: &[Step<'_>], out: &mut String) {
    let count = |other: Kind| steps.iter().filter(|step| step.kind != other).count();
    let (old, new) = (count(Kind::Added), count(Kind::Removed));
    let Some(first) = steps.first() else { return };
    // Of no lines, the line before them is named.
    let start = |before: usize, count: usize| if count == 0 { before } else { before + 1 };
    *out += &format!("@@ -{},{old} +{},{new} @@\n", start(first.old, old), start(first.new, new));
    for step in steps {
        out.push(match step.kind {
            Kind::Same => ' ',
            Kind::Removed => '-',
            Kind::Added => '+',
        });
        *out += step.masked.unwrap_or(step.line);
        if !step.line.ends_with('\n') {
            *out += "\n\\ No newline at end of file\n";
        }
    }
}

/// The lines of a text with their line breaks.
fn lines(text: &str) -> Vec<&str> {
    text.split_inclusive('\n').collect()
}

/// The way from one text to the other. Edits are few and small: what is equal at both ends is left aside, and of the rest
/// the longest common lines are kept, as long as that is not too much work.
fn steps<'t>(old: &[&'t str], new: &[&'t str]) -> Vec<Step<'t>> {
    let mut steps = Vec::new();
    walk(old, new, 0, 0, &mut steps);
    steps
}

fn walk<'t>(old: &[&'t str], new: &[&'t str], old_at: usize, new_at: usize, steps: &mut Vec<Step<'t>>) {
    let head = old.iter().zip(new).take_while(|(old, new)| old == new).count();
    let tail =
        old[head..].iter().rev().zip(new[head..].iter().rev()).take_while(|(old, new)| old == new).count();
    let same = |steps: &mut Vec<Step<'t>>, lines: &[&'t str], old_at: usize, new_at: usize| {
        steps.extend(lines.iter().enumerate().map(|(index, &line)| Step {
            kind: Kind::Same,
            line,
            old: old_at + index,
            new: new_at + index,
            masked: None,
        }));
    };
    same(steps, &old[..head], old_at, new_at);
    let (old_middle, new_middle) = (&old[head..old.len() - tail], &new[head..new.len() - tail]);
    let (old_start, new_start) = (old_at + head, new_at + head);
    match anchor(old_middle, new_middle) {
        Some((in_old, in_new)) => {
            walk(&old_middle[..in_old], &new_middle[..in_new], old_start, new_start, steps);
            walk(&old_middle[in_old..], &new_middle[in_new..], old_start + in_old, new_start + in_new, steps);
        }
        None => {
            let end = old_start + old_middle.len();
            steps.extend(old_middle.iter().enumerate().map(|(index, &line)| Step {
                kind: Kind::Removed,
                line,
                old: old_start + index,
                new: new_start,
                masked: None,
            }));
            steps.extend(new_middle.iter().enumerate().map(|(index, &line)| Step {
                kind: Kind::Added,
                line,
                old: end,
                new: new_start + index,
                masked: None,
            }));
        }
    }
    let (old_end, new_end) = (old.len() - tail, new.len() - tail);
    same(steps, &old[old_end..], old_at + old_end, new_at + new_end);
}

/// A line in the middle that both texts have, and each only once.
fn anchor(old: &[&str], new: &[&str]) -> Option<(usize, usize)> {
    let count = |lines: &[&str]| {
        let mut counts: FxHashMap<String, (usize, usize)> = FxHashMap::default();
        for (index, line) in lines.iter().enumerate() {
            let entry = counts.entry((*line).to_owned()).or_insert((0, index));
            entry.0 += 1;
        }
        counts
    };
    let (in_old, in_new) = (count(old), count(new));
    let mut common: Vec<(usize, usize)> = in_old
        .iter()
        .filter(|(_, (count, _))| *count == 1)
        .filter_map(|(line, (_, at))| Some((*at, in_new.get(line).filter(|(count, _)| *count == 1)?.1)))
        .collect();
    common.sort_unstable();
    common.get(common.len() / 2).copied()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn hunks_have_context_and_line_numbers() {
        let old: String = (1..=20).map(|line| format!("{line}\n")).collect();
        let new = old.replace("5\n6\n", "5\nfive and a half\n6\n").replace("17\n", "");
        insta::assert_snapshot!(unified("a.yaml", &old, &new), @"
        --- a/a.yaml
        +++ b/a.yaml
        @@ -3,6 +3,7 @@
         3
         4
         5
        +five and a half
         6
         7
         8
        @@ -14,7 +15,6 @@
         14
         15
         16
        -17
         18
         19
         20
        ");
        assert_eq!(unified("a.yaml", &old, &old), "");
    }

    #[test]
    fn a_last_line_without_line_break_is_marked() {
        insta::assert_snapshot!(unified("/a.yaml", "a\nb", "a\nb\nc"), @r"
        --- /a.yaml
        +++ /a.yaml
        @@ -1,2 +1,3 @@
         a
        -b
        \ No newline at end of file
        +b
        +c
        \ No newline at end of file
        ");
    }

    /// A line that has `c` in it is hidden where it does.
    fn hidden(text: &str) -> Vec<Range<usize>> {
        text.match_indices('c').map(|(at, _)| at..at + 1).collect()
    }

    #[test]
    fn what_is_hidden_cuts_the_context_and_is_masked_in_what_changes() {
        let old = "1\nc\n3\n4\n5\nc\n7\n";
        let new = old.replace("4\n", "four c\n").replace("7\n", "seven");
        insta::assert_snapshot!(unified_without("a.yaml", old, &new, &hidden, "***"), @r"
        --- a/a.yaml
        +++ b/a.yaml
        @@ -3,3 +3,3 @@
         3
        -4
        +four ***
         5
        @@ -7,1 +7,1 @@
        -7
        +seven
        \ No newline at end of file
        ");
    }

    proptest! {
        #[test]
        fn what_is_hidden_is_in_no_diff(old in "([abc]{0,3}\n){0,12}[abc]?", new in "([abc]{0,3}\n){0,12}[abc]?") {
            let diff = unified_without("x", &old, &new, &hidden, "*");
            prop_assert!(!diff.contains('c'), "{}", diff);
            prop_assert_eq!(diff.is_empty(), old == new);
            // Secrets may go over several lines.
            let all = |text: &str| std::iter::once(0..text.len()).filter(|all| !all.is_empty()).collect();
            let diff = unified_without("x", &old, &new, &all, "*");
            let lines: Vec<&str> = diff.lines().skip(2).collect();
            prop_assert!(lines.iter().all(|line| !line.contains(['a', 'b']) || line.starts_with('\\')), "{}", diff);
        }

        #[test]
        fn a_patch_leads_from_one_text_to_the_other(old in "([abc]{0,2}\n){0,12}[ab]?", new in "([abc]{0,2}\n){0,12}[ab]?") {
            let (before, after) = (lines(&old), lines(&new));
            let steps = steps(&before, &after);
            let side = |other: Kind| -> String {
                steps.iter().filter(|step| step.kind != other).map(|step| step.line).collect()
            };
            prop_assert_eq!(side(Kind::Added), old.as_str());
            prop_assert_eq!(side(Kind::Removed), new.as_str());
        }
    }
}
