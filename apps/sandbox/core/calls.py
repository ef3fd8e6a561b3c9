"""A request on its way through a platform: its fields, its account, and the faults that strike it.

`door` makes a Starlette route out of a handler `async def handler(call: Call) -> Response` and sees to everything
that is the same on all platforms: reading the body, naming the account, faults, the journal.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any

from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from apps.sandbox.core import faults
from apps.sandbox.core.faults import AFTER, BEFORE, DELAYING, Fault, FaultRefused
from apps.sandbox.core.journal import Entry

if TYPE_CHECKING:
    from apps.sandbox.core.platform import Platform
    from apps.sandbox.core.rows import Account, Token
    from apps.sandbox.core.world import World

GARBAGE = "<!doctype html><html><head><title>One moment</title></head><body><h1>One moment, please</h1></body></html>"


class Refusal(Exception):
    """Raise it anywhere below a handler to answer with `response`."""

    def __init__(self, response: Response) -> None:
        super().__init__(f"refused with {response.status_code}")
        self.response = response


class HangUp(Response):
    """Closes the connection without a single byte of an answer."""

    def __init__(self) -> None:
        super().__init__()
        self.status_code = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        scope["state"]["hang_up"]()
        while (await receive())["type"] != "http.disconnect":
            pass


class Fields:
    """Query, form and JSON under one roof: `media_ids[]` and `poll[expires_in]` whatever way they were sent."""

    def __init__(self) -> None:
        self._values: dict[str, list[Any]] = {}

    def add(self, name: str, value: Any) -> None:
        self._values.setdefault(name, []).append(value)

    def add_json(self, value: Any, name: str = "") -> None:
        if isinstance(value, dict):
            for key, inner in value.items():
                self.add_json(inner, f"{name}[{key}]" if name else str(key))
        elif isinstance(value, list):
            for inner in value:
                self.add_json(inner, f"{name}[]")
        elif value is not None:
            self.add(name, value)

    def has(self, name: str) -> bool:
        return name in self._values

    def raw(self, name: str) -> Any:
        """The last value as it came: text, or what JSON made of it."""
        return self._values[name][-1] if name in self._values else None

    def text(self, name: str, default: str = "") -> str:
        value = self.raw(name)
        if isinstance(value, bool):
            return "true" if value else "false"
        return default if value is None or isinstance(value, UploadFile) else str(value)

    def flag(self, name: str, default: bool = False) -> bool:
        value = self.text(name).lower()
        return default if not value else value not in {"false", "0", "f", "off"}

    def list(self, name: str) -> list[str]:
        """All values of `name` or `name[]`, in order."""
        return [str(value) for value in (*self._values.get(name, ()), *self._values.get(f"{name}[]", ()))]

    def file(self, name: str) -> UploadFile | None:
        value = self.raw(name)
        return value if isinstance(value, UploadFile) else None


class Call:
    def __init__(self, world: World, platform: Platform, request: Request) -> None:
        self.world = world
        self.platform = platform
        self.request = request
        self.operation = ""
        self.body = b""  # raw, except for multipart
        self.fields = Fields()
        self.token: Token | None = None
        self.account: Account | None = None
        self.own_faults: list[Fault] = []
        self.struck_by: list[str] = []

    @property
    def platform_name(self) -> str:
        return self.platform.name

    @property
    def path(self) -> str:
        return self.request.url.path

    @property
    def method(self) -> str:
        return self.request.method

    @property
    def account_names(self) -> tuple[str, ...]:
        return (self.account.handle, self.account.id) if self.account else ()

    def part(self, name: str) -> str:
        """A piece of the path: `{name}` in the route."""
        return str(self.request.path_params[name])

    def bearer(self, scheme: str = "bearer") -> str:
        kind, _, value = self.request.headers.get("authorization", "").partition(" ")
        return value.strip() if kind.lower() == scheme else ""

    def json(self) -> Any:
        """The body as JSON, or None when it is none."""
        try:
            return json.loads(self.body)
        except ValueError:
            return None

    def take_fault(self, *kinds: str) -> Fault | None:
        """The fault of these kinds that strikes this request, if any."""
        fault = self.world.faults.take(self, kinds, self.own_faults)
        if fault:
            self.struck_by.append(fault.kind)
        return fault

    def processing_seconds(self, usual: float) -> float:
        """How long media staged by this request stay in processing."""
        fault = self.take_fault("slow_processing")
        return usual + fault.seconds if fault else usual

    async def read(self, *, streams: bool = False) -> None:
        """Read the query and, unless it `streams`, the body."""
        for name, value in self.request.query_params.multi_items():
            self.fields.add(name, value)
        if streams:
            return
        kind = self.request.headers.get("content-type", "").partition(";")[0].strip().lower()
        if kind == "multipart/form-data":
            self._add_form((await self.request.form()).multi_items())
            return
        self.body = await self.request.body()
        if kind == "application/x-www-form-urlencoded":
            self._add_form((await self.request.form()).multi_items())
        elif kind == "application/json" and isinstance(content := self.json(), dict):
            self.fields.add_json(content)

    def _add_form(self, items: Iterable[tuple[str, Any]]) -> None:
        for name, value in items:
            self.fields.add(name, value)

    def recognise(self) -> None:
        """Token and account; `find_token` sets the account itself where the token alone does not say it."""
        self.token = self.platform.find_token(self)
        if self.account is None and self.token and self.token.account_id:
            self.account = self.world.account(self.platform.name, self.token.account_id)


Handler = Callable[[Call], Awaitable[Response]]
Operation = str | Callable[[Call], str]


def door(
    world: World,
    platform: Platform,
    path: str,
    handler: Handler,
    *,
    operation: Operation,
    methods: Sequence[str] = ("GET",),
    streams: bool = False,
) -> Route:
    """A route of `platform`; `operation` is one of faults.OPERATIONS, or says it after a look at the call's fields.

    With `streams` the body is left for the handler to read, piece by piece, from `call.request.stream()`."""

    async def enter(request: Request) -> Response:
        call = Call(world, platform, request)
        await call.read(streams=streams)
        call.operation = operation if isinstance(operation, str) else operation(call)
        call.recognise()
        try:
            call.own_faults = faults.from_header(request.headers.get("x-sandbox-fault", ""))
            response = await _answer(call, handler)
        except FaultRefused as error:
            response = JSONResponse({"sandbox_error": str(error)}, status_code=400)
        _record(call, path, response)
        return response

    return Route(path, enter, methods=list(methods))


async def _answer(call: Call, handler: Handler) -> Response:
    if delay := call.take_fault(*DELAYING):
        await asyncio.sleep(delay.seconds)
    if call.take_fault("token_revoked") and call.token:
        call.world.revoke(call.token)
    if fault := call.take_fault(*BEFORE):
        return _faulty(call, fault)
    try:
        response = await handler(call)
    except Refusal as refusal:
        return refusal.response
    if response.status_code < 400 and (fault := call.take_fault(*AFTER)):
        return _faulty(call, fault)
    return response


def _faulty(call: Call, fault: Fault) -> Response:
    if fault.kind == "rate_limited":
        return call.platform.rate_limited(call, fault.seconds)
    if fault.kind in {"error_before", "error_after"}:
        return call.platform.server_error(call)
    if fault.kind in {"garbage", "garbage_before"}:
        return HTMLResponse(GARBAGE)
    return HangUp()


def _record(call: Call, template: str, response: Response) -> None:
    entry = Entry(
        at=call.world.now(),
        platform=call.platform.name,
        operation=call.operation,
        account=call.account.handle if call.account else "",
        method=call.method,
        path=call.path,
        status=response.status_code,
        fault=" ".join(call.struck_by),
    )
    call.world.journal.record(entry, template=template)
