"""What can be refused, in words for whoever asked."""

from __future__ import annotations


class Refused(Exception):
    """Nothing was changed. `words` say why, and what to do."""

    def __init__(self, words: str, *, code: str) -> None:
        super().__init__(words)
        self.words = words
        self.code = code


class ImportRefused(Refused):
    """No import was begun."""


class TooManyRefreshes(Refused):
    """The workspace has asked for as many fresh figures as it may in a day."""


class PlanRefused(Refused):
    """The goal or the mix makes no sense, or there is no room for it."""
