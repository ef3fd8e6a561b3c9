"""The Pinterest adapter."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import ClassVar

import httpx

from apps.core.secrets import Secret
from apps.platforms.adapters.pinterest import about, boards, consent, finding, permits, publishing, reading, staging
from apps.platforms.adapters.pinterest.abilities import CAPABILITIES
from apps.platforms.adapters.pinterest.faults import LABEL
from apps.platforms.adapters.pinterest.line import DEFAULT_ENDPOINTS, Line
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
from apps.platforms.insights import Metrics, OwnPosts
from apps.platforms.lifetimes import Lifetimes
from apps.platforms.limits import Limit, Usage
from apps.platforms.setup import Setup
from apps.platforms.versions import ApiVersion


class PinterestAdapter(Basis):
    """Endpoints: "login" and "api" (origins), "version", and "max_description"; "api" may be Pinterest's API Sandbox.

    Uncertain facts: how long a description may be is the endpoint "max_description"; how calls are limited per minute,
    and what separates scopes, is read from the answers."""

    name: ClassVar[str] = "pinterest"
    label: ClassVar[str] = LABEL
    capabilities: ClassVar[Capabilities] = CAPABILITIES
    scopes: ClassVar[tuple[str, ...]] = permits.SCOPES
    default_endpoints: ClassVar[Mapping[str, str]] = DEFAULT_ENDPOINTS
    calls: ClassVar[tuple[Call, ...]] = permits.CALLS
    limits: ClassVar[tuple[Limit, ...]] = permits.LIMITS
    lifetimes: ClassVar[Lifetimes] = Lifetimes(access=timedelta(days=30), refresh=timedelta(days=60))
    version: ClassVar[ApiVersion | None] = about.VERSION
    setup: ClassVar[Setup] = about.SETUP
    metrics_at_once: ClassVar[int] = 100

    def __init__(self, *, http: httpx.Client, endpoints: Mapping[str, str], clock: Callable[[], datetime]) -> None:
        super().__init__(http=http, endpoints=endpoints, clock=clock)
        self._home = Line(http, self.endpoints, clock)

    # consent

    def begin_consent(self, *, client: OAuthClient, redirect_uri: str, state: str, hint: str = "") -> ConsentStart:
        """Pinterest asks nobody which account: it takes the one that is signed in to the browser."""
        return consent.begin(self._home, client=client, redirect_uri=redirect_uri, state=state)

    def finish_consent(
        self, *, client: OAuthClient, redirect_uri: str, answer: Mapping[str, str], keep: Secret
    ) -> Consent:
        return consent.finish(self._home, client=client, redirect_uri=redirect_uri, answer=answer)

    def refresh(self, credential: Credential) -> Credential:
        return consent.refresh(self._line(credential), credential)

    def check(self, credential: Credential) -> Profile:
        profile, _ = consent.read_profile(self._line(credential))
        return profile

    def revoke(self, credential: Credential) -> None:
        """Nothing: Pinterest takes back tokens of system users only. The person removes the app in their settings."""

    # publishing

    @classmethod
    def stages(cls, draft: Draft) -> bool:
        """A video goes up; for pictures the board is looked up, and Pinterest takes or fetches them with the commit."""
        return draft.role is Role.MAIN

    def stage(self, draft: Draft, credential: Credential, *, key: str, before: Staged | None) -> Staged:
        """Also raises Rejected where the board is gone. A video goes up in one call, for its form cannot be cut."""
        return staging.stage(self._line(credential), draft, before)

    def commit(self, draft: Draft, staged: Staged, credential: Credential, *, key: str) -> Receipt:
        """The key is not used, for Pinterest knows none: the same Pin sent twice is two Pins. It downloads the pictures
        before it answers, which may take longer than half a minute."""
        return publishing.commit(self._line(credential), draft, staged)

    def find(self, trace: Trace, credential: Credential) -> Finding:
        """ABSENT three minutes after the request, when neither the board nor the account's list has a Pin like it."""
        return finding.find(self._line(credential), trace)

    def locate(self, receipt: Receipt, credential: Credential) -> str:
        return receipt.remote_url or self._home.pin_url(receipt.remote_id)

    def choices(self, option: str, credential: Credential) -> tuple[tuple[str, str], ...]:
        """Of "board" and "section"; a section is "board/section", by their ids."""
        if option == "board":
            return boards.board_choices(self._line(credential))
        return boards.section_choices(self._line(credential)) if option == "section" else ()

    # afterwards

    def edit(self, post: RemotePost, draft: Draft, credential: Credential) -> Receipt:
        return publishing.edit(self._line(credential), post, draft)

    def delete(self, post: RemotePost, credential: Credential) -> None:
        publishing.delete(self._line(credential), post)

    def own_posts(self, credential: Credential, *, cursor: str = "") -> OwnPosts:
        """As Pinterest lists them, which is newest first in practice."""
        return reading.own_posts(self._line(credential), cursor=cursor)

    def post_metrics(self, post: RemotePost, credential: Credential) -> Metrics:
        """Figures of Pins from more than 89 days ago are not complete, and absent."""
        return reading.post_metrics(self._line(credential), post)

    def many_post_metrics(self, posts: Sequence[RemotePost], credential: Credential) -> Mapping[str, Metrics]:
        return reading.many_post_metrics(self._line(credential), posts)

    def account_metrics(self, credential: Credential, *, day: date) -> Metrics:
        return reading.account_metrics(self._line(credential), day)

    @classmethod
    def usage(cls, headers: Mapping[str, str], *, now: datetime) -> tuple[Usage, ...]:
        """Pinterest does not name the limit that its headers tell of; it is given as that of all calls."""
        return permits.usage(headers, now=now)

    def _line(self, credential: Credential) -> Line:
        return self._home.for_account(credential)
