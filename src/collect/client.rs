//! Runs the AWS CLI: the program itself with a list of arguments, never a shell. What a request names is part of one JSON text
//! behind `--cli-input-json`, so that no name can be taken for an option, a file or an address, and versions 1 and 2 of the CLI
//! are called alike.

use std::collections::hash_map::RandomState;
use std::ffi::OsString;
use std::hash::{BuildHasher, Hasher};
use std::io::{self, Read};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::thread;
use std::time::Duration;

use serde_json::Value;

use super::failure::{Again, Failure};
use super::manifest::Why;

/// How often a call is made at most while AWS says that there are too many.
const MOST_THROTTLED: u32 = 6;

/// How often a call is made at most that breaks off.
const MOST_BROKEN: u32 = 3;

/// The pause before the second try; it doubles from one to the next.
const FIRST_PAUSE: Duration = Duration::from_millis(500);

/// What is read of a child's standard error.
const MOST_STDERR: u64 = 64 << 10;

/// The code for an AWS CLI that is not there.
pub(super) const NOT_INSTALLED: &str = "not installed";

/// How the AWS CLI is run.
pub(super) struct Client<'r> {
    pub(super) program: OsString,
    pub(super) profile: Option<String>,
    pub(super) endpoint_url: Option<String>,
    /// Variables that its children get besides those of this process.
    pub(super) variables: Vec<(&'static str, &'static str)>,
    /// Waits before another try.
    pub(super) pause: &'r (dyn Fn(Duration) + Sync),
}

/// Temporary credentials. They are nowhere but in memory and in the environment of children; not `Debug`, so that no message
/// shows them.
#[derive(Clone)]
pub(super) struct Credentials {
    pub(super) key: String,
    pub(super) secret: String,
    pub(super) token: String,
}

/// What is asked.
pub(super) struct Question<'q> {
    pub(super) service: &'q str,
    pub(super) operation: &'q str,
    pub(super) region: &'q str,
    /// The members of the request.
    pub(super) request: &'q serde_json::Map<String, Value>,
    /// How many elements a page has.
    pub(super) page: Option<&'q str>,
    /// Codes by which AWS says that there is none.
    pub(super) none: &'q [&'q str],
}

impl Client<'_> {
    /// Asks, again if that may help. `take` gets the answer as it is printed, once for each try; what it gives counts only if
    /// the program also says that it went well.
    pub(super) fn ask<T>(
        &self,
        question: &Question<'_>,
        credentials: Option<&Credentials>,
        take: &mut dyn FnMut(&mut dyn Read) -> io::Result<T>,
    ) -> Result<T, Failure> {
        let mut tries = 0;
        loop {
            let failure = match self.attempt(question, credentials, take) {
                Ok(taken) => return Ok(taken),
                Err(failure) => failure,
            };
            tries += 1;
            let most = match failure.again {
                Some(Again::Throttled) => MOST_THROTTLED,
                Some(Again::Broken) => MOST_BROKEN,
                None => 1,
            };
            if tries >= most {
                return Err(failure);
            }
            (self.pause)(backoff(tries));
        }
    }

    /// Asks for a small answer that is looked at at once and kept nowhere.
    pub(super) fn ask_value(
        &self,
        question: &Question<'_>,
        credentials: Option<&Credentials>,
    ) -> Result<Value, Failure> {
        self.ask(question, credentials, &mut |answer| {
            Ok(serde_json::from_reader(io::BufReader::new(answer))?)
        })
    }

    /// The region that the profile names.
    pub(super) fn configured_region(&self) -> Option<String> {
        let mut command = Command::new(&self.program);
        command.args(["configure", "get", "region"]);
        if let Some(profile) = &self.profile {
            command.arg("--profile").arg(profile);
        }
        let done = command.stdin(Stdio::null()).stderr(Stdio::null()).output().ok()?;
        let region = String::from_utf8(done.stdout).ok()?;
        Some(region.trim().to_owned()).filter(|region| done.status.success() && super::is_word(region))
    }

    fn attempt<T>(
        &self,
        question: &Question<'_>,
        credentials: Option<&Credentials>,
        take: &mut dyn FnMut(&mut dyn Read) -> io::Result<T>,
    ) -> Result<T, Failure> {
        let started = self.command(question, credentials).spawn();
        let mut child = started.map_err(|error| not_started(&self.program, &error))?;
        let (mut stdout, stderr) = (child.stdout.take(), child.stderr.take());
        let (taken, said) = thread::scope(|scope| {
            // Read at the same time: a child that cannot write its complaints would wait for ever.
            let said = scope.spawn(move || {
                let mut said = Vec::new();
                if let Some(mut stderr) = stderr {
                    let kept = (&mut stderr).take(MOST_STDERR).read_to_end(&mut said);
                    let _ = kept.and_then(|_| io::copy(&mut stderr, &mut io::sink()));
                }
                said
            });
            let taken = take_answer(stdout.as_mut(), take);
            drop(stdout);
            (taken, said.join().unwrap_or_default())
        });
        let done = wait(&mut child).map_err(|error| not_started(&self.program, &error))?;
        if !done {
            return Err(Failure::said(&said, question.none));
        }
        taken.map_err(|error| match error.kind() {
            io::ErrorKind::UnexpectedEof | io::ErrorKind::InvalidData => {
                Failure::broken(&format!("the answer is not whole: {error}"))
            }
            _ => Failure::of(Why::Failed, &format!("the answer cannot be kept: {error}")),
        })
    }

    fn command(&self, question: &Question<'_>, credentials: Option<&Credentials>) -> Command {
        let mut command = Command::new(&self.program);
        command.args([question.service, question.operation]);
        if !question.request.is_empty() || question.page.is_some() {
            command.arg("--cli-input-json").arg(Value::Object(question.request.clone()).to_string());
        }
        // As a member of the request it would be the caller who turns the pages.
        if let Some(page) = question.page {
            command.args(["--page-size", page]);
        }
        command.args(["--region", question.region, "--output", "json", "--cli-connect-timeout", "10"]);
        if let Some(url) = &self.endpoint_url {
            command.arg("--endpoint-url").arg(url);
        }
        // Version 1 knows no option against pagers, and both know the variable.
        command.env("AWS_PAGER", "").env("AWS_CLI_AUTO_PROMPT", "off");
        // Settings may ask for errors in other forms.
        command.env("AWS_CLI_ERROR_FORMAT", "legacy");
        // Names are in any script, and locales of build machines often are not.
        command.env("PYTHONIOENCODING", "utf-8").env("AWS_CLI_OUTPUT_ENCODING", "UTF-8");
        command.envs(self.variables.iter().copied());
        match (credentials, &self.profile) {
            (Some(credentials), profile) => {
                // An option would win over the credentials; the variable only adds what else the profile says.
                if let Some(profile) = profile {
                    command.env("AWS_PROFILE", profile);
                }
                command
                    .env_remove("AWS_SECURITY_TOKEN")
                    .env_remove("AWS_CREDENTIAL_EXPIRATION")
                    .env("AWS_ACCESS_KEY_ID", &credentials.key)
                    .env("AWS_SECRET_ACCESS_KEY", &credentials.secret)
                    .env("AWS_SESSION_TOKEN", &credentials.token);
            }
            (None, Some(profile)) => {
                command.arg("--profile").arg(profile);
            }
            (None, None) => {}
        }
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }
}

/// Hands over the answer; what is left of it is read, so that the child can end in its own way.
fn take_answer<T>(
    stdout: Option<&mut ChildStdout>,
    take: &mut dyn FnMut(&mut dyn Read) -> io::Result<T>,
) -> io::Result<T> {
    let Some(stdout) = stdout else { return Err(io::ErrorKind::BrokenPipe.into()) };
    // The CLI prints nothing at all for an answer without members.
    let mut first = [0];
    let length = stdout.read(&mut first)?;
    if length == 0 {
        return take(&mut &b"{}\n"[..]);
    }
    let mut answer = first.as_slice().chain(&mut *stdout);
    let taken = take(&mut answer);
    let _ = io::copy(stdout, &mut io::sink());
    taken
}

/// Waits for the end of the child; true if it says that it went well.
fn wait(child: &mut Child) -> io::Result<bool> {
    Ok(child.wait()?.success())
}

fn not_started(program: &OsString, error: &io::Error) -> Failure {
    let message = format!("`{}` cannot be run: {error}", program.to_string_lossy());
    let code = (error.kind() == io::ErrorKind::NotFound).then(|| NOT_INSTALLED.to_owned());
    Failure { code, ..Failure::of(Why::Failed, &message) }
}

/// Longer from one try to the next, and different for each of those that wait at the same time: between half of it and all.
fn backoff(tries: u32) -> Duration {
    let longest = FIRST_PAUSE * 2_u32.saturating_pow(tries.saturating_sub(1).min(8));
    let part = u32::try_from(RandomState::new().build_hasher().finish() % 512).unwrap_or_default();
    longest / 2 + longest / 1024 * part
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_double_and_are_not_equal() {
        for tries in 1..20 {
            let longest = FIRST_PAUSE * 2_u32.pow(tries.min(9) - 1);
            let pause = backoff(tries);
            assert!(longest / 2 <= pause && pause <= longest, "{tries}: {pause:?}");
        }
        let pauses: std::collections::HashSet<Duration> = (0..64).map(|_| backoff(3)).collect();
        assert!(pauses.len() > 8);
    }

    #[test]
    fn credentials_stand_in_the_environment_only() {
        let client = Client {
            program: "aws".into(),
            profile: Some("audit".to_owned()),
            endpoint_url: None,
            variables: vec![("AWS_RETRY_MODE", "adaptive")],
            pause: &|_| {},
        };
        let request = serde_json::json!({ "RoleName": "-o" });
        let question = Question {
            service: "iam",
            operation: "get-role",
            region: "eu-west-1",
            request: request.as_object().unwrap(),
            page: None,
            none: &[],
        };
        let words = |command: &Command| -> Vec<String> {
            command.get_args().map(|word| word.to_str().unwrap().to_owned()).collect()
        };
        let own = client.command(&question, None);
        let expected = r#"iam get-role --cli-input-json {"RoleName":"-o"} --region eu-west-1 --output json --cli-connect-timeout 10"#;
        assert_eq!(words(&own).join(" "), format!("{expected} --profile audit"));
        let credentials = Credentials { key: "AKIA".into(), secret: "s3cret".into(), token: "t0ken".into() };
        let member = client.command(&question, Some(&credentials));
        assert_eq!(words(&member).join(" "), expected);
        let variable = |name: &str| {
            let found = member.get_envs().find(|(key, _)| *key == name);
            found.and_then(|(_, value)| value).map(|value| value.to_str().unwrap().to_owned())
        };
        assert_eq!(variable("AWS_SECRET_ACCESS_KEY").as_deref(), Some("s3cret"));
        assert_eq!(variable("AWS_SESSION_TOKEN").as_deref(), Some("t0ken"));
        assert_eq!(variable("AWS_PROFILE").as_deref(), Some("audit"));
        assert_eq!(variable("AWS_RETRY_MODE").as_deref(), Some("adaptive"));
    }
}
