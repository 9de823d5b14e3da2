//! What is known of a role before pairs of roles are looked at.

use std::borrow::Cow;
use std::hash::{BuildHasher, Hash};

use rustc_hash::FxBuildHasher;

use crate::analysis::Analysis;
use crate::model::Role;
use crate::policy::Arn;
use crate::value::{Text, Vocabulary};

/// A role, as others name it.
pub(super) struct End<'a> {
    pub(super) role: &'a Role,
    pub(super) arn: &'a Text,
    pub(super) account: Text,
    pub(super) resource: Named<'a>,
}

/// What an ARN names: `role/PATH/NAME`. As it stands in the ARN, without a name of its own: there are very many.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) enum Named<'v> {
    Written(Cow<'v, str>),
    /// With symbols in it.
    Text(Text),
}

impl<'v> Named<'v> {
    pub(super) fn of(text: Text, vocabulary: &'v Vocabulary) -> Self {
        match text.as_literal(vocabulary) {
            Some(written) => Self::Written(Cow::Borrowed(written)),
            None => Self::Text(text),
        }
    }

    /// As [`Text::with_tokens`].
    pub(super) fn with_tokens(&self, vocabulary: &Vocabulary) -> Option<Cow<'_, str>> {
        match self {
            Self::Written(written) => Some(Cow::Borrowed(written)),
            Self::Text(text) => text.with_tokens(vocabulary).map(Cow::Owned),
        }
    }
}

/// Account and resource of an ARN: see [`Arn`].
pub(super) fn account_and_resource<'v>(arn: &Text, vocabulary: &'v Vocabulary) -> Option<(Text, Named<'v>)> {
    let Some(written) = arn.as_literal(vocabulary) else {
        let Arn { account, resource, .. } = Arn::parse(arn, vocabulary)?;
        return Some((account, Named::of(resource, vocabulary)));
    };
    let mut fields = written.strip_prefix("arn:")?.splitn(5, ':');
    let account = fields.nth(3)?;
    Some((vocabulary.literal(account), Named::Written(Cow::Borrowed(fields.next()?))))
}

impl<'a> End<'a> {
    pub(super) fn of(analysis: &'a Analysis<'_>, index: u32) -> Option<Self> {
        let role = analysis.model.roles.get(index as usize)?;
        let arn = role.entity.arn()?;
        let (account, resource) = account_and_resource(arn, analysis.vocabulary)?;
        Some(Self { role, arn, account, resource })
    }
}

/// Roles by what their ARNs name, in order: few are asked for of very many.
pub(super) struct ByResource<'e, 'a> {
    ends: &'e [Option<End<'a>>],
    /// By the hash of the resource.
    numbers: Vec<(u64, u32)>,
}

impl<'e, 'a> ByResource<'e, 'a> {
    pub(super) fn new(ends: &'e [Option<End<'a>>]) -> Self {
        let hashed = |(end, number): (&Option<End<'a>>, u32)| Some((hash(&end.as_ref()?.resource), number));
        let mut numbers: Vec<(u64, u32)> = ends.iter().zip(0..).filter_map(hashed).collect();
        numbers.sort_unstable();
        Self { ends, numbers }
    }

    pub(super) fn get(&self, resource: &Named<'_>) -> impl Iterator<Item = u32> {
        let wanted = hash(resource);
        let first = self.numbers.partition_point(|(hash, _)| *hash < wanted);
        let some = self.numbers[first..].iter().take_while(move |(hash, _)| *hash == wanted);
        let is_same =
            |number: &u32| self.ends[*number as usize].as_ref().is_some_and(|end| end.resource == *resource);
        some.map(|(_, number)| *number).filter(is_same)
    }
}

fn hash(value: impl Hash) -> u64 {
    FxBuildHasher.hash_one(value)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::{Shape, Symbol, TemplateId, TextBuilder};

    #[test]
    fn account_and_resource_are_those_of_the_arn() {
        let vocabulary = Vocabulary::default();
        let parameter =
            Symbol::Parameter { template: TemplateId(0), parameter: vocabulary.names.intern("Name") };
        let symbol = vocabulary.symbols.intern(parameter, Shape::parameter);
        let pieces = ["arn", ":", "aws", ":", "iam", ":", "", ":", "111122223333", ":", "role/a:b", ""];
        for length in 0..=pieces.len() {
            for hole in 0..=length {
                let mut text = TextBuilder::default();
                for (index, piece) in pieces[..length].iter().enumerate() {
                    match index == hole {
                        true => text.push_symbol(symbol, &vocabulary.names),
                        false => text.push_str(piece),
                    }
                }
                let text = text.finish(&vocabulary.names);
                let expected = Arn::parse(&text, &vocabulary)
                    .map(|arn| (arn.account, Named::of(arn.resource, &vocabulary)));
                assert_eq!(account_and_resource(&text, &vocabulary), expected, "{length} {hole}");
            }
        }
    }
}
