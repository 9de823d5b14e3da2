//! What is said in several places: options win over variables, variables over the settings file, and that over what is built in.

use std::ffi::OsString;
use std::path::Path;

use crate::settings::Written;
use crate::source::{Problem, ProblemKind, Sources, Span};

/// Where something was said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Origin {
    /// Nowhere: it is built in.
    Default,
    /// In the settings file, here.
    File(Option<Span>),
    /// In this variable.
    Variable(&'static str),
    /// In this option.
    Option(&'static str),
    /// The file lies where it is looked for.
    Found,
    /// By the clock.
    Clock,
}

/// The names under which one thing can be said.
pub(super) struct Named {
    /// In the settings file, and with `--` in front on the command line.
    pub(super) setting: &'static str,
    pub(super) option: &'static str,
    pub(super) variable: &'static str,
}

/// The variables of the process.
pub(super) type Variables<'v> = &'v dyn Fn(&str) -> Option<OsString>;

/// What a variable says, if anything.
pub(super) fn said(variables: Variables<'_>, name: &'static str) -> Option<String> {
    variables(name)?.into_string().ok().filter(|value| !value.trim().is_empty())
}

/// What was chosen of what an option, a variable and the settings file say; none if none of them says anything.
///
/// # Errors
///
/// What of it is none of the `known` words, which `read` knows.
pub(super) fn choose<T>(
    named: &Named,
    option: Option<T>,
    variables: Variables<'_>,
    written: Option<&Written>,
    read: impl Fn(&str) -> Option<T>,
    known: &str,
) -> Result<Option<(T, Origin)>, Problem> {
    if let Some(value) = option {
        return Ok(Some((value, Origin::Option(named.option))));
    }
    let wrong = |place: &str, text: &str, span: Option<Span>| {
        let message = format!("`{}` is no value for `{}`", text.escape_debug(), named.setting);
        let problem = Problem::of(ProblemKind::Settings, Path::new(place), message, known.to_owned());
        Problem { span, path: if span.is_some() { None } else { problem.path }, ..problem }
    };
    if let Some(text) = said(variables, named.variable) {
        let value = read(text.trim()).ok_or_else(|| wrong(named.variable, &text, None))?;
        return Ok(Some((value, Origin::Variable(named.variable))));
    }
    let Some(written) = written else { return Ok(None) };
    let value = read(&written.text).ok_or_else(|| wrong("the settings", &written.text, written.span))?;
    Ok(Some((value, Origin::File(written.span))))
}

impl Origin {
    /// In a few words.
    pub(super) fn describe(self, sources: &Sources) -> String {
        match self {
            Self::Default => "default".to_owned(),
            Self::File(None) => "settings file".to_owned(),
            Self::File(Some(span)) => {
                let place = sources.place(span);
                format!("{}:{}", place.path.display(), place.start.line)
            }
            Self::Variable(name) => format!("variable {name}"),
            Self::Option(name) => format!("option {name}"),
            Self::Found => "found".to_owned(),
            Self::Clock => "clock".to_owned(),
        }
    }
}
