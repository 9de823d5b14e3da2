//! What went wrong with a call, made out from what the AWS CLI writes on standard error: it has no other form for it.

use super::manifest::Why;

/// The longest message that is kept, in characters.
const LONGEST_MESSAGE: usize = 300;

/// A call without an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Failure {
    pub(super) why: Why,
    /// One line, as the AWS CLI says it.
    pub(super) message: String,
    /// The code of AWS's error.
    pub(super) code: Option<String>,
    /// What another try may help against.
    pub(super) again: Option<Again>,
    /// True if the credentials are too old.
    pub(super) expired: bool,
}

/// Why a call is worth another try.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Again {
    /// There were too many requests.
    Throttled,
    /// It broke off on the way.
    Broken,
}

/// Parts of error codes, and what they mean. The first that a code has counts.
const CODES: &[(&str, Why)] = &[
    ("Throttl", Why::Throttled),
    ("TooManyRequests", Why::Throttled),
    ("RequestLimitExceeded", Why::Throttled),
    ("BandwidthLimitExceeded", Why::Throttled),
    ("SlowDown", Why::Throttled),
    ("PriorRequestNotComplete", Why::Throttled),
    ("AccessDenied", Why::Denied),
    ("UnauthorizedOperation", Why::Denied),
    ("Unauthorized", Why::Denied),
    ("NotAuthorized", Why::Denied),
    ("AuthorizationError", Why::Denied),
    ("Forbidden", Why::Denied),
    ("OptInRequired", Why::Unavailable),
    ("SubscriptionRequired", Why::Unavailable),
    ("NoSuchEntity", Why::None),
    ("ResourceNotFound", Why::None),
    ("EntityDoesNotExist", Why::None),
    ("EntityNotExists", Why::None),
    ("PolicyNotFound", Why::None),
];

/// Codes of requests that broke off on the side of AWS.
const BROKEN: &[&str] =
    &["InternalFailure", "InternalError", "InternalServer", "ServiceUnavailable", "RequestTimeout"];

const EXPIRED: &[&str] = &["ExpiredToken", "ExpiredTokenException", "RequestExpired", "TokenRefreshRequired"];

/// Texts without a code, and what they mean. AWS CLI 1 and 2 say the same with other things around it.
/// That an operation is not known says nothing about the account.
const TEXTS: &[(&str, Why)] = &[
    // A region that does not have the service has no address for it either.
    ("Could not connect to the endpoint URL", Why::Unavailable),
];

/// Texts of connections that broke off.
const BROKEN_TEXTS: &[&str] =
    &["Connection was closed", "Connection reset", "Read timeout", "IncompleteRead", "Connection broken"];

/// Texts by which the AWS CLI says that somebody has to sign in again.
const EXPIRED_TEXTS: &[&str] =
    &["Token has expired", "Error loading SSO Token", "Error when retrieving token"];

impl Failure {
    /// What the AWS CLI said, with the codes by which AWS says about this call that there is none.
    pub(super) fn said(stderr: &[u8], none: &[&str]) -> Self {
        let text = String::from_utf8_lossy(stderr);
        let code = code(&text);
        let has = |texts: &[&str]| texts.iter().any(|known| text.contains(known));
        let is_code =
            |codes: &[&str]| code.is_some_and(|code| codes.iter().any(|known| code.contains(known)));
        let known = |parts: &[(&str, Why)], text: &str| {
            parts.iter().find(|(part, _)| text.contains(part)).map(|(_, why)| *why)
        };
        let why = match code {
            Some(code) if none.contains(&code) => Some(Why::None),
            Some(code) => known(CODES, code),
            None => None,
        };
        let why = why.or_else(|| known(TEXTS, &text)).unwrap_or(Why::Failed);
        let again = match why {
            Why::Throttled => Some(Again::Throttled),
            Why::Failed if is_code(BROKEN) || has(BROKEN_TEXTS) => Some(Again::Broken),
            _ => None,
        };
        let expired = is_code(EXPIRED) || has(EXPIRED_TEXTS);
        Self { why, message: message(&text), code: code.map(str::to_owned), again, expired }
    }

    /// An answer that is not whole.
    pub(super) fn broken(message: &str) -> Self {
        Self { again: Some(Again::Broken), ..Self::of(Why::Failed, message) }
    }

    /// A call that was not made, or whose answer could not be kept.
    pub(super) fn of(why: Why, message: &str) -> Self {
        Self { why, message: shorten(message), code: None, again: None, expired: false }
    }
}

/// The code in `An error occurred (CODE) when calling the OPERATION operation`.
fn code(text: &str) -> Option<&str> {
    let (_, rest) = text.split_once("An error occurred (")?;
    let (code, _) = rest.split_once(')')?;
    Some(code)
}

/// The line that says what is wrong: the CLI writes warnings, its usage and lists of what it knows around it.
fn message(text: &str) -> String {
    let lines = || text.lines().map(str::trim).filter(|line| !line.is_empty());
    let says = |part: &str| lines().find(|line| line.contains(part));
    let line = says("An error occurred (")
        .or_else(|| says("error:"))
        .or_else(|| says("ERROR"))
        .or_else(|| lines().next_back())
        .unwrap_or("the AWS CLI said nothing");
    let line = line.split_once("An error occurred (").map_or(line.to_owned(), |(_, rest)| {
        // `CODE) when calling the X operation (reached max retries: 4): TEXT` as `CODE: TEXT`; which operation is known.
        let (code, rest) = rest.split_once(')').unwrap_or_default();
        let rest = rest.split_once(" operation").map_or(rest, |(_, rest)| rest);
        let rest =
            rest.strip_prefix(" (").and_then(|rest| rest.split_once(')')).map_or(rest, |(_, rest)| rest);
        format!("{code}: {}", rest.trim_start_matches([':', ' ']))
    });
    shorten(&line)
}

/// One line without control characters, not too long.
pub(super) fn shorten(text: &str) -> String {
    let line: String = text.trim().chars().map(|one| if is_unsafe(one) { ' ' } else { one }).collect();
    match line.char_indices().nth(LONGEST_MESSAGE) {
        Some((end, _)) => format!("{}...", line.get(..end).unwrap_or_default()),
        None => line,
    }
}

/// Characters that change what a terminal shows of others.
fn is_unsafe(one: char) -> bool {
    one.is_control()
        || matches!(one, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(text: &str) -> Failure {
        Failure::said(text.as_bytes(), &["AWSOrganizationsNotInUseException"])
    }

    #[test]
    fn errors_are_told_apart() {
        let error =
            |code: &str| said(&format!("\nAn error occurred ({code}) when calling the X operation: text\n"));
        for (code, why, again) in [
            ("ThrottlingException", Why::Throttled, Some(Again::Throttled)),
            ("Throttling", Why::Throttled, Some(Again::Throttled)),
            ("TooManyRequestsException", Why::Throttled, Some(Again::Throttled)),
            ("RequestLimitExceeded", Why::Throttled, Some(Again::Throttled)),
            ("SlowDown", Why::Throttled, Some(Again::Throttled)),
            ("AccessDenied", Why::Denied, None),
            ("AccessDeniedException", Why::Denied, None),
            ("UnauthorizedOperation", Why::Denied, None),
            ("NotAuthorizedException", Why::Denied, None),
            ("NoSuchEntity", Why::None, None),
            ("ResourceNotFoundException", Why::None, None),
            ("AWSOrganizationsNotInUseException", Why::None, None),
            ("InternalErrorException", Why::Failed, Some(Again::Broken)),
            ("ServiceUnavailable", Why::Failed, Some(Again::Broken)),
            ("500", Why::Failed, None),
            ("ValidationException", Why::Failed, None),
            ("OptInRequired", Why::Unavailable, None),
        ] {
            let failure = error(code);
            assert_eq!((failure.why, failure.again), (why, again), "{code}");
            assert_eq!(failure.message, format!("{code}: text"));
            let tried = format!(
                "An error occurred ({code}) when calling the X operation (reached max retries: 4): text: x"
            );
            assert_eq!(said(&tried).message, format!("{code}: text: x"));
            assert!(!failure.expired);
        }
        assert!(error("ExpiredToken").expired && error("ExpiredTokenException").expired);
    }

    #[test]
    fn both_versions_of_the_cli_are_understood() {
        let one = said(
            "usage: aws [options]\n\naws: error: argument operation: Invalid choice, valid choices are:\n\na | b\n",
        );
        assert_eq!(one.why, Why::Failed);
        assert!(one.message.starts_with("aws: error: argument operation: Invalid choice"), "{}", one.message);
        let two = said("\naws: [ERROR]: An error occurred (AccessDenied) when calling the X operation: no\n");
        assert_eq!((two.why, two.code.as_deref()), (Why::Denied, Some("AccessDenied")));
        assert_eq!(two.message, "AccessDenied: no");
        assert_eq!(said("aws: [ERROR]: argument operation: Found invalid choice 'x'").why, Why::Failed);
        let none = said("\nCould not connect to the endpoint URL: \"https://ds.xx-east-1.amazonaws.com/\"\n");
        assert_eq!(none.why, Why::Unavailable);
        assert!(said("\nError loading SSO Token: Token for x does not exist\n").expired);
        // Later versions have codes of their own for what AWS did not say.
        let none = said(
            "aws: [ERROR]: An error occurred (EndpointConnection): Could not connect to the endpoint URL: \"https://x\"",
        );
        assert_eq!(none.why, Why::Unavailable);
        let old = said("aws: [ERROR]: An error occurred (SSOToken): Token has expired and refresh failed\n");
        assert!(old.expired);
        assert_eq!(old.message, "SSOToken: Token has expired and refresh failed");
        assert_eq!(said("").message, "the AWS CLI said nothing");
    }

    #[test]
    fn messages_are_one_safe_line() {
        let failure =
            said("An error occurred (X) when calling the Y operation: a\u{1b}[31m\u{202e}b\tc\nrest\n");
        assert_eq!(failure.message, "X: a [31m b c");
        assert_eq!(shorten(&"x".repeat(1000)).len(), LONGEST_MESSAGE + 3);
    }
}
