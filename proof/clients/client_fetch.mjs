// Node's fetch against the bridge: REST to REST, and REST to the gRPC component.
import assert from "node:assert/strict";

const url = process.env.POLYWIRE_URL;
const json = { "content-type": "application/json" };
const post = (path, body) => fetch(url + path, { method: "POST", headers: json, body: JSON.stringify(body) });

const made = await post("/api/users", { name: "Fetch", email: "fetch@example.com" });
assert.equal(made.status, 201);
const user = await made.json();
assert.deepEqual(await (await fetch(`${url}/api/users/${user.id}`)).json(), user);

const catalogue = await (await fetch(`${url}/api/products?q=`)).json();
const [product] = catalogue.items ?? catalogue;
const order = await (await post("/api/orders", { user_id: user.id, product_id: product.id, quantity: 1 })).json();
assert.deepEqual(await (await fetch(`${url}/api/orders/${order.id}`)).json(), order);

const refused = await post("/api/users", { name: "x".repeat(300), email: "nobody" });
assert.equal(refused.status, 422);
const { error } = await refused.json();
assert.equal(error.code, "VALIDATION_ERROR");
assert.deepEqual(error.details.errors.map((e) => `${e.path} ${e.rule}`), ["/name maxLength", "/email format"]);
