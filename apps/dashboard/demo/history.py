"""The demo's past and future: what its accounts have posted, and what they are going to."""

from __future__ import annotations

import base64
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import cycle
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import httpx
from django.conf import settings
from django.db import transaction

from apps.core import clock
from apps.dashboard.demo import pictures
from apps.dashboard.demo.content import CAMPAIGN, LABELS, Client, Idea
from apps.media import services as media
from apps.media.models import Asset
from apps.posts import services as posts
from apps.posts.appointments import at_instant
from apps.posts.content import Content, MediaContent, PartContent, VariantContent
from apps.posts.models import Post
from apps.posts.states import PartRole
from apps.publishing import services as publishing
from apps.publishing.models import Publication
from apps.publishing.states import State
from apps.social_accounts.models import SocialAccount
from apps.tenants.members import Member
from apps.tenants.models import Workspace

PAST, BUSY, COMING = timedelta(weeks=13), timedelta(weeks=4), timedelta(weeks=3)
DAYS = (0, 2, 4, 5)  # Monday, Wednesday, Friday, Saturday
FEWER_DAYS = (2, 4)
HOURS = (time(9, 0), time(12, 30), time(17, 15))
DRAFTS = 2

IN_CAMPAIGN = timedelta(weeks=3)


@dataclass(frozen=True, slots=True)
class Sorts:
    """What the client's posts are sorted by."""

    labels: Mapping[str, UUID]
    campaign: UUID


Traces = Mapping[tuple[datetime, str], Mapping[str, str]]


@dataclass(frozen=True, slots=True)
class Desk:
    """One client's posts, written by one member."""

    member: Member
    workspace: Workspace
    client: Client
    accounts: Mapping[str, SocialAccount]

    def fill(self) -> None:
        """Past posts as published, coming ones as scheduled, and some drafts."""
        now, ideas = clock.now(), cycle(self.client.ideas)
        past = [(next(ideas), at) for at in _hours(self.workspace.timezone, now - PAST, now - timedelta(hours=1))]
        coming = [(next(ideas), at) for at in _hours(self.workspace.timezone, now + timedelta(hours=3), now + COMING)]
        traces = self._leave_traces(past)
        with self.member.scope(), transaction.atomic():
            sorts = self._sorts()
            shown = {idea.alt: self._upload(idea) for idea in self.client.ideas if idea.alt}
            for idea, due_at in past:
                campaign = sorts.campaign if due_at > now - IN_CAMPAIGN else None
                self._note_published(self._write(idea, shown, sorts, campaign), idea, due_at, traces)
            for idea, due_at in coming:
                local = due_at.astimezone(ZoneInfo(self.workspace.timezone)).replace(tzinfo=None)
                post = self._write(idea, shown, sorts, sorts.campaign)
                publishing.schedule(post=post, local=local, zone=self.workspace.timezone, actor=self.member.actor)
            for _ in range(DRAFTS):
                self._write(next(ideas), shown, sorts)

    def _leave_traces(self, past: Sequence[tuple[Idea, datetime]]) -> Traces:
        """Put the past into the feeds of the sandbox, with its times; what each post is called there."""
        wanted = [
            {
                "platform": platform,
                "handle": self.client.handle_on(platform),
                "text": idea.text,
                "created_at": at.isoformat(),
                "picture": base64.b64encode(self._paint(idea)).decode() if idea.alt else "",
                "alt": idea.alt,
            }
            for idea, at in past
            for platform in self._platforms(idea)
        ]
        address = f"{settings.SANDBOX_URL}/_control/posts"
        answer = httpx.post(address, json={"posts": wanted}, timeout=60, trust_env=False).raise_for_status()
        made = answer.json()["posts"]
        names = [(at, platform) for idea, at in past for platform in self._platforms(idea)]
        return dict(zip(names, made, strict=True))

    def _note_published(self, post: Post, idea: Idea, due_at: datetime, traces: Traces) -> None:
        """Our rows of a past post, as the engine would have left them."""
        posts.set_appointment(post=post, appointment=at_instant(due_at, self.workspace.timezone))
        for platform in self._platforms(idea):
            Publication(
                workspace=self.workspace,
                post=post,
                account=self.accounts[platform],
                revision=post.revision,
                due_at=due_at,
                next_try_at=due_at,
                state=State.PUBLISHED,
                published_at=due_at + timedelta(seconds=2),
                remote_id=traces[due_at, platform]["id"],
                remote_url=traces[due_at, platform]["url"],
            ).save()

    def _sorts(self) -> Sorts:
        """The labels of the client's ideas, and a campaign of the weeks around now."""
        own: dict[str, Any] = {"workspace_id": self.workspace.pk, "actor": self.member.actor}
        used = {idea.label for idea in self.client.ideas if idea.label}
        labels = {
            name: posts.make_label(**own, name=name, colour=colour).pk
            for name, (colour, _) in LABELS.items()
            if name in used
        }
        today = clock.now().date()
        campaign = posts.make_campaign(
            **own, name=CAMPAIGN, colour="teal", starts_on=today - IN_CAMPAIGN, ends_on=today + COMING,
            goal="Be remembered before the holidays.",
        )  # fmt: skip
        return Sorts(labels, campaign.pk)

    def _write(self, idea: Idea, shown: Mapping[str, Asset], sorts: Sorts, campaign_id: UUID | None = None) -> Post:
        pictures_of_post = (MediaContent(shown[idea.alt].pk),) if idea.alt else ()
        parts = [PartContent(text=idea.text, media=pictures_of_post)]
        if idea.comment:
            parts.append(PartContent(text=idea.comment, role=PartRole.FIRST_COMMENT))
        variants = tuple(VariantContent(self.accounts[platform].pk) for platform in self._platforms(idea))
        return posts.create(
            workspace_id=self.workspace.pk,
            content=Content(parts=tuple(parts), variants=variants, language="en"),
            author_id=self.member.user.pk,
            actor=self.member.actor,
            label_ids=[sorts.labels[idea.label]] if idea.label else [],
            campaign_id=campaign_id,
        )

    def _platforms(self, idea: Idea) -> list[str]:
        return [platform for platform in idea.platforms if platform in self.accounts]

    def _upload(self, idea: Idea) -> Asset:
        return media.upload(
            file=io.BytesIO(self._paint(idea)),
            name=f"{idea.alt.lower().replace(' ', '-')}.jpg",
            workspace_id=self.workspace.pk,
            actor=self.member.actor,
            alt=idea.alt,
        )

    def _paint(self, idea: Idea) -> bytes:
        return pictures.paint(self.client.colours, seed=idea.alt)


def _hours(zone: str, start: datetime, end: datetime) -> Iterator[datetime]:
    """The instants of the client's posting hours between two instants."""
    day: date = start.astimezone(ZoneInfo(zone)).date()
    hours, busy_from = cycle(HOURS), (clock.now() - BUSY).date()
    while day <= end.astimezone(ZoneInfo(zone)).date():
        # Further back there is enough to compare with, and every post takes its time to be written.
        if day.weekday() in (DAYS if day >= busy_from else FEWER_DAYS):
            at = datetime.combine(day, next(hours), ZoneInfo(zone)).astimezone(UTC)
            if start <= at <= end:
                yield at
        day += timedelta(days=1)
