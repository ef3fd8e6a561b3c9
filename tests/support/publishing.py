"""An agency whose accounts are on a platform in memory, and a worker that does its rounds when told."""

from __future__ import annotations

from contextlib import AbstractContextManager
from datetime import timedelta
from typing import Any

import pytest

from apps.core import clock as system_clock
from apps.core import tenancy
from apps.core.actors import SYSTEM
from apps.events.models import Event
from apps.platforms import registry
from apps.platforms.adapters.memory import MemoryAdapter, MemoryPlatform, MemoryPost
from apps.platforms.contract import Credential, Draft
from apps.posts import services as posts
from apps.posts.content import Content, MediaContent, PartContent, VariantContent
from apps.posts.models import Post
from apps.posts.states import PartRole
from apps.publishing import services
from apps.publishing.engine import rounds
from apps.publishing.models import Attempt, FollowUp, Publication
from apps.social_accounts.models import SocialAccount
from apps.tenants.models import Workspace
from tests.support import factories
from tests.support.clock import Clock


class ForgetfulPlatform(MemoryPlatform):
    """Honours no key: what is sent twice is published twice, so that nothing but Postroom prevents it."""

    def publish(self, account: Any, draft: Draft, key: str) -> MemoryPost:
        with self.lock:
            known, self.posts = self.posts, [post for post in self.posts if post.key != key]
            try:
                made = super().publish(account, draft, key)
            finally:
                self.posts = known + self.posts[len([post for post in known if post.key != key]) :]
            return made


class Agency:
    """What a test says about one client: its accounts, its posts, and what has become of them."""

    def __init__(self, workspace: Workspace, platform: MemoryPlatform) -> None:
        self.workspace, self.platform = workspace, platform

    def scope(self) -> AbstractContextManager[tenancy.Tenant]:
        return tenancy.scope(organization_id=self.workspace.organization_id, workspace_ids={self.workspace.pk})

    def account(self, handle: str = "harbour", *, in_: Workspace | None = None) -> SocialAccount:
        self.platform.add_account(handle)
        credential: Credential = self.platform.credential(handle)
        return factories.account(
            in_ or self.workspace,
            "memory",
            token=credential.access_token.reveal(),
            handle=handle,
            url=f"https://memory.invalid/{handle}",
        )

    def content(self, text: str, accounts: list[SocialAccount], **parts: Any) -> Content:
        """`comment` and `replies` add parts; `assets` are shown with the main part; `texts` differ by account."""
        pictures = tuple(MediaContent(asset.pk) for asset in parts.get("assets", ()))
        after = [PartContent(parts["comment"], role=PartRole.FIRST_COMMENT)] if "comment" in parts else []
        after += [PartContent(reply, role=PartRole.REPLY) for reply in parts.get("replies", ())]
        texts = parts.get("texts", {})
        return Content(
            parts=(PartContent(text, pictures), *after),
            variants=tuple(VariantContent(account.pk, texts.get(account.handle)) for account in accounts),
        )

    def post(self, text: str = "Good morning", *, on: list[SocialAccount] | None = None, **parts: Any) -> Post:
        accounts = on if on is not None else [self.account()]
        content = self.content(text, accounts, **parts)
        with self.scope():
            return posts.create(workspace_id=self.workspace.pk, content=content, author_id=None, actor=SYSTEM)

    def schedule(self, post: Post, *, minutes: float = 0) -> list[Publication]:
        """Put it on the plan, that many minutes from now."""
        due_at = system_clock.now() + timedelta(minutes=minutes)
        with self.scope():
            planned = services.schedule(post=post, local=due_at.replace(tzinfo=None), zone="UTC", actor=SYSTEM)
        return list(planned.publications)

    def scheduled(self, text: str = "Good morning", *, minutes: float = 0, **parts: Any) -> Publication:
        """A post for one account, due now unless told otherwise."""
        (publication,) = self.schedule(self.post(text, **parts), minutes=minutes)
        return publication

    def read(self, row: Any) -> Any:
        """The row as it stands now."""
        with self.scope():
            return type(row).objects.get(pk=row.pk)

    def attempts(self, publication: Publication) -> list[Attempt]:
        with self.scope():
            return list(Attempt.objects.filter(publication=publication).order_by("number"))

    def follow_ups(self, publication: Publication) -> list[FollowUp]:
        with self.scope():
            return list(FollowUp.objects.filter(publication=publication).order_by("position"))

    def events(self, subject: Any) -> list[str]:
        with self.scope():
            return list(Event.objects.filter(subject_id=subject.pk).order_by("sequence").values_list("name", flat=True))

    def do(self, verb: Any, **arguments: Any) -> Any:
        """Call a service as a member of this workspace would."""
        with self.scope():
            return verb(**arguments, actor=SYSTEM)


def run_worker() -> int:
    """One round of a worker: prepare what may be, send what is due, look for lost answers, send what that has freed."""
    done = rounds.prepare_inline() + rounds.publish_inline()
    found = rounds.reconcile_inline()
    return done + found + (rounds.publish_inline() if found else 0)


@pytest.fixture
def memory(clock: Clock, monkeypatch: pytest.MonkeyPatch) -> MemoryPlatform:
    """A platform in memory that honours no key, registered as "memory"."""
    platform = ForgetfulPlatform(system_clock.now)
    monkeypatch.setitem(registry.ADAPTERS, "memory", platform.adapter_class())
    return platform


@pytest.fixture
def agency(workspace: Workspace, memory: MemoryPlatform) -> Agency:
    return Agency(workspace, memory)


def adapter(platform: MemoryPlatform) -> type[MemoryAdapter]:
    """The adapter class in use, for a test to change."""
    return registry.ADAPTERS["memory"]  # type: ignore[return-value]
