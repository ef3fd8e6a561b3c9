"""The account's own server (PDS), as one account sees it for the length of one call."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any, Final

import httpx

from apps.core.secrets import Secret
from apps.platforms import http as wire
from apps.platforms.adapters.bluesky import records, rights
from apps.platforms.adapters.bluesky.dpop import Clock, Prover, asks_for_nonce
from apps.platforms.adapters.bluesky.refusals import PLATFORM, name_and_message, refusal, unreadable
from apps.platforms.calls import Call, require
from apps.platforms.contract import Credential

DPOP_KEY: Final = "dpop_key"
SERVICE_LIFE: Final = timedelta(minutes=30)  # of a token for another service; an hour is the most
_APPVIEW: Final = {"atproto-proxy": "did:web:api.bsky.app#bsky_appview"}
_CREATE: Final = "com.atproto.repo.applyWrites#create"


class Repository:
    """XRPC calls with the credential's token, Bearer or DPoP; every refusal is an error of the taxonomy.

    Raises MissingPermission before a call leaves that the consent is known not to cover."""

    def __init__(self, http: httpx.Client, clock: Clock, credential: Credential) -> None:
        self._http, self._clock = http, clock
        self._credential = credential
        self._token = credential.access_token
        self.server, self.did = credential.server, credential.remote_user_id
        key = credential.extra.get(DPOP_KEY)
        self._prover = Prover(http, clock, key) if key else None

    def session(self) -> dict[str, Any]:
        """Who the token is (getSession)."""
        return self._read(self._send(rights.SESSION))

    def greet(self) -> None:
        """Learn the server's nonce by a call that changes nothing, so that pictures and records are sent only once."""
        if self._prover is None or self._prover.has_nonce(self.server):
            return
        answer = self._prover.send_once("GET", self._url(rights.SESSION), token=self._token)
        if not answer.is_success and not asks_for_nonce(answer):
            raise self._refusal(answer)

    def upload(self, content: bytes, *, mime_type: str) -> dict[str, Any]:
        """Store a file; the blob comes back as the server describes it and goes into the record unchanged."""
        answer = self._send(rights.UPLOAD, content=content, headers={"Content-Type": mime_type})
        blob = self._read(answer).get("blob")
        if not isinstance(blob, dict) or not records.is_blob(blob):
            raise unreadable(answer, secrets=self.secrets)
        return blob

    def put(self, *, collection: str, rkey: str, record: Mapping[str, Any], repo: str) -> wire.Answer:
        """Write a record where none may stand yet; the answer is for the caller to judge, success or not."""
        body = {"repo": repo, "collection": collection, "rkey": rkey, "record": record, "swapRecord": None}
        return self._send(rights.REPLY if "reply" in record else rights.PUT, acting=True, json=body)

    def create_all(self, records: Mapping[str, Mapping[str, Any]], *, rkey: str, repo: str) -> wire.Answer:
        """Write one record in each collection, all with the same key and all or none. There is no "where none may stand
        yet": a key that is taken is answered with a 500."""
        writes = [
            {"$type": _CREATE, "collection": collection, "rkey": rkey, "value": record}
            for collection, record in records.items()
        ]
        return self._send(rights.APPLY, acting=True, json={"repo": repo, "writes": writes})

    def delete(self, *, repo: str, collection: str, rkey: str) -> None:
        """Take a record away; one that is not there is fine."""
        body = {"repo": repo, "collection": collection, "rkey": rkey}
        answer = self._send(rights.DELETE, json=body)
        if not answer.is_success:
            raise self._refusal(answer)

    def service_token(self, *, audience: str, method: str) -> Secret:
        """A short token by which another service may act for the account with one method."""
        ends = int((self._clock() + SERVICE_LIFE).timestamp())
        params = {"aud": audience, "lxm": method, "exp": str(ends)}
        answer = self._send(rights.SERVICE_TOKEN, params=params)
        token = self._read(answer).get("token")
        if not isinstance(token, str) or not token:
            raise unreadable(answer, secrets=self.secrets)
        return Secret(token)

    def server_did(self) -> str:
        """The name of the account's server, which other services know it by."""
        answer = wire.send(self._http, "GET", self._url(rights.DESCRIBE), platform=PLATFORM)
        did = self._read(answer).get("did")
        if not isinstance(did, str) or not did.startswith("did:"):
            raise unreadable(answer)
        return did

    def view(self, call: Call, params: Mapping[str, str | Sequence[str]]) -> dict[str, Any]:
        """What the AppView tells this account, through its own server."""
        return self._read(self._send(call, params=params, headers=_APPVIEW))

    def _refusal(self, answer: wire.Answer, *, acting: bool = False) -> Exception:
        return refusal(answer, now=self._clock(), acting=acting, secrets=self.secrets)

    @property
    def secrets(self) -> tuple[Secret, ...]:
        return (self._token,)

    def _url(self, call: Call) -> str:
        return f"{self.server}{call.path}"

    def _send(self, call: Call, *, acting: bool = False, **request: Any) -> wire.Answer:
        require(call, self._credential, label=PLATFORM)
        url = self._url(call)
        if self._prover:
            return self._prover.send(call.method, url, token=self._token, acting=acting, **request)
        return wire.send(self._http, call.method, url, platform=PLATFORM, acting=acting, token=self._token, **request)

    def _read(self, answer: wire.Answer) -> dict[str, Any]:
        if not answer.is_success:
            raise self._refusal(answer)
        try:
            return answer.mapping()
        except wire.Unreadable:
            raise unreadable(answer, secrets=self.secrets) from None


def public_record(
    http: httpx.Client, clock: Clock, *, server: str, repo: str, collection: str, rkey: str
) -> dict[str, Any] | None:
    """What stands at a record key, None if nothing does; needs no sign-in, and the account's server knows at once."""
    params = {"repo": repo, "collection": collection, "rkey": rkey}
    answer = wire.send(http, "GET", f"{server}{rights.RECORD.path}", platform=PLATFORM, params=params)
    if name_and_message(answer)[0] == "RecordNotFound":
        return None
    return public_answer(answer, clock)


def public_answer(answer: wire.Answer, clock: Clock) -> dict[str, Any]:
    """The object in an answer to a call that anybody may make."""
    if not answer.is_success:
        raise refusal(answer, now=clock())
    try:
        return answer.mapping()
    except wire.Unreadable:
        raise unreadable(answer) from None
