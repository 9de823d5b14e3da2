//! Who outside gets a role by its trust policy.

use super::view::{Ask, Kind, View, views};
use super::{Reach, aws, cognito, oidc};
use crate::analysis::Analysis;
use crate::facts::{Fact, FieldValue, Words};
use crate::model::Role;
use crate::source::Span;
use crate::value::Text;

/// A way into a role from outside.
#[derive(Clone, Debug)]
pub(in crate::facts) struct Entrance {
    /// The principal that the trust policy names.
    pub principal: Option<Text>,
    /// Where it does.
    pub place: Span,
    /// Somebody gets in whatever the unknowns are.
    pub sure: bool,
    /// How far out those are, at least where that is not decided.
    pub reach: Reach,
}

/// The way in that lets in those who are furthest out, a sure one before others.
pub(in crate::facts) fn entrance(analysis: &Analysis<'_>, role: &Role) -> Option<Entrance> {
    let views = views(analysis, role);
    let ways = views.iter().filter_map(way);
    ways.reduce(|best, other| if (other.sure, other.reach) > (best.sure, best.reach) { other } else { best })
}

fn way(view: &View<'_>) -> Option<Entrance> {
    let (sure, reach) = match &view.kind {
        Kind::Service { .. } => return None,
        Kind::Saml => (true, Reach::Inner),
        Kind::WebIdentity { .. } => {
            let mut reach = Reach::Inner;
            let mut take = |fact: &dyn Fact| reach = reach.max(least(fact));
            oidc::each(view, &mut take);
            cognito::each(view, &mut take);
            (true, reach)
        }
        Kind::Aws => of_others(view)?,
    };
    let admitted = view.ask(&Ask::default()).admitted;
    admitted.possible.then(|| Entrance {
        principal: view.principal.value.text().cloned(),
        place: view.trust.place(view.path),
        sure: sure && admitted.sure,
        reach,
    })
}

/// Whether an AWS principal lets in somebody else than one's own and those whom the settings trust.
fn of_others(view: &View<'_>) -> Option<(bool, Reach)> {
    let mut found = None;
    aws::each(view, &mut |fact| {
        let is = |name: &str, wanted: u64| words(fact, name) & wanted != 0;
        let only = |name: &str, wanted: u64| words(fact, name) & !wanted == 0;
        let others = bit(aws::Relation::Vendor) | bit(aws::Relation::Foreign);
        let anybody = bit(aws::AwsWidth::Anyone)
            | bit(aws::AwsWidth::AnyOrganisation)
            | bit(aws::AwsWidth::ForeignOrganisation);
        if is("form", bit(aws::AwsForm::Everyone)) {
            if is("width", anybody) {
                found = Some((only("width", anybody), Reach::Outermost));
            }
        } else if is("relation", others) {
            found = Some((only("relation", others), Reach::Middle));
        }
    });
    found
}

fn bit(word: impl Words) -> u64 {
    1 << word.index()
}

/// The words that a field may be.
fn words(fact: &dyn Fact, field: &str) -> u64 {
    match fact.schema().field(field).map(|field| fact.field(field)) {
        Some(FieldValue::Word(words)) => words.0,
        _ => 0,
    }
}

/// The least that a fact says of who makes an exchange.
fn least(fact: &dyn Fact) -> Reach {
    let words = words(fact, "reach");
    let all = [Reach::Inner, Reach::Middle, Reach::Outermost];
    all.into_iter().find(|&reach| words & bit(reach) != 0).unwrap_or(Reach::Inner)
}
