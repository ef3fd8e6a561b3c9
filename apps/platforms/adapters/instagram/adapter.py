"""The Instagram adapter (Instagram Login)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import ClassVar, Final

import httpx

from apps.core.secrets import Secret
from apps.platforms.adapters.instagram import consent, finding, publishing
from apps.platforms.adapters.instagram.line import DEFAULT_ENDPOINTS, Line
from apps.platforms.basis import Basis
from apps.platforms.contract import (
    Capabilities,
    Consent,
    ConsentStart,
    Counting,
    Credential,
    Draft,
    Finding,
    OAuthClient,
    Profile,
    Receipt,
    Staged,
    Trace,
)
from apps.platforms.errors import ConsentRefused, PlatformError

CAPABILITIES: Final = Capabilities(
    # Whether Instagram counts code points or UTF-16 units is not documented: the second is never less.
    max_text=2200,
    counting=Counting.UTF16_UNITS,
    min_media=1,
    max_media=10,
    media_types=frozenset({"image/jpeg"}),  # PNG is often accepted, and not promised
    max_image_bytes=8_000_000,
    min_aspect=0.8,
    max_aspect=1.91,
    max_alt=1000,
    max_hashtags=30,
    max_mentions=20,
    first_comment=True,
    max_comment_media=0,
    findable=True,
    pulls_media=True,
)


class InstagramAdapter(Basis):
    """Endpoints: "login", "api" and "graph" (origins), and "version" of the Graph API; all have defaults.

    `revoke` uses a call that is not documented for this login and never fails. A publishing limit that cannot be read
    stops nobody: the platform counts for itself."""

    name: ClassVar[str] = "instagram"
    label: ClassVar[str] = "Instagram"
    capabilities: ClassVar[Capabilities] = CAPABILITIES
    scopes: ClassVar[tuple[str, ...]] = consent.SCOPES
    default_endpoints: ClassVar[Mapping[str, str]] = DEFAULT_ENDPOINTS

    def __init__(self, *, http: httpx.Client, endpoints: Mapping[str, str], clock: Callable[[], datetime]) -> None:
        self._home = Line(http, endpoints, clock)

    # consent

    def resolve_server(self, address: str) -> str:
        return ""

    def register(self, *, server: str, redirect_uri: str) -> OAuthClient:
        raise ConsentRefused("Instagram needs an app that the operator has set up at Meta.")

    def begin_consent(self, *, client: OAuthClient, redirect_uri: str, state: str, hint: str = "") -> ConsentStart:
        return consent.begin(self._home, client=client, redirect_uri=redirect_uri, state=state)

    def finish_consent(
        self, *, client: OAuthClient, redirect_uri: str, answer: Mapping[str, str], keep: Secret
    ) -> Consent:
        return consent.finish(self._home, client=client, redirect_uri=redirect_uri, answer=answer)

    def sign_in(self, *, server: str, identifier: str, password: Secret) -> Consent:
        raise ConsentRefused("Instagram accounts are connected on Instagram's own page, not with a password.")

    def refresh(self, credential: Credential) -> Credential:
        """A token younger than 24 hours is returned as it is: Instagram renews no younger ones."""
        return consent.refresh(self._line(credential), credential)

    def check(self, credential: Credential) -> Profile:
        profile, _ = consent.read_profile(self._line(credential))
        return profile

    def revoke(self, credential: Credential) -> None:
        line = self._line(credential)
        try:
            line.send("DELETE", line.graph("me/permissions"))
        except PlatformError:
            return

    # publishing

    def stage(self, draft: Draft, credential: Credential, *, key: str, before: Staged | None) -> Staged:
        """Also raises Throttled when the account has used up its posts of the last 24 hours."""
        return publishing.stage(self._line(credential), draft, credential.remote_user_id, before)

    def commit(self, draft: Draft, staged: Staged, credential: Credential, *, key: str) -> Receipt:
        """The key is not used: a container is published at most once."""
        return publishing.commit(self._line(credential), draft, staged, credential.remote_user_id)

    def find(self, trace: Trace, credential: Credential) -> Finding:
        """ABSENT when the container is not published a minute after the request, and no post equals it; a comment is
        absent when all comments below the post were read. The caller waits before it asks, for the request to be
        over."""
        return finding.find(self._line(credential), trace, credential)

    def locate(self, receipt: Receipt, credential: Credential) -> str:
        return publishing.locate(self._line(credential), receipt)

    def _line(self, credential: Credential) -> Line:
        return self._home.for_account(credential)
