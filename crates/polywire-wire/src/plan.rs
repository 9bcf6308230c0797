//! Plans as data: an arena of nodes for all operations, without closures, shared between threads.

mod cell;
mod lead;
mod mapped;
mod node;
mod program;
mod record;
mod schema;
mod slot;

pub use cell::Cell;
pub(crate) use lead::{LEAD_BYTES, Lead};
pub use mapped::{Look, Looked, Mapped, Move, Moved};
pub(crate) use node::Written;
pub use node::{
    Bool, Branch, Bytes, Decimal, Empty, Enum, Float, Int, List, Map, Node, NodeId, Packed, PackedBranch,
    Peek, PeekRow, Sum, Tag, Text, Translation, Values, Wire, Wrapped,
};
pub(crate) use program::{
    Body, HeaderHolds, HeaderPlan, HeadersPlan, Leaf, OperationPlan, OutcomePlan, ParamsPlan, Program,
    Rendered, RequestPlan, Root, VerdictPlan,
};
pub use program::{Int64, JsonOptions, KeyOrder, PlanId, PlanOptions, Plans};
pub(crate) use record::NO_ROW;
pub use record::{Absent, Derived, DerivedFrom, ExtraRule, Laid, OnNull, Record, Row};
pub use schema::{Choice, Condition, Guard, Items, Matcher, Members, NameRule, Residual, SchemaNode, Twice};
pub use slot::Slot;
pub(crate) use slot::{Key, wire_type};
