"""The user service of the quickstart: REST on PORT, until SIGTERM.

Users are kept in SQLite: in the file that USERS_DB names, else in memory. The bridge
stands before it and has checked every request against openapi.yaml, so only that is
decided here which needs the data: who exists, and which e-mail address is taken.
"""

import json
import os
import signal
import sqlite3
import sys
import threading
from datetime import datetime, timezone
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

BODY_BYTES_MAX = 64 * 1024
DRAIN_SECONDS = 5


class Failure(Exception):
    """An answer that is an error, in the standard form of the contract."""

    def __init__(self, status, code, kind, message):
        super().__init__(message)
        self.status = status
        self.body = {"error": {"code": code, "message": message, "type": kind, "details": {}}}


def not_found(message):
    return Failure(404, "NOT_FOUND", "NotFoundError", message)


def invalid(message):
    return Failure(422, "VALIDATION_ERROR", "ValidationError", message)


class Users:
    """The table of users. One connection, one caller at a time."""

    COLUMNS = "id, name, email, created_at"

    def __init__(self, path):
        self.lock = threading.Lock()
        self.database = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
        self.database.row_factory = sqlite3.Row
        self.database.execute(
            "CREATE TABLE IF NOT EXISTS users (id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL,"
            " email TEXT NOT NULL UNIQUE COLLATE NOCASE, created_at TEXT NOT NULL)"
        )

    def _rows(self, statement, *values):
        with self.lock:
            return [dict(row) for row in self.database.execute(statement, values)]

    def page(self, page, per_page):
        total = self._rows("SELECT count(*) AS total FROM users")[0]["total"]
        items = self._rows(
            f"SELECT {self.COLUMNS} FROM users ORDER BY id LIMIT ? OFFSET ?", per_page, (page - 1) * per_page
        )
        return {"items": items, "total": total, "page": page, "per_page": per_page}

    def create(self, name, email):
        now = datetime.now(timezone.utc).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        with self.lock:
            try:
                added = self.database.execute(
                    "INSERT INTO users (name, email, created_at) VALUES (?, ?, ?)", (name, email, now)
                )
            except sqlite3.IntegrityError:
                raise Failure(
                    409, "CONFLICT", "ConflictError", "A user with this e-mail address exists."
                ) from None
        return {"id": added.lastrowid, "name": name, "email": email, "created_at": now}

    def get(self, user_id):
        found = self._rows(f"SELECT {self.COLUMNS} FROM users WHERE id = ?", user_id)
        if not found:
            raise not_found(f"User {user_id} does not exist.")
        return found[0]

    def close(self):
        with self.lock:
            self.database.close()


class Server(ThreadingHTTPServer):
    """Answers each connection in a thread, and knows how many requests are being answered."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(self, address, users):
        super().__init__(address, Handler)
        self.users = users
        self.answering = 0
        self.changed = threading.Condition()
        self.stopping = False

    def answering_one(self, step):
        with self.changed:
            self.answering += step
            self.changed.notify_all()

    def drain(self):
        with self.changed:
            self.changed.wait_for(lambda: self.answering == 0, timeout=DRAIN_SECONDS)

    def handle_error(self, request, client_address):
        if not isinstance(sys.exc_info()[1], (ConnectionError, TimeoutError)):
            log("ERROR", "Connection failed", exception=repr(sys.exc_info()[1]))


class Handler(BaseHTTPRequestHandler):
    """One connection."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1  # buffered: head and body leave together

    def do_GET(self):
        self._answer()

    def do_POST(self):
        self._answer()

    def _answer(self):
        self.server.answering_one(+1)
        try:
            try:
                status, body = self._route(self._body())
            except Failure as failure:
                status, body = failure.status, failure.body
            except Exception as error:  # the caller learns nothing of it, the log everything
                log("ERROR", "Request failed", exception=repr(error))
                status, body = 500, Failure(500, "INTERNAL_ERROR", "InternalError", "internal error").body
            self._send(status, body)
        finally:
            self.server.answering_one(-1)

    def _route(self, body):
        url = urlsplit(self.path)
        match self.command, url.path.strip("/").split("/"):
            case "GET", ["health"]:
                return 200, {"status": "ok"}
            case "GET", ["api", "users"]:
                query = parse_qs(url.query)
                return 200, self.server.users.page(
                    number(query, "page", 1, 2**31 - 1), number(query, "per_page", 20, 100)
                )
            case "POST", ["api", "users"]:
                return 201, self.server.users.create(*new_user(body))
            case "GET", ["api", "users", user_id]:
                return 200, self.server.users.get(integer(user_id))
        raise not_found("There is nothing here.")

    def _body(self):
        if "Transfer-Encoding" in self.headers:
            self.close_connection = True
            raise Failure(411, "VALIDATION_ERROR", "ValidationError", "Content-Length is missing.")
        length = self.headers.get("Content-Length", "0")
        if not length.isascii() or not length.isdigit() or int(length) > BODY_BYTES_MAX:
            self.close_connection = True
            raise Failure(413, "PAYLOAD_TOO_LARGE", "PayloadTooLargeError", "The body is too large.")
        return self.rfile.read(int(length))

    def _send(self, status, body):
        payload = json.dumps(body, ensure_ascii=False).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(payload)))
        if self.server.stopping or self.close_connection:
            self.send_header("Connection", "close")
            self.close_connection = True
        self.end_headers()
        self.wfile.write(payload)
        self.wfile.flush()

    def send_error(self, code, message=None, explain=None):
        """Replaces the HTML that the library answers to what is not HTTP, or another method."""
        self.close_connection = True
        name = "METHOD_NOT_ALLOWED" if code == 501 else "VALIDATION_ERROR"
        kind = "MethodNotAllowedError" if code == 501 else "ValidationError"
        self._send(405 if code == 501 else code, Failure(code, name, kind, "the request is not understood").body)

    def log_message(self, format, *args):
        """Says nothing: the bridge writes a line for every request."""


def number(query, name, default, highest):
    value = integer(query[name][0]) if name in query else default
    if not 1 <= value <= highest:
        raise invalid(f"The value of {name} is out of range.")
    return value


def integer(text):
    try:
        value = int(text)
    except ValueError:
        raise invalid("This is not a whole number.") from None
    if not -(2**63) <= value < 2**63:
        raise invalid("This is not a 64-bit number.")
    return value


def new_user(body):
    try:
        user = json.loads(body)
        name, email = user["name"], user["email"]
    except (ValueError, KeyError, TypeError):
        raise invalid("Name and email are wanted.") from None
    if not isinstance(name, str) or not isinstance(email, str):
        raise invalid("Name and email are texts.")
    return name, email


def log(level, message, **fields):
    now = datetime.now(timezone.utc).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    line = {"timestamp": now, "level": level, "service": "users", "language": "python", "logger": "main"}
    print(json.dumps({**line, "message": message, **fields}), file=sys.stderr, flush=True)


def main():
    users = Users(os.environ.get("USERS_DB", ":memory:"))
    server = Server(("127.0.0.1", int(os.environ["PORT"])), users)

    def stop(*_):
        server.stopping = True
        # `shutdown` waits for the loop that this very thread runs.
        threading.Thread(target=server.shutdown).start()

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    log("INFO", "Listening", port=server.server_port)
    server.serve_forever(poll_interval=0.05)
    server.server_close()
    server.drain()
    users.close()
    log("INFO", "Stopped")


if __name__ == "__main__":
    main()
