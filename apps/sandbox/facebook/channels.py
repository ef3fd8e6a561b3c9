"""The person, their Pages to choose from, and a Page itself."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from starlette.responses import JSONResponse, Response

from apps.sandbox.core.calls import Call
from apps.sandbox.core.rows import Account, Token
from apps.sandbox.facebook import people
from apps.sandbox.facebook.access import BUSINESS, READ, SHOW_LIST, missing, need, tasks, user_caller, valid_token
from apps.sandbox.facebook.errors import no_object
from apps.sandbox.facebook.people import NAME
from apps.sandbox.meta import paging
from apps.sandbox.meta.fields import Field, Readers, parse, select


async def me(call: Call) -> Response:
    """GET /me: the person, or the Page whose token this is."""
    token = valid_token(call)
    if token.kind == "page" and call.account:
        return JSONResponse(page_node(call, token, call.account))
    user_id = str(token.data["user_id"])
    who = people.person(call.world, user_id) or {}
    readers: Readers = {
        "id": lambda _: user_id,
        "name": lambda _: who.get("name"),
        "picture": lambda _: {"data": {"url": call.world.avatar_url(call.account)}} if call.account else None,
    }
    return JSONResponse(select(parse(call.fields.text("fields", "id,name")), readers, node="User"))


async def accounts(call: Call) -> Response:
    """GET /me/accounts: empty without pages_show_list, and Pages that a business holds are listed by the business."""
    token = user_caller(call, "accounts")
    pages = people.granted_pages(call.world, token.data["user_id"])
    if SHOW_LIST not in token.scopes or call.world.setting(NAME, "pages_in_business"):
        pages = []
    return _list(call, token, pages)


async def businesses(call: Call) -> Response:
    """GET /me/businesses"""
    token = user_caller(call, "businesses")
    need(token, (BUSINESS,))
    user_id = str(token.data["user_id"])
    holds = call.world.setting(NAME, "pages_in_business")
    found = [{"id": _business_of(user_id), "name": "The business"}] if holds else []
    return JSONResponse({"data": found})


async def owned_pages(call: Call) -> Response:
    """GET /{business-id}/owned_pages: the person's own Page."""
    token, pages = _held(call)
    return _list(call, token, pages[:1])


async def client_pages(call: Call) -> Response:
    """GET /{business-id}/client_pages: the others."""
    token, pages = _held(call)
    return _list(call, token, pages[1:])


def _held(call: Call) -> tuple[Token, list[Account]]:
    token = user_caller(call, "businesses")
    need(token, (BUSINESS,))
    user_id = str(token.data["user_id"])
    if call.part("id") != _business_of(user_id) or not call.world.setting(NAME, "pages_in_business"):
        raise no_object(call.part("id"), call.method)
    return token, people.granted_pages(call.world, user_id)


def _business_of(user_id: str) -> str:
    return f"77{user_id}"


def _list(call: Call, token: Token, pages: Sequence[Account]) -> Response:
    fields = parse(call.fields.text("fields", "id,name,category,access_token,tasks"))

    def show(page: Account) -> dict[str, Any]:
        return select(fields, _readers(call, token, page), node="Page")

    is_sparse = bool(call.world.setting(NAME, "sparse_pages"))
    return JSONResponse(paging.page(call, pages, show, key=lambda page: page.id, is_sparse=is_sparse))


def page_node(call: Call, token: Token, page: Account) -> dict[str, Any]:
    """GET /{page-id}: with the Page's own token, or the token of a person who granted this Page."""
    if token.kind != "page":
        granted = {one.id for one in people.granted_pages(call.world, token.data["user_id"])}
        if page.id not in granted or SHOW_LIST not in token.scopes:
            raise no_object(page.id, call.method)
    return select(parse(call.fields.text("fields", "id,name")), _readers(call, token, page), node="Page")


def _readers(call: Call, token: Token, page: Account) -> Readers:
    world = call.world

    def followers(_: Field) -> int:
        # One field that is not permitted fails the whole request.
        if READ not in token.scopes:
            raise missing(READ)
        return likes(call, page)

    def own_token(_: Field) -> str:
        return token.token if token.kind == "page" else people.page_token(world, token, page).token

    def instagram(one: Field) -> dict[str, Any] | None:
        """The simulated Instagram account with the same handle, if there is one."""
        linked = world.account_by_handle("instagram", page.handle)
        if linked is None or not world.setting(NAME, "linked_instagram"):
            return None
        known: Readers = {
            "id": lambda _: linked.id,
            "username": lambda _: linked.handle,
            "name": lambda _: linked.name,
            "profile_picture_url": lambda _: world.avatar_url(linked),
            "followers_count": lambda _: linked.data["followers_count"],
            "media_count": lambda _: len([post for post in world.posts_of(linked) if post.kind == "post"]),
        }
        return select(one.inner, known, node="IGUser")

    return {
        "id": lambda _: page.id,
        "name": lambda _: page.name,
        "username": lambda _: page.handle,
        "category": lambda _: page.data["category"],
        "access_token": own_token,
        "tasks": lambda _: tasks(world),
        "picture": lambda _: {"data": {"url": world.avatar_url(page), "is_silhouette": False}},
        "link": lambda _: world.profile_url(page),
        "about": lambda _: page.data.get("about"),
        "is_published": lambda _: True,
        "followers_count": followers,
        "fan_count": followers,
        "instagram_business_account": instagram,
    }


def likes(call: Call, page: Account) -> int:
    return int(call.world.setting(NAME, "page_likes")) or int(page.data["followers_count"])
