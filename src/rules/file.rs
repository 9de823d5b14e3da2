//! The rule file, as it is written: read by the build script for the built-in rules, and at run time for users'
//! own. Imports nothing of the crate. What needs to know facts is checked in `schema`.

use std::borrow::Cow;

use serde_yaml::{Mapping, Value};

/// A rule file.
#[derive(Clone, Debug, PartialEq)]
pub struct RuleFile {
    /// The id: the file's stem.
    pub id: String,
    /// What it finds, in a few words that name no case of it.
    pub title: Option<String>,
    /// The group, by name.
    pub group: String,
    /// How bad it is.
    pub severity: SeverityFile,
    /// The version of fedlint that had it first.
    pub since: String,
    /// True if it is only asked where the settings name it.
    pub off_by_default: bool,
    /// The kind of fact that it looks at.
    pub finds: String,
    /// It fires if one of these holds in full.
    pub when: Alternatives,
    /// It does not fire if one of these holds in full.
    pub unless: Alternatives,
    /// The evidence whose place the finding gets, instead of the fact's own.
    pub place: Option<String>,
    /// Texts for each word of a field.
    pub cases: Option<CasesFile>,
    /// Values that settings can change, by name.
    pub options: Vec<(String, OptionFile)>,
    /// Rules of which a finding on the same subject makes this one a note.
    pub yields_to: Vec<String>,
    /// The sentence. Absent if every case has its own.
    pub message: Option<String>,
    /// A few words for each kind of evidence.
    pub labels: Vec<(String, String)>,
    /// The remedy of the fact by which `--fix` mends it.
    pub fix: Option<String>,
    /// What somebody could do with it, or what does not work.
    pub why: String,
    /// What to write instead. Absent if every case has its own.
    pub help: Option<String>,
    /// Where the rule says too much or too little.
    pub known_limits: Option<String>,
    /// Addresses.
    pub references: Vec<String>,
    /// What it reports.
    pub bad: Vec<Example>,
    /// What it is silent about.
    pub good: Vec<Example>,
}

/// `severity`.
#[derive(Clone, Debug, PartialEq)]
pub enum SeverityFile {
    /// A level, by name.
    Level(String),
    /// The shared scale of who reaches what.
    Exposure,
    /// The first case that holds.
    Cases(Vec<(Alternatives, String)>),
}

/// Conditions of which one must hold; each is a list of tests that must all hold.
pub type Alternatives = Vec<Vec<TestFile>>;

/// A test of one field.
#[derive(Clone, Debug, PartialEq)]
pub struct TestFile {
    /// The field.
    pub field: String,
    /// The operator.
    pub operator: Operator,
    /// What the field is compared with: one operand, for `in`, `includes` and `within` any number.
    pub operands: Vec<Operand>,
}

/// How a field is compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operator {
    /// It is this.
    Is,
    /// It is one of these.
    In,
    /// It is a worse level, or a greater number.
    Above,
    /// It is a milder level, or a smaller number.
    Below,
    /// Its texts have all of these among them.
    Includes,
    /// Its texts are all among these.
    Within,
    /// It is like this pattern of `*` and `?`.
    Matches,
}

/// What a field is compared with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Operand {
    /// `true`, `false`
    Boolean(bool),
    /// An integer.
    Number(i64),
    /// A word, level or text.
    Text(Cow<'static, str>),
    /// The value of an option, `$name`.
    Option(Cow<'static, str>),
}

/// `cases`.
#[derive(Clone, Debug, PartialEq)]
pub struct CasesFile {
    /// The field whose word chooses.
    pub field: String,
    /// What each word changes.
    pub cases: Vec<CaseFile>,
}

/// What is different for one word.
#[derive(Clone, Debug, PartialEq)]
pub struct CaseFile {
    /// The word.
    pub word: String,
    /// The sentence.
    pub message: Option<String>,
    /// What to write instead.
    pub help: Option<String>,
}

/// An option.
#[derive(Clone, Debug, PartialEq)]
pub struct OptionFile {
    /// Its default, which also says its type.
    pub default: Operand,
    /// What it means.
    pub about: String,
}

/// An example.
#[derive(Clone, Debug, PartialEq)]
pub struct Example {
    /// What it shows.
    pub title: String,
    /// Files, by name.
    pub files: Vec<(String, String)>,
    /// Text of a `fedlint.yaml`.
    pub settings: Option<String>,
    /// Every finding that is to be made; for good examples, those of level info that other rules make.
    pub reports: Vec<Report>,
}

/// A finding that an example makes.
#[derive(Clone, Debug, PartialEq)]
pub struct Report {
    /// The rule.
    pub rule: String,
    /// The file; absent if there is only one.
    pub file: Option<String>,
    /// The path to the place, with dots.
    pub at: String,
    /// The severity, if it is to be checked.
    pub severity: Option<String>,
    /// The certainty, if it is to be checked.
    pub certainty: Option<String>,
    /// The description of the worlds, if it is to be checked.
    pub when: Option<String>,
}

/// What is wrong with a rule file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileError {
    /// The path to the key, with dots. Empty for the whole file.
    pub at: String,
    /// What is wrong there.
    pub message: String,
}

impl std::fmt::Display for FileError {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if self.at.is_empty() {
            write!(formatter, "{}", self.message)
        } else {
            write!(formatter, "`{}`: {}", self.at, self.message)
        }
    }
}

type Result<T> = std::result::Result<T, FileError>;

/// Reads a rule file.
///
/// # Errors
///
/// The first thing in it that is not as it must be.
pub fn parse(text: &str) -> Result<RuleFile> {
    let value: Value = serde_yaml::from_str(text)
        .map_err(|error| FileError { at: String::new(), message: error.to_string() })?;
    let mut file = Reader::new(&value, "")?;
    let rule = RuleFile {
        id: file.text("id")?,
        title: file.optional_text("title")?,
        group: file.text("group")?,
        severity: severity(file.required("severity")?)?,
        since: file.text("since")?,
        off_by_default: file.truth("off-by-default")?,
        finds: file.text("finds")?,
        when: file.optional("when").map_or(Ok(Vec::new()), |value| alternatives(value, "when"))?,
        unless: file.optional("unless").map_or(Ok(Vec::new()), |value| alternatives(value, "unless"))?,
        place: file.optional_text("place")?,
        cases: file.optional("cases").map(cases).transpose()?,
        options: file.optional("options").map_or(Ok(Vec::new()), options)?,
        yields_to: file.texts("yields-to")?,
        message: file.optional_text("message")?,
        labels: file.optional("labels").map_or(Ok(Vec::new()), labels)?,
        fix: file.optional_text("fix")?,
        why: unwrapped(&file.text("why")?),
        help: file.optional_text("help")?.map(|text| unwrapped(&text)),
        known_limits: file.optional_text("known-limits")?.map(|text| unwrapped(&text)),
        references: file.texts("references")?,
        bad: Vec::new(),
        good: Vec::new(),
    };
    let mut examples = Reader::new(file.required("examples")?, "examples")?;
    let bad = examples.optional("bad").map_or(Ok(Vec::new()), |value| each_example(value, "examples.bad"))?;
    let good =
        examples.optional("good").map_or(Ok(Vec::new()), |value| each_example(value, "examples.good"))?;
    examples.finish()?;
    file.finish()?;
    let rule = RuleFile { bad, good, ..rule };
    rule.check()?;
    Ok(rule)
}

impl RuleFile {
    /// What it finds, in a few words: the title, or else the first sentence of the reason.
    #[must_use]
    pub fn title(&self) -> Cow<'_, str> {
        match &self.title {
            Some(title) => Cow::Borrowed(title),
            None => {
                let first = self.why.split_once(". ").map_or(self.why.as_str(), |(first, _)| first);
                let first = first.lines().next().unwrap_or_default();
                Cow::Owned(first.trim_end_matches('.').split_whitespace().collect::<Vec<_>>().join(" "))
            }
        }
    }

    /// What can be checked without facts.
    fn check(&self) -> Result<()> {
        let wrong = |at: &str, message: String| Err(FileError { at: at.to_owned(), message });
        if !is_id(&self.id) {
            return wrong("id", format!("`{}` is not in kebab-case", self.id));
        }
        let every_case_has =
            |has: fn(&CaseFile) -> bool| self.cases.as_ref().is_some_and(|cases| cases.cases.iter().all(has));
        if self.message.is_none() && !every_case_has(|case| case.message.is_some()) {
            return wrong("message", "is missing, and not every case has its own".to_owned());
        }
        if self.help.is_none() && !every_case_has(|case| case.help.is_some()) {
            return wrong("help", "is missing, and not every case has its own".to_owned());
        }
        Ok(())
    }
}

/// True for lower-case words and digits with hyphens between them.
#[must_use]
pub fn is_id(text: &str) -> bool {
    text.split('-').all(|word| {
        !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())
    })
}

/// A stretch of a text of a rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stretch<'t> {
    /// As it is.
    Plain(&'t str),
    /// A field, `{field}`; with its article, `{a field}`.
    Field {
        /// Its name.
        name: &'t str,
        /// True if an indefinite article goes before it.
        article: bool,
    },
}

/// Takes a text of a rule apart. A brace that is not closed is plain text.
pub fn stretches(text: &str) -> impl Iterator<Item = Stretch<'_>> {
    let mut rest = text;
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        let open = rest.find('{').unwrap_or(rest.len());
        if open > 0 {
            let (plain, behind) = rest.split_at(open);
            rest = behind;
            return Some(Stretch::Plain(plain));
        }
        let Some(close) = rest.find('}') else { return Some(Stretch::Plain(std::mem::take(&mut rest))) };
        let inside = &rest[1..close];
        rest = &rest[close + 1..];
        Some(match inside.strip_prefix("a ") {
            Some(name) => Stretch::Field { name, article: true },
            None => Stretch::Field { name: inside, article: false },
        })
    })
}

fn severity(value: &Value) -> Result<SeverityFile> {
    if let Value::String(level) = value {
        return Ok(SeverityFile::Level(level.clone()));
    }
    let mut reader = Reader::new(value, "severity")?;
    let severity = if let Some(scale) = reader.optional_text("scale")? {
        if scale != "exposure" {
            return reader
                .wrong("scale", format!("there is no scale `{scale}`; the one there is is `exposure`"));
        }
        SeverityFile::Exposure
    } else {
        let mut cases = Vec::new();
        for (index, case) in list(reader.required("cases")?, "severity.cases")?.iter().enumerate() {
            let at = format!("severity.cases.{index}");
            let mut reader = Reader::new(case, &at)?;
            let when =
                reader.optional("when").map_or(Ok(vec![Vec::new()]), |value| alternatives(value, &at))?;
            cases.push((when, reader.text("is")?));
            reader.finish()?;
        }
        SeverityFile::Cases(cases)
    };
    reader.finish()?;
    Ok(severity)
}

fn alternatives(value: &Value, at: &str) -> Result<Alternatives> {
    match value {
        Value::Sequence(items) => {
            items.iter().enumerate().map(|(index, item)| tests(item, &format!("{at}.{index}"))).collect()
        }
        _ => Ok(vec![tests(value, at)?]),
    }
}

fn tests(value: &Value, at: &str) -> Result<Vec<TestFile>> {
    let mapping = mapping(value, at)?;
    mapping
        .iter()
        .map(|(field, value)| {
            let field = key(field, at)?;
            let at = format!("{at}.{field}");
            let (operator, operands) = match value {
                Value::Mapping(comparison) => {
                    let [(operator, value)] = comparison.iter().collect::<Vec<_>>()[..] else {
                        return Err(FileError { at, message: "takes one operator".to_owned() });
                    };
                    let name = key(operator, &at)?;
                    let operator = match name.as_str() {
                        "is" => Operator::Is,
                        "in" => Operator::In,
                        "above" => Operator::Above,
                        "below" => Operator::Below,
                        "includes" => Operator::Includes,
                        "within" => Operator::Within,
                        "matches" => Operator::Matches,
                        _ => {
                            let message = format!("there is no operator `{name}`; the operators are `is`, `in`, `above`, `below`, `includes`, `within` and `matches`");
                            return Err(FileError { at, message });
                        }
                    };
                    let several = matches!(operator, Operator::In | Operator::Includes | Operator::Within);
                    let operands = match value {
                        Value::Sequence(items) if several => items.iter().map(|item| operand(item, &at)).collect::<Result<_>>()?,
                        _ => vec![operand(value, &at)?],
                    };
                    (operator, operands)
                }
                _ => (Operator::Is, vec![operand(value, &at)?]),
            };
            Ok(TestFile { field, operator, operands })
        })
        .collect()
}

fn operand(value: &Value, at: &str) -> Result<Operand> {
    match value {
        Value::Bool(value) => Ok(Operand::Boolean(*value)),
        Value::Number(number) => match number.as_i64() {
            Some(number) => Ok(Operand::Number(number)),
            None => Err(FileError { at: at.to_owned(), message: "takes whole numbers only".to_owned() }),
        },
        Value::String(text) => Ok(match text.strip_prefix('$') {
            Some(option) => Operand::Option(Cow::Owned(option.to_owned())),
            None => Operand::Text(Cow::Owned(text.clone())),
        }),
        _ => Err(FileError {
            at: at.to_owned(),
            message: "takes a word, a text, a number, `true` or `false`".to_owned(),
        }),
    }
}

fn cases(value: &Value) -> Result<CasesFile> {
    let mut reader = Reader::new(value, "cases")?;
    let field = reader.text("field")?;
    let mut cases = Vec::new();
    for (word, value) in reader.rest() {
        let at = format!("cases.{word}");
        let mut reader = Reader::new(value, &at)?;
        cases.push(CaseFile {
            word,
            message: reader.optional_text("message")?,
            help: reader.optional_text("help")?,
        });
        reader.finish()?;
    }
    Ok(CasesFile { field, cases })
}

fn options(value: &Value) -> Result<Vec<(String, OptionFile)>> {
    mapping(value, "options")?
        .iter()
        .map(|(name, value)| {
            let name = key(name, "options")?;
            let at = format!("options.{name}");
            let mut reader = Reader::new(value, &at)?;
            let option = OptionFile {
                default: operand(reader.required("default")?, &at)?,
                about: reader.text("about")?,
            };
            reader.finish()?;
            Ok((name, option))
        })
        .collect()
}

fn labels(value: &Value) -> Result<Vec<(String, String)>> {
    mapping(value, "labels")?
        .iter()
        .map(|(role, text)| {
            let role = key(role, "labels")?;
            let text = string(text, &format!("labels.{role}"))?;
            Ok((role, text))
        })
        .collect()
}

fn each_example(value: &Value, at: &str) -> Result<Vec<Example>> {
    list(value, at)?
        .iter()
        .enumerate()
        .map(|(index, value)| example(value, &format!("{at}.{index}")))
        .collect()
}

fn example(value: &Value, at: &str) -> Result<Example> {
    let mut reader = Reader::new(value, at)?;
    let title = reader.text("title")?;
    let settings = reader.optional_text("settings")?;
    let mut reports = Vec::new();
    if let Some(value) = reader.optional("reports") {
        for (index, value) in list(value, at)?.iter().enumerate() {
            let mut reader = Reader::new(value, &format!("{at}.reports.{index}"))?;
            reports.push(Report {
                rule: reader.text("rule")?,
                file: reader.optional_text("file")?,
                at: reader.text("at")?,
                severity: reader.optional_text("severity")?,
                certainty: reader.optional_text("certainty")?,
                when: reader.optional_text("when")?,
            });
            reader.finish()?;
        }
    }
    let mut files = Vec::new();
    for (name, value) in reader.rest() {
        if !name.contains('.') {
            return Err(FileError {
                at: format!("{at}.{name}"),
                message: "is no key of an example, and no file name".to_owned(),
            });
        }
        files.push((name.clone(), string(value, &format!("{at}.{name}"))?));
    }
    if files.is_empty() {
        return Err(FileError {
            at: at.to_owned(),
            message: "has no file: write `template.yaml: |`".to_owned(),
        });
    }
    Ok(Example { title, files, settings, reports })
}

/// Prose without the line breaks inside its paragraphs: whoever shows it wraps it. Empty lines and list items stay.
fn unwrapped(text: &str) -> String {
    let mut out = String::new();
    for line in text.lines() {
        let breaks = line.is_empty() || line.starts_with("- ") || out.ends_with('\n');
        if !out.is_empty() {
            out.push(if breaks { '\n' } else { ' ' });
        }
        out.push_str(line);
    }
    out
}

/// Takes the keys out of a mapping, and knows which are left over.
struct Reader<'v> {
    at: String,
    mapping: &'v Mapping,
    taken: Vec<&'static str>,
}

impl<'v> Reader<'v> {
    fn new(value: &'v Value, at: &str) -> Result<Self> {
        Ok(Self { at: at.to_owned(), mapping: mapping(value, at)?, taken: Vec::new() })
    }

    fn path(&self, key: &str) -> String {
        if self.at.is_empty() { key.to_owned() } else { format!("{}.{key}", self.at) }
    }

    fn wrong<T>(&self, key: &str, message: String) -> Result<T> {
        Err(FileError { at: self.path(key), message })
    }

    fn optional(&mut self, key: &'static str) -> Option<&'v Value> {
        self.taken.push(key);
        self.mapping.get(key)
    }

    fn required(&mut self, key: &'static str) -> Result<&'v Value> {
        match self.optional(key) {
            Some(value) => Ok(value),
            None => self.wrong(key, "is missing".to_owned()),
        }
    }

    fn text(&mut self, key: &'static str) -> Result<String> {
        let value = self.required(key)?;
        string(value, &self.path(key))
    }

    fn optional_text(&mut self, key: &'static str) -> Result<Option<String>> {
        let value = self.optional(key);
        value.map(|value| string(value, &self.path(key))).transpose()
    }

    /// False if the key is not there.
    fn truth(&mut self, key: &'static str) -> Result<bool> {
        match self.optional(key) {
            None => Ok(false),
            Some(Value::Bool(truth)) => Ok(*truth),
            Some(_) => self.wrong(key, "takes `true` or `false`".to_owned()),
        }
    }

    fn texts(&mut self, key: &'static str) -> Result<Vec<String>> {
        let Some(value) = self.optional(key) else { return Ok(Vec::new()) };
        let at = self.path(key);
        list(value, &at)?.iter().map(|value| string(value, &at)).collect()
    }

    /// The keys that were not asked for.
    fn rest(&self) -> Vec<(String, &'v Value)> {
        self.mapping
            .iter()
            .filter_map(|(key, value)| Some((key.as_str()?.to_owned(), value)))
            .filter(|(key, _)| !self.taken.iter().any(|taken| taken == key))
            .collect()
    }

    fn finish(self) -> Result<()> {
        match self.rest().first() {
            None => Ok(()),
            Some((key, _)) => {
                let known = self.taken.join("`, `");
                self.wrong(key, format!("there is no such key here; known are `{known}`"))
            }
        }
    }
}

fn mapping<'v>(value: &'v Value, at: &str) -> Result<&'v Mapping> {
    value.as_mapping().ok_or_else(|| FileError { at: at.to_owned(), message: "takes a mapping".to_owned() })
}

fn list<'v>(value: &'v Value, at: &str) -> Result<&'v [Value]> {
    value
        .as_sequence()
        .map(Vec::as_slice)
        .ok_or_else(|| FileError { at: at.to_owned(), message: "takes a list".to_owned() })
}

fn key(value: &Value, at: &str) -> Result<String> {
    match value {
        Value::String(text) => Ok(text.clone()),
        _ => Err(FileError {
            at: at.to_owned(),
            message: "has a key that is no text: put it into quotes".to_owned(),
        }),
    }
}

/// A text, without the line break that a block ends with; numbers and truths as they are written.
fn string(value: &Value, at: &str) -> Result<String> {
    match value {
        Value::String(text) => Ok(text.trim_end().to_owned()),
        Value::Bool(value) => Ok(value.to_string()),
        Value::Number(number) => Ok(number.to_string()),
        _ => Err(FileError { at: at.to_owned(), message: "takes a text".to_owned() }),
    }
}
