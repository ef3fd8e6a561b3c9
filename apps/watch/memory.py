"""Answers that are good for some seconds, remembered in the process."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from typing import Final, Generic, TypeVar

V = TypeVar("V")


class Memory(Generic[V]):
    """`get` makes an answer once in `seconds` for each key, and holds the `most` that were asked for last."""

    def __init__(self, *, seconds: float, most: int) -> None:
        self._seconds: Final = seconds
        self._most: Final = most
        self._lock = threading.Lock()
        self._kept: OrderedDict[str, tuple[float, V]] = OrderedDict()

    def get(self, key: str, make: Callable[[], V]) -> V:
        with self._lock:
            good_until, kept = self._kept.get(key, (0.0, None))
        if time.monotonic() < good_until:
            return kept  # type: ignore[return-value]
        made = make()
        with self._lock:
            self._kept[key] = (time.monotonic() + self._seconds, made)
            self._kept.move_to_end(key)
            while len(self._kept) > self._most:
                self._kept.popitem(last=False)
        return made

    def clear(self) -> None:
        with self._lock:
            self._kept.clear()
