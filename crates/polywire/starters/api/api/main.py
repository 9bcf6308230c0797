"""Keeps tasks in memory: REST on PORT, until SIGTERM. The bridge has checked every request by openapi.yaml."""

import contextlib
import json
import os
import signal
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

tasks = []
lock = threading.Lock()


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        if self.path == "/health":
            self.answer(200, {"status": "ok"})
        elif self.path == "/api/tasks":
            self.answer(200, {"items": tasks})
        else:
            self.answer(404, {"error": "there is nothing here"})

    def do_POST(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        if self.path != "/api/tasks":
            return self.answer(404, {"error": "there is nothing here"})
        with lock:
            task = {"id": len(tasks) + 1, "title": json.loads(body)["title"], "done": False}
            tasks.append(task)
        self.answer(201, task)

    def answer(self, status, body):
        payload = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(payload)))
        # Who asks may have gone already.
        with contextlib.suppress(ConnectionError):
            self.end_headers()
            self.wfile.write(payload)

    def log_message(self, *_):
        pass


server = ThreadingHTTPServer(("127.0.0.1", int(os.environ["PORT"])), Handler)
signal.signal(signal.SIGTERM, lambda *_: threading.Thread(target=server.shutdown).start())
signal.signal(signal.SIGINT, lambda *_: threading.Thread(target=server.shutdown).start())
server.serve_forever()
