"""How a post will look on each account: for whoever writes it, and for whoever approves it."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Final
from uuid import UUID

from apps.platforms.contract import Draft
from apps.platforms.validation import max_text, text_length
from apps.posts.manuscripts import Edition, Manuscript
from apps.posts.outgoing import parts_on

# A network's way of showing a post: pictures first and text below, or text first.
FAMILIES: Final[Mapping[str, str]] = {"instagram": "feed", "facebook": "feed", "linkedin": "feed"}
FOLDS_AFTER: Final[Mapping[str, int]] = {"instagram": 125}
_TAGGED = re.compile(r"https?://\S+|(?<![\w&])[#@]\w[\w.@-]*")


@dataclass(frozen=True, slots=True)
class Picture:
    """A file in a preview; `url` is "" where there is nothing to see (a document)."""

    url: str
    alt: str
    kind: str = "image"


@dataclass(frozen=True, slots=True)
class Segment:
    """A piece of the text; `kind` is "" for plain, "tagged", "over" the limit, or "cut" for what folds away."""

    text: str
    kind: str = ""


@dataclass(frozen=True, slots=True)
class Preview:
    id: UUID
    label: str
    handle: str
    platform: str
    family: str
    is_open: bool
    segments: list[Segment]
    media: list[Picture]
    after: list[str]
    title: str  # of a film or a document, where the network shows one
    folds_after: int | None  # so many characters of the text are shown at first, and there are more


def preview(
    manuscript: Manuscript, edition: Edition, *, pictures: list[Picture], is_open: bool, is_whole: bool = False
) -> Preview:
    """The post on one account. What is too long is marked, so that one sees which words are at fault. `is_whole`: with
    the words that the network folds away, for whoever is to have read all of them."""
    account = edition.account
    main, *after = (part.draft for part in parts_on(manuscript, edition))
    fold = FOLDS_AFTER.get(account.platform)
    fits = fitting(main, edition)
    return Preview(
        id=account.pk,
        label=account.name or account.handle,
        handle=f"@{account.handle}",
        platform=account.platform,
        family=FAMILIES.get(account.platform, "micro"),
        is_open=is_open,
        segments=list(_segments(main.text, fits, None if is_whole else fold)),
        media=pictures,
        after=[draft.text for draft in after],
        title=_title(manuscript, edition),
        folds_after=fold if fold and len(main.text) > fold else None,
    )


def _title(manuscript: Manuscript, edition: Edition) -> str:
    media = manuscript.passages[0].media
    shown = {**edition.options, **edition.titled_by(media)} if media else {}
    return next((shown[one.name] for one in edition.capabilities.options if one.names_file and one.name in shown), "")


def fitting(draft: Draft, edition: Edition) -> int:
    """How many characters of the text fit, found by halving: lengths only grow as words are added."""
    limit = max_text(draft, edition.capabilities)
    if text_length(draft, edition.capabilities) <= limit:
        return len(draft.text)
    lengths = range(len(draft.text) + 1)
    return max(0, bisect_right(lengths, limit, key=lambda end: _length(draft, edition, end)) - 1)


def _length(draft: Draft, edition: Edition, end: int) -> int:
    return text_length(replace(draft, text=draft.text[:end]), edition.capabilities)


def _segments(text: str, fits: int, fold: int | None) -> Iterator[Segment]:
    if fits < len(text):
        yield from _tagged(text[:fits])
        yield Segment(text[fits:], "over")
    elif fold and len(text) > fold:
        yield from _tagged(text[:fold].rsplit(" ", 1)[0])
        yield Segment("…", "cut")
    else:
        yield from _tagged(text)


def _tagged(text: str) -> Iterator[Segment]:
    at = 0
    for found in _TAGGED.finditer(text):
        if found.start() > at:
            yield Segment(text[at : found.start()])
        yield Segment(found.group(), "tagged")
        at = found.end()
    if at < len(text):
        yield Segment(text[at:])
