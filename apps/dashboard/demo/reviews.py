"""The demo's approvals: one client whose announcements are read by the agency and then by the client.

Only posts with one label are asked about, so that whoever tries Postroom publishes everything else at once. What was
said lies some days back: while the demo is made, nothing else runs in its process, so the clock can be set for it.
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from django.db import transaction

from apps.approvals import services as approvals
from apps.approvals.anchors import Place
from apps.approvals.deciders import Decider
from apps.approvals.models import Request
from apps.approvals.services import Invited
from apps.approvals.states import CURRENT, Verdict, Visibility
from apps.core import clock
from apps.core.secrets import Secret
from apps.dashboard.demo import pictures
from apps.dashboard.demo.content import ANNOUNCEMENTS, APPROVED_LABEL, GUEST, Announcement, Client, Reached
from apps.media import services as media
from apps.posts import services as posts
from apps.posts.content import Content, MediaContent, PartContent, VariantContent
from apps.posts.models import Post
from apps.publishing import services as publishing
from apps.social_accounts.models import SocialAccount
from apps.tenants.members import Member

RULES: Final = [{"kind": "label", "values": [APPROVED_LABEL]}]
STEPS: Final[Sequence[Mapping[str, Any]]] = (
    {"key": "agency", "name": "Agency check", "roles": ["owner", "approver"], "rules": RULES},
    {"key": "client", "name": "The client", "guests": True, "rules": RULES},
)
HOUR: Final = time(10, 0)


@dataclass(frozen=True, slots=True)
class Reviews:
    """One client's announcements, written by `writer` and read by `checker` before the client's guest."""

    writer: Member
    checker: Member
    client: Client
    accounts: Mapping[str, SocialAccount]

    def fill(self) -> None:
        with set_back(timedelta(days=4)), self.writer.scope(), transaction.atomic():
            approvals.set_policy(workspace_id=self._place, steps=list(STEPS), actor=self.writer.actor)
            label = posts.make_label(
                workspace_id=self._place, actor=self.writer.actor, name=APPROVED_LABEL, colour="purple"
            )
            written = [self._ask(one, number, label.pk) for number, one in enumerate(ANNOUNCEMENTS)]
        with set_back(timedelta(days=3, hours=2)), self.checker.scope():
            self._check(written)
        with set_back(timedelta(days=3)), self.writer.scope():
            token = self._invite(written)
        with set_back(timedelta(hours=20)):
            self._answer(token, written)

    @property
    def _place(self) -> Any:
        if self.writer.workspace is None:
            raise ValueError("Announcements are written for a client")
        return self.writer.workspace.pk

    def _ask(self, one: Announcement, number: int, label_id: Any) -> tuple[Announcement, Post]:
        """Write an announcement, plan it for one of the next days, and ask for its approval."""
        shown = media.upload(
            file=io.BytesIO(pictures.paint(self.client.colours, seed=one.alt)), workspace_id=self._place,
            name=f"{one.alt.lower().replace(' ', '-')}.jpg", actor=self.writer.actor, alt=one.alt,
        )  # fmt: skip
        variants = tuple(
            VariantContent(self.accounts[name].pk) for name in ("instagram", "mastodon") if name in self.accounts
        )
        part = PartContent(text=one.text, media=(MediaContent(shown.pk),))
        post = posts.create(
            workspace_id=self._place, content=Content(parts=(part,), variants=variants, language="en"),
            author_id=self.writer.user.pk, actor=self.writer.actor, label_ids=[label_id],
        )  # fmt: skip
        day = datetime.now(ZoneInfo(self.client.zone)).date() + timedelta(days=5 + 2 * number)
        local = datetime.combine(day, HOUR)
        publishing.schedule(post=post, local=local, zone=self.client.zone, actor=self.writer.actor)
        post.refresh_from_db()
        approvals.submit(post=post, actor=self.writer.actor)
        return one, post

    def _check(self, written: Sequence[tuple[Announcement, Post]]) -> None:
        """The agency's own step: most are passed, and the first waits with a question."""
        decider = Decider.of(self.checker.actor)
        for one, post in written:
            if one.reached is not Reached.AGENCY:
                approvals.decide(request_id=_request(post).pk, verdict=Verdict.APPROVE, decider=decider)
            elif one.words:
                approvals.comment(post=post, text=one.words, by=decider, visibility=Visibility.INTERNAL)

    def _invite(self, written: Sequence[tuple[Announcement, Post]]) -> Secret:
        name, email = GUEST
        ((_, token),) = approvals.make_links(
            seat=self.writer, workspace_id=self._place, guests=[Invited(name, email)], title="Announcements",
            post_ids=[post.pk for one, post in written if one.reached is not Reached.AGENCY],
            expires_at=clock.now() + timedelta(days=30),
        )  # fmt: skip
        return token

    def _answer(self, token: Secret, written: Sequence[tuple[Announcement, Post]]) -> None:
        """What the guest has said by their link so far."""
        reviewer = approvals.reviewer_of(token.reveal())
        if reviewer is None:
            raise ValueError("The link that was made is none")
        with reviewer.scope():
            for one, post in written:
                asked: dict[str, Any] = {"reviewer": reviewer, "request_id": _request(post).pk}
                if one.reached is Reached.APPROVED:
                    approvals.decide_by_link(**asked, verdict=Verdict.APPROVE)
                elif one.reached is Reached.CHANGES:
                    picture = Place(picture=_request(post).snapshot["parts"][0]["media"][0]["sha256"], x=0.68, y=0.36)
                    approvals.comment_by_link(reviewer=reviewer, post_id=post.pk, text=one.words, place=picture)
                    approvals.decide_by_link(**asked, verdict=Verdict.REQUEST_CHANGES, note=one.note)


@contextmanager
def set_back(by: timedelta) -> Iterator[None]:
    """Let everything within happen so long ago."""
    clock.use(lambda: datetime.now(UTC) - by)
    try:
        yield
    finally:
        clock.use(None)


def _request(post: Post) -> Request:
    found: Request = Request.objects.get(post=post, state__in=CURRENT)
    return found
