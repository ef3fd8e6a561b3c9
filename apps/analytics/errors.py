"""What can be refused, in words for whoever asked."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any


class Refused(Exception):
    """Nothing was changed. `words` say why, and what to do."""

    def __init__(self, words: str, *, code: str) -> None:
        super().__init__(words)
        self.words = words
        self.code = code


class ImportRefused(Refused):
    """No import was begun."""


class HistoryRefused(Refused):
    """No file was taken in. `mistakes` name each cell and row that is not right."""

    def __init__(self, words: str, *, code: str, mistakes: Sequence[Any] = ()) -> None:
        super().__init__(words, code=code)
        self.mistakes = tuple(mistakes)


class TooManyRefreshes(Refused):
    """The workspace has asked for as many fresh figures as it may in a day."""


class PlanRefused(Refused):
    """The goal or the mix makes no sense, or there is no room for it."""


class AlertRuleRefused(Refused):
    """No such rule is kept. `field` says what is at fault."""

    def __init__(self, words: str, *, field: str, code: str = "invalid") -> None:
        super().__init__(words, code=code)
        self.field = field
