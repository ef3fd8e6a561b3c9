"""Boards and their sections: where a pin hangs. A board may be shared, secret, or for ads alone.

Where Pinterest's documentation is silent: a board of which the caller is no member is refused with 7, an ads-only
board takes no pins (7), and two sections of a board cannot have the same name (409).
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any

from starlette.responses import Response

from apps.sandbox.core.rows import Account
from apps.sandbox.core.world import World
from apps.sandbox.pinterest import errors, paging, schema
from apps.sandbox.pinterest.gate import BOARDS_READ, PINTEREST, PRODUCTION, Visit
from apps.sandbox.pinterest.times import wording

PUBLIC, PROTECTED, SECRET = "PUBLIC", "PROTECTED", "SECRET"
PRIVACIES = (PUBLIC, PROTECTED, SECRET)
ON_BOARD = "platform=? AND deleted_at IS NULL AND json_extract(data, '$.board_id')=?"


@dataclass(slots=True)
class Board:
    id: str
    owner_id: str
    name: str
    created_at: str
    description: str = ""
    privacy: str = PUBLIC
    is_ads_only: bool = False
    environment: str = PRODUCTION
    sections: list[dict[str, str]] = field(default_factory=list)

    def section(self, id: str) -> dict[str, str] | None:
        return next((section for section in self.sections if section["id"] == id), None)


def open_board(world: World, owner: Account, name: str, **details: Any) -> Board:
    board = Board(str(world.number()), owner.id, name, wording(world, world.now()), **details)
    save(world, board)
    join(world, board, owner)
    return board


def save(world: World, board: Board) -> None:
    world.box(PINTEREST, "board").put(board.id, asdict(board), owner=board.owner_id)


def load(world: World, id: str) -> Board | None:
    data = world.box(PINTEREST, "board").get(id)
    return Board(**data) if data else None


def join(world: World, board: Board, account: Account) -> None:
    """From now on this account may pin on the board."""
    world.box(PINTEREST, "member").put(f"{board.id} {account.id}", {"board": board.id}, owner=account.id)


def of_account(world: World, account: Account, environment: str) -> list[Board]:
    """Its own and those that it shares, in the order in which it came to them."""
    members = world.box(PINTEREST, "member").all(owner=account.id)
    boards = [load(world, thing.data["board"]) for thing in members]
    return [board for board in boards if board and board.environment == environment]


def is_member(world: World, board: Board, account: Account) -> bool:
    return world.box(PINTEREST, "member").get(f"{board.id} {account.id}") is not None


def reachable(visit: Visit, id: str) -> Board:
    """A board that the caller may look into."""
    board = load(visit.world, id)
    if board is None or board.environment != visit.environment:
        raise errors.no_board()
    if not is_member(visit.world, board, visit.account):
        raise errors.not_yours()
    if board.privacy == SECRET:
        visit.need_secret()
    return board


def writable(visit: Visit, id: str, section_id: str | None = None) -> Board:
    """A board that takes the caller's pins, with this section."""
    board = reachable(visit, id)
    if board.is_ads_only:
        raise errors.not_yours()
    if section_id and board.section(section_id) is None:
        raise errors.no_section()
    return board


# What is answered


async def list_boards(visit: Visit) -> Response:
    """GET /v5/boards: secret boards only for whoever has the scope for them."""
    privacies = ("ALL", "PUBLIC_AND_SECRET", *PRIVACIES)
    wanted = schema.text({"privacy": visit.query("privacy", "ALL")}, "privacy", one_of=privacies)
    shown = {"ALL": PRIVACIES, "PUBLIC_AND_SECRET": (PUBLIC, SECRET)}.get(wanted or "", (wanted,))
    sees_secret = f"{BOARDS_READ}_secret" in visit.token.scopes
    found = [
        board
        for board in of_account(visit.world, visit.account, visit.environment)
        if board.privacy in shown and (board.privacy != SECRET or sees_secret)
    ]
    return paging.page(visit, found, lambda board: describe(visit.world, board), key=lambda board: board.id)


async def create(visit: Visit) -> Response:
    """POST /v5/boards"""
    body = visit.body()
    schema.only(visit, body, {"name", "description", "privacy"})
    name = schema.required(schema.text(body, "name"), "name").strip()
    if not name:
        raise errors.invalid("'' is too short, constraint: minLength=1")
    privacy = schema.text(body, "privacy", one_of=PRIVACIES) or PUBLIC
    if privacy == SECRET:
        visit.need_secret()
    description = schema.text(body, "description") or ""
    board = open_board(
        visit.world, visit.account, name, description=description, privacy=privacy, environment=visit.environment
    )
    return visit.created(describe(visit.world, board))


async def list_sections(visit: Visit) -> Response:
    """GET /v5/boards/{id}/sections"""
    board = reachable(visit, visit.part())
    return paging.page(visit, board.sections, dict, key=lambda section: section["id"])


async def create_section(visit: Visit) -> Response:
    """POST /v5/boards/{id}/sections"""
    board, body = writable(visit, visit.part()), visit.body()
    schema.only(visit, body, {"name"})
    name = schema.required(schema.text(body, "name"), "name")
    if name in {section["name"] for section in board.sections}:
        raise errors.refused(409, 409, "A board section conflict occurred.")
    section = add_section(visit.world, board, name)
    return visit.created(section)


def add_section(world: World, board: Board, name: str) -> dict[str, str]:
    section = {"id": str(world.number()), "name": name}
    board.sections.append(section)
    save(world, board)
    return section


def describe(world: World, board: Board) -> dict[str, Any]:
    owner = world.account(PINTEREST, board.owner_id)
    members = world.store.things.count("platform=? AND kind='member' AND id LIKE ?", (PINTEREST, f"{board.id} %"))
    return {
        "id": board.id,
        "created_at": board.created_at,
        "name": board.name,
        "description": board.description,
        "privacy": board.privacy,
        "pin_count": world.store.posts.count(ON_BOARD, (PINTEREST, board.id)),
        "follower_count": 0,
        "collaborator_count": members - 1,
        "owner": {"username": owner.handle if owner else ""},
        "is_ads_only": board.is_ads_only,
        "media": {"image_cover_url": None, "pin_thumbnail_urls": []},
    }
