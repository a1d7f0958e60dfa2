"""Run: python -m tests.botapi [--port PORT] [--token TOKEN] [--retry-interval SECONDS] [--bale]."""

import argparse
import socket

import uvicorn

from tests.botapi.app import create_app
from tests.botapi.client import TOKEN


def listening_socket(port: int) -> socket.socket:
    """Named as TCP, or asyncio leaves Nagle's delay of 40 ms an answer on."""
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind(("127.0.0.1", port))
    listener.listen()
    return listener


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.botapi")
    parser.add_argument("--port", type=int, default=0, help="0 takes any free port")
    parser.add_argument("--token", default=TOKEN)
    parser.add_argument("--retry-interval", type=float, default=0.2, help="of the webhook")
    parser.add_argument("--bale", action="store_true", help="behave as Bale where it differs")
    given = parser.parse_args()
    app = create_app(given.token, given.retry_interval, is_bale=given.bale)
    with listening_socket(given.port) as listener:
        print(f"listening on http://127.0.0.1:{listener.getsockname()[1]}", flush=True)
        config = uvicorn.Config(
            app, log_level="critical", timeout_graceful_shutdown=1, date_header=False
        )
        uvicorn.Server(config).run(sockets=[listener])


if __name__ == "__main__":
    main()
