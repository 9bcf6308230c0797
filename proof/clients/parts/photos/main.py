"""Photos, kept nowhere: answers what Flask understood of a form with files."""
import hashlib
import json
import os

from flask import Flask, Response, jsonify, request

app = Flask(__name__)
seen = 0


@app.get("/health")
def health():
    return Response("up", mimetype="text/plain")


@app.post("/photos")
def add():
    global seen
    seen += 1
    photo = request.files["photo"]
    data = photo.read()
    # JSON comes as a field, or as a file where the client gave it a name.
    place = request.form.get("place")
    if "place" in request.files:
        place = request.files["place"].read()
    answer = jsonify(
        title=request.form["title"],
        tags=request.form.getlist("tags"),
        place=json.loads(place) if place else None,
        file=photo.filename,
        bytes=len(data),
        digest=hashlib.sha256(data).hexdigest(),
    )
    answer.headers["X-Photos"] = str(seen)
    return answer, 201


app.run(host="127.0.0.1", port=int(os.environ["PORT"]), threaded=True)
