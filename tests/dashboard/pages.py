"""Reading a rendered page the way a browser and a screen reader do."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser

CONTROLS = {"input", "select", "textarea"}
NAMELESS = {"hidden", "submit", "button"}
VOID = {"input", "br", "img", "link", "meta", "hr", "path", "rect", "circle", "use", "wbr", "source"}


@dataclass
class Element:
    tag: str
    attributes: dict[str, str]
    path: tuple[str, ...]
    within: list[Element] = field(default_factory=list, repr=False)

    def get(self, name: str) -> str:
        return self.attributes.get(name, "")


class Page(HTMLParser):
    """All elements of a page in order, each knowing what it stands in."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[Element] = []
        self.scripts: list[str] = []
        self._open: list[Element] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        path = tuple(one.tag for one in self._open)
        element = Element(tag, {name: value or "" for name, value in attrs}, path, list(self._open))
        self.elements.append(element)
        if tag not in VOID:
            self._open.append(element)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        path = tuple(one.tag for one in self._open)
        self.elements.append(Element(tag, {name: value or "" for name, value in attrs}, path, list(self._open)))

    def handle_endtag(self, tag: str) -> None:
        while self._open and self._open.pop().tag != tag:
            pass

    def handle_data(self, data: str) -> None:
        if self._open and self._open[-1].tag in {"script", "style"} and data.strip():
            self.scripts.append(data)

    def all(self, *tags: str) -> list[Element]:
        return [one for one in self.elements if one.tag in tags]

    @property
    def ids(self) -> list[str]:
        return [one.get("id") for one in self.elements if one.get("id")]

    def unlabelled(self) -> list[Element]:
        """Controls that a screen reader would call "edit text" and nothing more."""
        named = {one.get("for") for one in self.all("label")}
        return [
            one
            for one in self.all(*CONTROLS)
            if one.get("type") not in NAMELESS
            and not one.get("aria-label")
            and not (one.get("type") == "image" and one.get("alt"))
            and one.get("id") not in named
            and "label" not in one.path
        ]
