"""The Threads adapter."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
from typing import ClassVar

import httpx

from apps.core.secrets import Secret
from apps.platforms.adapters.threads import consent, facts, finding, publishing, reading, requests, staging
from apps.platforms.adapters.threads.capabilities import CAPABILITIES
from apps.platforms.adapters.threads.faults import LABEL
from apps.platforms.adapters.threads.line import DEFAULT_ENDPOINTS, Line
from apps.platforms.adapters.threads.notices import ThreadsInbound
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
from apps.platforms.inbound import Inbound
from apps.platforms.insights import Demographics, Metrics, OwnPosts
from apps.platforms.lifetimes import Lifetimes
from apps.platforms.limits import Limit, Usage
from apps.platforms.meta import pace
from apps.platforms.setup import Setup
from apps.platforms.versions import ApiVersion


class ThreadsAdapter(Basis):
    """Endpoints: "login", "web" and "graph" (origins), and "version"; graph.threads.net works as "graph" too.

    Uncertain facts: how letters beyond Latin count, and whether fewer than five links are taken, is left to the
    platform's answer; the usage headers of the Graph API are read where they come."""

    name: ClassVar[str] = "threads"
    label: ClassVar[str] = LABEL
    capabilities: ClassVar[Capabilities] = CAPABILITIES
    scopes: ClassVar[tuple[str, ...]] = requests.SCOPES
    default_endpoints: ClassVar[Mapping[str, str]] = DEFAULT_ENDPOINTS
    calls: ClassVar[tuple[Call, ...]] = requests.CALLS
    limits: ClassVar[tuple[Limit, ...]] = facts.LIMITS
    lifetimes: ClassVar[Lifetimes] = Lifetimes(access=timedelta(days=60), renews_alone=True)
    version: ClassVar[ApiVersion | None] = facts.VERSION
    inbound: ClassVar[Inbound | None] = ThreadsInbound()
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
        return consent.finish(self._home, client=client, redirect_uri=redirect_uri, answer=answer)

    def refresh(self, credential: Credential) -> Credential:
        """A token younger than 24 hours is returned as it is: Threads renews no younger ones."""
        return consent.refresh(self._line(credential), credential)

    def test_app(self, client: OAuthClient) -> str:
        return consent.test_app(self._home, client)

    def check(self, credential: Credential) -> Profile:
        return consent.read_profile(self._line(credential))

    def revoke(self, credential: Credential) -> None:
        """Nothing: Threads has no such call. The person removes the app in the settings of Threads."""

    # publishing

    @classmethod
    def stages(cls, draft: Draft) -> bool:
        """Always: what has no container, a repost, is asked for all the same whether the profile may publish today."""
        return True

    def stage(self, draft: Draft, credential: Credential, *, key: str, before: Staged | None) -> Staged:
        """Also raises Throttled when the profile has used up its posts of the last 24 hours."""
        return staging.stage(self._line(credential), draft, credential, before)

    def commit(self, draft: Draft, staged: Staged, credential: Credential, *, key: str) -> Receipt:
        """The key is not used: a container is published at most once. Uncertain, with nothing sent, when it already
        was."""
        return publishing.commit(self._line(credential), draft, staged)

    def find(self, trace: Trace, credential: Credential) -> Finding:
        """ABSENT when the container is not published a minute after the request, and no post equals it; a repost, which
        has no container, when all posts since then were read three minutes after it. The caller waits before it asks,
        for the request to be over."""
        return finding.find(self._line(credential), trace, credential)

    def locate(self, receipt: Receipt, credential: Credential) -> str:
        return publishing.locate(self._line(credential), receipt)

    def choices(self, option: str, credential: Credential) -> tuple[tuple[str, str], ...]:
        """For the post to quote: the newest of the account's own."""
        return reading.quotable(self._line(credential)) if option == "quote" else ()

    # afterwards

    def delete(self, post: RemotePost, credential: Credential) -> None:
        publishing.remove(self._line(credential), post)

    def own_posts(self, credential: Credential, *, cursor: str = "") -> OwnPosts:
        """Without replies, and without what others wrote and the account passed on."""
        return reading.own_posts(self._line(credential), cursor=cursor)

    def post_metrics(self, post: RemotePost, credential: Credential) -> Metrics:
        return reading.post_metrics(self._line(credential), post)

    def account_metrics(self, credential: Credential, *, day: date) -> Metrics:
        """Views are those of the profile."""
        return reading.account_metrics(self._line(credential), day)

    def demographics(self, credential: Credential) -> Demographics:
        return reading.followers(self._line(credential))

    @classmethod
    def usage(cls, headers: Mapping[str, str], *, now: datetime) -> tuple[Usage, ...]:
        """The Graph API's headers; Meta does not say which of them come from this host, so the fuller one counts."""
        told = pace.usage(headers, now=now, app="calls", account="calls", kind="")
        return (max(told, key=lambda one: (one.share or 0, one.reset_at is not None)),) if told else ()

    def _line(self, credential: Credential) -> Line:
        return self._home.for_account(credential)
