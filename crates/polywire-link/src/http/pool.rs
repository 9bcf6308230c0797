//! Idle connections, kept by thread.
//!
//! A connection's driver is a task of the runtime that made it, and each thread of the bridge has a runtime of its own:
//! by keeping idle connections by thread, a call never waits for another thread's driver and no lock is taken. On a
//! runtime with several threads the pool is only divided, which is correct, too. A runtime that ends takes its drivers
//! with it; their connections are then closed and are found to be so.

use std::cell::RefCell;
use std::collections::{HashMap, VecDeque};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Weak};
use std::time::{Duration, Instant};

use hyper::client::conn::http1::SendRequest;

use crate::payload::Payload;

/// Idle connections to one target that a thread keeps.
const IDLE_MAX: usize = 128;

/// A connection on which one request at a time is sent.
pub(crate) type Sender = SendRequest<Payload>;

thread_local! {
    static POOLS: RefCell<HashMap<u64, Shelf>> = RefCell::default();
}

/// The pools of one target, in all threads.
#[derive(Debug)]
pub(crate) struct Pool {
    id: u64,
    life: Arc<()>,
}

struct Shelf {
    /// Gone when the target is: the connections are then closed at the next opportunity.
    life: Weak<()>,
    /// The one that was used last is at the end.
    idle: VecDeque<Idle>,
}

struct Idle {
    sender: Sender,
    since: Instant,
    /// How long it may lie here.
    keep: Duration,
}

impl Pool {
    /// A pool without connections.
    pub(crate) fn new() -> Pool {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        Pool { id: NEXT.fetch_add(1, Ordering::Relaxed), life: Arc::new(()) }
    }

    /// Takes the connection that was used last, if it lay here for at most `age_max`.
    pub(crate) fn take(&self, age_max: Duration) -> Option<Sender> {
        POOLS.with_borrow_mut(|pools| {
            let shelf = pools.get_mut(&self.id)?;
            while let Some(idle) = shelf.idle.pop_back() {
                let age = idle.since.elapsed();
                if idle.sender.is_closed() || age > idle.keep {
                    continue;
                }
                if age > age_max {
                    shelf.idle.push_back(idle);
                    return None;
                }
                return Some(idle.sender);
            }
            None
        })
    }

    /// Keeps a connection whose answer was read to its end.
    pub(crate) fn put(&self, sender: Sender, keep: Duration) {
        if sender.is_closed() {
            return;
        }
        POOLS.with_borrow_mut(|pools| {
            if !pools.contains_key(&self.id) {
                pools.retain(|_, shelf| shelf.life.strong_count() > 0);
            }
            let new = || Shelf { life: Arc::downgrade(&self.life), idle: VecDeque::new() };
            let shelf = pools.entry(self.id).or_insert_with(new);
            let now = Instant::now();
            let stale = |idle: &Idle| idle.sender.is_closed() || now.duration_since(idle.since) > idle.keep;
            while shelf.idle.len() == IDLE_MAX || shelf.idle.front().is_some_and(stale) {
                shelf.idle.pop_front();
            }
            shelf.idle.push_back(Idle { sender, since: now, keep });
        });
    }
}
