//! AWS managed policies by name.

use std::sync::OnceLock;

use rustc_hash::FxHashMap;

use super::tree::Tree;
use crate::resources::cloudformation::expression::Expression;
use crate::source::Span;

/// The path of each policy after `policy/`; `tools/sam/extract.py` writes it.
const PATHS: &str = include_str!("managed_policies.txt");

/// The ARN of the AWS managed policy whose path is `path` (`service-role/AWSLambdaRole`).
pub(super) fn arn(tree: Tree<'_>, span: Span, path: &str) -> Expression {
    tree.sub(span, &format!("arn:${{AWS::Partition}}:iam::aws:policy/{path}"))
}

/// The path of the AWS managed policy with this name.
pub(super) fn path(name: &str) -> Option<&'static str> {
    static BY_NAME: OnceLock<FxHashMap<&'static str, &'static str>> = OnceLock::new();
    let by_name = BY_NAME.get_or_init(|| {
        let paths = PATHS.lines().filter(|line| !line.starts_with('#'));
        paths.map(|path| (path.rsplit('/').next().unwrap_or(path), path)).collect()
    });
    by_name.get(name).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_lead_to_paths() {
        let check = |name: &str, expected: Option<&str>| assert_eq!(path(name), expected, "{name}");
        check("AWSLambdaBasicExecutionRole", Some("service-role/AWSLambdaBasicExecutionRole"));
        check("AdministratorAccess", Some("AdministratorAccess"));
        check("Billing", Some("job-function/Billing"));
        check("service-role/AWSLambdaBasicExecutionRole", None);
        check("NoSuchPolicy", None);
        check("", None);
    }
}
