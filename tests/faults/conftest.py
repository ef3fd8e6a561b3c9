"""A whole deployment for one test: real database, queue, workers and beat, and the sandbox for the platforms."""

from __future__ import annotations

import itertools
import shutil
import tempfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings as django_settings
from django.core.files.base import ContentFile
from django.db import connections
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer

from apps.core import clock, tenancy
from apps.core.actors import SYSTEM
from apps.media import services as media
from apps.posts import services as posts
from apps.posts.content import Content, MediaContent, PartContent, VariantContent
from apps.posts.models import Part
from apps.posts.states import PartRole
from apps.publishing import services
from apps.publishing.models import FollowUp, Publication
from apps.social_accounts import services as social_accounts
from apps.social_accounts.models import SocialAccount
from apps.tenants.members import Member, member_of
from apps.tenants.models import Workspace
from tests.faults.workers import Workers
from tests.support import factories
from tests.support.platforms import answer_of
from tests.support.sandbox import Sandbox

PLATFORMS = ("mastodon", "bluesky", "instagram")
# Leases are short, so that what a killed worker held is taken up soon; the order of the spans is that of production.
SHORT = {
    "PUBLISH_LEASE_SECONDS": "10",
    "PUBLISH_REQUEST_SECONDS": "4",
    "PUBLISH_MARGIN_SECONDS": "1",
    "PUBLISH_RETRY_SECONDS": "1,1,2,2,4,4,8",
    "PUBLISH_SEARCH_SECONDS": "1,2,4,8",
    "PUBLISH_CONCURRENCY": "8",
    "PUBLISH_STAGE_CONCURRENCY": "8",
}


@dataclass
class Fleet:
    """Clients with accounts on every platform, and what was planned on them."""

    sandbox: Sandbox
    environment: dict[str, str]
    accounts: dict[Workspace, list[SocialAccount]] = field(default_factory=dict)
    expected: Counter[tuple[str, str, str]] = field(default_factory=Counter)  # platform, handle, text

    numbers: Iterator[int] = field(default_factory=itertools.count)

    def workers(self, count: int = 4, **environment: str) -> Workers:
        return Workers(count=count, environment={**self.environment, **environment})

    def plan(self, *, workspace: Workspace, with_comment: bool, delay: float = 0) -> list[Publication]:
        """One post to every account of one set of the workspace's, due in `delay` seconds."""
        number = next(self.numbers)
        accounts = self.accounts[workspace]
        size = len(PLATFORMS)
        sets = [accounts[i : i + size] for i in range(0, len(accounts), size)]
        chosen = sets[number // len(self.accounts) % len(sets)]
        with tenancy.scope(organization_id=workspace.organization_id, workspace_ids={workspace.pk}):
            jpeg = ContentFile(factories.picture(size=(320, 320), form="JPEG"))
            picture = media.upload(file=jpeg, name="picture.jpg", workspace_id=workspace.pk, actor=SYSTEM)
            parts = [PartContent(f"Post {number} of {workspace.name}", (MediaContent(picture.pk),))]
            if with_comment:
                parts.append(PartContent(f"Comment {number} of {workspace.name}", role=PartRole.FIRST_COMMENT))
            content = Content(tuple(parts), tuple(VariantContent(account.pk) for account in chosen))
            post = posts.create(workspace_id=workspace.pk, content=content, author_id=None, actor=SYSTEM)
            due_at = (clock.now() + timedelta(seconds=delay)).replace(tzinfo=None)
            planned = services.schedule(post=post, local=due_at, zone="UTC", actor=SYSTEM).publications
        for account in chosen:
            self.expected.update((account.platform, _handle(account), part.text) for part in parts)
        return list(planned)

    def published(self) -> Counter[tuple[str, str, str]]:
        """What the platforms have, by their own count."""
        return Counter(
            (line["platform"], line["handle"].partition(".")[0], text["text"])
            for line in self.sandbox.counts()["accounts"]
            for text in line["texts"]
            for _ in range(text["times"])
        )

    def states(self) -> Counter[str]:
        with tenancy.across_tenants("a test counts"):
            rows = list(Publication.across_tenants.values_list("state", flat=True))
            rows += [f"comment {state}" for state in FollowUp.across_tenants.values_list("state", flat=True)]
        return Counter(rows)

    def troubles(self) -> Counter[str]:
        """What did not go by itself, in words."""
        with tenancy.across_tenants("a test asks why"):
            rows = Publication.across_tenants.exclude(state="published").values_list("state", "problem_words")
            return Counter(f"{state}: {words}" for state, words in rows)

    def undecided(self) -> Counter[tuple[str, str, str]]:
        """What a person is asked about, and the comments that wait for their answer."""
        found: Counter[tuple[str, str, str]] = Counter()
        with tenancy.across_tenants("a test asks what is undecided"):
            asked = {"state": "needs_attention"}
            for row in Publication.across_tenants.filter(**asked).select_related("account"):
                parts = Part.across_tenants.filter(post_id=row.post_id).values_list("text", flat=True)
                found.update((row.account.platform, _handle(row.account), text) for text in parts)
            for comment in FollowUp.across_tenants.filter(**asked).select_related("publication__account"):
                account = comment.publication.account
                found[account.platform, _handle(account), comment.text] += 1
        return found

    def is_quiet(self) -> bool:
        """Nothing is due, in flight or being looked for any more."""
        moving = {"scheduled", "staging", "ready", "publishing", "uncertain"}
        return not {state.removeprefix("comment ") for state in self.states()} & moving


def _handle(account: SocialAccount) -> str:
    """The handle as the sandbox has it, without the server's name."""
    return account.handle.partition("@")[0].partition(".")[0]


@pytest.fixture
def fleet(
    platforms: Sandbox,
    database_environment: dict[str, str],
    live_server: LiveServer,
    settings: Settings,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Fleet]:
    """Five clients of two organizations, each with two accounts on each platform, connected as people connect them."""
    folder = Path(tempfile.mkdtemp(prefix="postroom-media-"))
    # A platform that fetches pictures keeps its line open, and with it the connection of the thread that serves it.
    monkeypatch.setitem(connections.settings["default"], "CONN_MAX_AGE", 0)
    here = live_server.url.replace("localhost", "127.0.0.1")
    settings.MEDIA_ROOT, settings.PUBLIC_URL = str(folder), here
    environment = {
        **database_environment,
        **SHORT,
        "DJANGO_SETTINGS_MODULE": "config.settings.test",
        "SANDBOX_URL": platforms.url,
        "PUBLIC_URL": here,
        "MEDIA_ROOT": str(folder),
        "SECRET_KEY": django_settings.SECRET_KEY,
        "KEYRING": django_settings.KEYRING,
    }
    made = Fleet(platforms, environment)
    numbers = itertools.count(1)
    for owned in (3, 2):
        organization = factories.organization()
        owner = factories.member(organization)
        for _ in range(owned):
            workspace = factories.workspace(organization)
            member = member_of(owner.user, organization.pk, workspace_id=workspace.pk)
            assert member is not None
            handles = [f"client{next(numbers)}" for _ in range(2)]
            made.accounts[workspace] = [
                _connect(made.sandbox, member, workspace, platform, handle)
                for handle in handles
                for platform in PLATFORMS
            ]
    yield made
    shutil.rmtree(folder, ignore_errors=True)


def _connect(sandbox: Sandbox, member: Member, workspace: Workspace, platform: str, handle: str) -> SocialAccount:
    sandbox.create_account(platform, handle)
    address = {"mastodon": sandbox.origin("mastodon"), "bluesky": f"{handle}.test"}.get(platform, "")
    journey = social_accounts.begin_consent(
        member=member, workspace_id=workspace.pk, platform=platform, address=address
    )
    shown = f"{handle}.test" if platform == "bluesky" else handle
    answer = answer_of(sandbox.consent(journey.authorize_url, shown))
    _, (account,) = social_accounts.finish_consent(
        member=member, platform=platform, answer=answer, browser_token=journey.browser_token
    )
    return account
