//! A link without a transport: a component that is a closure, for tests.

use crate::{Answer, BoxFuture, Call, Exchange, Fault};

/// What the closure does with a call.
#[derive(Debug)]
pub enum Reply {
    /// Answers it.
    Answer(Answer),
    /// Fails it.
    Fault(Fault),
    /// Never answers.
    Hang,
}

/// A component that is a closure.
pub struct MemoryLink<F>(F);

impl<F: Fn(&mut Exchange) -> Reply + Send + Sync> MemoryLink<F> {
    /// Makes a component of a closure.
    pub fn new(reply: F) -> Self {
        MemoryLink(reply)
    }
}

impl<F: Fn(&mut Exchange) -> Reply + Send + Sync> Call for MemoryLink<F> {
    fn call<'a>(&'a self, exchange: &'a mut Exchange) -> BoxFuture<'a, Result<(), Fault>> {
        Box::pin(async move {
            match (self.0)(exchange) {
                Reply::Answer(answer) => exchange.answer = Some(answer),
                Reply::Fault(fault) => return Err(fault),
                Reply::Hang => std::future::pending().await,
            }
            Ok(())
        })
    }
}
