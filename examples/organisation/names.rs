//! What accounts and roles are called.

const TEAMS: &[&str] = &[
    "payments",
    "orders",
    "search",
    "identity",
    "catalogue",
    "shipping",
    "billing",
    "support",
    "platform",
    "data",
    "mobile",
    "partner",
    "risk",
    "ledger",
    "pricing",
    "media",
];
const SYSTEMS: &[&str] = &[
    "api",
    "worker",
    "ingest",
    "export",
    "scheduler",
    "gateway",
    "reports",
    "cache",
    "events",
    "backfill",
    "index",
    "mailer",
    "webhook",
    "console",
    "archive",
    "stream",
];
const PURPOSES: &[&str] = &["task", "function", "deploy", "runtime", "job", "node", "reader", "service"];

/// The twelve digits of an account.
pub(crate) fn account(number: usize) -> String {
    format!("{:012}", 210_000_000_017_usize + number * 7_310_003)
}

/// A team, always the same for the same number.
pub(crate) fn team(number: usize) -> &'static str {
    TEAMS[(number * 7 + number / 13) % TEAMS.len()]
}

/// A system of a team.
pub(crate) fn system(number: usize) -> String {
    format!("{}-{}", team(number), SYSTEMS[(number * 5 + number / 16) % SYSTEMS.len()])
}

/// The name of a role: no other one has it, in whatever account.
pub(crate) fn role(account: usize, index: usize) -> String {
    let purpose = PURPOSES[(index * 3 + account) % PURPOSES.len()];
    format!("{}-{purpose}-{account:03}{index:04}", system(account * 31 + index))
}

/// The ARN of a role, for those in other accounts.
pub(crate) fn role_arn(of: usize, index: usize) -> String {
    format!("arn:aws:iam::{}:role/{}", account(of), role(of, index))
}

/// A name as a logical id.
pub(crate) fn logical_id(name: &str) -> String {
    let mut id = String::new();
    for part in name.split('-') {
        let mut letters = part.chars();
        id.extend(letters.next().map(|first| first.to_ascii_uppercase()));
        id.extend(letters);
    }
    id
}

/// The issuer of a Kubernetes cluster, without scheme.
pub(crate) fn cluster(account: usize, number: usize) -> String {
    let id =
        (account as u128 * 3 + number as u128 + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15_f39c_c060_5ced_c835);
    format!("oidc.eks.eu-west-1.amazonaws.com/id/{:032X}", id & u128::MAX >> 1)
}

/// The id of a user pool that is deployed to an account.
pub(crate) fn user_pool(name: &str, account: &str) -> String {
    format!("eu-west-1_{}{}", &name[..1], &account[4..])
}

/// The id of the client of a user pool.
pub(crate) fn client(name: &str, account: &str) -> String {
    format!("{}{account}client0", name[..7].to_ascii_lowercase())
}

/// The id of an identity pool that is deployed to an account.
pub(crate) fn identity_pool(name: &str, account: &str) -> String {
    format!("eu-west-1:{:08x}-0000-4000-8000-{account}", name.len())
}
