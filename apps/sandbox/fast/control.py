"""The control address: what was accepted, what is missing, and what is to go wrong. JSON in, JSON out."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from apps.sandbox.fast import faults
from apps.sandbox.fast.wire import Answer, Request

if TYPE_CHECKING:
    from apps.sandbox.fast.stub import Stub

PREFIX = "/_control/"
PAGE = 5_000


def answer(stub: Stub, request: Request) -> Answer:
    verb = _VERBS.get((request.method, request.path.removeprefix(PREFIX)))
    if verb is None:
        return Answer('{"error": "There is no such thing here."}', 404)
    try:
        return Answer(json.dumps(verb(stub, request)))
    except faults.BadFault as error:
        return Answer(json.dumps({"error": str(error)}), 400)
    except (ValueError, TypeError, KeyError, AttributeError):
        return Answer('{"error": "That makes no sense: docs/guides/sandbox.md says how it is asked."}', 400)


def _health(stub: Stub, _: Request) -> dict[str, Any]:
    return {"status": "ok", "origin": stub.origin, "latency_ms": round(stub.latency * 1000, 3)}


def _counts(stub: Stub, _: Request) -> dict[str, Any]:
    """`cpu_seconds` is what this process has used since it began."""
    tally = stub.tally
    return {
        "accepted": len(tally.posts),
        "distinct": len(tally.times),
        "repeated": tally.repeated,
        "replayed": tally.replayed,
        "accounts": len(tally.by_account),
        "requests": stub.requests,
        "asked": dict(stub.mastodon.asked),
        "cpu_seconds": time.process_time(),
    }


def _accepted(stub: Stub, request: Request) -> dict[str, Any]:
    """Posts in the order of their acceptance, a page of them, from number `after` on."""
    after = int(request.parameters().get("after") or 0)
    page = stub.tally.posts[after : after + PAGE]
    return {"accepted": [[post.account, post.text, post.at] for post in page]}


def _compared(stub: Stub, request: Request) -> dict[str, Any]:
    found = stub.tally.compared(json.loads(request.body)["expected"])
    return {"missing": found.missing, "repeated": found.repeated, "unexpected": found.unexpected}


def _faults(stub: Stub, _: Request) -> dict[str, Any]:
    return {"faults": [fault.as_json() for fault in stub.faults]}


def _set_fault(stub: Stub, request: Request) -> dict[str, Any]:
    stub.faults.append(faults.parse(json.loads(request.body)))
    return _faults(stub, request)


def _clear_faults(stub: Stub, request: Request) -> dict[str, Any]:
    stub.faults.clear()
    return _faults(stub, request)


def _settings(stub: Stub, request: Request) -> dict[str, Any]:
    said = json.loads(request.body)
    stub.latency = float(said.get("latency_ms", stub.latency * 1000)) / 1000
    stub.mastodon.honours_keys = bool(said.get("honours_keys", stub.mastodon.honours_keys))
    stub.mastodon.lists = bool(said.get("lists", stub.mastodon.lists))
    stub.mastodon.tells_many = bool(said.get("tells_many", stub.mastodon.tells_many))
    told = {name: getattr(stub.mastodon, name) for name in ("honours_keys", "lists", "tells_many")}
    return {**_health(stub, request), **told}


def _reset(stub: Stub, request: Request) -> dict[str, Any]:
    stub.reset(honours_keys=stub.mastodon.honours_keys)
    return _counts(stub, request)


_VERBS: dict[tuple[str, str], Callable[[Stub, Request], dict[str, Any]]] = {
    ("GET", "health"): _health,
    ("GET", "counts"): _counts,
    ("GET", "accepted"): _accepted,
    ("POST", "compared"): _compared,
    ("GET", "faults"): _faults,
    ("POST", "faults"): _set_fault,
    ("DELETE", "faults"): _clear_faults,
    ("POST", "settings"): _settings,
    ("POST", "reset"): _reset,
}
