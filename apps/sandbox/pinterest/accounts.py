"""Accounts, the boards they have from the start, and what /user_account says of them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from starlette.responses import JSONResponse, Response

from apps.sandbox.core.rows import Account
from apps.sandbox.core.world import World
from apps.sandbox.pinterest import boards, growth
from apps.sandbox.pinterest.boards import PROTECTED, SECRET, Board, add_section, open_board
from apps.sandbox.pinterest.gate import PINTEREST, PRODUCTION, Visit

# Long enough that figures of the last 90 days exist.
OPENED_BEFORE = timedelta(days=400)
SHARED = "Shared ideas"


def open_account(world: World, handle: str, name: str) -> Account:
    """With boards: one that has sections, a secret, a protected and an ads-only one, and one that all share."""
    place = world.store.accounts.count("platform='pinterest'") + 1
    account = Account(
        platform=PINTEREST,
        id=f"27831361{place:011d}",
        handle=handle,
        name=name,
        created_at=world.now() - OPENED_BEFORE,
        data={"ad_account_id": f"5497{place:08d}", "followers": 90 + 41 * place, "following": 12 + 7 * place},
    )
    world.store.accounts.add(account)
    main = open_board(world, account, name, description=f"What {name} likes")
    for section in ("Spring", "Autumn"):
        add_section(world, main, section)
    open_board(world, account, "Work in progress", privacy=SECRET)
    open_board(world, account, "For the archive", privacy=PROTECTED)
    open_board(world, account, "Campaigns", is_ads_only=True)
    _share(world, account)
    return account


def _share(world: World, account: Account) -> None:
    """The first account owns the board that the others pin on, too."""
    kept = world.box(PINTEREST, "shared").get("board")
    board = boards.load(world, kept["board"]) if kept else None
    if board is None:
        board = open_board(world, account, SHARED)
        world.box(PINTEREST, "shared").put("board", {"board": board.id})
    boards.join(world, board, account)


async def user_account(visit: Visit) -> Response:
    """GET /v5/user_account"""
    return JSONResponse(describe(visit, visit.account))


def describe(visit: Visit, account: Account) -> dict[str, Any]:
    world, is_business = visit.world, visit.setting("account_type") == "BUSINESS"
    own = [board for board in _boards(visit, account) if board.owner_id == account.id]
    pins = "platform=? AND account_id=? AND deleted_at IS NULL AND json_extract(data, '$.environment')=?"
    values = (PINTEREST, account.id, visit.environment)
    answer = {
        "id": account.id,
        "username": account.handle,
        "account_type": visit.setting("account_type"),
        "profile_image": world.avatar_url(account),
        "business_name": account.name if is_business else None,
        "website_url": f"{account.handle}.example" if is_business else None,
        "about": "",
        "board_count": len(own),
        "pin_count": world.store.posts.count(pins, values),
        "follower_count": growth.followers(world, account),
        "following_count": account.data["following"],
        "monthly_views": growth.monthly_views(world, account) if visit.environment == PRODUCTION else 0,
    }
    if not visit.setting("tells_id"):
        del answer["id"]
    return answer


def _boards(visit: Visit, account: Account) -> list[Board]:
    return boards.of_account(visit.world, account, visit.environment)
