//! CloudFormation templates become resources with resolved values.

mod declaration;
pub mod expression;
pub mod lower;
pub mod sam;

pub use declaration::Declaration;
pub use expression::{Call, Expression, Form};
pub use lower::Lowering;
