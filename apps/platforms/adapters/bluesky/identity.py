"""From what a person typed to an account and its server: handle, DID, DID document, PDS.

Each of the addresses met on the way may be chosen by a stranger. They have to be https (plain http for loopback in
development); that they are public ones is checked by the client that dials them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import httpx

from apps.platforms import http as wire
from apps.platforms.adapters.bluesky import names
from apps.platforms.adapters.bluesky.dpop import Clock
from apps.platforms.adapters.bluesky.refusals import PLATFORM, refusal, said
from apps.platforms.errors import Evidence, NotSent, Rejected

_HELP = "Write the whole handle, such as acme.bsky.social, or the address of the account's server."


@dataclass(frozen=True, slots=True)
class Identity:
    """An account: `did` for ever, `handle` ("" when it does not point back) and `pds`, its server's origin, for now."""

    did: str
    handle: str
    pds: str


@dataclass(frozen=True, slots=True)
class Directory:
    """Looks identities up; `resolver` and `plc` are origins."""

    http: httpx.Client
    clock: Clock
    resolver: str
    plc: str
    development: bool = False

    def server_of(self, address: str) -> str:
        """The origin of the PDS behind a handle, a DID or a server's own address; raises Rejected(field="address")."""
        if identity := self.find(address):
            return identity.pds
        typed = names.read_address(address, development=self.development)
        if typed.origin and self._is_server(typed.origin):
            return typed.origin
        where = names.shown(address)
        raise _rejected(f"No Bluesky account or server was found at {where}. {_HELP}" if where else _HELP)

    def find(self, address: str) -> Identity | None:
        """The account a handle or DID names, None if no account has that name; Rejected where it names one wrongly."""
        typed = names.read_address(address, development=self.development)
        if typed.did:
            return self.of_did(typed.did)
        if not typed.handle:
            return None
        did = self.did_of(typed.handle)
        return self._of_handle(typed.handle, did) if did else None

    def of_did(self, did: str) -> Identity:
        """The account of a DID; its handle counts only if it leads back to the DID."""
        document = self._document(did)
        handle = _handle_in(document, development=self.development)
        pds = self._pds_in(document)
        return Identity(did, handle if handle and self.did_of(handle) == did else "", pds)

    def server_named_by(self, did: str) -> str:
        """The origin of the PDS in the DID's document."""
        return self._pds_in(self._document(did))

    def did_of(self, handle: str) -> str | None:
        """The DID a handle claims, by its own host and else by the resolver (which knows DNS); None if there is none.

        The host of a `.test` handle does not exist, so those go straight to the resolver."""
        if not handle.endswith(".test") and (did := self._well_known(handle)):
            return did
        return self.resolved(handle)

    def resolved(self, handle: str) -> str | None:
        """The resolver's answer for a handle; raises NotSent or Throttled when it gives none."""
        url = f"{self.resolver}/xrpc/com.atproto.identity.resolveHandle"
        answer = wire.send(self.http, "GET", url, platform=PLATFORM, params={"handle": handle})
        if answer.status in (400, 404):
            return None
        if not answer.is_success:
            raise refusal(answer, now=self.clock())
        return _did(_object(answer).get("did"))

    def _of_handle(self, handle: str, did: str) -> Identity:
        document = self._document(did)
        if _handle_in(document, development=self.development) != handle:
            raise _rejected(f"The account behind {handle} does not use this handle (any more). Try its current handle.")
        return Identity(did, handle, self._pds_in(document))

    def _well_known(self, handle: str) -> str | None:
        try:
            answer = wire.send(self.http, "GET", f"https://{handle}/.well-known/atproto-did", platform=PLATFORM)
        except NotSent:  # most handles have no web server of their own
            return None
        return _did(answer.text.strip()) if answer.is_success and not answer.is_cut else None

    def _document(self, did: str) -> Mapping[str, Any]:
        host = names.did_web_host(did)
        url = f"https://{host}/.well-known/did.json" if host else f"{self.plc}/{did}"
        answer = wire.send(self.http, "GET", url, platform=PLATFORM)
        if answer.status in (404, 410):
            gone = "was deleted" if answer.status == 410 else "does not exist"
            raise _rejected(f"This Bluesky account {gone}.", evidence=said(answer))
        if not answer.is_success:
            raise refusal(answer, now=self.clock())
        document = _object(answer)
        if document.get("id") != did:
            raise _rejected("The directory of accounts gave another account than was asked for.", evidence=said(answer))
        return document

    def _pds_in(self, document: Mapping[str, Any]) -> str:
        for service in _objects(document.get("service")):
            is_pds = str(service.get("id", "")).endswith("#atproto_pds")
            if is_pds and service.get("type") == "AtprotoPersonalDataServer":
                origin = names.origin(str(service.get("serviceEndpoint", "")), development=self.development)
                if origin:
                    return origin
        raise _rejected("This Bluesky account names no server that can be reached.")

    def _is_server(self, origin: str) -> bool:
        try:
            url = f"{origin}/xrpc/com.atproto.server.describeServer"
            answer = wire.send(self.http, "GET", url, platform=PLATFORM)
            return answer.is_success and isinstance(answer.mapping().get("did"), str)
        except (NotSent, wire.Unreadable):
            return False


def _rejected(words: str, *, evidence: Evidence | None = None) -> Rejected:
    return Rejected(words, field="address", evidence=evidence)


def _handle_in(document: Mapping[str, Any], *, development: bool) -> str:
    aliases = document.get("alsoKnownAs")
    for alias in aliases if isinstance(aliases, list) else ():
        if isinstance(alias, str) and alias.startswith("at://"):
            handle = alias.removeprefix("at://").lower()
            return handle if names.is_handle(handle, development=development) else ""
    return ""


def _did(value: object) -> str | None:
    return value if isinstance(value, str) and names.is_did(value) else None


def _object(answer: wire.Answer) -> dict[str, Any]:
    try:
        return answer.mapping()
    except wire.Unreadable:
        raise NotSent("The directory of Bluesky accounts sent an answer that makes no sense.") from None


def _objects(value: object) -> list[Mapping[str, Any]]:
    return [item for item in value if isinstance(item, Mapping)] if isinstance(value, list) else []
