//! The bridge: which snapshot is in force, and what lives longer than it. Knows no listener and no link.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use arc_swap::ArcSwap;
use polywire_call::{BoxFuture, Call, Clock, Dispatch, Exchange, Fault, Metadata, Pinned, Timer, Unrouted};

use crate::component::{ComponentState, Liveness};
use crate::metrics::{self, Labels, NO_OPERATION, Registry};
use crate::pass::Pass;
use crate::snapshot::Snapshot;

/// The front name of calls that came in by a link without a listener of the snapshot.
const OTHER_FRONT: &str = "other";

/// Carries calls by the snapshot in force.
pub struct Bridge {
    clock: Arc<dyn Clock>,
    timer: Arc<dyn Timer>,
    current: ArcSwap<Current>,
    components: Mutex<BTreeMap<String, Arc<ComponentState>>>,
    metrics: Registry,
    ready: AtomicBool,
}

struct Current {
    pass: Arc<Pass>,
    pinned: Pinned,
}

impl Bridge {
    /// Makes a bridge; it says that it is ready only after [`Bridge::set_ready`].
    pub fn new(snapshot: Snapshot, clock: Arc<dyn Clock>, timer: Arc<dyn Timer>) -> Arc<Bridge> {
        let (metrics, components) = (Registry::default(), Mutex::default());
        let current = current(Arc::new(snapshot), &components, &metrics, &clock, &timer);
        let current = ArcSwap::from_pointee(current);
        Arc::new(Bridge { clock, timer, current, components, metrics, ready: AtomicBool::new(false) })
    }

    /// Puts another snapshot in force; calls on their way end by the one they began with.
    pub fn swap(&self, snapshot: Snapshot) {
        let next = current(Arc::new(snapshot), &self.components, &self.metrics, &self.clock, &self.timer);
        self.current.store(Arc::new(next));
    }

    /// The snapshot in force.
    pub fn snapshot(&self) -> Arc<Snapshot> {
        self.current.load().pass.snapshot.clone()
    }

    /// Notes that a component runs, or does not: then its callers are answered at once.
    pub fn set_component_state(&self, name: &str, liveness: Liveness) {
        state(&self.components, name).set(liveness);
    }

    /// The components of the snapshot in force, in its order.
    pub fn components(&self) -> Vec<Arc<ComponentState>> {
        self.snapshot().components.iter().map(|component| state(&self.components, &component.name)).collect()
    }

    /// Says whether new calls are welcome.
    pub fn set_ready(&self, ready: bool) {
        self.ready.store(ready, Ordering::Relaxed);
    }

    /// Whether new calls are welcome.
    pub fn ready(&self) -> bool {
        self.ready.load(Ordering::Relaxed)
    }

    /// Everything that was counted, as Prometheus reads it.
    pub fn metrics(&self) -> String {
        let components = self.components();
        metrics::render(&self.metrics, components.iter().map(|component| &**component))
    }
}

impl Dispatch for Bridge {
    fn pin(&self) -> Pinned {
        self.current.load().pinned.clone()
    }

    fn unrouted(&self, request: &Unrouted<'_>) -> Metadata {
        self.current.load().pass.unrouted(request)
    }
}

impl Call for Bridge {
    fn call<'a>(&'a self, exchange: &'a mut Exchange) -> BoxFuture<'a, Result<(), Fault>> {
        let call = self.pin().call;
        Box::pin(async move { call.call(exchange).await })
    }
}

fn state(components: &Mutex<BTreeMap<String, Arc<ComponentState>>>, name: &str) -> Arc<ComponentState> {
    let mut components = components.lock().expect("no holder of this lock can panic");
    components.entry(name.into()).or_insert_with(|| Arc::new(ComponentState::new(name))).clone()
}

fn current(
    snapshot: Arc<Snapshot>,
    components: &Mutex<BTreeMap<String, Arc<ComponentState>>>,
    metrics: &Registry,
    clock: &Arc<dyn Clock>,
    timer: &Arc<dyn Timer>,
) -> Current {
    let cells = |operation: &str, component: &str| -> Vec<_> {
        let fronts = snapshot.fronts.iter().copied().chain([OTHER_FRONT]);
        let labels = |front| Labels { operation: operation.into(), component: component.into(), front };
        fronts.map(|front| metrics.cells(labels(front))).collect()
    };
    let operations = snapshot.contract.operations.iter().zip(&snapshot.operations);
    let pass = Arc::new(Pass {
        cells: operations.map(|(operation, entry)| cells(&operation.id, &entry.component_name)).collect(),
        unrouted: cells(NO_OPERATION, ""),
        components: snapshot.components.iter().map(|component| state(components, &component.name)).collect(),
        snapshot: snapshot.clone(),
        clock: clock.clone(),
        timer: timer.clone(),
    });
    let pinned = Pinned {
        contract: snapshot.contract.clone(),
        routes: snapshot.routes.clone(),
        body_bytes_max: snapshot.body_bytes_max(),
        call: pass.clone(),
    };
    Current { pass, pinned }
}
