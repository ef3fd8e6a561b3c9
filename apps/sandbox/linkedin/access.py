"""Who may call: what each call under /rest has to bring along, and what a member's consent allows.

Where LinkedIn's documentation is silent: a call without `X-Restli-Protocol-Version: 2.0.0` is refused even if nothing
in it would be read differently, because it is asked for "on every call"; reading needs the read scope.
"""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Collection
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from starlette.responses import Response

from apps.sandbox.core.calls import Call, Handler, Refusal
from apps.sandbox.core.rows import Account, Token
from apps.sandbox.core.world import World
from apps.sandbox.linkedin import errors, members, restli, urns
from apps.sandbox.linkedin.errors import denied, illegal, refused, unpermitted

LINKEDIN = "linkedin"
DAY = timedelta(days=1)
ADMIN_SCOPES = ("rw_organization_admin", "r_organization_admin")
POSTING_ROLES = (
    "ADMINISTRATOR", "CONTENT_ADMIN", "CONTENT_ADMINISTRATOR", "DIRECT_SPONSORED_CONTENT_POSTER",
)  # fmt: skip
SCOPES = (
    "openid", "profile", "email", "r_basicprofile", "w_member_social", "r_member_social", "w_organization_social",
    "r_organization_social", "rw_organization_admin", "r_organization_admin", "w_member_social_feed",
    "r_member_social_feed", "w_organization_social_feed", "r_organization_social_feed", "r_member_postAnalytics",
    "r_member_profileAnalytics",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Resource:
    """A call as LinkedIn names it: `partnerApiPostsExternal`, `CREATE`, and the parameters that it knows."""

    name: str
    method: str
    params: Collection[str] = field(default_factory=frozenset)


@dataclass(slots=True)
class Visit:
    """A call that was let in: its token is valid, its headers are complete, its quota is not used up."""

    call: Call
    resource: Resource
    token: Token
    member: Account
    version: str
    query: dict[str, Any]

    @property
    def world(self) -> World:
        return self.call.world

    @property
    def pages(self) -> list[Account]:
        """Those on which the caller has any role."""
        return members.pages_of(self.world, self.member)

    def refusal(self) -> Refusal:
        name, method = self.resource.name, self.resource.method
        return denied(f"Not enough permissions to access: {name}.{method}.{self.version}01")

    def need(self, *scopes: str) -> None:
        """Any one of `scopes`."""
        if not set(scopes) & set(self.token.scopes):
            raise self.refusal()

    def text(self, name: str, default: str = "") -> str:
        value = self.query.get(name, default)
        if not isinstance(value, str):
            raise illegal(f"The parameter {name} is no list and no record")
        return value

    def whole(self, name: str, default: int, most: int) -> int:
        value = self.text(name, str(default))
        if not value.isdigit():
            raise illegal(f"The parameter {name} is a number")
        return min(int(value), most)

    def body(self) -> dict[str, Any]:
        """The body, which is a JSON object."""
        kind = self.call.request.headers.get("content-type", "").partition(";")[0].strip().lower()
        if kind != "application/json":
            raise refused(415, "UNSUPPORTED_MEDIA_TYPE", "The content type has to be application/json")
        content = self.call.json()
        if not isinstance(content, dict):
            raise illegal("The body is no JSON object")
        return content

    # Authors

    def author_account(self, urn: str) -> Account:
        """The member or page with this URN, in whose name the caller may act; refuses anybody else's."""
        account = self.world.account(LINKEDIN, urn)
        if account is None:
            raise self.refusal()
        if urn != self.member.id and members.role_on(self.world, self.member, urn) not in POSTING_ROLES:
            raise self.refusal()
        return account

    def writer(self, urn: str) -> Account:
        """The same, with the scope for writing posts and media."""
        self.need("w_organization_social" if urns.kind_of(urn) == urns.ORGANIZATION else "w_member_social")
        return self.author_account(urn)

    def reader(self, urn: str) -> Account:
        """The same, with the scope for reading them: hardly any application may read a member's posts."""
        self.need("r_organization_social" if urns.kind_of(urn) == urns.ORGANIZATION else "r_member_social")
        return self.author_account(urn)

    def administered(self, urn: str) -> Account:
        """A page whose figures and notices the caller may have."""
        self.need(*ADMIN_SCOPES)
        account = self.world.account(LINKEDIN, urn)
        if account is None or members.role_on(self.world, self.member, urn) != "ADMINISTRATOR":
            raise self.refusal()
        return account


RestHandler = Callable[[Visit], Awaitable[Response]]


def rest(handler: RestHandler, name: str, method: str, params: Collection[str] = ()) -> Handler:
    """A handler for the versioned API, behind everything that all its calls have in common."""
    resource = Resource(name, method, frozenset(params))

    async def enter(call: Call) -> Response:
        return await handler(admit(call, resource))

    return enter


def admit(call: Call, resource: Resource) -> Visit:
    token, member = valid_token(call)
    headers = call.request.headers
    version = headers.get("linkedin-version", "")
    if not version:
        raise refused(400, "VERSION_MISSING", "A version must be present: LinkedIn-Version")
    oldest, newest = (str(call.world.setting(LINKEDIN, name)) for name in ("oldest_version", "newest_version"))
    if not (version.isdigit() and len(version) == len("YYYYMM") and oldest <= version <= newest):
        raise refused(426, "NONEXISTENT_VERSION", f"Requested version {version}01 is not active")
    if headers.get("x-restli-protocol-version") != "2.0.0":
        raise illegal("X-Restli-Protocol-Version has to be 2.0.0")
    _check_method(call, resource, headers.get("x-restli-method", ""))
    query = restli.query(call)
    if unknown := [name for name in query if name not in resource.params]:
        raise unpermitted("PARAMETER", unknown[0])
    _count(call, resource, member)
    return Visit(call, resource, token, member, version, query)


def _check_method(call: Call, resource: Resource, said: str) -> None:
    """The header may be left out, except where nothing else tells a partial update from an action."""
    if resource.method == "PARTIAL_UPDATE" and not said:
        raise illegal("X-RestLi-Method is required: PARTIAL_UPDATE")
    if said and said.upper() != resource.method:
        raise illegal(f"{call.method} {call.path} is no {said}")


def _count(call: Call, resource: Resource, member: Account) -> None:
    """Each endpoint is counted by itself, for the application and for the member, from midnight to midnight UTC."""
    now, endpoint = call.world.now(), f"{resource.name}.{resource.method}"
    counters = (
        ("APPLICATION", "app_daily_calls", f"linkedin app {endpoint}"),
        ("MEMBER", "member_daily_calls", f"linkedin member {member.id} {endpoint}"),
    )
    for whose, setting, bucket in counters:
        limit = int(call.world.setting(LINKEDIN, setting))
        if limit and call.world.limits.hit(bucket, limit=limit, window=DAY, now=now, aligned=True).is_exceeded:
            raise Refusal(errors.day_is_used_up(whose))


def valid_token(call: Call) -> tuple[Token, Account]:
    """The token and the member it belongs to; refuses one that is missing, unknown, revoked or expired."""
    if not call.bearer():
        raise refused(401, "EMPTY_ACCESS_TOKEN", "Empty oauth2_access_token", 401)
    token = call.token
    member = call.world.account(LINKEDIN, token.data["member"]) if token and token.kind == "access" else None
    if token is None or member is None:
        raise refused(401, "INVALID_ACCESS_TOKEN", "Invalid access token", errors.INVALID_TOKEN)
    if token.revoked_at:
        words = "The token used in the request has been revoked by the user"
        raise refused(401, "REVOKED_ACCESS_TOKEN", words, errors.REVOKED_TOKEN)
    if token.has_expired(call.world.now()):
        words = "The token used in the request has expired"
        raise refused(401, "EXPIRED_ACCESS_TOKEN", words, errors.EXPIRED_TOKEN)
    return token, member


def find_token(call: Call) -> Token | None:
    """By the header; by the form of the calls under /oauth/v2; by the signature in an upload address."""
    named = call.bearer() or call.fields.text("refresh_token") or call.fields.text("token")
    if not named and call.path.startswith("/dms-uploads/"):
        upload = call.world.box(LINKEDIN, "upload").get(call.path.split("/")[2])
        named = upload["token"] if upload else ""
    return call.world.token(LINKEDIN, named)


def page_of_elements(visit: Visit, elements: list[Any], *, count: int = 10, most: int = 100) -> dict[str, Any]:
    """`elements` and `paging`, with a link to the next page as long as there is one."""
    start, count = visit.whole("start", 0, 10**9), visit.whole("count", count, most)
    links = []
    if start + count < len(elements):
        # The address as it came, with another start: what is encoded in it stays encoded.
        kept = [part for part in visit.call.request.scope["query_string"].decode().split("&") if part]
        kept = [part for part in kept if not part.startswith(("start=", "count="))]
        href = f"{visit.call.path}?{'&'.join([*kept, f'start={start + count}', f'count={count}'])}"
        links.append({"type": "application/json", "rel": "next", "href": href})
    return {"elements": elements[start : start + count], "paging": {"start": start, "count": count, "links": links}}


def dumped(value: Any) -> str:
    """One spelling for what is equal."""
    return json.dumps(value, sort_keys=True, ensure_ascii=False)
