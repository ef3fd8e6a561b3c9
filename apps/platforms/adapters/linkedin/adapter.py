"""The LinkedIn adapter."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
from typing import ClassVar

import httpx

from apps.core.secrets import Secret
from apps.platforms import app_tests
from apps.platforms.adapters.linkedin import (
    afterwards,
    consent,
    facts,
    figures,
    finding,
    identity,
    permits,
    publishing,
    webhooks,
)
from apps.platforms.adapters.linkedin.capabilities import CAPABILITIES
from apps.platforms.adapters.linkedin.line import DEFAULT_ENDPOINTS, Line
from apps.platforms.basis import Basis
from apps.platforms.calls import Call
from apps.platforms.capabilities import Capabilities
from apps.platforms.contract import (
    NO_SECRET,
    Consent,
    ConsentStart,
    Credential,
    Draft,
    Finding,
    OAuthClient,
    Profile,
    Receipt,
    RemotePost,
    Role,
    Staged,
    Trace,
)
from apps.platforms.inbound import Inbound
from apps.platforms.insights import Metrics, OwnPosts
from apps.platforms.lifetimes import Lifetimes
from apps.platforms.limits import Limit
from apps.platforms.setup import Setup
from apps.platforms.versions import ApiVersion


class LinkedInAdapter(Basis):
    """Endpoints: "www" and "api" (origins), "version" of the API, "scopes", separated by spaces, where the app may ask
    for less than everything, and for webhooks "application", the app's number, and "webhook", our address.

    The channels of a consent share its tokens: `channel_id` says which page it acts for, and without one it acts for
    the member."""

    name: ClassVar[str] = "linkedin"
    label: ClassVar[str] = "LinkedIn"
    capabilities: ClassVar[Capabilities] = CAPABILITIES
    scopes: ClassVar[tuple[str, ...]] = consent.SCOPES
    default_endpoints: ClassVar[Mapping[str, str]] = DEFAULT_ENDPOINTS
    calls: ClassVar[tuple[Call, ...]] = permits.CALLS
    limits: ClassVar[tuple[Limit, ...]] = facts.LIMITS
    lifetimes: ClassVar[Lifetimes] = Lifetimes(access=timedelta(days=60), refresh=timedelta(days=365), rolling=False)
    version: ClassVar[ApiVersion | None] = facts.VERSION
    inbound: ClassVar[Inbound | None] = webhooks.LinkedInInbound()
    setup: ClassVar[Setup] = facts.SETUP

    def __init__(self, *, http: httpx.Client, endpoints: Mapping[str, str], clock: Callable[[], datetime]) -> None:
        super().__init__(http=http, endpoints=endpoints, clock=clock)
        self._home = Line(http, self.endpoints, clock)

    # consent

    def begin_consent(self, *, client: OAuthClient, redirect_uri: str, state: str, hint: str = "") -> ConsentStart:
        return consent.begin(self._home, client=client, redirect_uri=redirect_uri, state=state)

    def finish_consent(
        self, *, client: OAuthClient, redirect_uri: str, answer: Mapping[str, str], keep: Secret
    ) -> Consent:
        """The member's profile and each page they may post for, as far as the scopes allow."""
        return consent.finish(self._home, client=client, redirect_uri=redirect_uri, answer=answer, keep=keep)

    def refresh(self, credential: Credential) -> Credential:
        """Never Uncertain: refresh tokens do not change. Without one the credential is returned as it is."""
        return consent.refresh(self._line(credential), credential)

    def test_app(self, client: OAuthClient) -> str:
        return app_tests.by_a_dead_token(self, client)

    def check(self, credential: Credential) -> Profile:
        return identity.check(self._line(credential))

    def listen(self, credential: Credential, *, callback: str = "", secret: Secret = NO_SECRET) -> timedelta | None:
        """Ask LinkedIn to tell our app what people do with the posts of the page. Safe to repeat; raises NotOffered
        for a member, and where the app's number or our address is not set."""
        webhooks.listen(self._line(credential))
        return None

    def stop_listening(self, credential: Credential) -> None:
        """Ask it to tell no more. Safe to repeat."""
        webhooks.stop_listening(self._line(credential))

    def revoke(self, credential: Credential) -> None:
        """Ends the access of every channel of the consent, for they share it. Raises NotSent or Throttled."""
        consent.revoke(self._line(credential), credential)

    # publishing

    @classmethod
    def stages(cls, draft: Draft) -> bool:
        """Files, the picture of a link among them; a comment waits until its post is known everywhere."""
        return draft.role is not Role.MAIN or bool(publishing.wanted_files(draft))

    def stage(self, draft: Draft, credential: Credential, *, key: str, before: Staged | None) -> Staged:
        return publishing.stage(self._line(credential), draft, before)

    def commit(self, draft: Draft, staged: Staged, credential: Credential, *, key: str) -> Receipt:
        """The key is not used: LinkedIn knows none. A post that it refuses as a duplicate may turn out to be this one,
        and is then its receipt."""
        return publishing.commit(self._line(credential), draft, staged)

    def find(self, trace: Trace, credential: Credential) -> Finding:
        """UNCLEAR for members whose posts we may not read. ABSENT when all posts since the request were read and each
        is another one; the caller waits before it asks, for the request to be over."""
        return finding.find(self._line(credential), trace)

    def locate(self, receipt: Receipt, credential: Credential) -> str:
        """Known without asking; "" for a comment."""
        return receipt.remote_url or publishing.address(self._line(credential), receipt.remote_id)

    # afterwards

    def edit(self, post: RemotePost, draft: Draft, credential: Credential) -> Receipt:
        return afterwards.edit(self._line(credential), post, draft)

    def delete(self, post: RemotePost, credential: Credential) -> None:
        afterwards.delete(self._line(credential), post)

    def own_posts(self, credential: Credential, *, cursor: str = "") -> OwnPosts:
        return afterwards.own_posts(self._line(credential), cursor)

    def post_metrics(self, post: RemotePost, credential: Credential) -> Metrics:
        return figures.of_post(self._line(credential), post)

    def account_metrics(self, credential: Credential, *, day: date) -> Metrics:
        return figures.of_account(self._line(credential), day)

    def _line(self, credential: Credential) -> Line:
        return self._home.for_account(credential)
