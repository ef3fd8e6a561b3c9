"""Idempotency-Key: the same request again is answered as the first time, and a header says so."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from django.http import HttpResponse

from apps.tenants.callers import Caller
from apps.tenants.errors import AnotherRequest, RequestUnderWay
from apps.tenants.models import AnsweredRequest
from apps.tenants.rest import problems
from apps.tenants.rest.problems import Problem
from apps.tenants.rest.renderers import QuickJSONRenderer
from apps.tenants.services import answers

SAFE: Final = frozenset({"GET", "HEAD"})
HEADER: Final = "Idempotency-Key"
LONGEST: Final = 255
REPLAYED: Final = "Idempotent-Replayed"
_KEPT_HEADERS: Final = ("ETag", "Location")
Keep = Callable[[Any], None]


def answered(caller: Caller, of_this: str, key: str, carry_out: Callable[[Keep], Any]) -> Any:
    """The answer of `carry_out`, now or when the request with this fingerprint came first. A refusal frees the key.

    For what cannot be one transaction: others see that it is under way.
    """
    _require_key(key)
    row = answers.claim(caller=caller, key=key, fingerprint=of_this)
    if row.answered_at is not None:
        return _again(row)
    try:
        return carry_out(lambda response: _keep(row, response))
    except BaseException:
        answers.free(row, caller=caller)
        raise


@dataclass(frozen=True, slots=True)
class Begun:
    """A request that is carried out in one transaction; `answer` is that of the first, where this is a later one."""

    row: AnsweredRequest
    answer: Any = None

    def keep(self, response: Any) -> None:
        headers, body = _shown(response)
        answers.write_down(self.row, status=response.status_code, headers=headers, body=body)


def begin(caller: Caller, of_this: str, key: str) -> Begun:
    """Begin a request in its transaction, which keeps the answer or, where it fails, leaves nothing behind."""
    _require_key(key)
    row = answers.look_up(caller=caller, key=key, fingerprint=of_this)
    return Begun(row, None if row.answered_at is None else _again(row))


def _require_key(key: str) -> None:
    if not 0 < len(key) <= LONGEST or not key.isprintable():
        raise Problem(400, "bad_idempotency_key", f"An Idempotency-Key has from 1 to {LONGEST} printable characters.")


def fingerprint(request: Any, content: bytes) -> str:
    """A digest of where a request goes and of what is in it."""
    parts = (request.method.encode(), request.get_full_path().encode(), content)
    return hashlib.sha256(b"\0".join(parts)).hexdigest()


def _keep(row: AnsweredRequest, response: Any) -> None:
    headers, body = _shown(response)
    answers.keep(row, status=response.status_code, headers=headers, body=body)


def _shown(response: Any) -> tuple[dict[str, str], str]:
    headers = {name: response[name] for name in _KEPT_HEADERS if name in response}
    return headers, "" if response.data is None else QuickJSONRenderer().render(response.data).decode()


def _again(row: AnsweredRequest) -> HttpResponse:
    body = row.body.reveal()
    response = HttpResponse(body, status=row.status, content_type="application/json", headers=row.headers)
    if body:
        response.data = json.loads(body)  # type: ignore[attr-defined]
    response[REPLAYED] = "true"
    return response


@problems.of(AnotherRequest)
def _another(error: AnotherRequest) -> Problem:
    return Problem(422, "idempotency_key_reused", str(error))


@problems.of(RequestUnderWay)
def _under_way(error: RequestUnderWay) -> Problem:
    return Problem(409, "idempotency_key_in_use", str(error), headers={"Retry-After": "1"})
