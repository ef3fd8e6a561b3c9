"""What can be refused, in words for whoever asked."""

from __future__ import annotations


class LinkRefused(Exception):
    """Nothing was changed. `field` says what is at fault."""

    def __init__(self, words: str, *, field: str, code: str = "invalid") -> None:
        super().__init__(words)
        self.words = words
        self.field = field
        self.code = code
