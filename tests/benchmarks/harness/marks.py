"""Marked points of the engine, at which a worker can be struck: killed, or stopped in its tracks.

The engine knows nothing of them: a worker of a measurement wraps the functions named here (`place`). A point is armed
by a file of its name; whoever passes it next takes the file, so that one alone is struck, and meets its end there.
"""

from __future__ import annotations

import functools
import os
import signal
import threading
from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any, Final

ENGINE: Final = "apps.publishing.engine."
ADAPTER: Final = "adapter"  # the class that speaks for the platform
AMID_SECONDS: Final = 0.1  # a request is under way then: read by the platform, and not answered yet

Concerns = Callable[..., bool]


@dataclass(frozen=True, slots=True)
class Place:
    """A function of the engine, passed `before`, `after` or `amid` its work; `concerns` looks at its result and its
    arguments."""

    function: str
    when: str = "after"
    concerns: Concerns = lambda result, *_, **__: True


def _something(result: Any, *_: Any, **__: Any) -> bool:
    return bool(result)


def _closes(*outcomes: str) -> Concerns:
    return lambda _, __, outcome, *___, **____: outcome in outcomes


def _of_some(_: Any, rows: Any, *__: Any, **___: Any) -> bool:
    return bool(rows)


# Before the hour, in the order in which a post passes them.
PREPARING: Final[dict[str, tuple[Place, ...]]] = {
    "claimed ahead": (Place("claims.claim_ahead", concerns=_something),),
    "prepared, not told": (Place(f"{ADAPTER}.stage"),),
    "ready, not committed": (Place("ledger.close_all", concerns=_closes("ready")),),
    "ready": (Place("readiness.store"),),
}
LEAVING: Final[dict[str, tuple[Place, ...]]] = {
    "claiming, not committed": (Place("claims._with_ledger", concerns=_something),),
    "claimed": tuple(
        Place(f"claims.{name}", concerns=_something) for name in ("claim_ready", "claim_due", "claim_follow_ups")
    ),
    "read": (Place("departures.read", concerns=_something), Place("rounds.take", concerns=_something)),
    "intent, not committed": (Place("ledger.sent", concerns=_of_some),),
    "intent": (Place("intents.commit"),),
    "before the request": (Place(f"{ADAPTER}.commit", "before"),),
    "request under way": (Place(f"{ADAPTER}.commit", "amid"),),
    "answered": (Place(f"{ADAPTER}.commit"),),
    "receipt, before what follows": (Place("follow_ups.create", "before"),),
    "receipt, not committed": (
        Place("ledger.close_all", concerns=_closes("published")),
        Place("ledger.close", concerns=_closes("published")),
    ),
    "receipt": (Place("receipts.store_all"),),
    "before its address": (Place("locating.locate", "before"),),
}
MENDING: Final[dict[str, tuple[Place, ...]]] = {
    "lease freed, not committed": (Place("ledger.close_abandoned", concerns=_of_some),),
    "lost answer, not told": (Place("outcomes.settle", "before"),),
    "looked for, not told": (Place("reconcile._look"),),
    "found absent, not told": (Place("reconcile._send_again", "before"),),
}
ALL: Final = PREPARING | LEAVING | MENDING


class Board:
    """Where points are armed, and where it is seen which were struck."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder / "marks"
        self._folder.mkdir(exist_ok=True)

    def arm(self, point: str, how: signal.Signals) -> None:
        draft = self._folder / "draft"
        draft.write_text(how.name)
        draft.rename(self._armed(point))

    def disarm(self, point: str) -> None:
        self._armed(point).unlink(missing_ok=True)

    def taken(self, point: str) -> int | None:
        """The process that was struck there since it was armed, once."""
        for path in self._folder.glob(f"{self._armed(point).name}.*"):
            path.unlink()
            return int(path.suffix.removeprefix("."))
        return None

    def pass_by(self, point: str) -> None:
        """Meet what waits at this point, if anything does."""
        path = self._armed(point)
        try:
            how = path.read_text()
            path.rename(f"{path}.{os.getpid()}")
        except FileNotFoundError:  # It is not armed, or somebody else was quicker.
            return
        os.kill(os.getpid(), signal.Signals[how])

    def _armed(self, point: str) -> Path:
        return self._folder / point.replace(" ", "-").replace(",", "")


def place(board: Board, platform: str) -> None:
    """Wrap the functions of this process that are marked."""
    for point, places in ALL.items():
        for one in places:
            owner, _, name = one.function.partition(".")
            held = _adapter_class(platform) if owner == ADAPTER else import_module(ENGINE + owner)
            setattr(held, name, _marked(getattr(held, name), one, functools.partial(board.pass_by, point)))


def _marked(function: Callable[..., Any], place: Place, pass_by: Callable[[], None]) -> Callable[..., Any]:
    @functools.wraps(function)
    def marked(*given: Any, **named: Any) -> Any:
        if place.when == "before":
            pass_by()
        elif place.when == "amid":
            threading.Timer(AMID_SECONDS, pass_by).start()
        result = function(*given, **named)
        if place.when == "after" and place.concerns(result, *given, **named):
            pass_by()
        return result

    return marked


def _adapter_class(platform: str) -> Any:
    from apps.platforms import registry

    return registry.adapter_class(platform)
