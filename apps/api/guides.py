"""The guides for integrators, as pages: which there are, in what order, and their text from `docs/` as HTML.

What is in `docs/` is the one source: in the repository one reads the same as at /developers/.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe
from django.utils.text import slugify
from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token

DOCS: Final = Path(settings.BASE_DIR) / "docs"
# The file under docs/, with a sentence for the list of all guides; the page is called as the file is.
PARTS: Final = {
    "Begin": {
        "guides/quick-start.md": "From a key to a post that is out, with curl and with Python.",
        "guides/testing.md": "Test keys and simulated networks, where nothing is real.",
        "guides/requests.md": "Keys, ids, lists, and changing what somebody else may be changing too.",
    },
    "Build": {
        "guides/workspaces.md": "Many customers, kept apart, under your own names for them.",
        "guides/connecting.md": "Your customers connect their accounts themselves, on pages that carry your name.",
        "guides/media.md": "Pictures and films, in one request or in pieces.",
        "guides/posts.md": "Writing, checking, planning, changing, trying again; labels, campaigns and templates.",
        "guides/queues.md": "The hours of the week that posts take in turn.",
        "guides/approvals.md": "Posts that go out only once somebody has said yes, and what each race comes to.",
        "guides/links.md": "Where visits come from, short links of your own, and how often they are followed.",
        "guides/analytics.md": "What networks tell of accounts and posts, and what was there before.",
        "guides/reports.md": "What clients are shown: frozen figures, as a page, on paper, in a sheet, by mail.",
        "guides/webhooks.md": "Being told of what happens, and knowing that it was us.",
    },
    "Run": {
        "guides/idempotency.md": "What makes every request safe to send again.",
        "guides/errors.md": "How requests are refused, and what to do about it.",
        "guides/limits.md": "How often, how much, and what was used by whom.",
        "guides/audit.md": "The trail that is added to and never changed.",
        "events.md": "What events are called, and what they mean.",
        "guides/changes.md": "What is new in the API.",
    },
}
LANGUAGES: Final = {"sh": "Shell", "python": "Python", "json": "JSON", "http": "HTTP"}


@dataclass(frozen=True, slots=True)
class Guide:
    """A page of ours: `name` is its address under /developers/."""

    name: str
    file: str
    part: str
    summary: str

    @property
    def path(self) -> Path:
        return DOCS / self.file

    @property
    def url(self) -> str:
        return reverse("developers:guide", args=[self.name])

    @property
    def title(self) -> str:
        return rendered(self).title


@dataclass(frozen=True, slots=True)
class Section:
    """A heading of a page, for the list beside it."""

    anchor: str
    title: str


@dataclass(frozen=True, slots=True)
class Rendered:
    title: str
    body: SafeString
    sections: tuple[Section, ...]


GUIDES: Final = {
    Path(file).stem: Guide(Path(file).stem, file, part, summary)
    for part, files in PARTS.items()
    for file, summary in files.items()
}


def parts() -> list[tuple[str, list[Guide]]]:
    """All guides by their part, in reading order."""
    return [(part, [guide for guide in GUIDES.values() if guide.part == part]) for part in PARTS]


def neighbours(guide: Guide) -> tuple[Guide | None, Guide | None]:
    """What is read before and after it."""
    order = list(GUIDES.values())
    here = order.index(guide)
    return order[here - 1] if here else None, order[here + 1] if here + 1 < len(order) else None


def rendered(guide: Guide) -> Rendered:
    """The guide as HTML; read again when its file has changed."""
    return _rendered(guide, guide.path.stat().st_mtime_ns)


@lru_cache(maxsize=64)
def _rendered(guide: Guide, _changed: int) -> Rendered:
    tokens = _MARKDOWN.parse(guide.path.read_text(encoding="utf-8"))
    headings = list(_headings(tokens))
    title = next((words for token, words in headings if token.tag == "h1"), guide.name)
    sections = tuple(Section(str(token.attrs["id"]), words) for token, words in headings if token.tag == "h2")
    for token in tokens:
        _turn_links(token.children or [], seen_from=guide.path)
    html = _MARKDOWN.renderer.render(tokens, _MARKDOWN.options, {})
    return Rendered(title, mark_safe(html), sections)  # noqa: S308 - written by us, and HTML in it stays text


def target(href: str, *, seen_from: Path) -> str | None:
    """Where a link of a document leads at /developers/: to the guide of that file, or to the schema. None: nowhere, for
    that document is not for integrators."""
    address = urlsplit(href)
    if address.scheme or not address.path:
        return href
    file = (seen_from.parent / address.path).resolve()
    anchor = f"#{address.fragment}" if address.fragment else ""
    if file == DOCS / "api/openapi.json":
        return reverse("api:openapi")
    guide = next((guide for guide in GUIDES.values() if guide.path == file), None)
    return f"{guide.url}{anchor}" if guide else None


# --- markdown


def _headings(tokens: list[Token]) -> Iterator[tuple[Token, str]]:
    """Each heading with its words; it gets an id of its own that links can name."""
    seen: set[str] = set()
    for token, inline in itertools.pairwise(tokens):
        if token.type != "heading_open":
            continue
        words = re.sub(r"[`*]", "", inline.content)
        anchor = slugify(words) or "section"
        while anchor in seen or anchor == "main":  # which every page has already
            anchor += "-"
        seen.add(anchor)
        token.attrs["id"] = anchor
        yield token, words


def _turn_links(tokens: list[Token], *, seen_from: Path) -> None:
    """Let each lead where it leads on our pages; of one that leads nowhere the words stay."""
    is_link = True
    for token in tokens:
        if token.type == "link_open":
            href = target(str(token.attrs["href"]), seen_from=seen_from)
            token.attrs, is_link = {"href": href} if href else {}, href is not None
        if token.type in ("link_open", "link_close") and not is_link:
            token.tag = "span"


class _Renderer(RendererHTML):
    """Code has a button that copies it, and what is too wide for a phone scrolls by itself."""

    def fence(self, tokens: Sequence[Token], idx: int, options: Any, env: Any) -> str:
        language = tokens[idx].info.strip()
        code = {"id": f"code-{idx}", "code": tokens[idx].content.rstrip("\n")}
        return render_to_string("api/_code.html", {**code, "language": LANGUAGES.get(language, language)})

    code_block = fence

    def table_open(self, tokens: Sequence[Token], idx: int, options: Any, env: Any) -> str:
        number = sum(token.type == "table_open" for token in tokens[: idx + 1])
        return f'<div class="table-wrap" tabindex="0" role="region" aria-label="Table {number}"><table class="table">'

    def table_close(self, tokens: Sequence[Token], idx: int, options: Any, env: Any) -> str:
        return "</table></div>"

    def th_open(self, tokens: Sequence[Token], idx: int, options: Any, env: Any) -> str:
        return '<th scope="col">'


_MARKDOWN: Final = MarkdownIt("commonmark", {"html": False}, renderer_cls=_Renderer).enable("table")
