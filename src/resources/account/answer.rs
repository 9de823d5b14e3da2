//! Which members of the API's answers are read, and what they are in CloudFormation's vocabulary.

use super::passed_over::PASSED_OVER;
use super::{
    cloudformation, cognito_identity, cognito_idp, directory_service, eks, iam, identity_store,
    organizations, roles_anywhere, sso_admin,
};

/// What one kind of answer tells of one kind of thing. An answer that tells of several is in the table several times.
#[derive(Debug)]
pub(crate) struct Reading {
    /// The service, as the AWS CLI spells it.
    pub(crate) service: &'static str,
    /// The operation, as the AWS CLI spells it.
    pub(crate) operation: &'static str,
    /// The member of the answer that holds the thing, or a list of them. Empty if the answer itself is the thing.
    pub(crate) at: &'static str,
    /// Members that the thing always has, by which it is known. `A|B` if it has one of both, `A=B` if A is the text B.
    pub(crate) marks: &'static [&'static str],
    /// Members that it never has, where another answer has the same marks.
    pub(crate) without: &'static [&'static str],
    /// The CloudFormation type of what is told of.
    pub(crate) kind: &'static str,
    /// The members that make the id of the thing, joined by slashes. None if only the request says which it is.
    pub(crate) id: &'static [&'static str],
    /// The member that is the ARN.
    pub(crate) arn: Option<&'static str>,
    /// The member that is the id of the account.
    pub(crate) account: Option<&'static str>,
    /// What is read of it.
    pub(crate) members: &'static [Member],
    /// Members that templates have by `Fn::GetAtt` only (with its name), or by `Ref`.
    pub(crate) attributes: &'static [(&'static str, &'static str)],
    /// What the request named, where the answer does not say it again.
    pub(crate) requested: Option<Requested>,
    /// Whether an answer that is not cut off tells of all the things of the kind that there are.
    pub(crate) lists: Lists,
}

impl Reading {
    /// True if both tell the same of the same things, whichever was asked.
    pub(crate) fn tells_the_same(&self, other: &Self) -> bool {
        let members = |reading: &Self| {
            reading.members.iter().map(|member| (member.from, member.to)).collect::<Vec<_>>()
        };
        (self.service, self.at, self.kind, self.id, self.requested)
            == (other.service, other.at, other.kind, other.id, other.requested)
            && members(self) == members(other)
    }
}

/// A property that is what the request named.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Requested {
    /// A text.
    Text(&'static str),
    /// The only item of a list.
    Item(&'static str),
    /// One of the items of a list that may have more.
    SomeItem(&'static str),
    /// A text, within which ids mean something.
    Within(&'static str),
}

impl Requested {
    /// The property.
    pub(crate) const fn property(self) -> &'static str {
        match self {
            Self::Text(name) | Self::Item(name) | Self::SomeItem(name) | Self::Within(name) => name,
        }
    }
}

/// Whether an answer names all things of its kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Lists {
    /// It does not.
    Nothing,
    /// All of the account, and in services with regions of the region.
    All,
    /// All of the account, unless there is none in it: an answer that was filtered has empty lists too.
    AllIfAny,
    /// All of the thing that the request named, or the member of the answer.
    AllOf(&'static str),
}

/// A member that becomes a property.
#[derive(Debug)]
pub(crate) struct Member {
    /// The member: names with dots between them; `[]` behind one is each item of its list, `.` alone the thing itself.
    pub(crate) from: &'static str,
    /// The property.
    pub(crate) to: &'static str,
    /// How it is read.
    pub(crate) how: How,
}

/// How a member becomes a property.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum How {
    /// As it is.
    Plain,
    /// Names begin with capital letters in CloudFormation, and with small ones in this service.
    Capitalised,
    /// A policy document: a mapping, its text, or its text percent-encoded. An empty text is none.
    Document,
    /// Inline policies: a list of names with documents.
    Policies,
    /// The default version of a managed policy, of the list of its versions.
    DefaultVersion,
    /// An issuer, with its scheme or without.
    Issuer,
    /// Whether it is there at all: a secret, of which nothing else is read.
    Presence,
    /// The first item of a list.
    First,
    /// Whether it is there, as a truth: of a secret nothing else is read.
    There,
    /// Attributes of users: those of one's own have a prefix that templates do not write.
    Attributes,
    /// What an account or unit is in, by its path. Not every answer has one.
    Enclosing,
}

/// A member that has the same name in CloudFormation.
pub(crate) const fn same(name: &'static str) -> Member {
    Member { from: name, to: name, how: How::Plain }
}

/// A member under another name.
pub(crate) const fn named(from: &'static str, to: &'static str) -> Member {
    Member { from, to, how: How::Plain }
}

/// A member that is read in another way.
pub(crate) const fn read_as(from: &'static str, to: &'static str, how: How) -> Member {
    Member { from, to, how }
}

/// What an entry of the table has unless it says otherwise.
pub(crate) const NOTHING: Reading = Reading {
    service: "",
    operation: "",
    at: "",
    marks: &[],
    without: &[],
    kind: "",
    id: &[],
    arn: None,
    account: None,
    members: &[],
    attributes: &[],
    requested: None,
    lists: Lists::Nothing,
};

/// All tables.
const TABLES: &[&[Reading]] = &[
    cloudformation::READINGS,
    iam::READINGS,
    organizations::READINGS,
    sso_admin::READINGS,
    identity_store::READINGS,
    cognito_identity::READINGS,
    cognito_idp::READINGS,
    roles_anywhere::READINGS,
    eks::READINGS,
    directory_service::READINGS,
];

/// Every entry of every table.
pub(crate) fn readings() -> impl Iterator<Item = &'static Reading> {
    TABLES.iter().flat_map(|table| table.iter())
}

/// Every answer that is known by its content: an entry of a table, or one of which nothing is read.
pub(crate) fn known() -> impl Iterator<Item = &'static Reading> {
    readings().chain(PASSED_OVER.iter().map(|passed| &passed.answer))
}

/// The names of services that have answers here.
pub(crate) fn is_service(name: &str) -> bool {
    known().any(|reading| reading.service == name)
}

/// The answers that are known and of which nothing is read: service, operation, and why.
pub fn passed_over() -> impl Iterator<Item = (&'static str, &'static str, &'static str)> {
    PASSED_OVER.iter().map(|passed| (passed.answer.service, passed.answer.operation, passed.why))
}

/// A member of an answer that is read: for comparing with what the API has.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Asked {
    /// The service, as the AWS CLI spells it.
    pub service: &'static str,
    /// The operation, as the AWS CLI spells it.
    pub operation: &'static str,
    /// The path of the member, without `[]`.
    pub path: String,
}

/// Every member of every answer that is read, sorted.
#[must_use]
pub fn asked() -> Vec<Asked> {
    let mut all: Vec<Asked> = known().flat_map(asked_by).collect();
    all.sort();
    all.dedup();
    all
}

fn asked_by(reading: &'static Reading) -> impl Iterator<Item = Asked> {
    let marks = reading.marks.iter().flat_map(|mark| mark.split('|'));
    let marks = marks.map(|mark| mark.split_once('=').map_or(mark, |(member, _)| member));
    let within = match reading.lists {
        Lists::AllOf(member) if !member.is_empty() => Some(member),
        _ => None,
    };
    let inside = marks
        .chain(reading.id.iter().copied())
        .chain(reading.arn)
        .chain(reading.account)
        .chain(within)
        .chain(reading.attributes.iter().map(|(member, _)| *member))
        .chain(reading.members.iter().map(|member| member.from))
        .filter(|path| *path != ".");
    let below = reading.members.iter().flat_map(|member| {
        let inner: &[&str] = match member.how {
            // Where only names are listed, there are no documents.
            How::Policies if member.from == "PolicyNames" => &[],
            How::Policies => &["PolicyName", "PolicyDocument"],
            How::DefaultVersion => &["IsDefaultVersion", "Document"],
            How::Attributes => &["Name"],
            _ => &[],
        };
        let before = if member.from == "." { String::new() } else { format!("{}.", member.from) };
        inner.iter().map(move |inner| format!("{before}{inner}"))
    });
    let paths: Vec<String> = inside.map(str::to_owned).chain(below).collect();
    let at = std::iter::once(reading.at.to_owned()).filter(|at| !at.is_empty());
    let prefixed = paths.into_iter().map(move |path| {
        let path = path.replace("[]", "");
        if reading.at.is_empty() { path } else { format!("{}.{path}", reading.at) }
    });
    at.chain(prefixed).map(|path| Asked { service: reading.service, operation: reading.operation, path })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_entry_can_be_recognised() {
        for reading in readings() {
            let Reading { service, operation, .. } = reading;
            assert!(!reading.kind.is_empty(), "{service} {operation}");
            assert!(!reading.at.is_empty() || !reading.marks.is_empty(), "{service} {operation}");
        }
    }

    #[test]
    fn what_is_asked_is_named_by_its_path() {
        let all = asked();
        let has = |operation: &str, path: &str| {
            all.iter().any(|asked| asked.operation == operation && asked.path == path)
        };
        assert!(has("get-account-authorization-details", "RoleDetailList.RolePolicyList.PolicyDocument"));
        assert!(has("get-role", "Role.PermissionsBoundary.PermissionsBoundaryArn"));
        assert!(has("get-saml-provider", "SAMLMetadataDocument"));
    }
}
