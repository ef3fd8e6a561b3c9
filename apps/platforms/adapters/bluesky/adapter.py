"""Bluesky, and every other server that speaks AT Protocol."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any, ClassVar
from urllib.parse import urlencode

import httpx

from apps.core.secrets import Secret
from apps.platforms.adapters.bluesky import abilities, about, oauth, publishing, records, rights, servers, sessions
from apps.platforms.adapters.bluesky import client as ourselves
from apps.platforms.adapters.bluesky.dpop import Clock
from apps.platforms.adapters.bluesky.figures import Reader
from apps.platforms.adapters.bluesky.films import Films
from apps.platforms.adapters.bluesky.identity import Directory, Identity
from apps.platforms.adapters.bluesky.refusals import MOVED, inactive
from apps.platforms.adapters.bluesky.repository import Repository, public_record
from apps.platforms.basis import Basis
from apps.platforms.calls import Call
from apps.platforms.capabilities import Capabilities
from apps.platforms.contract import (
    Channel,
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
from apps.platforms.errors import ConsentRefused, Disconnected, NotSent, PlatformError, Rejected
from apps.platforms.insights import Metrics, OwnPosts
from apps.platforms.lifetimes import Lifetimes
from apps.platforms.limits import Limit, Usage
from apps.platforms.setup import Setup


class BlueskyAdapter(Basis):
    """Endpoints: `resolver`, `plc`, `app`, `appview` and `video` are origins, `video_did` is the name that the video
    service goes by; `client_id` and `client_key` (a private JWK) make the hosted client; `development` "1" lets plain
    http on loopback and `.test` handles through. The API has no versions, and sends nothing on its own."""

    name: ClassVar[str] = "bluesky"
    label: ClassVar[str] = "Bluesky"
    scopes: ClassVar[tuple[str, ...]] = ourselves.SCOPES
    default_endpoints: ClassVar[Mapping[str, str]] = {
        "resolver": "https://public.api.bsky.app",
        "plc": "https://plc.directory",
        "app": "https://bsky.app",
        "appview": "https://public.api.bsky.app",
        "video": "https://video.bsky.app",
        "video_did": "did:web:video.bsky.app",
    }
    capabilities: ClassVar[Capabilities] = abilities.CAPABILITIES
    calls: ClassVar[tuple[Call, ...]] = rights.CALLS
    limits: ClassVar[tuple[Limit, ...]] = rights.LIMITS
    metrics_at_once: ClassVar[int] = 25
    lifetimes: ClassVar[Lifetimes] = Lifetimes(access=timedelta(hours=2), refresh=timedelta(days=90))
    setup: ClassVar[Setup] = about.SETUP

    def __init__(self, *, http: httpx.Client, endpoints: Mapping[str, str], clock: Clock) -> None:
        super().__init__(http=http, endpoints=endpoints, clock=clock)
        self._http, self._endpoints, self._clock = http, self.endpoints, clock
        self._development = self.endpoints.get("development") == "1"

    # consent -------------------------------------------------------------------------------------------------------

    def resolve_server(self, address: str) -> str:
        return self._directory.server_of(address)

    def register(self, *, server: str, redirect_uri: str) -> OAuthClient:
        key = Secret(self._endpoints.get("client_key", ""))
        client_id = self._endpoints.get("client_id", "")
        return ourselves.registered(server=server, redirect_uri=redirect_uri, client_id=client_id, key=key)

    def begin_consent(self, *, client: OAuthClient, redirect_uri: str, state: str, hint: str = "") -> ConsentStart:
        account = self._directory.find(hint) if hint else None
        pds = account.pds if account else client.server
        return oauth.begin(
            self._http,
            self._clock,
            server=servers.discover(self._http, self._clock, pds=pds, development=self._development),
            client=client,
            redirect_uri=redirect_uri,
            state=state,
            pds=pds,
            did=account.did if account else "",
            handle=account.handle if account else "",
        )

    def finish_consent(
        self, *, client: OAuthClient, redirect_uri: str, answer: Mapping[str, str], keep: Secret
    ) -> Consent:
        kept = oauth.Kept.opened(keep)
        tokens = oauth.exchange(
            self._http, self._clock, kept=kept, client=client, redirect_uri=redirect_uri, answer=answer
        )
        account = self._verified(tokens.subject, kept)
        if "atproto" not in tokens.scopes:
            raise ConsentRefused("Bluesky gave an access that cannot be used. Start connecting again.")
        credential = oauth.credential(tokens, kept=kept, client=client, pds=account.pds, handle=account.handle)
        asked = client.scopes or self.scopes
        missing = tuple(scope for scope in asked if scope not in tokens.scopes)
        return Consent(credential, (self._channel(credential),), missing)

    def sign_in(self, *, server: str, identifier: str, password: Secret) -> Consent:
        credential = sessions.open_session(
            self._http,
            self._clock,
            server=server,
            identifier=identifier,
            password=password,
            development=self._development,
        )
        return Consent(credential, (self._channel(credential),))

    def refresh(self, credential: Credential) -> Credential:
        if credential.facts.get("kind") == oauth.KIND:
            return oauth.refresh(self._http, self._clock, credential)
        return sessions.refresh(self._http, self._clock, credential)

    def check(self, credential: Credential) -> Profile:
        """As the contract says; an account that has left its server for another one is Disconnected."""
        try:
            session = self._repository(credential).session()
        except (NotSent, Disconnected) as error:
            if self._has_moved(credential):
                raise Disconnected(MOVED, evidence=error.evidence) from None
            raise
        if session.get("did") != credential.remote_user_id:
            raise Disconnected("This connection belongs to another Bluesky account. Reconnect.")
        if session.get("active") is False:
            raise inactive(str(session.get("status", "")))
        handle = str(session.get("handle", "")) or str(credential.facts.get("handle", ""))
        return Profile(credential.remote_user_id, handle, handle, url=self._profile_url(credential.remote_user_id))

    def revoke(self, credential: Credential) -> None:
        if credential.facts.get("kind") == oauth.KIND:
            oauth.revoke(self._http, self._clock, credential)
        else:
            sessions.close_session(self._http, self._clock, credential)

    # publishing ----------------------------------------------------------------------------------------------------

    @classmethod
    def stages(cls, draft: Draft) -> bool:
        """Files, and what the record has to name: mentions, quote, lists, the page behind a card."""
        return publishing.stages(draft)

    def stage(self, draft: Draft, credential: Credential, *, key: str, before: Staged | None) -> Staged:
        return self._desk(credential).stage(draft, key=key, before=before)

    def commit(self, draft: Draft, staged: Staged, credential: Credential, *, key: str) -> Receipt:
        receipt = publishing.commit(self._repository(credential), draft, staged, self._http, self._clock)
        return self._with_address(receipt)

    def find(self, trace: Trace, credential: Credential) -> Finding:
        finding = publishing.find(self._http, self._clock, trace, server=credential.server)
        if finding.receipt is None:
            return finding
        return replace(finding, receipt=self._with_address(finding.receipt))

    def locate(self, receipt: Receipt, credential: Credential) -> str:
        return self._post_url(receipt.remote_id)

    # afterwards ----------------------------------------------------------------------------------------------------

    def delete(self, post: RemotePost, credential: Credential) -> None:
        publishing.remove(self._repository(credential), post)

    def own_posts(self, credential: Credential, *, cursor: str = "") -> OwnPosts:
        """Without replies. When a post went out is what its record says; anybody may write anything there."""
        page = self._reader(credential).own_posts(cursor=cursor)
        return replace(page, posts=tuple(replace(post, url=self._post_url(post.remote_id)) for post in page.posts))

    def post_metrics(self, post: RemotePost, credential: Credential) -> Metrics:
        return self._reader(credential).post_metrics(post)

    def many_post_metrics(self, posts: Sequence[RemotePost], credential: Credential) -> Mapping[str, Metrics]:
        return self._reader(credential).many_post_metrics(posts)

    def account_metrics(self, credential: Credential, *, day: date) -> Metrics:
        """Those of now: Bluesky tells no history."""
        return self._reader(credential).account_metrics()

    @classmethod
    def usage(cls, headers: Mapping[str, str], *, now: datetime) -> tuple[Usage, ...]:
        return rights.usage(headers, now=now)

    # ---------------------------------------------------------------------------------------------------------------

    @property
    def _directory(self) -> Directory:
        resolver, plc = self._endpoints["resolver"], self._endpoints["plc"]
        return Directory(self._http, self._clock, resolver, plc, self._development)

    def _repository(self, credential: Credential) -> Repository:
        return Repository(self._http, self._clock, credential)

    def _desk(self, credential: Credential) -> publishing.Desk:
        repository = self._repository(credential)
        origin, did = self._endpoints["video"], self._endpoints["video_did"]
        films = Films(self._http, self._clock, repository, origin, did)
        return publishing.Desk(repository, self._directory, films, self._http, self._clock)

    def _reader(self, credential: Credential) -> Reader:
        return Reader(self._http, self._clock, self._repository(credential), self._endpoints["appview"])

    def _verified(self, subject: str, kept: oauth.Kept) -> Identity:
        """The account that signed in: the one that was named, or one for which this very issuer speaks."""
        if kept.did:
            if subject != kept.did:
                name = kept.handle or kept.did
                raise ConsentRefused(f"You signed in as another account than {name}. Start again with its own handle.")
            return Identity(kept.did, kept.handle, kept.pds)
        try:
            account = self._directory.of_did(subject)
            server = servers.discover(self._http, self._clock, pds=account.pds, development=self._development)
        except Rejected as error:
            raise ConsentRefused(error.words, evidence=error.evidence) from None
        if server.issuer != kept.server.issuer:
            raise ConsentRefused("This account belongs to another server than the one that signed you in.")
        return account

    def _has_moved(self, credential: Credential) -> bool:
        try:
            return self._directory.server_named_by(credential.remote_user_id) != credential.server
        except PlatformError:
            return False

    def _channel(self, credential: Credential) -> Channel:
        """The account as people know it; its display name is public, and missing it hinders nobody."""
        did, handle = credential.remote_user_id, str(credential.facts.get("handle", ""))
        profile = self._profile_record(credential)
        name = profile.get("displayName")
        return Channel(
            remote_id=did,
            kind="profile",
            handle=handle or did,
            name=name if isinstance(name, str) and name else handle or did,
            url=self._profile_url(did),
            avatar_url=_avatar(profile, server=credential.server, did=did),
        )

    def _profile_record(self, credential: Credential) -> Mapping[str, Any]:
        server, did = credential.server, credential.remote_user_id
        try:
            record = public_record(
                self._http, self._clock, server=server, repo=did, collection="app.bsky.actor.profile", rkey="self"
            )
        except PlatformError:
            return {}
        value = record.get("value") if record else None
        return value if isinstance(value, Mapping) else {}

    def _profile_url(self, did: str) -> str:
        """By DID, which stays good when the account changes its handle."""
        return f"{self._endpoints['app']}/profile/{did}"

    def _post_url(self, uri: str) -> str:
        did, _, rkey = uri.removeprefix("at://").partition(f"/{records.POST}/")
        return f"{self._profile_url(did)}/post/{rkey}" if rkey else ""

    def _with_address(self, receipt: Receipt) -> Receipt:
        return replace(receipt, remote_url=self._post_url(receipt.remote_id))


def _avatar(profile: Mapping[str, Any], *, server: str, did: str) -> str:
    avatar = profile.get("avatar")
    ref = avatar.get("ref") if isinstance(avatar, Mapping) else None
    link = ref.get("$link") if isinstance(ref, Mapping) else None
    if not isinstance(link, str):
        return ""
    return f"{server}/xrpc/com.atproto.sync.getBlob?{urlencode({'did': did, 'cid': link})}"
