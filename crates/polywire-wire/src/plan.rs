//! Plans as data: an arena of nodes for all operations, without closures, shared between threads.

mod node;
mod program;
mod record;
mod schema;
mod slot;

pub(crate) use node::Written;
pub use node::{
    Bool, Branch, Bytes, Decimal, Empty, Enum, Float, Int, List, Map, Node, NodeId, Packed, PackedBranch,
    Peek, PeekRow, Sum, Tag, Text, Values, Wire, Wrapped,
};
pub(crate) use program::{
    Body, Leaf, OperationPlan, OutcomePlan, ParamsPlan, Program, Rendered, RequestPlan, Root, VerdictPlan,
};
pub use program::{PlanId, PlanOptions, Plans};
pub(crate) use record::NO_ROW;
pub use record::{Absent, ExtraRule, OnNull, Record, Row};
pub use schema::{Choice, Condition, Guard, Items, Matcher, Members, NameRule, Residual, SchemaNode, Twice};
pub use slot::Slot;
pub(crate) use slot::{Key, wire_type};
