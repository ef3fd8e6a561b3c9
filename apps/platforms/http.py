"""What adapters share when they talk HTTP: one way to send, to read safely, and to say what went wrong.

A call that fails before its bytes have gone out is `NotSent`. After that it depends on what the call does: reading or
preparing again harms nobody (`NotSent`), while a call that makes something public (`acting`) may have been carried out
(`Uncertain`). Tokens travel as `Secret` up to the last moment, so that neither an exception, nor its evidence, nor a
local variable in its traceback shows one.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Generator, Iterable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any

import httpx

from apps.core.secrets import MASK, Secret
from apps.platforms.contract import MediaFile
from apps.platforms.errors import Evidence, NotSent, PlatformError, Rejected, Uncertain

MAX_ANSWER_BYTES = 4 * 1024 * 1024
MAX_EVIDENCE_CHARACTERS = 600
SHORTEST_SECRET = 6  # shorter ones are no secrets, and masking them would garble every word
LONGEST_PAUSE = timedelta(days=1)  # a platform that asks for more is asked again after a day

Fields = Mapping[str, "str | Secret | list[str]"]


class Unreadable(Exception):
    """The body is not what it should be; adapters turn it into `Uncertain` or `NotSent`."""


@dataclass(frozen=True, slots=True)
class Answer:
    """A complete answer. `body` is at most MAX_ANSWER_BYTES long; a longer one is `is_cut` and never parsed."""

    status: int
    headers: httpx.Headers = field(repr=False)
    body: bytes = field(repr=False)
    is_cut: bool = False

    @property
    def is_success(self) -> bool:
        return 200 <= self.status < 300

    @property
    def is_html(self) -> bool:
        return "html" in self.headers.get("content-type", "").lower()

    @property
    def text(self) -> str:
        return self.body.decode("utf-8", "replace")

    def json(self) -> Any:
        """The body as JSON; raises Unreadable."""
        if self.is_cut:
            raise Unreadable("the answer is too long")
        try:
            return json.loads(self.body)
        except (ValueError, RecursionError):
            pass
        raise Unreadable("the answer is not JSON")

    def mapping(self) -> dict[str, Any]:
        """The body as a JSON object; raises Unreadable."""
        value = self.json()
        if not isinstance(value, dict):
            raise Unreadable("the answer is not a JSON object")
        return value

    def mappings(self) -> list[dict[str, Any]]:
        """The body as a JSON list of objects; raises Unreadable."""
        value = self.json()
        if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
            raise Unreadable("the answer is not a list of JSON objects")
        return value


class BearerToken(httpx.Auth):
    """Puts `Authorization: Bearer ...` on a request at the moment it leaves."""

    def __init__(self, token: Secret, *, scheme: str = "Bearer") -> None:
        self._token = token
        self._scheme = scheme

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        request.headers["Authorization"] = f"{self._scheme} {self._token.reveal()}"
        yield request


def send(
    http: httpx.Client,
    method: str,
    url: str,
    *,
    platform: str,
    acting: bool = False,
    token: Secret | None = None,
    auth: httpx.Auth | None = None,
    params: Fields | None = None,
    data: Fields | None = None,
    **request: Any,
) -> Answer:
    """Send one request and read its answer, whatever its status; redirects are not followed.

    `platform` is the name people know it by. Raises NotSent, or Uncertain where the call is `acting` and may have been
    carried out. `params`, `data` and a `json` object may hold Secrets; `auth` signs where a bearer token does not
    do."""
    auth = BearerToken(token) if token else auth
    try:
        opened = _open(http, method, url, auth=auth, params=params, data=data, **request)
        with opened as response:
            body, is_cut = _read(response)
            return Answer(response.status_code, response.headers, body, is_cut)
    except (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError, OSError) as error:
        failure = _failure(error, platform=platform, acting=acting)
    # Raised out here, the failure keeps no reference to the request and the tokens in it.
    raise failure


def _open(
    http: httpx.Client, method: str, url: str, *, auth: httpx.Auth | None, params: Any, data: Any, **request: Any
) -> AbstractContextManager[httpx.Response]:
    headers = {"Accept": "application/json", **request.pop("headers", {})}
    if isinstance(request.get("json"), Mapping):
        request["json"] = _revealed(request["json"])
    return http.stream(
        method,
        url,
        auth=auth,
        headers=headers,
        params=_revealed(params),
        data=_revealed(data),
        follow_redirects=False,
        **request,
    )


def _revealed(fields: Fields | None) -> dict[str, Any] | None:
    if fields is None:
        return None
    return {name: value.reveal() if isinstance(value, Secret) else value for name, value in fields.items()}


def _read(response: httpx.Response) -> tuple[bytes, bool]:
    body = bytearray()
    for chunk in response.iter_bytes():
        body += chunk
        if len(body) > MAX_ANSWER_BYTES:
            return bytes(body[:MAX_ANSWER_BYTES]), True
    return bytes(body), False


_BEFORE_SENDING = (
    httpx.ConnectError,
    httpx.ConnectTimeout,
    httpx.PoolTimeout,
    httpx.ProxyError,
    httpx.UnsupportedProtocol,
    httpx.LocalProtocolError,
    httpx.InvalidURL,
)


def _failure(error: Exception, *, platform: str, acting: bool) -> PlatformError:
    evidence = Evidence(code=type(error).__name__)
    if isinstance(error, _BEFORE_SENDING):
        return NotSent(f"{platform} could not be reached.", evidence=evidence)
    if acting:
        return Uncertain(f"The answer of {platform} was lost: it may have been published.", evidence=evidence)
    return NotSent(f"{platform} did not answer in time.", evidence=evidence)


# --- evidence ---------------------------------------------------------------------------------------------------------


def evidence(
    answer: Answer, *, code: str = "", text: str = "", request_id: str = "", secrets: Iterable[Secret | None] = ()
) -> Evidence:
    """What the platform said, cut to a length support can read, with each of `secrets` masked."""
    hidden = [secret for secret in secrets if secret]
    return Evidence(
        status=answer.status,
        code=concealed(code, hidden)[:100],
        text=concealed(text or answer.text, hidden)[:MAX_EVIDENCE_CHARACTERS],
        request_id=concealed(request_id or answer.headers.get("x-request-id", ""), hidden)[:100],
    )


def concealed(text: str, secrets: Iterable[Secret | None]) -> str:
    """`text` without any of `secrets`: platforms do quote a token back to whoever sent it."""
    for secret in secrets:
        if secret and len(secret.reveal()) >= SHORTEST_SECRET:
            text = text.replace(secret.reveal(), MASK)
    return text


# --- pauses -----------------------------------------------------------------------------------------------------------


def retry_after(headers: httpx.Headers, *, now: datetime) -> datetime | None:
    """The end of the pause that `Retry-After` asks for (seconds or a date), or None."""
    value = headers.get("retry-after", "").strip()
    if value.isdecimal():
        return _sane(now + timedelta(seconds=min(int(value[:9]), 10**8)), now=now)
    try:
        return _sane(parsedate_to_datetime(value), now=now)
    except (ValueError, TypeError, OverflowError):
        return None


def reset_at(headers: httpx.Headers, name: str, *, now: datetime) -> datetime | None:
    """The instant in header `name`, as ISO 8601 text or as seconds since 1970, or None."""
    value = headers.get(name, "").strip()
    try:
        instant = datetime.fromtimestamp(int(value[:20]), UTC) if value.isdecimal() else datetime.fromisoformat(value)
    except (ValueError, OverflowError, OSError):
        return None
    return _sane(instant, now=now)


def _sane(instant: datetime, *, now: datetime) -> datetime | None:
    if instant.tzinfo is None:
        instant = instant.replace(tzinfo=UTC)
    if instant <= now:
        return None
    return min(instant, now + LONGEST_PAUSE)


def server_skew(headers: httpx.Headers, *, now: datetime) -> timedelta:
    """How far the server's clock is ahead of ours, by its `Date` header; zero if it does not say."""
    try:
        date = parsedate_to_datetime(headers.get("date", ""))
        return (date if date.tzinfo else date.replace(tzinfo=UTC)) - now
    except (ValueError, TypeError, OverflowError):
        return timedelta(0)


def instant(value: object) -> datetime | None:
    """An ISO 8601 time out of an answer, aware, or None if it is not one."""
    if not isinstance(value, str):
        return None
    try:
        parsed = datetime.fromisoformat(value)
    except ValueError:
        return None
    return parsed if parsed.tzinfo else parsed.replace(tzinfo=UTC)


# --- media ------------------------------------------------------------------------------------------------------------


def read_media(media: MediaFile, position: int) -> bytes:
    """The bytes of a picture. They go out from memory so that the request has an exact Content-Length.

    Raises Rejected where the file is gone, NotSent where the storage does not answer."""
    try:
        with media.open() as stream:
            return stream.read()
    except FileNotFoundError:
        failure: PlatformError = Rejected("The picture is no longer in the library.", field=f"media.{position}")
    except OSError as error:
        failure = NotSent("The picture could not be read.", evidence=Evidence(code=type(error).__name__))
    raise failure


# --- logs -------------------------------------------------------------------------------------------------------------


class _WithoutQuery(logging.Filter):
    """httpx logs each address it calls; some platforms want a token in the query string, so the log loses that part."""

    def filter(self, record: logging.LogRecord) -> bool:
        if isinstance(record.args, tuple):
            record.args = tuple(
                arg.copy_with(query=None, fragment=None) if isinstance(arg, httpx.URL) else arg for arg in record.args
            )
        return True


logging.getLogger("httpx").addFilter(_WithoutQuery())
