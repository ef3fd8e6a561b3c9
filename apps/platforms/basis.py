"""What every adapter answers for that which its platform does not offer. An adapter overrides what is offered."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any, ClassVar

import httpx

from apps.core.secrets import Secret
from apps.platforms.calls import Call
from apps.platforms.contract import NO_SECRET, Consent, Credential, Draft, OAuthClient, Receipt, RemotePost, Staged
from apps.platforms.errors import ConsentRefused, NotOffered
from apps.platforms.inbound import Inbound
from apps.platforms.insights import Demographics, Metrics, OwnPosts
from apps.platforms.lifetimes import Lifetimes
from apps.platforms.limits import Limit, Usage
from apps.platforms.setup import Setup
from apps.platforms.signals import JSONKey, Signals
from apps.platforms.versions import ApiVersion


class Basis:
    """A platform with one home, applications that an operator registers there, and nothing more."""

    name: ClassVar[str]
    label: ClassVar[str]
    default_endpoints: ClassVar[Mapping[str, str]] = {}
    calls: ClassVar[tuple[Call, ...]] = ()
    limits: ClassVar[tuple[Limit, ...]] = ()
    lifetimes: ClassVar[Lifetimes] = Lifetimes()
    version: ClassVar[ApiVersion | None] = None
    inbound: ClassVar[Inbound | None] = None
    signals: ClassVar[Signals | None] = None
    setup: ClassVar[Setup] = Setup(portal="", steps=())
    metrics_at_once: ClassVar[int] = 1

    def __init__(self, *, http: httpx.Client, endpoints: Mapping[str, str], clock: Callable[[], datetime]) -> None:
        self.http = http
        self.endpoints = {**self.default_endpoints, **{name: value for name, value in endpoints.items() if value}}
        self.clock = clock

    def resolve_server(self, address: str) -> str:
        return ""

    def register(self, *, server: str, redirect_uri: str) -> OAuthClient:
        raise ConsentRefused(f"{self.label} needs an app that the operator has set up there.")

    def sign_in(self, *, server: str, identifier: str, password: Secret) -> Consent:
        raise ConsentRefused(f"{self.label} accounts are connected on {self.label}'s own page, not with a password.")

    def listen(self, credential: Credential, *, callback: str = "", secret: Secret = NO_SECRET) -> timedelta | None:
        raise self._no("nothing can be asked for in advance")

    def signing_keys(self) -> Mapping[str, JSONKey]:
        raise self._no("nothing is signed with keys of its own")

    def test_app(self, client: OAuthClient) -> str:
        raise NotOffered(f"{self.label} apps cannot be tested without connecting an account.")

    @classmethod
    def stages(cls, draft: Draft) -> bool:
        return bool(draft.media)

    def unstage(self, staged: Staged, credential: Credential) -> None:
        return

    def choices(self, option: str, credential: Credential) -> tuple[tuple[str, str], ...]:
        return ()

    def edit(self, post: RemotePost, draft: Draft, credential: Credential) -> Receipt:
        raise self._no("published posts cannot be changed from outside")

    def delete(self, post: RemotePost, credential: Credential) -> None:
        raise self._no("published posts cannot be deleted from outside")

    def own_posts(self, credential: Credential, *, cursor: str = "") -> OwnPosts:
        raise self._no("posts cannot be listed from outside")

    def post_metrics(self, post: RemotePost, credential: Credential) -> Metrics:
        raise self._no("no figures of a post are told")

    def many_post_metrics(self, posts: Sequence[RemotePost], credential: Credential) -> Mapping[str, Metrics]:
        raise self._no("figures are told of one post at a time")

    def account_metrics(self, credential: Credential, *, day: date) -> Metrics:
        raise self._no("no figures of an account are told")

    def demographics(self, credential: Credential) -> Demographics:
        raise self._no("nobody is told who follows an account")

    @classmethod
    def family(cls, credential: Credential) -> str:
        return ""

    @classmethod
    def usage(cls, headers: Mapping[str, str], *, now: datetime) -> tuple[Usage, ...]:
        return ()

    def _no(self, what: str) -> Any:
        return NotOffered(f"On {self.label}, {what}.")
