"""The TikTok adapter (Login Kit, Content Posting API and Display API, v2)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import ClassVar

import httpx

from apps.core.secrets import Secret
from apps.platforms import app_tests
from apps.platforms.adapters.tiktok import (
    abilities,
    about,
    consent,
    creator,
    finding,
    notices,
    permits,
    publishing,
    reading,
)
from apps.platforms.adapters.tiktok.faults import LABEL
from apps.platforms.adapters.tiktok.line import DEFAULT_ENDPOINTS, Line
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
from apps.platforms.limits import Limit
from apps.platforms.setup import Setup
from apps.platforms.versions import ApiVersion


class TikTokAdapter(Basis):
    """Endpoints: "login" (the consent page and public addresses) and "api"; uploads go where TikTok says. No answer
    tells what is left of a limit, so that `usage` says nothing."""

    name: ClassVar[str] = "tiktok"
    label: ClassVar[str] = LABEL
    capabilities: ClassVar[Capabilities] = abilities.CAPABILITIES
    scopes: ClassVar[tuple[str, ...]] = permits.SCOPES
    default_endpoints: ClassVar[Mapping[str, str]] = DEFAULT_ENDPOINTS
    calls: ClassVar[tuple[Call, ...]] = permits.CALLS
    limits: ClassVar[tuple[Limit, ...]] = permits.LIMITS
    metrics_at_once: ClassVar[int] = 20
    lifetimes: ClassVar[Lifetimes] = Lifetimes(access=timedelta(hours=2), refresh=timedelta(days=180))
    version: ClassVar[ApiVersion | None] = about.VERSION
    inbound: ClassVar[Inbound | None] = notices.TikTokInbound()
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
        """The refresh token that is sent stops working: what comes back has to be stored before it is used."""
        return consent.refresh(self._line(credential), credential)

    def test_app(self, client: OAuthClient) -> str:
        return app_tests.by_a_dead_token(self, client)

    def check(self, credential: Credential) -> Profile:
        return consent.read_profile(self._line(credential))

    def revoke(self, credential: Credential) -> None:
        consent.revoke(self._home, credential)

    # publishing

    @classmethod
    def stages(cls, draft: Draft) -> bool:
        """A video goes up; of pictures only whether the creator may post them is asked, and of a draft of pictures not
        even that."""
        return abilities.kind_of(draft) != abilities.PHOTO_DRAFT

    def stage(self, draft: Draft, credential: Credential, *, key: str, before: Staged | None) -> Staged:
        """Uploads a video but for its last chunk. Also raises Throttled when the account has used up its posts."""
        return publishing.stage(self._line(credential), draft, before)

    def commit(self, draft: Draft, staged: Staged, credential: Credential, *, key: str) -> Receipt:
        """Taken is not shown yet: TikTok looks at each post, and can still refuse it. It says so by webhook, and when
        it is asked for figures (Gone). The key is not used: an upload is completed at most once."""
        return publishing.commit(self._line(credential), draft, staged)

    def find(self, trace: Trace, credential: Credential) -> Finding:
        """A video that TikTok is still working on is UNCLEAR; pictures are never ABSENT, for nothing proves it."""
        return finding.find(self._line(credential), trace)

    def locate(self, receipt: Receipt, credential: Credential) -> str:
        """ "" until the post is public and moderated: never, if it is not for everybody."""
        return reading.locate(self._line(credential), receipt)

    def choices(self, option: str, credential: Credential) -> tuple[tuple[str, str], ...]:
        """For the privacy of a post: what this creator may choose right now."""
        return creator.audiences(self._line(credential)) if option == "privacy" else ()

    # afterwards

    def own_posts(self, credential: Credential, *, cursor: str = "") -> OwnPosts:
        """Public posts only, by the ids of the posts themselves; those of receipts are publish_ids."""
        return reading.own_posts(self._line(credential), cursor=cursor)

    def post_metrics(self, post: RemotePost, credential: Credential) -> Metrics:
        return reading.post_metrics(self._line(credential), post)

    def many_post_metrics(self, posts: Sequence[RemotePost], credential: Credential) -> Mapping[str, Metrics]:
        return reading.many_post_metrics(self._line(credential), posts)

    def account_metrics(self, credential: Credential, *, day: date) -> Metrics:
        """As they are now, whatever the day: TikTok keeps no history."""
        return reading.account_metrics(self._line(credential))

    def _line(self, credential: Credential) -> Line:
        return self._home.for_account(credential)
