"""Pins that can be read: one by its id, all of one's own, all of a board, whoever's they are.

Lists are newest first in practice, which is not documented (`oldest_first`), and may be late (`list_lag_seconds`).
Where Pinterest's documentation is silent: a pin on a board of which the caller is no member is refused with 7.
"""

from __future__ import annotations

from datetime import timedelta

from starlette.responses import JSONResponse, Response

from apps.sandbox.core.rows import Post
from apps.sandbox.pinterest import boards, errors, paging
from apps.sandbox.pinterest.boards import SECRET
from apps.sandbox.pinterest.gate import PINTEREST, PRODUCTION, Visit
from apps.sandbox.pinterest.shown import describe

OWN = "platform=? AND account_id=? AND deleted_at IS NULL"


def reachable(visit: Visit, id: str) -> Post:
    """A pin that the caller may look at."""
    pin = visit.world.post(PINTEREST, id)
    if pin is None or _environment(pin) != visit.environment:
        raise errors.no_pin()
    settle(visit, pin)
    boards.reachable(visit, pin.data["board_id"])
    return pin


def own(visit: Visit, id: str) -> Post:
    """A pin that the caller has made."""
    pin = reachable(visit, id)
    if pin.account_id != visit.account.id:
        raise errors.not_yours()
    return pin


def settle(visit: Visit, pin: Post) -> Post:
    """A pin that was planted into the past names no board: it hangs on the first one of its account."""
    if not pin.data["board_id"]:
        author = visit.world.account(PINTEREST, pin.account_id) or visit.account
        pin.data["board_id"] = boards.of_account(visit.world, author, PRODUCTION)[0].id
        pin.data["description"] = pin.text
    return pin


def _environment(pin: Post) -> str:
    return str(pin.data["environment"])


async def get(visit: Visit) -> Response:
    """GET /v5/pins/{id}"""
    pin = reachable(visit, visit.part())
    return JSONResponse(describe(visit, pin, with_metrics=visit.query("pin_metrics") == "true"))


async def list_own(visit: Visit) -> Response:
    """GET /v5/pins: those on secret boards only for whoever has the scope for them."""
    found = [settle(visit, pin) for pin in _listed(visit, OWN, (PINTEREST, visit.account.id))]
    if "pins:read_secret" not in visit.token.scopes:
        mine = boards.of_account(visit.world, visit.account, visit.environment)
        secret = {board.id for board in mine if board.privacy == SECRET}
        found = [pin for pin in found if pin.data["board_id"] not in secret]
    return _page(visit, found)


async def list_of_board(visit: Visit) -> Response:
    """GET /v5/boards/{id}/pins"""
    board = boards.reachable(visit, visit.part())
    return _page(visit, _listed(visit, boards.ON_BOARD, (PINTEREST, board.id)))


def _listed(visit: Visit, where: str, values: tuple[str, ...]) -> list[Post]:
    lag = timedelta(seconds=float(visit.setting("list_lag_seconds")))
    until = (visit.world.now() - lag).timestamp()
    turn = "ASC" if visit.setting("oldest_first") else "DESC"
    found = visit.world.store.posts.select(
        f"{where} AND created_at <= ?", (*values, until), order=f"created_at {turn}, seq {turn}"
    )
    return [pin for pin in found if _environment(pin) == visit.environment]


def _page(visit: Visit, pins: list[Post]) -> Response:
    with_metrics = visit.query("pin_metrics") == "true"
    return paging.page(visit, pins, lambda pin: describe(visit, pin, with_metrics=with_metrics), key=lambda pin: pin.id)
