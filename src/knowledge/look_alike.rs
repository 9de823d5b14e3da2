//! Hosts of issuers that everybody knows, and what could be taken for one of them.

use super::Issuers;

/// Well-known issuers besides those for which IAM wants to see a claim tested. Source: the discovery document that each serves under
/// `/.well-known/openid-configuration`; what AWS names as built-in providers (IAM User Guide, "OIDC federation").
const OTHERS: &[&str] = &[
    "accounts.google.com",
    "api.bitbucket.org",
    "appleid.apple.com",
    "graph.facebook.com",
    "login.microsoftonline.com",
    "oidc.circleci.com",
    "sts.windows.net",
    "www.amazon.com",
];

/// Shorter names are one letter away from too many honest ones.
const LEAST: usize = "gitlab.com".len();

/// The well-known host that `host` is not, but could be taken for: one letter is different, missing, too many or
/// exchanged with the next, or the whole of it stands at the beginning or in the middle of a longer name.
/// A host below a known one (`acme.gitlab.com`) belongs to the same owner.
#[must_use]
pub fn look_alike(host: &str) -> Option<&'static str> {
    let host = host.to_ascii_lowercase();
    let required = Issuers::required_urls().filter_map(|url| url.split('/').next());
    let known: Vec<&'static str> = required.chain(OTHERS.iter().copied()).collect();
    if known.iter().any(|known| host == *known || is_below(&host, known)) {
        return None;
    }
    known
        .iter()
        .copied()
        .filter(|known| known.len() >= LEAST)
        .find(|known| is_one_edit_away(&host, known) || holds(&host, known))
}

fn is_below(host: &str, known: &str) -> bool {
    host.strip_suffix(known).is_some_and(|rest| rest.ends_with('.'))
}

fn is_one_edit_away(host: &str, known: &str) -> bool {
    // A host is at most 253 characters long, but not every text that stands in its place is.
    host.len().abs_diff(known.len()) <= 1 && strsim::damerau_levenshtein(host, known) == 1
}

/// Whether all of `known` stands in `host` as whole words, with something behind it.
fn holds(host: &str, known: &str) -> bool {
    let is_bound = |character: char| matches!(character, '.' | '-');
    host.match_indices(known).any(|(start, _)| {
        let (before, after) = (&host[..start], &host[start + known.len()..]);
        (before.is_empty() || before.ends_with(is_bound)) && after.starts_with(is_bound)
    })
}

#[cfg(test)]
mod tests {
    use super::look_alike;

    #[test]
    fn what_could_be_taken_for_a_known_host_is_seen() {
        let github = Some("token.actions.githubusercontent.com");
        for host in [
            "tokens.actions.githubusercontent.com",
            "token.actions.githubusercontents.com",
            "token.actions.githubusercontent.co",
            "token.action.githubusercontent.com",
            "token.actions.githubusercontnet.com",
            "Token.Actions.GithubUserContent.com.evil.example",
            "login-token.actions.githubusercontent.com-sso.example",
        ] {
            assert_eq!(look_alike(host), github, "{host}");
        }
        assert_eq!(look_alike("gitlab.com.evil.example"), Some("gitlab.com"));
        assert_eq!(look_alike("gitiab.com"), Some("gitlab.com"));
    }

    #[test]
    fn known_hosts_and_honest_ones_are_not() {
        for host in [
            "token.actions.githubusercontent.com",
            "TOKEN.actions.githubusercontent.com",
            "vstoken.actions.githubusercontent.com",
            // Below a known host: the same owner.
            "acme.gitlab.com",
            // One's own GitLab.
            "gitlab.company.com",
            "gitlab.example.com",
            "mygitlab.com",
            // One letter from `scalr.io`, which is too short to say.
            "scale.io",
            "token.actions.acme.ghe.com",
            "oidc.eks.eu-west-1.amazonaws.com",
            "cognito-idp.eu-west-1.amazonaws.com",
            "login.microsoftonline.us",
            "",
        ] {
            assert_eq!(look_alike(host), None, "{host}");
        }
    }
}
