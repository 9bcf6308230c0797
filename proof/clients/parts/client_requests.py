"""requests with `files=` against the bridge."""
import hashlib
import json
import os

import requests

url = os.environ["POLYWIRE_URL"] + "/photos"
data = os.urandom(70_000)
place = ("place.json", json.dumps({"x": 1}), "application/json")

made = requests.post(url, data={"title": "See ü", "tags": ["a", "b"]}, files={"photo": ("a.png", data, "image/png"), "place": place})
assert made.status_code == 201, made.text
answer = made.json()
expected = {"title": "See ü", "tags": ["a", "b"], "place": {"x": 1}, "file": "a.png", "bytes": len(data)}
assert answer == expected | {"digest": hashlib.sha256(data).hexdigest()}, answer
assert int(made.headers["X-Photos"]) >= 1, made.headers


def refused(rule, path, **sent):
    answer = requests.post(url, **sent)
    assert answer.status_code == 422, answer.text
    errors = answer.json()["error"]["details"]["errors"]
    assert {"path": path, "rule": rule} in errors, errors


photo = {"photo": ("a.png", data, "image/png")}
refused("required", "/photo", data={"title": "a"}, files={"place": place})
refused("contentType", "/photo", data={"title": "a"}, files={"photo": ("a.txt", data, "text/plain")})
refused("maxItems", "/tags", data={"title": "a", "tags": list("abcd")}, files=photo)
refused("type", "/place/x", data={"title": "a", "place": '{"x": "1"}'}, files=photo)
refused("additionalProperties", "/other", data={"title": "a", "other": "1"}, files=photo)
