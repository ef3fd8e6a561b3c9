"""A small web server with the pictures that a test asks for."""

from __future__ import annotations

import io
import os
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from PIL import Image


def picture(width: int = 1080, height: int = 1080, kind: str = "JPEG") -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", (width, height), "teal").save(buffer, kind)
    return buffer.getvalue()


def animation() -> bytes:
    frames = [Image.new("RGB", (32, 32), colour) for colour in ("teal", "navy")]
    buffer = io.BytesIO()
    frames[0].save(buffer, "GIF", save_all=True, append_images=frames[1:])
    return buffer.getvalue()


def video() -> bytes:
    """Not a film, but it begins like one."""
    return b"\x00\x00\x00\x18ftypmp42" + os.urandom(64)


class Gallery:
    def __init__(self) -> None:
        self._files: dict[str, bytes] = {}
        gallery = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                content = gallery._files.get(self.path)
                self.send_response(200 if content is not None else 404)
                self.send_header("Content-Length", str(len(content or b"")))
                self.end_headers()
                self.wfile.write(content or b"")

            def log_message(self, format: str, *args: Any) -> None:
                """Say nothing: the tests' output is for failures."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05})

    def __enter__(self) -> Gallery:
        self._thread.start()
        return self

    def __exit__(self, *error: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def hang(self, content: bytes) -> str:
        """Put it on the wall; its address."""
        return self.put(f"/{len(self._files)}.jpg", content)

    def put(self, path: str, content: bytes) -> str:
        """In a place of its own, such as /robots.txt."""
        self._files[path] = content
        return self.missing(path)

    def missing(self, path: str = "/nothing.jpg") -> str:
        return f"http://127.0.0.1:{self._server.server_port}{path}"
