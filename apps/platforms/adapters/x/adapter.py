"""The X adapter (API v2, OAuth 2.0 with PKCE)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import ClassVar

import httpx

from apps.core.secrets import Secret
from apps.platforms import app_tests
from apps.platforms.adapters.x import abilities, about, changing, consent, figures, finding, notices, publishing, rights
from apps.platforms.adapters.x.line import DEFAULT_ENDPOINTS, Line
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
from apps.platforms.insights import Metrics, OwnPosts
from apps.platforms.lifetimes import Lifetimes
from apps.platforms.limits import Limit, Usage
from apps.platforms.setup import Setup
from apps.platforms.versions import ApiVersion


class XAdapter(Basis):
    """Endpoints: "login" and "api" (origins), and two facts on which sources disagree: "spelling" ("tweet" or "post",
    the name of a parameter that is tried first) and "long_text" (how much an account with a subscription may write)."""

    name: ClassVar[str] = "x"
    label: ClassVar[str] = "X"
    capabilities: ClassVar[Capabilities] = abilities.CAPABILITIES
    scopes: ClassVar[tuple[str, ...]] = rights.SCOPES
    default_endpoints: ClassVar[Mapping[str, str]] = DEFAULT_ENDPOINTS
    calls: ClassVar[tuple[Call, ...]] = rights.CALLS
    limits: ClassVar[tuple[Limit, ...]] = rights.LIMITS
    metrics_at_once: ClassVar[int] = 100
    lifetimes: ClassVar[Lifetimes] = Lifetimes(access=timedelta(hours=2), refresh=timedelta(days=180))
    version: ClassVar[ApiVersion | None] = about.VERSION
    inbound: ClassVar[Inbound | None] = notices.XInbound()
    setup: ClassVar[Setup] = about.SETUP

    def __init__(self, *, http: httpx.Client, endpoints: Mapping[str, str], clock: Callable[[], datetime]) -> None:
        super().__init__(http=http, endpoints=endpoints, clock=clock)
        self._home = Line(self.http, self.endpoints, clock)

    # consent

    def begin_consent(self, *, client: OAuthClient, redirect_uri: str, state: str, hint: str = "") -> ConsentStart:
        return consent.begin(self._home, client=client, redirect_uri=redirect_uri, state=state)

    def finish_consent(
        self, *, client: OAuthClient, redirect_uri: str, answer: Mapping[str, str], keep: Secret
    ) -> Consent:
        return consent.finish(self._home, client=client, redirect_uri=redirect_uri, answer=answer, keep=keep)

    def refresh(self, credential: Credential) -> Credential:
        """The old refresh token works once: whoever asks stores the new pair before using it."""
        return consent.refresh(self._home, credential)

    def test_app(self, client: OAuthClient) -> str:
        return app_tests.by_a_dead_token(self, client)

    def check(self, credential: Credential) -> Profile:
        profile, _ = consent.read_profile(self._line(credential))
        return profile

    def revoke(self, credential: Credential) -> None:
        consent.revoke(self._home, credential)

    # publishing

    @classmethod
    def stages(cls, draft: Draft) -> bool:
        """Files, and the draft that an article is published from."""
        return bool(draft.media) or abilities.kind_of(draft) == abilities.ARTICLE

    def stage(self, draft: Draft, credential: Credential, *, key: str, before: Staged | None) -> Staged:
        """X's files live for a day: what has less than an hour left is brought there anew."""
        return publishing.stage(self._line(credential), draft, before)

    def commit(self, draft: Draft, staged: Staged, credential: Credential, *, key: str) -> Receipt:
        """X knows no key. Where it refuses a text as a duplicate, the account's posts are read to tell whose it is."""
        return publishing.commit(self._line(credential), draft, staged)

    def find(self, trace: Trace, credential: Credential) -> Finding:
        """ABSENT when every post of the account since the request was read, and none could be this one."""
        return finding.find(self._line(credential), trace, credential.remote_user_id)

    def locate(self, receipt: Receipt, credential: Credential) -> str:
        return receipt.remote_url or self._line(credential).post_url(receipt.remote_id)

    # afterwards

    def edit(self, post: RemotePost, draft: Draft, credential: Credential) -> Receipt:
        """For accounts with a subscription, within the hour; the post has a new id afterwards."""
        return changing.edit(self._line(credential), post, draft)

    def delete(self, post: RemotePost, credential: Credential) -> None:
        changing.delete(self._line(credential), post)

    def own_posts(self, credential: Credential, *, cursor: str = "") -> OwnPosts:
        return figures.own_posts(self._line(credential), credential.remote_user_id, cursor=cursor)

    def post_metrics(self, post: RemotePost, credential: Credential) -> Metrics:
        return figures.post_metrics(self._line(credential), post)

    def many_post_metrics(self, posts: Sequence[RemotePost], credential: Credential) -> Mapping[str, Metrics]:
        return figures.many_post_metrics(self._line(credential), posts)

    def account_metrics(self, credential: Credential, *, day: date) -> Metrics:
        """X tells what is now, whatever the day."""
        return figures.account_metrics(self._line(credential))

    @classmethod
    def usage(cls, headers: Mapping[str, str], *, now: datetime) -> tuple[Usage, ...]:
        return rights.usage(headers, now=now)

    def _line(self, credential: Credential) -> Line:
        return self._home.for_account(credential)
