"""What a plan allows, asked of the room above that knows plans: it says so when Django starts.

Alone, this room limits nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, Protocol

from apps.tenants.errors import NoRoomInPlan

WORKSPACES: Final = "workspaces"
SEATS: Final = "seats"
KEYS: Final = "keys"


class Authority(Protocol):
    """Who knows plans. Both are asked in the scope of the organization."""

    def refusal(self, of: str, used: Callable[[], int]) -> str:
        """Why there is no room for one more, in words, or ""; in the transaction that makes one."""

    def white_label(self) -> bool | None:
        """Whether the plan lets the organization leave out the name of the software; None: it says nothing."""


_authorities: list[Authority] = []


def register(authority: Authority) -> None:
    _authorities[:] = [authority]


def require(of: str, *, used: Callable[[], int]) -> None:
    """Make sure that the plan has room for one more workspace or seat, or raise NoRoomInPlan."""
    for authority in _authorities:
        if words := authority.refusal(of, used):
            raise NoRoomInPlan(words)


def white_label() -> bool | None:
    return next((authority.white_label() for authority in _authorities), None)
