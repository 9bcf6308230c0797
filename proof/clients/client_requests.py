"""requests against the bridge: REST to REST, and REST to the gRPC component."""
import os

import requests

url = os.environ["POLYWIRE_URL"]
session = requests.Session()

made = session.post(f"{url}/api/users", json={"name": "Requests", "email": "requests@example.com"})
assert made.status_code == 201, made.text
user = made.json()
assert session.get(f"{url}/api/users/{user['id']}").json() == user

page = session.get(f"{url}/api/users", params={"page": 1, "per_page": 1}).json()
assert len(page["items"]) == 1 and page["per_page"] == 1, page
refused = session.get(f"{url}/api/users", params={"per_page": 1000})
assert refused.status_code == 422, refused.text
assert refused.json()["error"]["details"]["errors"][0] == {"path": "/per_page", "rule": "maximum"}, refused.text

product = session.get(f"{url}/api/products").json()
product = (product["items"] if isinstance(product, dict) else product)[0]
order = session.post(f"{url}/api/orders", json={"userId": user["id"], "productId": product["id"], "quantity": 2})
assert order.status_code == 200, order.text
assert session.get(f"{url}/api/orders/{order.json()['id']}").json() == order.json()
refused = session.post(f"{url}/api/orders", json={"userId": user["id"], "productId": product["id"], "quantity": 0})
assert refused.status_code == 422, refused.text
assert refused.json()["error"]["details"]["errors"][0]["path"] == "/quantity", refused.text
