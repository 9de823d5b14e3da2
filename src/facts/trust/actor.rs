//! Who may ask for tokens in the name of an application of Identity Center: a policy that is judged as those of roles are.

use super::aws::{AwsWidth, width_of_everybody};
use super::stranger::without;
use super::view::views;
use crate::analysis::Analysis;
use crate::facts::identity_center::{enabled, name};
use crate::facts::{Common, Fact, OneOf, fact};
use crate::model::{Application, Role};
use crate::policy::{Attached, PrincipalForm};
use crate::value::{Bounds, Field, Located, Text};

fact! {
    /// Everybody, as one whom an application lets ask for tokens in its name.
    ApplicationActor = "application-actor" {
        /// The application's name.
        application: Option<Text> = "application",
        /// True if the application can be used at all.
        enabled: Bounds<bool> = "enabled",
        /// Who is let in.
        width: OneOf<AwsWidth> = "width",
        /// The organisation that is none of one's own, and whose members are let in.
        organisation: Option<Text> = "organisation",
    }
    evidence {
        /// The conditions of the statement.
        "conditions",
    }
}

/// What an application does with its permissions.
const ACTION: &str = "sso-oauth:CreateTokenWithIAM";

/// The facts of all applications that say who may ask in their name.
pub(in crate::facts) fn each(analysis: &Analysis<'_>, take: &mut dyn FnMut(&dyn Fact)) {
    for application in &analysis.model.applications {
        let methods = application.authentication_methods.known().into_iter().flat_map(|list| &list.value);
        for method in methods.filter_map(Field::known) {
            if let Field::Known(policy) = &method.value.actor_policy {
                of(analysis, application, policy, take);
            }
        }
    }
}

fn of(
    analysis: &Analysis<'_>,
    application: &Application,
    policy: &Located<Attached>,
    take: &mut dyn FnMut(&dyn Fact),
) {
    // Whose policy it is makes no difference but to what is asked for.
    let holder = Role {
        entity: application.entity.clone(),
        name: Field::Absent,
        path: Field::Absent,
        trust: Field::Known(policy.clone()),
        policies: Field::Absent,
        managed_policies: Field::Absent,
        boundary: Field::Absent,
        max_session: Field::Absent,
    };
    for view in views(analysis, &holder) {
        if view.principal.form != PrincipalForm::Everyone {
            continue;
        }
        // A request for a token is none of STS.
        let mut sender = without(&view.sender, &["sts:*"]);
        sender.exchanges.truncate(1);
        for exchange in &mut sender.exchanges {
            exchange.actions = vec![ACTION.to_owned()];
            exchange.possible = false;
        }
        let view = view.with_sender(sender);
        let found = width_of_everybody(&view);
        take(&ApplicationActor {
            common: Common { evidence: super::conditions(&view), ..view.common() },
            application: Some(name(application)),
            enabled: enabled(analysis, application),
            width: found.width,
            organisation: found.organisation.map(|id| analysis.vocabulary.literal(&id)),
        });
    }
}
