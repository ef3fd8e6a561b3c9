"""The account's own server (PDS), as one account sees it for the length of one call."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import httpx

from apps.core.secrets import Secret
from apps.platforms import http as wire
from apps.platforms.adapters.bluesky.dpop import Clock, Prover, asks_for_nonce
from apps.platforms.adapters.bluesky.refusals import PLATFORM, name_and_message, refusal, unreadable
from apps.platforms.contract import Credential

DPOP_KEY: Final = "dpop_key"


class Repository:
    """XRPC calls with the credential's token, Bearer or DPoP; every refusal is an error of the taxonomy."""

    def __init__(self, http: httpx.Client, clock: Clock, credential: Credential) -> None:
        self._http, self._clock = http, clock
        self._server = credential.server
        self._token = credential.access_token
        key = credential.extra.get(DPOP_KEY)
        self._prover = Prover(http, clock, key) if key else None

    def session(self) -> dict[str, Any]:
        """Who the token is (getSession)."""
        return self._read(self._send("GET", "com.atproto.server.getSession"))

    def greet(self) -> None:
        """Learn the server's nonce by a call that changes nothing, so that pictures and records are sent only once."""
        if self._prover is None or self._prover.has_nonce(self._server):
            return
        answer = self._prover.send_once("GET", self._url("com.atproto.server.getSession"), token=self._token)
        if not answer.is_success and not asks_for_nonce(answer):
            raise self._refusal(answer)

    def upload(self, content: bytes, *, mime_type: str) -> dict[str, Any]:
        """Store a file; the blob comes back as the server describes it and goes into the record unchanged."""
        headers = {"Content-Type": mime_type}
        answer = self._send("POST", "com.atproto.repo.uploadBlob", content=content, headers=headers)
        blob = self._read(answer).get("blob")
        if not isinstance(blob, dict):
            raise unreadable(answer, secrets=self.secrets)
        return blob

    def put(self, *, collection: str, rkey: str, record: Mapping[str, Any], repo: str) -> wire.Answer:
        """Write a record where none may stand yet; the answer is for the caller to judge, success or not."""
        body = {"repo": repo, "collection": collection, "rkey": rkey, "record": record, "swapRecord": None}
        return self._send("POST", "com.atproto.repo.putRecord", acting=True, json=body)

    def _refusal(self, answer: wire.Answer, *, acting: bool = False) -> Exception:
        return refusal(answer, now=self._clock(), acting=acting, secrets=self.secrets)

    @property
    def secrets(self) -> tuple[Secret, ...]:
        return (self._token,)

    def _url(self, nsid: str) -> str:
        return f"{self._server}/xrpc/{nsid}"

    def _send(self, method: str, nsid: str, *, acting: bool = False, **request: Any) -> wire.Answer:
        url = self._url(nsid)
        if self._prover:
            return self._prover.send(method, url, token=self._token, acting=acting, **request)
        return wire.send(self._http, method, url, platform=PLATFORM, acting=acting, token=self._token, **request)

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
    url = f"{server}/xrpc/com.atproto.repo.getRecord"
    answer = wire.send(http, "GET", url, platform=PLATFORM, params=params)
    if name_and_message(answer)[0] == "RecordNotFound":
        return None
    if not answer.is_success:
        raise refusal(answer, now=clock())
    try:
        return answer.mapping()
    except wire.Unreadable:
        raise unreadable(answer) from None
