//! The three methods of `OrderService`. What a request must look like is checked before it comes
//! here, by the bridge; here stands what only the service can know.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::SystemTime;

use tonic::{Request, Response, Status};

use crate::contract::orders::order_service_server::OrderService;
use crate::contract::orders::{
    GetOrderRequest, ListOrdersRequest, ListOrdersResponse, Order, PlaceOrderRequest,
};
use crate::money::Cents;
use crate::peers::Peers;

/// How many orders are kept; the example has no database for them.
const ORDERS_MAX: usize = 10_000;
/// How many orders a list shows if the caller does not say.
const LIST_DEFAULT: usize = 20;
/// How many orders a list shows at most.
const LIST_MAX: usize = 100;

/// The order service: orders in memory, users and products behind the bridge.
pub(crate) struct Orders {
    peers: Peers,
    placed: Arc<Mutex<BTreeMap<u64, Order>>>,
}

impl Orders {
    /// Makes a service that has no orders yet.
    pub(crate) fn new(peers: Peers) -> Orders {
        Orders { peers, placed: Arc::default() }
    }

    fn placed(&self) -> MutexGuard<'_, BTreeMap<u64, Order>> {
        self.placed.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn keep(&self, mut order: Order) -> Result<Order, Status> {
        let mut placed = self.placed();
        if placed.len() >= ORDERS_MAX {
            return Err(Status::resource_exhausted("no more orders are taken"));
        }
        let number = placed.last_key_value().map_or(1, |(last, _)| last + 1);
        order.id = format!("order-{number}");
        placed.insert(number, order.clone());
        Ok(order)
    }
}

#[tonic::async_trait]
impl OrderService for Orders {
    async fn place_order(&self, request: Request<PlaceOrderRequest>) -> Result<Response<Order>, Status> {
        let (metadata, _, wanted) = request.into_parts();
        let user = self.peers.user(&metadata, wanted.user_id).await?;
        let product = self.peers.product(&metadata, &wanted.product_id).await?;
        if i64::from(wanted.quantity) > product.stock {
            return Err(Status::failed_precondition(format!("Only {} of it are in stock.", product.stock)));
        }
        let price = Cents::parse(&product.price)
            .ok_or_else(|| Status::internal("The product has no valid price."))?;
        let total =
            price.times(wanted.quantity).ok_or_else(|| Status::out_of_range("the total is too large"))?;
        let order = self.keep(Order {
            id: String::new(),
            user_id: user.id,
            user_name: user.name,
            product_id: product.id,
            product_name: product.name,
            quantity: wanted.quantity,
            unit_price: price.to_string(),
            total: total.to_string(),
            created_at: Some(SystemTime::now().into()),
        })?;
        Ok(Response::new(order))
    }

    async fn get_order(&self, request: Request<GetOrderRequest>) -> Result<Response<Order>, Status> {
        let id = request.into_inner().id;
        let number = id.strip_prefix("order-").and_then(|number| number.parse::<u64>().ok());
        let found =
            number.and_then(|number| self.placed().get(&number).filter(|order| order.id == id).cloned());
        found.map(Response::new).ok_or_else(|| Status::not_found("The order does not exist."))
    }

    async fn list_orders(
        &self,
        request: Request<ListOrdersRequest>,
    ) -> Result<Response<ListOrdersResponse>, Status> {
        let ListOrdersRequest { user_id, limit } = request.into_inner();
        let limit = limit.and_then(|limit| usize::try_from(limit).ok()).unwrap_or(LIST_DEFAULT).min(LIST_MAX);
        let placed = self.placed();
        let newest_first = placed.values().rev();
        let orders = newest_first.filter(|order| user_id.is_none_or(|id| id == order.user_id)).take(limit);
        Ok(Response::new(ListOrdersResponse { orders: orders.cloned().collect() }))
    }
}

#[cfg(test)]
mod tests;
