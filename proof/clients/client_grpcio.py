"""grpcio against the bridge: gRPC to the REST components, and gRPC to gRPC."""
import importlib
import os
import pathlib
from urllib.parse import urlsplit

import grpc
from grpc_status import rpc_status
from google.rpc import error_details_pb2


def find(service):
    """The stub modules that hold a service."""
    root = pathlib.Path("python")
    for path in sorted(root.rglob("*_pb2_grpc.py")):
        if f"class {service}Stub" in path.read_text():
            name = ".".join(path.relative_to(root).with_suffix("").parts)
            return importlib.import_module(name.removesuffix("_grpc")), importlib.import_module(name)
    raise SystemExit(f"no stubs for {service}")


def status_of(call):
    try:
        call()
    except grpc.RpcError as error:
        return error
    raise SystemExit("expected an error")


channel = grpc.insecure_channel(urlsplit(os.environ["POLYWIRE_URL"]).netloc)
users_pb, users_grpc = find("Users")
users = users_grpc.UsersStub(channel)
catalog_pb, catalog_grpc = find("Catalog")
catalog = catalog_grpc.CatalogStub(channel)
orders_pb, orders_grpc = find("OrderService")
orders = orders_grpc.OrderServiceStub(channel)

user = users.CreateUser(users_pb.CreateUserRequest(name="Grpcio", email="grpcio@example.com"), timeout=5)
assert user.id > 0 and user.name == "Grpcio" and user.created_at.seconds > 0, user
assert users.GetUser(users_pb.GetUserRequest(id=user.id), timeout=5) == user

missing = status_of(lambda: users.GetUser(users_pb.GetUserRequest(id=999999), timeout=5))
assert missing.code() == grpc.StatusCode.NOT_FOUND, missing
details = rpc_status.from_call(missing).details
reasons = []
for detail in details:
    info = error_details_pb2.ErrorInfo()
    if detail.Unpack(info):
        reasons.append(info.reason)
assert reasons == ["NOT_FOUND"], details
assert any(detail.type_url.endswith("shop.users.v1.Error") or "shop.users.v1" in detail.type_url for detail in details), details

broken = status_of(lambda: users.CreateUser(users_pb.CreateUserRequest(name="", email="x"), timeout=5))
assert broken.code() == grpc.StatusCode.INVALID_ARGUMENT, broken
fields = []
for detail in rpc_status.from_call(broken).details:
    bad = error_details_pb2.BadRequest()
    if detail.Unpack(bad):
        fields += [violation.field for violation in bad.field_violations]
assert sorted(fields) == ["email", "name"], fields

products = catalog.SearchProducts(catalog_pb.SearchProductsRequest(), timeout=5)
product = products.items[0]
order = orders.PlaceOrder(orders_pb.PlaceOrderRequest(user_id=user.id, product_id=product.id, quantity=3), timeout=5)
assert orders.GetOrder(orders_pb.GetOrderRequest(id=order.id), timeout=5) == order
refused = status_of(lambda: orders.PlaceOrder(orders_pb.PlaceOrderRequest(user_id=user.id, product_id=product.id), timeout=5))
assert refused.code() == grpc.StatusCode.INVALID_ARGUMENT, refused
unknown = status_of(lambda: channel.unary_unary("/shop.users.v1.Users/Nothing")(b"", timeout=5))
assert unknown.code() == grpc.StatusCode.UNIMPLEMENTED, unknown
