"""Makes greetings: REST on PORT, until SIGTERM. The bridge has checked every request by openapi.yaml."""

import contextlib
import json
import os
import signal
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import unquote, urlsplit


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        path = urlsplit(self.path).path
        if path == "/health":
            self.answer(200, {"status": "ok"})
        elif path.startswith("/api/greetings/"):
            self.answer(200, {"text": f"Hello, {unquote(path.rsplit('/', 1)[1])}!"})
        else:
            self.answer(404, {"error": "there is nothing here"})

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
