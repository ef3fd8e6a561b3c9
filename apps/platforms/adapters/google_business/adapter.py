"""The Google Business adapter (My Business API v4 for posts; v1 for accounts, locations and figures)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
from typing import ClassVar

import httpx

from apps.core.secrets import Secret
from apps.platforms import app_tests
from apps.platforms.adapters.google_business import abilities, about, consent, figures, permits, publishing, reading
from apps.platforms.adapters.google_business.line import DEFAULT_ENDPOINTS, LABEL, Line
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
    Role,
    Staged,
    Trace,
)
from apps.platforms.google.keys import read_keys
from apps.platforms.google.signals import GOOGLE
from apps.platforms.insights import Metrics, OwnPosts
from apps.platforms.lifetimes import Lifetimes
from apps.platforms.limits import Limit
from apps.platforms.setup import Setup
from apps.platforms.signals import JSONKey, Signals
from apps.platforms.versions import ApiVersion


class GoogleBusinessAdapter(Basis):
    """Endpoints: the origins "login", "oauth", "api" (posts), "accounts", "information" and "performance". No answer
    tells what is left of a quota, so that `usage` says nothing; single posts have no figures."""

    name: ClassVar[str] = "google_business"
    label: ClassVar[str] = LABEL
    capabilities: ClassVar[Capabilities] = abilities.CAPABILITIES
    scopes: ClassVar[tuple[str, ...]] = permits.SCOPES
    default_endpoints: ClassVar[Mapping[str, str]] = DEFAULT_ENDPOINTS
    calls: ClassVar[tuple[Call, ...]] = permits.CALLS
    limits: ClassVar[tuple[Limit, ...]] = permits.LIMITS
    lifetimes: ClassVar[Lifetimes] = Lifetimes(access=timedelta(hours=1), rolling=False)
    version: ClassVar[ApiVersion | None] = about.VERSION
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
        return consent.check(self._line(credential))

    def revoke(self, credential: Credential) -> None:
        """Takes back all that the same Google user granted to our project, for all their locations: they are those with
        the same `facts[SHARED_CONSENT]`."""
        consent.accounts(self._home).revoke(credential)

    def signing_keys(self) -> Mapping[str, JSONKey]:
        return read_keys(self.http, login=self._home.endpoint("login"))

    # publishing

    @classmethod
    def stages(cls, draft: Draft) -> bool:
        """Nothing can be sent ahead; whether the location may still post is asked."""
        return draft.role is Role.MAIN

    def stage(self, draft: Draft, credential: Credential, *, key: str, before: Staged | None) -> Staged:
        return publishing.stage(self._line(credential), draft, before)

    def commit(self, draft: Draft, staged: Staged, credential: Credential, *, key: str) -> Receipt:
        """Google may still reject the post later; `Receipt.facts["state"]` says how far it was."""
        return publishing.commit(self._line(credential), draft)

    def find(self, trace: Trace, credential: Credential) -> Finding:
        return reading.find(self._line(credential), trace)

    def locate(self, receipt: Receipt, credential: Credential) -> str:
        return publishing.locate(self._line(credential), receipt)

    # afterwards

    def edit(self, post: RemotePost, draft: Draft, credential: Credential) -> Receipt:
        return publishing.edit(self._line(credential), post, draft)

    def delete(self, post: RemotePost, credential: Credential) -> None:
        publishing.delete(self._line(credential), post)

    def own_posts(self, credential: Credential, *, cursor: str = "") -> OwnPosts:
        return reading.own_posts(self._line(credential), cursor=cursor)

    def account_metrics(self, credential: Credential, *, day: date) -> Metrics:
        """`day` is one of the location's own; Google tells of it two to five days later."""
        return figures.account_metrics(self._line(credential), day)

    def _line(self, credential: Credential) -> Line:
        return self._home.for_channel(credential)
