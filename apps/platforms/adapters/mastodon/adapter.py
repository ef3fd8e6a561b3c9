"""The Mastodon adapter: each server has its own app, its own limits and its own idea of the API."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import ClassVar, Final

import httpx

from apps.core.secrets import Secret
from apps.platforms.adapters.mastodon import consent, finding, publishing, servers
from apps.platforms.adapters.mastodon.line import Line, line_for
from apps.platforms.basis import Basis
from apps.platforms.contract import (
    Capabilities,
    ConnectBy,
    Consent,
    ConsentStart,
    Counting,
    Credential,
    Draft,
    Finding,
    OAuthClient,
    Option,
    Profile,
    Receipt,
    Staged,
    Trace,
)
from apps.platforms.errors import ConsentRefused, Disconnected, MissingPermission, TokenExpired

CAPABILITIES: Final = Capabilities(
    max_text=500,
    counting=Counting.MASTODON,
    max_media=4,
    media_types=servers.IMAGE_TYPES,
    max_image_bytes=16_777_216,
    max_image_pixels=33_177_600,
    max_alt=1500,
    first_comment=True,
    threads=True,
    options=(
        Option(
            "visibility",
            "Visibility",
            choices=(("public", "Public"), ("unlisted", "Quiet public"), ("private", "Followers")),
            default="public",
        ),
        Option("content_warning", "Content warning", counts_in_text=True),
        Option("sensitive", "Sensitive media", choices=(("no", "No"), ("yes", "Yes")), default="no"),
    ),
    # Keys are honoured by Mastodon for an hour, and silently ignored by other software: never to be relied on.
    idempotent_commit=False,
    findable=True,
    connect_by=(ConnectBy.INSTANCE_OAUTH,),
)


class MastodonAdapter(Basis):
    """Endpoints, all optional: `client_name` and `website` for registration, and `trusted`, origins separated by spaces
    that may be reached over plain http.

    The numbers in `capabilities` are Mastodon's defaults; `Channel.limits` and `Profile.limits` carry those of the
    account's server."""

    name: ClassVar[str] = "mastodon"
    label: ClassVar[str] = "Mastodon"
    capabilities: ClassVar[Capabilities] = CAPABILITIES
    scopes: ClassVar[tuple[str, ...]] = consent.SCOPES

    def __init__(self, *, http: httpx.Client, endpoints: Mapping[str, str], clock: Callable[[], datetime]) -> None:
        self._http = http
        self._endpoints = endpoints
        self._clock = clock

    # consent

    def resolve_server(self, address: str) -> str:
        trusted = frozenset(self._endpoints.get("trusted", "").split())
        return servers.resolve(self._http, self._clock, servers.read_address(address, trusted=trusted))

    def register(self, *, server: str, redirect_uri: str) -> OAuthClient:
        return consent.register(
            self._server(server),
            redirect_uri=redirect_uri,
            client_name=self._endpoints.get("client_name") or "Postroom",
            website=self._endpoints.get("website", ""),
        )

    def begin_consent(self, *, client: OAuthClient, redirect_uri: str, state: str, hint: str = "") -> ConsentStart:
        return consent.begin(self._server(client.server), client=client, redirect_uri=redirect_uri, state=state)

    def finish_consent(
        self, *, client: OAuthClient, redirect_uri: str, answer: Mapping[str, str], keep: Secret
    ) -> Consent:
        """As the contract says; evidence code "invalid_client" means that the server has forgotten our registration."""
        line = self._server(client.server)
        return consent.finish(line, client=client, redirect_uri=redirect_uri, answer=answer, keep=keep)

    def sign_in(self, *, server: str, identifier: str, password: Secret) -> Consent:
        raise ConsentRefused("Mastodon accounts are connected on the page of their server, not with a password.")

    def refresh(self, credential: Credential) -> Credential:
        return consent.refresh(self._line(credential), credential)

    def check(self, credential: Credential) -> Profile:
        """Limits are read along with it; they are {} when the server does not tell them just now."""
        line = self._line(credential)
        account = consent.read_account(line)
        try:
            instance = servers.read_instance(line)
        except (Disconnected, MissingPermission, TokenExpired):
            instance = {}
        return consent.profile_of(line, account, instance, self._software(line, credential))

    def revoke(self, credential: Credential) -> None:
        """Raises NotSent or Throttled, to be tried again; a server that says no has nothing to give back."""
        client = credential.client
        if client is None:
            return
        line = self._line(credential)
        url = str(credential.facts.get("revocation_endpoint") or "/oauth/revoke")
        form = {
            "client_id": client.client_id,
            "client_secret": client.client_secret,
            "token": credential.access_token,
        }
        answer = line.send("POST", url, data=form, token=None)
        if answer.status == 429 or answer.status >= 500:
            raise line.failure(answer)

    # publishing

    def stage(self, draft: Draft, credential: Credential, *, key: str, before: Staged | None) -> Staged:
        return publishing.stage(self._line(credential), draft, before)

    def commit(self, draft: Draft, staged: Staged, credential: Credential, *, key: str) -> Receipt:
        return publishing.commit(self._line(credential), draft, staged, key=key)

    def find(self, trace: Trace, credential: Credential) -> Finding:
        """ABSENT when all posts since the request were read and each is another one. That is only proof once the
        request can no longer arrive: the caller first waits for the lease, the longest request and a margin to pass."""
        line = self._line(credential)
        account_id = str(credential.facts.get("account_id") or credential.remote_user_id.rpartition("@")[0])
        software = self._software(line, credential)
        return finding.find(line, trace, account_id=account_id, software=software)

    def locate(self, receipt: Receipt, credential: Credential) -> str:
        return publishing.locate(self._line(credential), receipt)

    def _server(self, origin: str) -> Line:
        return Line(self._http, self._clock, origin)

    def _line(self, credential: Credential) -> Line:
        return line_for(self._http, self._clock, credential)

    @staticmethod
    def _software(line: Line, credential: Credential) -> str:
        known = credential.facts.get("software")
        return known if isinstance(known, str) else servers.read_software(line)
