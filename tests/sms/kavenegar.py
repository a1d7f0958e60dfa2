"""A Kavenegar that answers as its documentation says: sent, received, status, errors, repeats."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import parse_qsl

KEY, LINE = "a-key-of-the-panel", "10004346"


@dataclass
class PlayedKavenegar:
    """`failing` is the status with which sending is answered, if it is to fail."""

    url: str = ""
    failing: int | None = None
    sent: dict[str, dict[str, Any]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    unread: list[dict[str, Any]] = field(default_factory=list)

    @classmethod
    @contextmanager
    def running(cls) -> Iterator["PlayedKavenegar"]:
        played = cls()

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                length = int(self.headers.get("Content-Length", 0))
                given = dict(parse_qsl(self.rfile.read(length).decode(), keep_blank_values=True))
                status, entries = played.answer(self.path, given)
                body = {"return": {"status": status, "message": "…"}, "entries": entries}
                self.send_response(status)
                self.send_header("Content-Type", "application/json; charset=utf-8")
                self.end_headers()
                self.wfile.write(json.dumps(body).encode())

            def log_message(self, *_: object) -> None:
                pass

        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        played.url = f"http://127.0.0.1:{server.server_address[1]}"
        thread = Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        try:
            yield played
        finally:
            server.shutdown()
            thread.join()
            server.server_close()

    def answer(self, path: str, given: dict[str, str]) -> tuple[int, Any]:
        _, version, key, what = path.split("/", 3)
        if (version, key) != ("v1", KEY):
            return 403, None
        self.asked.append(what)
        match what:
            case "sms/send.json":
                return self._send(given)
            case "sms/receive.json" if given == {"linenumber": LINE, "isread": "0"}:
                unread, self.unread = self.unread, []
                return 200, unread or None
            case "sms/status.json":
                by_id = {str(it["messageid"]): it for it in self.sent.values()}
                asked = [by_id[it] for it in given["messageid"].split(",") if it in by_id]
                return 200, [{k: it[k] for k in ("messageid", "status")} for it in asked]
            case _:
                return 404, None

    def _send(self, given: dict[str, str]) -> tuple[int, Any]:
        if self.failing is not None:
            return self.failing, None
        if not given["message"] or len(given["message"]) > 900:
            return 413, None
        if given["sender"] != LINE:
            return 412, None
        known = self.sent.setdefault(
            given["localid"],
            {
                "messageid": 8792343 + len(self.sent),
                "message": given["message"],
                "status": 1,
                "statustext": "در صف ارسال",
                "sender": LINE,
                "receptor": given["receptor"],
                "date": 1790000000,
                "cost": 120,
            },
        )
        return 200, [known]

    def settle(self, status: int) -> None:
        for it in self.sent.values():
            it["status"] = status

    def bring(self, number: str, sender: str, message: str) -> None:
        self.unread.append(
            {
                "messageid": number,
                "message": message,
                "sender": sender,
                "receptor": LINE,
                "date": 1790000000,
            }
        )
