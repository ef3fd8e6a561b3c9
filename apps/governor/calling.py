"""Where calls are made: an adapter that says whose call it is, and the transport below it that asks before bytes leave.

The adapter's methods are handed a credential, or an app: whose budgets a request draws on is read from there. What the
caller adds is its lane and its organization (`social_accounts.adapter_for`). A request that may not leave is answered
with `Throttled`, the error by which adapters say that the platform refuses; and as nothing was sent, it is as harmless.

What came of a request is told once the adapter has understood it: some platforms refuse with status 400, or even 200.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any, Final, cast
from uuid import UUID

import httpx

from apps.core import clock
from apps.governor import breakers
from apps.governor.buckets import party_of
from apps.governor.decisions import Decision, Outcome, Request, ask, settle
from apps.governor.lanes import Lane
from apps.platforms import http as wire
from apps.platforms import registry
from apps.platforms.calls import COUNTS_AS, call_of
from apps.platforms.contract import Adapter, Credential, OAuthClient
from apps.platforms.errors import Evidence, HeldBack, Throttled

# Once what makes a post public may have left, nothing in the same commit is refused: it only learns what came of it.
COMMIT: Final = "commit"
SAFE_METHODS: Final = frozenset({"GET", "HEAD"})


@dataclass(slots=True)
class Conversation:
    """One call of an adapter's method, which may be several requests."""

    platform: str
    method: str
    lane: Lane
    organization_id: UUID | None
    who: Credential | OAuthClient | None
    is_test: bool = False
    open: tuple[Decision, httpx.Response | None] | None = None  # the last request, not told of yet
    has_acted: bool = False
    refused: Throttled | None = field(default=None, repr=False)  # by us


_conversation: ContextVar[Conversation | None] = ContextVar("governor_conversation", default=None)


def governed(adapter: Adapter, *, lane: Lane, organization_id: UUID | None, is_test: bool = False) -> Adapter:
    """The adapter, with each of its calls in `lane` for this organization. What is only a test has budgets and breakers
    of its own: the simulation knows accounts by ids that may be somebody's at the platform."""
    return cast(Adapter, _Governed(adapter, lane, organization_id, is_test))


class _Governed:
    def __init__(self, adapter: Adapter, lane: Lane, organization_id: UUID | None, is_test: bool) -> None:
        self._adapter = adapter
        self._lane = lane
        self._organization_id = organization_id
        self._is_test = is_test

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._adapter, name)
        return functools.partial(self._call, name, found) if callable(found) else found

    def _call(self, name: str, method: Callable[..., Any], *args: Any, **named: Any) -> Any:
        who = _who((*args, *named.values()))
        talk = Conversation(self._adapter.name, name, self._lane, self._organization_id, who, self._is_test)
        token = _conversation.set(talk)
        try:
            answer = method(*args, **named)
        except Throttled as error:
            _close(talk, None if error is talk.refused else error)
            raise
        except BaseException:
            _close(talk)
            raise
        else:
            _close(talk)
            return answer
        finally:
            _conversation.reset(token)


class GovernedTransport(httpx.BaseTransport):
    """Asks before each request of a conversation; what is sent outside of one passes through."""

    def __init__(self, inner: httpx.BaseTransport) -> None:
        self._inner = inner

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        talk = _conversation.get()
        if talk is None:
            return self._inner.handle_request(request)
        _close(talk)
        decision = _admit(talk, request)
        try:
            response = self._inner.handle_request(request)
        except httpx.TransportError as error:
            _tell(decision, Outcome(is_well=False, why=type(error).__name__))
            raise
        talk.open = (decision, response)
        return response

    def close(self) -> None:
        self._inner.close()


def _who(args: Iterable[Any]) -> Credential | OAuthClient | None:
    return next((one for one in args if isinstance(one, Credential | OAuthClient)), None)


def _admit(talk: Conversation, request: httpx.Request) -> Decision:
    """Ask; raises Throttled where it must not leave now."""
    force = talk.method == COMMIT and talk.has_acted
    decision = ask(_request_of(talk, request), force=force)
    if decision.retry_at is not None:
        label = registry.label(talk.platform)
        talk.refused = HeldBack(
            _words(label, decision.why), retry_at=decision.retry_at, evidence=Evidence(code=f"governor:{decision.why}")
        )
        raise talk.refused
    talk.has_acted = talk.has_acted or request.method not in SAFE_METHODS
    return decision


def _request_of(talk: Conversation, request: httpx.Request) -> Request:
    call = call_of(registry.adapter_class(talk.platform).calls, request.method, request.url.path)
    party = party_of(talk.platform, talk.who, host=request.url.host)
    party = party.apart() if talk.is_test else party
    times = int(request.extensions.get(COUNTS_AS, 1))
    return Request(talk.platform, party, call, talk.lane, talk.organization_id, clock.now(), times)


def _words(label: str, why: str) -> str:
    if why in ("breaker", "pause"):
        return f"{label} is not answering as it should. Postroom waits, and tries again by itself."
    return f"What {label} lets us do in this time is used up. Postroom goes on as soon as it may."


def _close(talk: Conversation, error: Throttled | None = None) -> None:
    """Tell what came of the last request; `error` is how the adapter understood its answer."""
    if talk.open is None:
        return
    (decision, response), talk.open = talk.open, None
    _tell(decision, _outcome(talk.platform, response, error))


def _outcome(platform: str, response: httpx.Response | None, error: Throttled | None) -> Outcome:
    if response is None:
        return Outcome(is_well=None)
    now, status = clock.now(), response.status_code
    headers = {name.lower(): value for name, value in response.headers.items()}
    usages = registry.adapter_class(platform).usage(headers, now=now)
    is_refused = error is not None or status == httpx.codes.TOO_MANY_REQUESTS
    if not is_refused and status < 500:
        return Outcome(is_well=True, usages=usages)
    reset_at = (error.retry_at if error else None) or wire.retry_after(response.headers, now=now)
    return Outcome(
        is_well=False, why="throttled" if is_refused else str(status), reset_at=reset_at, usages=usages,
        pauses=is_refused,
    )  # fmt: skip


def _tell(decision: Decision, outcome: Outcome) -> None:
    for change in settle(decision, outcome, now=clock.now()):
        breakers.tell(change)
