// @grpc/grpc-js against the bridge, from the same .proto files: gRPC to the REST components, and gRPC to gRPC.
const assert = require("node:assert/strict");
const fs = require("node:fs");
const path = require("node:path");
const grpc = require("@grpc/grpc-js");
const loader = require("@grpc/proto-loader");

const files = fs.readdirSync("proto", { recursive: true }).filter((f) => f.endsWith(".proto"));
// `google/api` as it comes with protobufjs.
const common = path.dirname(require.resolve("protobufjs/package.json"));
const options = { includeDirs: ["proto", common], keepCase: true, longs: String };
const shop = grpc.loadPackageDefinition(loader.loadSync(files, options)).shop;
const address = new URL(process.env.POLYWIRE_URL).host;
const credentials = grpc.credentials.createInsecure();
const deadline = () => ({ deadline: Date.now() + 5000 });
const call = (client, method, request) =>
  new Promise((resolve, reject) =>
    client[method](request, new grpc.Metadata(), deadline(), (error, value) => (error ? reject(error) : resolve(value))));

(async () => {
  const users = new shop.users.v1.Users(address, credentials);
  const catalog = new shop.catalog.v1.Catalog(address, credentials);
  const orders = new shop.orders.v1.OrderService(address, credentials);

  const user = await call(users, "CreateUser", { name: "Js", email: "js@example.com" });
  assert.equal(user.name, "Js");
  assert.deepEqual(await call(users, "GetUser", { id: user.id }), user);
  await assert.rejects(call(users, "GetUser", { id: 999999 }), { code: grpc.status.NOT_FOUND });
  await assert.rejects(call(users, "CreateUser", { name: "", email: "x" }), { code: grpc.status.INVALID_ARGUMENT });

  const { items } = await call(catalog, "SearchProducts", {});
  const order = await call(orders, "PlaceOrder", { user_id: user.id, product_id: items[0].id, quantity: 1 });
  assert.deepEqual(await call(orders, "GetOrder", { id: order.id }), order);
  for (const client of [users, catalog, orders]) client.close();
})().catch((error) => {
  console.error(error);
  process.exit(1);
});
