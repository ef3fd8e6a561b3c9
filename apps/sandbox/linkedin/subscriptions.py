"""Subscriptions of an application to what happens on a page, for one of its administrators.

One ends in silence when the grant ends or the member is no administrator any more.
"""

from __future__ import annotations

from typing import Any

from starlette.responses import JSONResponse, Response

from apps.sandbox.core.world import World
from apps.sandbox.linkedin import members, postman, restli, urns
from apps.sandbox.linkedin.access import Visit, page_of_elements
from apps.sandbox.linkedin.content import only, text
from apps.sandbox.linkedin.errors import illegal, invalid, not_found, refused

LINKEDIN = "linkedin"
EVENT_TYPE = "ORGANIZATION_SOCIAL_ACTION_NOTIFICATIONS"


async def subscribe(visit: Visit) -> Response:
    """PUT /rest/eventSubscriptions/(..): the address is asked for its challenge before it is believed."""
    visit.need("rw_organization_admin")
    key = _key(visit)
    body = visit.body()
    only(body, "", "webhook")
    url = text(body, "", "webhook")
    registered = str(visit.world.setting(LINKEDIN, "webhook_url"))
    if not url.startswith(("https://", "http://")) or (registered and url != registered):
        raise invalid("INVALID_URL", "webhook", "/webhook :: is not a registered address")
    if not await postman.is_confirmed(visit.world, url):
        raise refused(400, "WEBHOOK_VALIDATION_FAILED", "The webhook did not answer the challenge as it should")
    kept = {**key, "webhook": url, "grant": visit.token.data["grant"]}
    visit.world.box(LINKEDIN, "subscription").put(_id(key), kept, owner=key["entity"])
    return Response(status_code=204)


async def get(visit: Visit) -> Response:
    """GET /rest/eventSubscriptions/(..)"""
    key = _key(visit)
    kept = visit.world.box(LINKEDIN, "subscription").get(_id(key))
    if kept is None or not _is_active(visit.world, kept):
        raise not_found("There is no such subscription")
    ends_at = _ends_at(visit.world, kept)
    return JSONResponse({**key, "webhook": kept["webhook"], "expiresAt": round((ends_at or 0) * 1000)})


async def unsubscribe(visit: Visit) -> Response:
    """DELETE /rest/eventSubscriptions/(..)"""
    if not visit.world.box(LINKEDIN, "subscription").delete(_id(_key(visit))):
        raise not_found("There is no such subscription")
    return Response(status_code=204)


def _key(visit: Visit) -> dict[str, str]:
    """The four parts of the key: this application, the caller, a page that the caller administers, the event type."""
    key = restli.path_key(visit.call)
    parts = ("developerApplication", "user", "entity", "eventType")
    if not isinstance(key, dict) or sorted(key) != sorted(parts):
        raise illegal(f"The key is ({', '.join(parts)})")
    application = urns.make("developerApplication", visit.world.setting(LINKEDIN, "application_id"))
    if key["developerApplication"] != application or key["user"] != visit.member.id:
        raise visit.refusal()
    if key["eventType"] != EVENT_TYPE:
        raise invalid("INVALID_VALUE_FOR_FIELD", "eventType", f"/eventType :: is {EVENT_TYPE}")
    visit.administered(urns.checked(key["entity"], "entity", urns.ORGANIZATION))
    return {name: str(key[name]) for name in parts}


def _id(key: dict[str, str]) -> str:
    return " ".join(key[name] for name in sorted(key))


def active(world: World, page: str) -> list[dict[str, Any]]:
    kept = [thing.data for thing in world.box(LINKEDIN, "subscription").all(owner=page)]
    return [one for one in kept if _is_active(world, one)]


def _is_active(world: World, kept: dict[str, Any]) -> bool:
    member = world.account(LINKEDIN, kept["user"])
    is_administrator = member is not None and members.role_on(world, member, kept["entity"]) == "ADMINISTRATOR"
    return is_administrator and _ends_at(world, kept) is not None


def _ends_at(world: World, kept: dict[str, Any]) -> float | None:
    """When the grant ends: with the last of its tokens. None when it has ended."""
    where, values = "platform='linkedin' AND revoked_at IS NULL AND data LIKE ?", (f'%"grant": "{kept["grant"]}"%',)
    ends = [token.expires_at.timestamp() for token in world.store.tokens.select(where, values) if token.expires_at]
    last = max(ends, default=0.0)
    return last if last > world.now().timestamp() else None


async def notices(visit: Visit) -> Response:
    """GET /rest/organizationalEntityNotifications?q=criteria: those of 60 days, newest first."""
    if visit.text("q") != "criteria":
        raise illegal("The finder is criteria")
    page = visit.administered(urns.checked(visit.text("organizationalEntity"), "organizationalEntity", "organization"))
    actions = visit.query.get("actions", [])
    if not isinstance(actions, list):
        raise illegal("The parameter actions is a List")
    kept = visit.world.box(LINKEDIN, "notice").all(owner=page.id, order="seq DESC")
    wanted = [thing.data for thing in kept if not actions or thing.data["action"] in actions]
    return JSONResponse(page_of_elements(visit, [one | {"subscriber": visit.member.id} for one in wanted]))
