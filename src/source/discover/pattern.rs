//! Glob patterns on the command line, for shells that do not expand them and for `**`.
//!
//! `*` and `?` stay inside one directory, `**` goes any number of directories down, `[...]` is a set of
//! characters, `{a,b}` are alternatives. Wildcards do not match the dot of a hidden file.

use std::path::{Component, Path, PathBuf};

use crate::source::{Problem, ProblemKind};

/// One pattern without alternatives.
#[derive(Debug)]
pub(super) struct Pattern {
    /// The directory that all matches lie in.
    base: PathBuf,
    /// The whole pattern.
    glob: glob::Pattern,
    most_depth: Option<usize>,
    hidden: bool,
}

impl Pattern {
    /// How many alternatives one argument may stand for.
    const MOST_ALTERNATIVES: usize = 256;

    const OPTIONS: glob::MatchOptions = glob::MatchOptions {
        case_sensitive: true,
        require_literal_separator: true,
        require_literal_leading_dot: true,
    };

    /// The patterns that `argument` stands for; `None` if it has no wildcard.
    pub(super) fn parse(argument: &Path) -> Option<Result<Vec<Self>, Problem>> {
        let text = argument.to_str()?;
        let braces = text.contains('{') && text.contains(',') && text.contains('}');
        if !(text.contains(['*', '?', '[']) || braces) {
            return None;
        }
        let fault = |message: String| {
            let help = "In patterns, `*` and `?` are wildcards, `[...]` is a set and `{a,b}` alternatives.";
            Problem::of(ProblemKind::Unreadable, argument, message, help)
        };
        let Some(alternatives) = expand(text, Self::MOST_ALTERNATIVES) else {
            let most = Self::MOST_ALTERNATIVES;
            return Some(Err(fault(format!("the pattern `{text}` has more than {most} alternatives"))));
        };
        let patterns = alternatives.iter().map(|alternative| {
            Self::one(alternative).map_err(|error| {
                let place = alternative.len().min(error.pos) + 1;
                fault(format!("`{text}` is not a pattern: {} (character {place})", error.msg))
            })
        });
        Some(patterns.collect())
    }

    /// The directory that all matches lie in.
    pub(super) fn base(&self) -> &Path {
        &self.base
    }

    /// How many levels below the base a match can lie; `None` if any.
    pub(super) fn most_depth(&self) -> Option<usize> {
        self.most_depth
    }

    /// True if the pattern itself names something hidden.
    pub(super) fn names_hidden(&self) -> bool {
        self.hidden
    }

    /// True if `path`, which starts as the base does, matches.
    pub(super) fn matches(&self, path: &Path) -> bool {
        self.glob.matches_path_with(path, Self::OPTIONS)
            || path.strip_prefix(".").is_ok_and(|path| self.glob.matches_path_with(path, Self::OPTIONS))
    }

    fn one(text: &str) -> Result<Self, glob::PatternError> {
        let glob = glob::Pattern::new(text.trim_end_matches('/'))?;
        let components: Vec<Component<'_>> = Path::new(text).components().collect();
        let is_wild =
            |component: &Component<'_>| component.as_os_str().to_string_lossy().contains(['*', '?', '[']);
        // The last component is matched even where it is literal: the base has to be a directory.
        let fixed = components
            .iter()
            .position(is_wild)
            .unwrap_or(components.len())
            .min(components.len().saturating_sub(1));
        let (before, after) = components.split_at(fixed);
        let base: PathBuf = before.iter().collect();
        let any_depth = after.iter().any(|component| component.as_os_str() == "**");
        let hidden = after.iter().any(|component| component.as_os_str().as_encoded_bytes().starts_with(b"."));
        Ok(Self {
            base: if base.as_os_str().is_empty() { PathBuf::from(".") } else { base },
            glob,
            most_depth: (!any_depth).then_some(after.len()),
            hidden,
        })
    }
}

/// All texts that the alternatives in braces stand for; `None` if there are more than `most`.
///
/// Braces that do not close, or that hold no comma, are ordinary characters.
fn expand(text: &str, most: usize) -> Option<Vec<String>> {
    let mut done = Vec::new();
    let mut open = vec![text.to_owned()];
    while let Some(text) = open.pop() {
        if open.len() + done.len() >= most {
            return None;
        }
        match innermost_braces(&text) {
            None => done.push(text),
            Some((start, end)) => {
                for alternative in text[start + 1..end].split(',').rev() {
                    open.push(format!("{}{alternative}{}", &text[..start], &text[end + 1..]));
                }
            }
        }
    }
    Some(done)
}

/// The first pair of braces that holds a comma and no brace.
fn innermost_braces(text: &str) -> Option<(usize, usize)> {
    let mut start = None;
    for (position, character) in text.char_indices() {
        match character {
            '{' => start = Some(position),
            '}' => {
                if let Some(start) = start.take()
                    && text[start..position].contains(',')
                {
                    return Some((start, position));
                }
            }
            _ => {}
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn braces_are_alternatives() {
        let cases: [(&str, &[&str]); 5] = [
            ("a.{yaml,yml}", &["a.yaml", "a.yml"]),
            ("{a,b}/{c,d}", &["a/c", "a/d", "b/c", "b/d"]),
            ("{a,{b,c}}", &["a", "b", "a", "c"]),
            ("{a}", &["{a}"]),
            ("a,b}{", &["a,b}{"]),
        ];
        for (text, expected) in cases {
            let mut expanded = expand(text, 100).unwrap();
            let mut expected = expected.to_vec();
            expanded.sort();
            expected.sort_unstable();
            assert_eq!(expanded, expected, "{text}");
        }
        assert_eq!(expand(&"{a,b}".repeat(64), 256), None);
    }

    #[test]
    fn walks_no_further_than_needed() {
        let cases = [
            ("infra/prod/*.yaml", "infra/prod", Some(1)),
            ("*.yaml", ".", Some(1)),
            ("infra/*/*.yaml", "infra", Some(2)),
            ("infra/**/a.yaml", "infra", None),
            ("/srv/a?", "/srv", Some(1)),
        ];
        for (text, base, depth) in cases {
            let pattern = Pattern::one(text).unwrap();
            assert_eq!((pattern.base(), pattern.most_depth()), (Path::new(base), depth), "{text}");
        }
    }
}
