"""What can be refused, in words for whoever asked."""

from __future__ import annotations


class ReportRefused(Exception):
    """Nothing was changed. `words` say why, and what to do."""

    def __init__(self, words: str, *, code: str) -> None:
        super().__init__(words)
        self.words = words
        self.code = code


class Malformed(Exception):
    """What was asked for makes no sense; `field` says where."""

    def __init__(self, field: str, words: str) -> None:
        super().__init__(words)
        self.field = field
        self.words = words
