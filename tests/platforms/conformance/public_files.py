"""Files at public addresses, which platforms come and get."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from tests.platforms.drafts import picture_bytes, video_bytes


@contextmanager
def public_files() -> Iterator[str]:
    """Any picture or video at any address, as our public media address would serve it."""
    files = {"image/jpeg": picture_bytes(width=400, height=400), "video/mp4": video_bytes()}

    class Files(BaseHTTPRequestHandler):
        def do_HEAD(self) -> None:
            self._answer()

        def do_GET(self) -> None:
            self.wfile.write(self._answer())

        def _answer(self) -> bytes:
            kind = "video/mp4" if self.path.endswith(".mp4") else "image/jpeg"
            self.send_response(200)
            self.send_header("content-type", kind)
            self.send_header("content-length", str(len(files[kind])))
            self.end_headers()
            return files[kind]

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Files)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join(5)
