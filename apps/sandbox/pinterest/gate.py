"""Who may call: the token and where it counts, its scopes, the account it acts for, and the limits.

www.pinterest.com, api.pinterest.com and the upload host are one origin here; what is api-sandbox.pinterest.com in the
world is everything below /api-sandbox/v5, with tokens, boards and pins of its own.
Where Pinterest's documentation is silent: a call that only reads needs the read scopes of what it reads, one that
changes a pin needs all four, and somebody else's `ad_account_id` is refused with 29.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from typing import Any

from starlette.responses import JSONResponse, Response

from apps.sandbox.core.calls import Call, Handler, Refusal
from apps.sandbox.core.rows import Account, Token
from apps.sandbox.core.world import World
from apps.sandbox.pinterest import limits
from apps.sandbox.pinterest.errors import denied, invalid, refused, unauthenticated

PINTEREST = "pinterest"
PRODUCTION, SANDBOX = "production", "sandbox"
SANDBOX_PATH = "/api-sandbox/v5"
BOARDS_READ, BOARDS_WRITE, PINS_READ, PINS_WRITE, ACCOUNT_READ = (
    "boards:read", "boards:write", "pins:read", "pins:write", "user_accounts:read",
)  # fmt: skip
PINNING = (BOARDS_READ, BOARDS_WRITE, PINS_READ, PINS_WRITE)
SCOPES = (*PINNING, ACCOUNT_READ, *(f"{scope}_secret" for scope in PINNING))


@dataclass(slots=True)
class Visit:
    """A call that was let in: its token is valid and has the scopes, and its quota is not used up."""

    call: Call
    token: Token
    account: Account
    environment: str
    scopes: tuple[str, ...]  # what the call needs

    @property
    def world(self) -> World:
        return self.call.world

    def setting(self, name: str) -> Any:
        return self.world.setting(PINTEREST, name)

    def part(self, name: str = "id") -> str:
        """A piece of the path that is an id; a handler never sees one that cannot be any."""
        value = self.call.part(name)
        if not (value.isascii() and value.isdigit()):
            raise invalid(f"'{value}' does not match '^\\d+$'")
        return value

    def query(self, name: str, default: str = "") -> str:
        return self.call.fields.text(name, default)

    def body(self) -> dict[str, Any]:
        """The body, which is a JSON object."""
        most = int(self.setting("max_request_megabytes")) * 1024 * 1024
        if len(self.call.body) > most:
            raise refused(413, 413, "Request entity too large.")
        content = self.call.json()
        kind = self.call.request.headers.get("content-type", "").partition(";")[0].strip().lower()
        if kind != "application/json" or not isinstance(content, dict):
            raise invalid("the body is not a JSON object")
        return content

    def need(self, scopes: Iterable[str]) -> None:
        if missing := [scope for scope in scopes if scope not in self.token.scopes]:
            raise denied(f"Your access token lacks the scopes {missing} that this call requires.")

    def need_secret(self) -> None:
        """The call concerns a secret board: each of its scopes is wanted in the variant for those."""
        self.need(f"{scope}_secret" for scope in self.scopes)

    def created(self, answer: dict[str, Any]) -> Response:
        return JSONResponse(answer, status_code=int(self.setting("created_status")))


VisitHandler = Callable[[Visit], Awaitable[Response]]


def api(handler: VisitHandler, category: str, *scopes: str) -> Handler:
    """A handler for the API, behind everything that all its calls have in common."""

    async def enter(call: Call) -> Response:
        token, account = _caller(call)
        told = limits.count(call, category, account.id)
        try:
            visit = Visit(call, token, account, environment_of(call), scopes)
            _admit(visit)
            response = await handler(visit)
        except Refusal as refusal:
            response = refusal.response
        limits.mark(call, response, told)
        return response

    return enter


def _admit(visit: Visit) -> None:
    visit.need(visit.scopes)
    acting_for = visit.query("ad_account_id")
    if acting_for and acting_for != visit.account.data["ad_account_id"]:
        raise denied()
    refuse_as_told(visit.call)


def refuse_as_told(call: Call) -> None:
    """The setting `refuse_with`, for what cannot be brought about otherwise."""
    told = str(call.world.setting(PINTEREST, "refuse_with"))
    if told and call.operation in str(call.world.setting(PINTEREST, "refuse_operations")).split():
        status, code, message = [*told.split("/", 2), "", ""][:3]
        raise refused(int(status), int(code or status), message or "You are not permitted to access that resource.")


def environment_of(call: Call) -> str:
    return SANDBOX if call.path.startswith(SANDBOX_PATH) else PRODUCTION


def _caller(call: Call) -> tuple[Token, Account]:
    token = call.token
    if token is None or call.account is None or token.kind != "access" or not call.bearer():
        raise unauthenticated()
    if not token.is_valid(call.world.now()) or token.data["environment"] != environment_of(call):
        raise unauthenticated()
    return token, call.account


def find_token(call: Call) -> Token | None:
    """By the header; by the form of a refresh; an upload belongs to whoever registered it."""
    named = call.bearer() or call.fields.text("refresh_token")
    if not named and call.path.startswith("/media-upload/"):
        upload = call.world.box(PINTEREST, "upload").get(call.path.split("/")[2])
        named = upload["token"] if upload else ""
    return call.world.token(PINTEREST, named)
