"""The Mastodon adapter: each server has its own app, its own limits and its own idea of the API."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from typing import ClassVar

import httpx

from apps.core.secrets import Secret
from apps.platforms.adapters.mastodon import changing, consent, finding, publishing, reading, rights, servers
from apps.platforms.adapters.mastodon.abilities import CAPABILITIES
from apps.platforms.adapters.mastodon.about import SETUP
from apps.platforms.adapters.mastodon.line import Line, line_for
from apps.platforms.basis import Basis
from apps.platforms.calls import Call
from apps.platforms.capabilities import Capabilities
from apps.platforms.contract import (
    Consent,
    ConsentStart,
    Credential,
    Draft,
    Finding,
    OAuthClient,
    Profile,
    Receipt,
    RemotePost,
    Staged,
    Trace,
)
from apps.platforms.errors import ConsentRefused, Disconnected, MissingPermission, TokenExpired
from apps.platforms.insights import Metrics, OwnPosts
from apps.platforms.limits import Limit, Usage
from apps.platforms.setup import Setup


class MastodonAdapter(Basis):
    """Endpoints, all optional: `client_name` and `website` for registration, and `trusted`, origins separated by spaces
    that may be reached over plain http.

    The numbers in `capabilities` are Mastodon's defaults; `Channel.limits` and `Profile.limits` carry those of the
    account's server. There are no versions of the API and no webhooks."""

    name: ClassVar[str] = "mastodon"
    label: ClassVar[str] = "Mastodon"
    capabilities: ClassVar[Capabilities] = CAPABILITIES
    scopes: ClassVar[tuple[str, ...]] = rights.SCOPES
    calls: ClassVar[tuple[Call, ...]] = rights.CALLS
    limits: ClassVar[tuple[Limit, ...]] = rights.LIMITS
    metrics_at_once: ClassVar[int] = 20
    setup: ClassVar[Setup] = SETUP

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
        """ConsentRefused with evidence code "invalid_client": the server has forgotten our registration, and `register`
        makes a new one."""
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
        url = str(credential.facts.get("revocation_endpoint") or "")
        form = {
            "client_id": client.client_id,
            "client_secret": client.client_secret,
            "token": credential.access_token,
        }
        answer = line.send(rights.REVOKE, url=url, data=form, with_token=False)
        if answer.status == 429 or answer.status >= 500:
            raise line.failure(answer, rights.REVOKE)

    # publishing

    @classmethod
    def stages(cls, draft: Draft) -> bool:
        """Files, and a look at the post that is quoted."""
        return bool(draft.media) or bool(publishing.quoted(draft))

    def stage(self, draft: Draft, credential: Credential, *, key: str, before: Staged | None) -> Staged:
        return publishing.stage(self._line(credential), draft, before)

    def commit(self, draft: Draft, staged: Staged, credential: Credential, *, key: str) -> Receipt:
        return publishing.commit(self._line(credential), draft, staged, key=key)

    def find(self, trace: Trace, credential: Credential) -> Finding:
        """ABSENT when all posts since the request were read and each is another one. That is only proof once the
        request can no longer arrive: the caller first waits for the lease, the longest request and a margin to pass."""
        line = self._line(credential)
        software = self._software(line, credential)
        return finding.find(line, trace, account_id=_account_id(credential), software=software)

    def locate(self, receipt: Receipt, credential: Credential) -> str:
        return publishing.locate(self._line(credential), receipt)

    def choices(self, option: str, credential: Credential) -> tuple[tuple[str, str], ...]:
        """For the post to quote: the newest of the account's own, on servers that know quotes."""
        return reading.quotable(self._line(credential), _account_id(credential)) if option == "quote" else ()

    # afterwards

    def edit(self, post: RemotePost, draft: Draft, credential: Credential) -> Receipt:
        """Text, warning and sensitivity; also raises Rejected for a post whose poll is over."""
        return changing.edit(self._line(credential), post, draft)

    def delete(self, post: RemotePost, credential: Credential) -> None:
        changing.delete(self._line(credential), post)

    def own_posts(self, credential: Credential, *, cursor: str = "") -> OwnPosts:
        """Without replies to others, and without what others wrote and the account boosted."""
        return reading.own_posts(self._line(credential), _account_id(credential), cursor=cursor)

    def post_metrics(self, post: RemotePost, credential: Credential) -> Metrics:
        return reading.post_metrics(self._line(credential), post)

    def many_post_metrics(self, posts: Sequence[RemotePost], credential: Credential) -> Mapping[str, Metrics]:
        return reading.many_post_metrics(self._line(credential), posts)

    def account_metrics(self, credential: Credential, *, day: date) -> Metrics:
        """As they are now, whatever the day: servers keep no history."""
        return reading.account_metrics(self._line(credential))

    @classmethod
    def usage(cls, headers: Mapping[str, str], *, now: datetime) -> tuple[Usage, ...]:
        return rights.usage(headers, now=now)

    def _server(self, origin: str) -> Line:
        return Line(self._http, self._clock, origin)

    def _line(self, credential: Credential) -> Line:
        return line_for(self._http, self._clock, credential)

    @staticmethod
    def _software(line: Line, credential: Credential) -> str:
        known = credential.facts.get("software")
        return known if isinstance(known, str) else servers.read_software(line)


def _account_id(credential: Credential) -> str:
    return str(credential.facts.get("account_id") or credential.remote_user_id.rpartition("@")[0])
