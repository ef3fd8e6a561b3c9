"""Faults that can be switched on: for everybody, a platform, an account, an operation, or one request.

A request asks for its own with the header `X-Sandbox-Fault: lost_after` or `latency; seconds=2, error_after`.
"""

from __future__ import annotations

import itertools
import random
import re
from dataclasses import asdict, dataclass, field
from typing import Any, Protocol

OPERATIONS = (
    "consent", "token", "refresh", "stage", "commit", "find", "read", "comment", "edit", "delete", "metrics", "revoke",
)  # fmt: skip

DELAYING = ("latency",)
# Nothing has happened on the platform when these answer.
BEFORE = ("rate_limited", "error_before", "lost_before", "garbage_before")
# The platform has done what it was asked; only the answer is wrong or missing. A refusal stays a refusal.
AFTER = ("error_after", "lost_after", "garbage")
# Read by the platform's own code while it does its work.
PROCESSING = ("slow_processing", "failed_processing")
KINDS = (*DELAYING, "token_revoked", *BEFORE, *AFTER, *PROCESSING)

DEFAULT_SECONDS = {"latency": 1.0, "rate_limited": 60.0, "slow_processing": 60.0}


class FaultRefused(ValueError):
    """The fault makes no sense; the message says why."""


class Target(Protocol):
    """What a fault is held against: a request on its way in."""

    @property
    def platform_name(self) -> str: ...
    @property
    def operation(self) -> str: ...
    @property
    def path(self) -> str: ...
    @property
    def account_names(self) -> tuple[str, ...]: ...


@dataclass(slots=True)
class Fault:
    kind: str
    platform: str = ""  # empty: every platform
    account: str = ""  # handle or id; empty: every account
    path: str = ""  # an operation's name or a regular expression; empty: every request
    times: int | None = 1  # None: until cleared
    probability: float = 1.0
    seconds: float = 0.0
    id: int = 0
    hits: int = 0
    _pattern: re.Pattern[str] | None = field(default=None, repr=False)

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise FaultRefused(f"There is no fault {self.kind!r}; there are {', '.join(KINDS)}.")
        if not _is_number(self.probability) or not 0 <= self.probability <= 1:
            raise FaultRefused("probability is a number between 0 and 1.")
        if not _is_number(self.seconds) or self.seconds < 0:
            raise FaultRefused("seconds is a number, and not below 0.")
        if self.times is not None and (not isinstance(self.times, int) or self.times < 1):
            raise FaultRefused("times is a whole number from 1, or null for always.")
        if not all(isinstance(value, str) for value in (self.platform, self.account, self.path)):
            raise FaultRefused("platform, account and path are text.")
        self.seconds = self.seconds or DEFAULT_SECONDS.get(self.kind, 0.0)
        if self.path and self.path not in OPERATIONS:
            try:
                self._pattern = re.compile(self.path)
            except re.error as error:
                raise FaultRefused(f"path is no regular expression: {error}.") from error

    @property
    def is_spent(self) -> bool:
        return self.times is not None and self.hits >= self.times

    def meets(self, target: Target) -> bool:
        if self.platform and self.platform != target.platform_name:
            return False
        if self.account and self.account not in target.account_names:
            return False
        if self._pattern:
            return bool(self._pattern.search(target.path))
        return not self.path or self.path == target.operation

    def shown(self) -> dict[str, Any]:
        return {name: value for name, value in asdict(self).items() if name != "_pattern"}


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


class Faults:
    def __init__(self) -> None:
        self._active: list[Fault] = []
        self._ids = itertools.count(1)
        self._random = random.Random()

    def add(self, fault: Fault) -> Fault:
        fault.id = next(self._ids)
        self._active.append(fault)
        return fault

    def active(self) -> tuple[Fault, ...]:
        return tuple(self._active)

    def clear(self, id: int | None = None) -> int:
        """Take away one fault, or all; say how many there were."""
        before = len(self._active)
        self._active = [] if id is None else [fault for fault in self._active if fault.id != id]
        return before - len(self._active)

    def take(self, target: Target, kinds: tuple[str, ...], own: list[Fault]) -> Fault | None:
        """The first fault of these kinds that strikes this request (its `own` first), counted as having struck."""
        for fault in (*own, *self._active) if own else self._active:
            if fault.kind not in kinds or fault.is_spent or not fault.meets(target):
                continue
            if fault.probability < 1 and self._random.random() >= fault.probability:
                continue
            fault.hits += 1
            return fault
        return None


def from_header(value: str) -> list[Fault]:
    """Read `X-Sandbox-Fault`; FaultRefused when it is not understood."""
    faults = []
    for part in filter(None, (part.strip() for part in value.split(","))):
        kind, *settings = (piece.strip() for piece in part.split(";"))
        options = dict(setting.partition("=")[::2] for setting in settings)
        try:
            seconds = float(options.pop("seconds", 0))
        except ValueError:
            raise FaultRefused("seconds is a number.") from None
        if options:
            raise FaultRefused(f"X-Sandbox-Fault knows seconds, not {', '.join(options)}.")
        faults.append(Fault(kind=kind, seconds=seconds))
    return faults
