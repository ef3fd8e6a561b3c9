"""The Facebook adapter: Pages."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import ClassVar

import httpx

from apps.core.secrets import Secret
from apps.platforms.adapters.facebook import (
    about,
    afterwards,
    consent,
    figures,
    finding,
    publishing,
)
from apps.platforms.adapters.facebook.inbound import FacebookInbound
from apps.platforms.adapters.facebook.line import DEFAULT_ENDPOINTS, Line
from apps.platforms.adapters.facebook.scopes import CALLS, SCOPES
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
    Staged,
    Trace,
)
from apps.platforms.inbound import Inbound
from apps.platforms.insights import Metrics, OwnPosts
from apps.platforms.limits import Limit, Usage
from apps.platforms.meta import batches, pace, people, versions
from apps.platforms.setup import Setup
from apps.platforms.versions import ApiVersion


class FacebookAdapter(Basis):
    """Endpoints: "login", "graph", "video" and "upload" (origins), "version" of the Graph API, and "config_id" of
    Facebook Login for Business; all have defaults.

    A consent is a person's; each of their Pages has a token of its own in `Credential.extra`."""

    name: ClassVar[str] = "facebook"
    label: ClassVar[str] = "Facebook"
    capabilities: ClassVar[Capabilities] = about.CAPABILITIES
    scopes: ClassVar[tuple[str, ...]] = SCOPES
    default_endpoints: ClassVar[Mapping[str, str]] = DEFAULT_ENDPOINTS
    calls: ClassVar[tuple[Call, ...]] = CALLS
    limits: ClassVar[tuple[Limit, ...]] = about.LIMITS
    version: ClassVar[ApiVersion | None] = versions.GRAPH[versions.CURRENT]
    inbound: ClassVar[Inbound | None] = FacebookInbound()
    setup: ClassVar[Setup] = about.SETUP
    metrics_at_once: ClassVar[int] = batches.MOST // 2  # two reads for each

    def __init__(self, *, http: httpx.Client, endpoints: Mapping[str, str], clock: Callable[[], datetime]) -> None:
        super().__init__(http=http, endpoints=endpoints, clock=clock)
        self._home = Line(self.http, self.endpoints, self.clock)

    # consent

    def begin_consent(self, *, client: OAuthClient, redirect_uri: str, state: str, hint: str = "") -> ConsentStart:
        return consent.begin(self._home, client=client, redirect_uri=redirect_uri, state=state)

    def finish_consent(
        self, *, client: OAuthClient, redirect_uri: str, answer: Mapping[str, str], keep: Secret
    ) -> Consent:
        return consent.finish(self._home, client=client, redirect_uri=redirect_uri, answer=answer)

    def refresh(self, credential: Credential) -> Credential:
        """Derives the Pages' tokens anew; called when one is refused, for they have no end of their own."""
        return consent.refresh(self._home, credential)

    def test_app(self, client: OAuthClient) -> str:
        return consent.test_app(self._home, client)

    def check(self, credential: Credential) -> Profile:
        return consent.check(self._line(credential))

    def listen(self, credential: Credential, *, callback: str = "", secret: Secret = NO_SECRET) -> timedelta | None:
        """Ask Facebook to tell our app what happens on the Page; without it, no notice comes. Safe to repeat."""
        consent.listen(self._line(credential))
        return None

    def revoke(self, credential: Credential) -> None:
        """Without a channel, all that the person allowed us ends, for each of their Pages in this app."""
        consent.revoke(self._line(credential), credential)

    # publishing

    def stage(self, draft: Draft, credential: Credential, *, key: str, before: Staged | None) -> Staged:
        return publishing.stage(self._line(credential), draft, before)

    def commit(self, draft: Draft, staged: Staged, credential: Credential, *, key: str) -> Receipt:
        """The key is not used: Facebook knows none. A duplicate that it refuses is Uncertain, for it may be ours."""
        return publishing.commit(self._line(credential), draft, staged)

    def find(self, trace: Trace, credential: Credential) -> Finding:
        """ABSENT two minutes after the request at the earliest: when all posts since then were read and none is it, or
        when the video itself says that it was never finished."""
        return finding.find(self._line(credential), trace)

    def locate(self, receipt: Receipt, credential: Credential) -> str:
        return afterwards.locate(self._line(credential), receipt)

    # afterwards

    def edit(self, post: RemotePost, draft: Draft, credential: Credential) -> Receipt:
        return afterwards.edit(self._line(credential), post, draft)

    def delete(self, post: RemotePost, credential: Credential) -> None:
        afterwards.delete(self._line(credential), post)

    def own_posts(self, credential: Credential, *, cursor: str = "") -> OwnPosts:
        return afterwards.own_posts(self._line(credential), cursor)

    def post_metrics(self, post: RemotePost, credential: Credential) -> Metrics:
        return figures.of_post(self._line(credential), post)

    def many_post_metrics(self, posts: Sequence[RemotePost], credential: Credential) -> Mapping[str, Metrics]:
        return figures.of_posts(self._line(credential), posts)

    def account_metrics(self, credential: Credential, *, day: date) -> Metrics:
        return figures.of_page(self._line(credential), day)

    @classmethod
    def family(cls, credential: Credential) -> str:
        return people.family_of(credential)

    @classmethod
    def usage(cls, headers: Mapping[str, str], *, now: datetime) -> tuple[Usage, ...]:
        return pace.usage(headers, now=now, app="app", account="page", kind="pages")

    def _line(self, credential: Credential) -> Line:
        return self._home.for_account(credential)
