"""HTML from the files in `pages/`: `$name` is filled in, and escaped unless it is `Markup` already."""

from __future__ import annotations

from functools import cache
from html import escape
from pathlib import Path
from string import Template
from typing import Any

from starlette.responses import HTMLResponse, Response

SANDBOX = Path(__file__).parent.parent
PAGES = SANDBOX / "pages"
STYLESHEET_PATH = "/_sandbox/sandbox.css"

# Pictures and styles of our own and nothing that runs. Forms may lead anywhere: consent ends at the caller's address.
HEADERS = {
    "Content-Security-Policy": "default-src 'none'; img-src 'self' http: data:; style-src 'self'; base-uri 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}


class Markup(str):
    """HTML that is safe as it stands."""


@cache
def _template(name: str) -> Template:
    return Template((PAGES / name).read_text("utf-8"))


def render(file: str, /, **values: Any) -> Markup:
    safe = {key: value if isinstance(value, Markup) else escape(str(value)) for key, value in values.items()}
    return Markup(_template(file).substitute(safe))


def join(parts: list[Markup]) -> Markup:
    return Markup("".join(parts))


def page(title: str, body: Markup, *, status: int = 200) -> HTMLResponse:
    """A whole page; its stylesheet is `/_sandbox/sandbox.css` on the same origin."""
    return HTMLResponse(render("page.html", title=title, body=body), status_code=status, headers=HEADERS)


@cache
def stylesheet() -> Response:
    return Response((SANDBOX / "static" / "sandbox.css").read_bytes(), media_type="text/css")
