"""The YouTube adapter (Data API v3, Analytics API v2, WebSub)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import ClassVar

import httpx

from apps.core.secrets import Secret
from apps.platforms import app_tests
from apps.platforms.adapters.youtube import (
    abilities,
    about,
    changing,
    choices,
    consent,
    figures,
    finding,
    notices,
    permits,
    publishing,
    unstaging,
)
from apps.platforms.adapters.youtube.line import DEFAULT_ENDPOINTS, LABEL, Line
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
from apps.platforms.google.keys import read_keys
from apps.platforms.google.signals import GOOGLE
from apps.platforms.inbound import Inbound
from apps.platforms.insights import Metrics, OwnPosts
from apps.platforms.lifetimes import Lifetimes
from apps.platforms.limits import Limit
from apps.platforms.setup import Setup
from apps.platforms.signals import JSONKey, Signals
from apps.platforms.versions import ApiVersion


class YouTubeAdapter(Basis):
    """Endpoints: the origins "login", "oauth", "api", "analytics", "watch" and "hub", and "region", the country whose
    categories are offered. No answer tells what is left of a quota, so that `usage` says nothing."""

    name: ClassVar[str] = "youtube"
    label: ClassVar[str] = LABEL
    capabilities: ClassVar[Capabilities] = abilities.CAPABILITIES
    scopes: ClassVar[tuple[str, ...]] = permits.SCOPES
    default_endpoints: ClassVar[Mapping[str, str]] = DEFAULT_ENDPOINTS
    calls: ClassVar[tuple[Call, ...]] = permits.CALLS
    limits: ClassVar[tuple[Limit, ...]] = permits.LIMITS
    metrics_at_once: ClassVar[int] = 50
    lifetimes: ClassVar[Lifetimes] = Lifetimes(access=timedelta(hours=1), rolling=False)
    version: ClassVar[ApiVersion | None] = about.VERSION
    inbound: ClassVar[Inbound | None] = notices.YouTubeInbound()
    signals: ClassVar[Signals | None] = GOOGLE
    setup: ClassVar[Setup] = about.SETUP

    def __init__(self, *, http: httpx.Client, endpoints: Mapping[str, str], clock: Callable[[], datetime]) -> None:
        super().__init__(http=http, endpoints=endpoints, clock=clock)
        self._home = Line(self.http, self.endpoints, clock)

    # consent

    def begin_consent(self, *, client: OAuthClient, redirect_uri: str, state: str, hint: str = "") -> ConsentStart:
        return consent.begin(self._home, client=client, redirect_uri=redirect_uri, state=state, hint=hint)

    def finish_consent(
        self, *, client: OAuthClient, redirect_uri: str, answer: Mapping[str, str], keep: Secret
    ) -> Consent:
        return consent.finish(self._home, client=client, redirect_uri=redirect_uri, answer=answer, keep=keep)

    def refresh(self, credential: Credential) -> Credential:
        """The refresh token stays good, so that a lost answer is NotSent."""
        return consent.accounts(self._home).refresh(credential)

    def test_app(self, client: OAuthClient) -> str:
        return app_tests.by_a_dead_token(self, client)

    def check(self, credential: Credential) -> Profile:
        profile, _ = consent.read_channel(self._line(credential))
        return profile

    def revoke(self, credential: Credential) -> None:
        """Takes back all that the same Google user granted to our project, for other channels too: they are those with
        the same `facts[SHARED_CONSENT]`."""
        consent.accounts(self._home).revoke(credential)

    def signing_keys(self) -> Mapping[str, JSONKey]:
        return read_keys(self.http, login=self._home.endpoint("login"))

    # publishing

    @classmethod
    def stages(cls, draft: Draft) -> bool:
        """A comment is one request."""
        return draft.role is Role.MAIN

    def stage(self, draft: Draft, credential: Credential, *, key: str, before: Staged | None) -> Staged:
        """Uploads the video as private; nobody but its owner sees it."""
        return publishing.stage(self._line(credential), draft, before, key=key)

    def unstage(self, staged: Staged, credential: Credential) -> None:
        """Deletes the video, as long as it is private."""
        unstaging.take_back(self._line(credential), staged.data)

    def commit(self, draft: Draft, staged: Staged, credential: Credential, *, key: str) -> Receipt:
        """Shows the video to whom the post is for. Repeated, it says the same of the same video; a comment is written
        anew each time."""
        return publishing.commit(self._line(credential), draft, staged)

    def find(self, trace: Trace, credential: Credential) -> Finding:
        return finding.find(self._line(credential), trace)

    def locate(self, receipt: Receipt, credential: Credential) -> str:
        if receipt.remote_url:
            return receipt.remote_url
        if receipt.facts.get("kind") == "comment":
            return self._home.comment_url(str(receipt.facts.get("video", "")), receipt.remote_id)
        return self._home.video_url(receipt.remote_id, is_short=receipt.facts.get("kind") == abilities.SHORT)

    def choices(self, option: str, credential: Credential) -> tuple[tuple[str, str], ...]:
        return choices.of_option(self._line(credential), option)

    # afterwards

    def edit(self, post: RemotePost, draft: Draft, credential: Credential) -> Receipt:
        return changing.edit(self._line(credential), post, draft)

    def delete(self, post: RemotePost, credential: Credential) -> None:
        changing.delete(self._line(credential), post)

    def own_posts(self, credential: Credential, *, cursor: str = "") -> OwnPosts:
        return figures.own_posts(self._line(credential), cursor=cursor)

    def post_metrics(self, post: RemotePost, credential: Credential) -> Metrics:
        return figures.post_metrics(self._line(credential), post)

    def many_post_metrics(self, posts: Sequence[RemotePost], credential: Credential) -> Mapping[str, Metrics]:
        return figures.many_post_metrics(self._line(credential), posts)

    def account_metrics(self, credential: Credential, *, day: date) -> Metrics:
        """`day` is one of California; YouTube tells of it two or three days later, and until then only what is now."""
        return figures.account_metrics(self._line(credential), day)

    # notices

    def listen(self, credential: Credential, *, callback: str = "", secret: Secret = NO_SECRET) -> timedelta | None:
        """By `subscribe`, for the channel of the credential."""
        self.subscribe(credential.channel_id, callback=callback, secret=secret)
        return notices.LEASE

    def subscribe(self, channel_id: str, *, callback: str, secret: Secret) -> None:
        """Ask YouTube's hub for notices; `callback` has the verify token behind `?token=`. Again before five days."""
        notices.subscribe(self._home, channel_id, callback=callback, secret=secret)

    def _line(self, credential: Credential) -> Line:
        return self._home.for_account(credential)
