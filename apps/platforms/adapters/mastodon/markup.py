"""From the HTML that a server made of a post back to the text that was sent, near enough to compare the two."""

from __future__ import annotations

import re
import unicodedata
from html.parser import HTMLParser


def flat(text: str) -> str:
    """A text as it is compared: one normal form, mentions without hosts, white space collapsed."""
    text = re.sub(r"(?<!\w)(@\w[\w.-]*)@[\w.-]*\w", r"\1", unicodedata.normalize("NFC", text))
    return " ".join(text.split())


def text_of(html: str) -> str:
    """The text of a post's `content`: links by their address, which is shown shortened, and lines as they were."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    return "".join(reader.pieces)


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.pieces: list[str] = []
        self._hidden = 0  # how many open elements replace or drop the text inside them

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = dict(attrs)
        classes = set((attributes.get("class") or "").split())
        if self._hidden:
            self._hidden += tag in {"a", "p"}
        elif tag == "br":
            self.pieces.append("\n")
        elif tag == "p":
            self.pieces.append("\n\n")
            self._hidden += "quote-inline" in classes
        elif tag == "a" and classes.isdisjoint({"mention", "hashtag"}):
            self.pieces.append(attributes.get("href") or "")
            self._hidden += 1

    def handle_endtag(self, tag: str) -> None:
        if self._hidden and tag in {"a", "p"}:
            self._hidden -= 1

    def handle_data(self, data: str) -> None:
        if not self._hidden:
            self.pieces.append(data)
