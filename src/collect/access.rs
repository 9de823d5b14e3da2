//! With whose credentials an account is asked.

use std::sync::{Mutex, PoisonError};

use serde_json::{Map, Value};

use super::client::{Client, Credentials, Question};
use super::failure::Failure;
use super::manifest::Why;

/// How the AWS CLI gets into an account.
pub(super) enum Access {
    /// With the credentials that it finds itself.
    Own,
    /// By a role of the account.
    Role(Role),
}

pub(super) struct Role {
    arn: String,
    state: Mutex<State>,
}

/// What is had of a role. It is only assumed once something is asked: where all answers are there, nothing is.
enum State {
    Untried,
    /// Credentials, and how many were had before them.
    Assumed(Credentials, u32),
    /// Not again for each call.
    Refused(Failure),
}

impl Access {
    pub(super) fn role(arn: String) -> Self {
        Self::Role(Role { arn, state: Mutex::new(State::Untried) })
    }

    /// The credentials for a call, and their number.
    pub(super) fn credentials(
        &self,
        client: &Client<'_>,
        home: &str,
    ) -> Result<(Option<Credentials>, u32), Failure> {
        let Self::Role(role) = self else { return Ok((None, 0)) };
        let mut state = role.state.lock().unwrap_or_else(PoisonError::into_inner);
        if matches!(*state, State::Untried) {
            *state = role.assume(client, home, 0);
        }
        match &*state {
            State::Assumed(credentials, number) => Ok((Some(credentials.clone()), *number)),
            State::Refused(failure) => Err(failure.clone()),
            State::Untried => Err(Failure::of(Why::Failed, "the role was not assumed")),
        }
    }

    /// Gets new credentials in place of those with this number, unless somebody else did. False if that is not possible.
    pub(super) fn renew(&self, client: &Client<'_>, home: &str, number: u32) -> bool {
        let Self::Role(role) = self else { return false };
        let mut state = role.state.lock().unwrap_or_else(PoisonError::into_inner);
        if matches!(&*state, State::Assumed(_, current) if *current == number) {
            *state = role.assume(client, home, number + 1);
        }
        matches!(*state, State::Assumed(..))
    }
}

impl Role {
    fn assume(&self, client: &Client<'_>, home: &str, number: u32) -> State {
        let members = [("RoleArn", self.arn.as_str()), ("RoleSessionName", "fedlint-collect")];
        let request: Map<String, Value> =
            members.into_iter().map(|(member, value)| (member.to_owned(), Value::from(value))).collect();
        let question = Question {
            service: "sts",
            operation: "assume-role",
            region: home,
            request: &request,
            page: None,
            none: &[],
        };
        let assumed = client.ask_value(&question, None);
        let refuse = |failure: Failure| {
            let message = format!("`{}` cannot be assumed: {}", self.arn, failure.message);
            // Not to be tried again by those who ask with it.
            State::Refused(Failure { expired: false, again: None, ..Failure { message, ..failure } })
        };
        match assumed.as_ref().map(credentials) {
            Ok(Some(credentials)) => State::Assumed(credentials, number),
            Ok(None) => refuse(Failure::of(Why::Failed, "the answer has no credentials")),
            Err(failure) => refuse(failure.clone()),
        }
    }
}

fn credentials(answer: &Value) -> Option<Credentials> {
    let credentials = answer.get("Credentials")?;
    let text = |member: &str| credentials.get(member)?.as_str().map(str::to_owned);
    Some(Credentials {
        key: text("AccessKeyId")?,
        secret: text("SecretAccessKey")?,
        token: text("SessionToken")?,
    })
}
