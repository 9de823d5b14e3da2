//! Findings for a person at a terminal.
//!
//! The only module that imports miette, and it hands miette nothing but an `Excerpt`: text that is
//! already safe to show and as wide as the screen.

use std::fmt::{self, Write as _};
use std::io::{self, Write};

use miette::{
    Diagnostic, GraphicalReportHandler, GraphicalTheme, LabeledSpan, MietteError, MietteSpanContents,
    SourceCode, SourceSpan, SpanContents, ThemeCharacters, ThemeStyles,
};

use super::excerpt::{Excerpt, Layout, Place, Shown, excerpt};
use super::paths::closing_lines;
use super::secrets::Secrets;
use super::summary::summary;
use super::text::{columns, prose, sanitised, wrapped};
use super::{Report, shown_path};
use crate::finding::{Certainty, Finding, Severity, in_words};
use crate::scan::side_by_side;
use crate::source::{Problem, Sources, Span};

/// How the terminal is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Options {
    /// Columns. Text is wrapped and lines of files are cut to fit.
    pub width: usize,
    /// Whether colours are wanted.
    pub color: bool,
    /// Whether lines and arrows may be drawn with characters outside ASCII. Quoted text is shown as it is
    /// either way.
    pub unicode: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self { width: 80, color: false, unicode: true }
    }
}

/// Writes findings, grouped by file, then problems, then a summary of at most four lines.
///
/// # Errors
///
/// Those of `out`.
pub fn write(out: &mut dyn Write, report: &Report<'_>, options: &Options) -> io::Result<()> {
    let screen = Screen::new(*options);
    write_body(out, report, &screen)?;
    write_end(out, report, &screen)
}

/// Writes findings and problems.
pub(super) fn write_body(out: &mut dyn Write, report: &Report<'_>, screen: &Screen) -> io::Result<()> {
    let findings: Vec<&Finding> = report.shown().collect();
    let path_of = |finding: &Finding| shown_path(&report.sources.path(finding.span.source));
    let draw = |number: usize| {
        let finding = findings[number];
        let (path, before) =
            (path_of(finding), number.checked_sub(1).map(|before| path_of(findings[before])));
        let mut text = String::new();
        if before.as_ref() != Some(&path) {
            text += &format!("{}\n\n", screen.bold(&sanitised(&path)));
        }
        text + &screen.finding(finding, report.sources)
    };
    side_by_side(report.threads, findings.len(), draw, |text| out.write_all(text.as_bytes()))?;
    for problem in report.problems {
        out.write_all(screen.problem(problem, report.sources).as_bytes())?;
    }
    Ok(())
}

/// Writes who can get in, and the summary.
pub(super) fn write_end(out: &mut dyn Write, report: &Report<'_>, screen: &Screen) -> io::Result<()> {
    let closing = closing_lines(report.reaches, screen.width);
    for line in &closing {
        writeln!(out, "{line}")?;
    }
    if !closing.is_empty() {
        writeln!(out)?;
    }
    for line in summary(report) {
        for line in wrapped(&line, screen.width) {
            writeln!(out, "{line}")?;
        }
    }
    Ok(())
}

/// Writes problems alone.
///
/// # Errors
///
/// Those of `out`.
pub fn write_problems(
    out: &mut dyn Write,
    problems: &[Problem],
    sources: &Sources,
    options: &Options,
) -> io::Result<()> {
    let screen = Screen::new(*options);
    problems.iter().try_for_each(|problem| out.write_all(screen.problem(problem, sources).as_bytes()))
}

/// Draws for one terminal.
pub(super) struct Screen {
    width: usize,
    characters: ThemeCharacters,
    /// `error`: high and critical; `warning`: medium; `advice`: low and info; `help`: names of parts;
    /// `link`: places; `linum`: what steps back.
    styles: ThemeStyles,
    color: bool,
    ellipsis: &'static str,
    secrets: Secrets,
}

impl Screen {
    pub(super) fn new(options: Options) -> Self {
        let mut characters =
            if options.unicode { ThemeCharacters::unicode() } else { ThemeCharacters::ascii() };
        // Emoji are two columns wide on some terminals and one on others.
        characters.warning = "!".to_owned();
        characters.advice = "i".to_owned();
        let mut styles = ThemeStyles::none();
        if options.color {
            let plain = styles.error;
            styles.error = plain.red().bold();
            styles.warning = plain.yellow().bold();
            styles.advice = plain.blue().bold();
            styles.help = plain.cyan();
            styles.link = plain.cyan();
            styles.linum = plain.dimmed();
        }
        Self {
            width: options.width.max(40),
            characters,
            styles,
            color: options.color,
            ellipsis: if options.unicode { "\u{2026}" } else { "..." },
            secrets: Secrets::default(),
        }
    }

    fn finding(&self, finding: &Finding, sources: &Sources) -> String {
        let level = Level::from(finding.severity);
        let possible = finding.certainty == Certainty::Possible;
        let mut header = format!("{}  {}", self.paint(level, finding.severity.name()), finding.rule);
        if possible {
            header += &format!("  {}", self.bold("(possible)"));
        }
        let mut places = vec![Place { span: finding.span, text: "", primary: true }];
        places.extend(finding.labels.iter().map(|label| Place {
            span: label.span,
            text: &label.text,
            primary: false,
        }));
        let mut text = format!("{header}\n");
        if finding.conceals {
            text += &self.draw(&finding.message, level, possible.then_some("?"), &Excerpt::default());
            let place = sources.place(finding.span);
            let path = shown_path(&place.path);
            text += &self.place_line(&format!("{path}:{}:{}", place.start.line, place.start.column));
        } else {
            text += &self.excerpt(&finding.message, level, possible.then_some("?"), &places, sources);
        }

        let entity = &finding.entity;
        let named = format!("{} `{}`", in_words(entity.kind), sanitised(&entity.name));
        text += &self.fact("entity", &named);
        if let Some(arn) = entity.arn.as_ref().filter(|arn| **arn != entity.name) {
            text += &self.fact("arn", arn);
        }
        if let Some(path) = &entity.cdk_path {
            text += &self.fact("cdk path", path);
        }
        if let Some(when) = &finding.when {
            text += &self.fact("when", when.strip_prefix("when ").unwrap_or(when));
        }
        if let Some(witness) = &finding.witness {
            text += &self.named_lines("witness", &aligned(witness, self.width.saturating_sub(INDENTATION)));
        }
        for note in &finding.notes {
            text += &self.fact("note", note);
        }
        text += &self.help(&finding.help);
        if let Some(fix) = &finding.fix {
            let option = if fix.safe { "--fix" } else { "--unsafe-fixes" };
            text += &self.fact("fix", &format!("{} (`{option}`)", fix.title));
        }
        text + "\n"
    }

    pub(super) fn problem(&self, problem: &Problem, sources: &Sources) -> String {
        let level = if problem.kind.loses() { Level::Error } else { Level::Warning };
        let mut text = format!("{}  {}\n", self.paint(level, "problem"), problem.kind.name());
        match (problem.span, &problem.path) {
            (Some(span), _) => {
                let place = Place { span, text: "", primary: true };
                text += &self.excerpt(&problem.message, level, None, &[place], sources);
            }
            (None, path) => {
                text += &self.draw(&problem.message, level, None, &Excerpt::default());
                if let Some(path) = path {
                    text += &self.place_line(&shown_path(path));
                }
            }
        }
        text + &self.help(&problem.help) + "\n"
    }

    /// The message, and below it the lines of the places.
    fn excerpt(
        &self,
        message: &str,
        level: Level,
        icon: Option<&str>,
        places: &[Place<'_>],
        sources: &Sources,
    ) -> String {
        let layout = Layout { width: self.width, ellipsis: self.ellipsis };
        let why = match excerpt(places, sources, &self.secrets, layout) {
            Shown::Lines(excerpt) => return self.draw(message, level, icon, &excerpt),
            Shown::Changed => "the file has changed since it was scanned: scan again to see the lines",
            Shown::Unreadable => "the file cannot be read any more, so that no lines are shown",
        };
        let span = places.iter().find(|place| place.primary).map(|place| place.span);
        let path = span.map(|span: Span| shown_path(&sources.path(span.source))).unwrap_or_default();
        self.draw(message, level, icon, &Excerpt::default())
            + &self.place_line(&path)
            + &self.fact("note", why)
    }

    fn draw(&self, message: &str, level: Level, icon: Option<&str>, excerpt: &Excerpt) -> String {
        let mut styles = self.styles.clone();
        let main = match level {
            Level::Error => styles.error,
            Level::Warning => styles.warning,
            Level::Advice => styles.advice,
        };
        styles.highlights =
            excerpt.marks.iter().map(|mark| if mark.primary { main } else { self.styles.link }).collect();
        if styles.highlights.is_empty() {
            styles.highlights.push(main);
        }
        let mut characters = self.characters.clone();
        if let Some(icon) = icon {
            for character in [&mut characters.error, &mut characters.warning, &mut characters.advice] {
                icon.clone_into(character);
            }
        }
        let mut lines = wrapped(&sanitised(message), self.width.saturating_sub(4));
        for line in &mut lines {
            *line = self.bold(line);
        }
        let drawing = Drawing { message: lines.join("\n"), level, excerpt };
        let mut text = String::new();
        GraphicalReportHandler::new_themed(GraphicalTheme { characters, styles })
            .with_width(self.width)
            .with_context_lines(Drawing::CONTEXT)
            .with_wrap_lines(false)
            .with_links(false)
            .without_cause_chain()
            .without_syntax_highlighting()
            .render_report(&mut text, &drawing)
            .expect("an excerpt answers for all of its own marks, and writing to a string does not fail");
        text
    }

    /// Columns.
    pub(super) const fn width(&self) -> usize {
        self.width
    }

    /// A place, as it is painted.
    pub(super) fn place(&self, place: &str) -> String {
        self.styles.link.style(sanitised(place)).to_string()
    }

    fn place_line(&self, path: &str) -> String {
        let place = self.place(path);
        format!("    {}{}[{place}]\n", self.characters.ltop, self.characters.hbar)
    }

    fn help(&self, help: &str) -> String {
        self.named_lines("help", &prose(help, self.width.saturating_sub(INDENTATION)))
    }

    fn fact(&self, name: &str, text: &str) -> String {
        self.named_lines(name, &wrapped(&sanitised(text), self.width.saturating_sub(INDENTATION)))
    }

    /// `name: line`, the names aligned at their end, and below it the other lines.
    fn named_lines(&self, name: &str, lines: &[String]) -> String {
        let most = lines.iter().map(|line| line.len() + INDENTATION + 1).sum();
        let mut text = String::with_capacity(most);
        for (index, line) in lines.iter().enumerate() {
            if index == 0 {
                let name = format!("{name}:");
                let spaces = " ".repeat(INDENTATION.saturating_sub(name.len() + 1));
                let _ = writeln!(text, "{spaces}{} {line}", self.styles.help.style(name));
            } else if line.is_empty() {
                text.push('\n');
            } else {
                let _ = writeln!(text, "{:INDENTATION$}{line}", "");
            }
        }
        text
    }

    /// A word in the colour of a severity.
    pub(super) fn severity(&self, severity: Severity, text: &str) -> String {
        self.paint(Level::from(severity), text)
    }

    /// A word in the colour of a problem.
    pub(super) fn loss(&self, loses: bool, text: &str) -> String {
        self.paint(if loses { Level::Error } else { Level::Warning }, text)
    }

    pub(super) fn bold(&self, text: &str) -> String {
        if self.color { ThemeStyles::none().error.bold().style(text).to_string() } else { text.to_owned() }
    }

    fn paint(&self, level: Level, text: &str) -> String {
        let style = match level {
            Level::Error => &self.styles.error,
            Level::Warning => &self.styles.warning,
            Level::Advice => &self.styles.advice,
        };
        style.style(text).to_string()
    }
}

/// Columns before what is said about a finding: room for the longest name.
const INDENTATION: usize = "  cdk path: ".len();

/// Keys and values in two columns; long values go on below their start.
fn aligned(pairs: &[(String, String)], width: usize) -> Vec<String> {
    let widest = pairs.iter().map(|(key, _)| columns(&sanitised(key))).max().unwrap_or_default();
    let first = widest.min(width / 2) + 2;
    let mut lines = Vec::new();
    for (key, value) in pairs {
        let mut lead = sanitised(key).into_owned();
        lead += &" ".repeat(first.saturating_sub(columns(&lead)).max(2));
        for line in wrapped(&sanitised(value), width.saturating_sub(first)) {
            lines.push(format!("{lead}{line}"));
            lead = " ".repeat(first);
        }
    }
    lines
}

/// How loud something is drawn.
#[derive(Clone, Copy, Debug)]
enum Level {
    Error,
    Warning,
    Advice,
}

impl From<Severity> for Level {
    fn from(severity: Severity) -> Self {
        match severity {
            Severity::Critical | Severity::High => Self::Error,
            Severity::Medium => Self::Warning,
            Severity::Low | Severity::Info => Self::Advice,
        }
    }
}

/// What miette asks for.
#[derive(Debug)]
struct Drawing<'e> {
    message: String,
    level: Level,
    excerpt: &'e Excerpt,
}

impl Drawing<'_> {
    /// Asks for whole blocks; without context miette wants to know where a mark stands.
    const CONTEXT: usize = 1;
}

impl fmt::Display for Drawing<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.message)
    }
}

impl std::error::Error for Drawing<'_> {}

impl Diagnostic for Drawing<'_> {
    fn severity(&self) -> Option<miette::Severity> {
        Some(match self.level {
            Level::Error => miette::Severity::Error,
            Level::Warning => miette::Severity::Warning,
            Level::Advice => miette::Severity::Advice,
        })
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        (!self.excerpt.marks.is_empty()).then_some(self.excerpt)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        Some(Box::new(self.excerpt.marks.iter().map(|mark| {
            let text = (!mark.text.is_empty()).then(|| mark.text.join("\n"));
            let span = SourceSpan::from(mark.range.clone());
            if mark.primary {
                LabeledSpan::new_primary_with_span(text, span)
            } else {
                LabeledSpan::new_with_span(text, span)
            }
        })))
    }
}

impl SourceCode for Excerpt {
    fn read_span<'e>(
        &'e self,
        span: &SourceSpan,
        context_before: usize,
        _context_after: usize,
    ) -> Result<Box<dyn SpanContents<'e> + 'e>, MietteError> {
        let (start, end) = (span.offset(), span.offset() + span.len());
        // A span over two blocks is one that miette would like to join: they stay apart.
        let block = self
            .blocks
            .iter()
            .find(|block| block.range.start <= start && end <= block.range.end)
            .ok_or(MietteError::OutOfBounds)?;
        let mark = self.marks.iter().find(|mark| mark.range == (start..end) && context_before == 0);
        let (line, column) = mark.map_or((block.first_line, 0), |mark| (mark.line, mark.column));
        let text = &self.text[block.range.clone()];
        Ok(Box::new(MietteSpanContents::new_named(
            block.path.clone(),
            text.as_bytes(),
            SourceSpan::from(block.range.clone()),
            line,
            column,
            text.matches('\n').count(),
        )))
    }
}

#[cfg(test)]
mod tests;
