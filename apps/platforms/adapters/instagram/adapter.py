"""The Instagram adapter."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, timedelta
from types import ModuleType
from typing import ClassVar, cast

import httpx

from apps.core.secrets import Secret
from apps.platforms.adapters.instagram import consent, facts, finding, linked, publishing, reading, requests, staging
from apps.platforms.adapters.instagram.capabilities import CAPABILITIES
from apps.platforms.adapters.instagram.faults import LABEL
from apps.platforms.adapters.instagram.line import BY_FACEBOOK, DEFAULT_ENDPOINTS, LOGIN, Line
from apps.platforms.adapters.instagram.notices import InstagramInbound
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
from apps.platforms.insights import Demographics, Metrics, OwnPosts
from apps.platforms.lifetimes import Lifetimes
from apps.platforms.limits import Limit, Usage
from apps.platforms.meta import batches, pace, people
from apps.platforms.setup import Setup
from apps.platforms.versions import ApiVersion


class InstagramAdapter(Basis):
    """Endpoints: "login", "api" and "graph" for accounts that sign in themselves, "facebook" and "facebook_graph" for
    those that are reached through a Page, "upload" for both (origins), "version" of the Graph API, and "login_with", by
    which new accounts are connected ("facebook" for the second way); all have defaults.

    `revoke` uses a call that is not documented for this login and never fails. A publishing limit that cannot be read
    stops nobody: the platform counts for itself. The usage headers of the Graph API are read where they come."""

    name: ClassVar[str] = "instagram"
    label: ClassVar[str] = LABEL
    capabilities: ClassVar[Capabilities] = CAPABILITIES
    scopes: ClassVar[tuple[str, ...]] = requests.SCOPES
    default_endpoints: ClassVar[Mapping[str, str]] = DEFAULT_ENDPOINTS
    calls: ClassVar[tuple[Call, ...]] = requests.CALLS
    limits: ClassVar[tuple[Limit, ...]] = facts.LIMITS
    lifetimes: ClassVar[Lifetimes] = Lifetimes(renews_alone=True)
    version: ClassVar[ApiVersion | None] = facts.VERSION
    inbound: ClassVar[Inbound | None] = InstagramInbound()
    setup: ClassVar[Setup] = facts.SETUP
    metrics_at_once: ClassVar[int] = batches.MOST // 2  # two reads for each

    def __init__(self, *, http: httpx.Client, endpoints: Mapping[str, str], clock: Callable[[], datetime]) -> None:
        super().__init__(http=http, endpoints=endpoints, clock=clock)
        self._home = Line(http, self.endpoints, clock)

    # consent

    def begin_consent(self, *, client: OAuthClient, redirect_uri: str, state: str, hint: str = "") -> ConsentStart:
        return cast(ConsentStart, self._way_in.begin(self._home, client=client, redirect_uri=redirect_uri, state=state))

    def finish_consent(
        self, *, client: OAuthClient, redirect_uri: str, answer: Mapping[str, str], keep: Secret
    ) -> Consent:
        return cast(Consent, self._way_in.finish(self._home, client=client, redirect_uri=redirect_uri, answer=answer))

    def refresh(self, credential: Credential) -> Credential:
        """A token younger than 24 hours is returned as it is: Instagram renews no younger ones."""
        line = self._line(credential)
        return linked.refresh(line, credential) if line.is_by_facebook else consent.refresh(line, credential)

    def check(self, credential: Credential) -> Profile:
        line = self._line(credential)
        return linked.check(line) if line.is_by_facebook else consent.read_profile(line)[0]

    def listen(self, credential: Credential, *, callback: str = "", secret: Secret = NO_SECRET) -> timedelta | None:
        """Ask Instagram to tell our app what happens to the account; without it, no notice comes. Safe to repeat."""
        consent.listen(self._line(credential))
        return None

    def revoke(self, credential: Credential) -> None:
        line = self._line(credential)
        linked.revoke(line) if line.is_by_facebook else consent.revoke(line)

    # publishing

    @classmethod
    def stages(cls, draft: Draft) -> bool:
        """A comment is one request; everything else is a container first."""
        return draft.role is Role.MAIN

    def stage(self, draft: Draft, credential: Credential, *, key: str, before: Staged | None) -> Staged:
        """Also raises Throttled when the account has used up its posts of the last 24 hours."""
        return staging.stage(self._line(credential), draft, before)

    def commit(self, draft: Draft, staged: Staged, credential: Credential, *, key: str) -> Receipt:
        """The key is not used: a container is published at most once. Uncertain, with nothing sent, when it already
        was."""
        return publishing.commit(self._line(credential), draft, staged)

    def find(self, trace: Trace, credential: Credential) -> Finding:
        """ABSENT when the container is not published a minute after the request, and no post equals it; a comment is
        absent when all comments below the post were read. The caller waits before it asks, for the request to be
        over."""
        return finding.find(self._line(credential), trace, credential)

    def locate(self, receipt: Receipt, credential: Credential) -> str:
        return publishing.locate(self._line(credential), receipt)

    # afterwards

    def delete(self, post: RemotePost, credential: Credential) -> None:
        publishing.remove(self._line(credential), post)

    def own_posts(self, credential: Credential, *, cursor: str = "") -> OwnPosts:
        """Without stories."""
        return reading.own_posts(self._line(credential), cursor=cursor)

    def post_metrics(self, post: RemotePost, credential: Credential) -> Metrics:
        return reading.post_metrics(self._line(credential), post)

    def many_post_metrics(self, posts: Sequence[RemotePost], credential: Credential) -> Mapping[str, Metrics]:
        """Raises NotOffered for an account that signed in with Instagram itself."""
        return reading.many_post_metrics(self._line(credential), posts)

    def account_metrics(self, credential: Credential, *, day: date) -> Metrics:
        return reading.account_metrics(self._line(credential), day)

    @classmethod
    def family(cls, credential: Credential) -> str:
        return people.family_of(credential) if credential.facts.get(LOGIN) == BY_FACEBOOK else ""

    def demographics(self, credential: Credential) -> Demographics:
        return reading.followers(self._line(credential))

    @classmethod
    def usage(cls, headers: Mapping[str, str], *, now: datetime) -> tuple[Usage, ...]:
        return pace.usage(headers, now=now, app="app", account="account", kind="instagram")

    @property
    def _way_in(self) -> ModuleType:
        """How new accounts are connected; those that are connected say themselves how they were."""
        return linked if self._home.endpoint("login_with") == BY_FACEBOOK else consent

    def _line(self, credential: Credential) -> Line:
        return self._home.for_account(credential)
