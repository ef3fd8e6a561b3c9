"""How many bytes may be on their way to platforms at once: films wait for each other, words wait for nobody."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Final

from apps.platforms.contract import Draft
from apps.platforms.formats import limits_of
from apps.publishing.engine.work import Work

PATIENCE: Final = timedelta(seconds=60)  # what waited so long goes on all the same: its lease is running


class Freight:
    """`most` bytes under way at a time; one that is heavier than that goes when it is alone."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._under_way = 0
        self._changed = threading.Condition()

    @contextmanager
    def carrying(self, size: int) -> Iterator[None]:
        size = min(size, self._most)
        with self._changed:
            self._changed.wait_for(lambda: self._under_way + size <= self._most, PATIENCE.total_seconds())
            self._under_way += size
        try:
            yield
        finally:
            with self._changed:
                self._under_way -= size
                self._changed.notify_all()


def weight(work: Work | None) -> int:
    """The bytes that we send for it; none where the platform fetches them, or where it is not known yet."""
    if work is None or limits_of(work.draft, work.adapter.capabilities).pulls_media:
        return 0
    return _size(work.draft)


def _size(draft: Draft) -> int:
    captions = sum(one.file.size for one in draft.captions)
    return sum(file.size for file in draft.media) + (draft.cover.size if draft.cover else 0) + captions
