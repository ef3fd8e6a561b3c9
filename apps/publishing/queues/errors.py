from __future__ import annotations


class QueueRefused(ValueError):
    """A queue cannot be like this; nothing was changed. `field` names the place, "" where it is about no field."""

    def __init__(self, words: str, *, field: str = "", code: str = "invalid") -> None:
        super().__init__(words)
        self.words = words
        self.field = field
        self.code = code
