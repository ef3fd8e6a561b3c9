"""How long a round goes on taking more: for so many seconds, and not once its worker is ending."""

from __future__ import annotations

import threading
import time
from typing import Final

NEVER: Final = threading.Event()  # nobody sets it


class Shift:
    def __init__(self, seconds: float, ending: threading.Event) -> None:
        self._until = time.monotonic() + seconds
        self._ending = ending

    @property
    def is_over(self) -> bool:
        return self._ending.is_set() or time.monotonic() >= self._until
