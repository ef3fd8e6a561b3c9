"""Files that come with comments: looked at like every upload, of the post's own client, named when they are gone."""

from __future__ import annotations

import re
from datetime import timedelta
from html import unescape
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from apps.approvals import forms, services
from apps.approvals.deciders import Decider
from apps.approvals.errors import NotAttached
from apps.approvals.models import Attachment, Comment, PendingFile, Request, Thread
from apps.core import clock as system_clock
from apps.core.actors import SYSTEM
from apps.media import services as media
from apps.media.models import Asset
from apps.posts.models import Post
from apps.publishing.models import WRITTEN, FollowUp, FollowUpMedia
from apps.tenants.models import Membership, Workspace
from apps.tenants.permissions import Role
from tests.approvals.conftest import MANAGER, Desk, actor
from tests.support import factories
from tests.support.clock import Clock
from tests.support.programs_with_keys import program

pytestmark = pytest.mark.django_db


def jpeg(name: str = "tray.jpg", colour: str = "teal") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, factories.picture(colour=colour, form="JPEG"), "image/jpeg")


@pytest.fixture
def asked(desk: Desk) -> Request:
    desk.policy(MANAGER)
    return desk.submit(desk.post())


def sent(desk: Desk, who: Membership, asked: Request, status: int = 200, **data: Any) -> str:
    client = factories.signed_in(who, at=desk.agency.workspace)
    answer = client.post(reverse("approvals:comment", args=[asked.pk]), {"text": "Like this", **data}, follow=True)
    assert answer.status_code == status
    return str(answer.content.decode())


def names(desk: Desk) -> list[str]:
    with desk.agency.scope():
        return list(Attachment.objects.order_by("comment_id", "position").values_list("name", flat=True))


def test_whoever_may_comment_brings_files(desk: Desk, asked: Request) -> None:
    """Also an approver, who may add nothing to the library otherwise."""
    shown = sent(desk, desk.person(Role.APPROVER), asked, attached=[jpeg(), jpeg("oven.jpg", "brown")])

    assert names(desk) == ["tray.jpg", "oven.jpg"]
    assert "tray.jpg" in shown
    with desk.agency.scope():
        asset = Asset.objects.get(original_name="tray.jpg")
    assert reverse("media:show", args=[asset.pk]) in shown


def test_answers_bring_files_too(desk: Desk, asked: Request, manager: Membership) -> None:
    sent(desk, manager, asked)
    with desk.agency.scope():
        thread = Thread.objects.get()
    sent(desk, manager, asked, thread=str(thread.pk), attached=[jpeg()])

    assert names(desk) == ["tray.jpg"]


def test_an_answer_is_in_a_thread_of_its_own_post(desk: Desk, asked: Request, manager: Membership) -> None:
    sent(desk, manager, asked)
    with desk.agency.scope():
        thread = Thread.objects.get()
    other = desk.submit(desk.post("Another"))

    sent(desk, manager, other, 404, thread=str(thread.pk))

    with desk.agency.scope():
        assert Comment.objects.count() == 1


def test_files_come_in_the_order_in_which_they_were_brought_and_none_from_the_trash(
    desk: Desk, asked: Request, manager: Membership
) -> None:
    brought = [f"{number}.jpg" for number in (3, 1, 2)]
    sent(desk, manager, asked, attached=[jpeg(name, f"#{name[0]}0{name[0]}") for name in brought])
    assert names(desk) == brought

    with desk.agency.scope():
        gone = Asset.objects.get(original_name="1.jpg")
        Asset.objects.filter(pk=gone.pk).update(trashed_at=system_clock.now())
        with pytest.raises(NotAttached):
            services.comment(post=asked.post, text="Look", by=Decider.of(SYSTEM), files=[gone.pk])


def test_what_is_no_file_of_ours_is_refused_and_nothing_is_said(
    desk: Desk, asked: Request, manager: Membership, monkeypatch: pytest.MonkeyPatch
) -> None:
    program_file = SimpleUploadedFile("run.exe", b"MZ\x90\x00" * 64, "image/jpeg")
    assert "run.exe" in sent(desk, manager, asked, 422, attached=[program_file])
    too_many = [jpeg(f"{number}.jpg") for number in range(6)]
    assert "up to 5 files" in sent(desk, manager, asked, 422, attached=too_many)
    monkeypatch.setattr(forms, "LARGEST_FILE", 10)
    assert "has up to" in sent(desk, manager, asked, 422, attached=[jpeg()])

    with desk.agency.scope():
        assert not Comment.objects.exists()


def test_a_file_of_another_client_is_not_attached(desk: Desk, asked: Request, other_workspace: Workspace) -> None:
    foreign = factories.asset(other_workspace)
    with desk.agency.scope():
        post = Post.objects.get(pk=asked.post_id)
        with pytest.raises(NotAttached):
            services.comment(post=post, text="Look", by=Decider.of(SYSTEM), files=[foreign.pk])

    assert names(desk) == []


def test_a_file_that_is_gone_is_still_named(desk: Desk, asked: Request, manager: Membership) -> None:
    sent(desk, manager, asked, attached=[jpeg()])
    with desk.agency.scope():
        Asset.objects.all().delete()

    client = factories.signed_in(manager, at=desk.agency.workspace)
    shown = client.get(reverse("approvals:review", args=[asked.pk])).content.decode()
    assert "tray.jpg (not in the library any more)" in shown


def test_programs_attach_what_they_have_uploaded(desk: Desk, asked: Request, other_workspace: Workspace) -> None:
    own = program(desk.agency.workspace.organization)
    asset, foreign = factories.asset(desk.agency.workspace), factories.asset(other_workspace)
    address = f"/posts/{asked.post_id}/threads"

    made = own.post(address, {"text": "Like this", "media": [f"med_{asset.pk}"]}).json()
    (comment,) = made["comments"]
    assert [(one["name"], one["media"].startswith("med_")) for one in comment["attachments"]] == [("picture.png", True)]
    answered = own.post(f"/threads/{made['id']}/comments", {"text": "And this", "media": [f"med_{asset.pk}"]}).json()
    assert len(answered["comments"][1]["attachments"]) == 1

    refused = own.post(address, {"text": "And this", "media": [f"med_{foreign.pk}"]})
    assert refused.status_code == 422
    assert own.post(address, {"text": "All", "media": [f"med_{asset.pk}"] * 6}).status_code == 422


def test_talk_takes_no_more_queries_for_many_files(desk: Desk, asked: Request, manager: Membership) -> None:
    client = factories.signed_in(manager, at=desk.agency.workspace)
    counted = []
    for number in range(3):
        sent(desk, manager, asked, attached=[jpeg(f"{number}.jpg", f"#{number}00")])
        with CaptureQueriesContext(connection) as queries:
            assert client.get(reverse("approvals:review", args=[asked.pk])).status_code == 200
        counted.append(len(queries))

    assert counted[1] == counted[2] <= 46


# --- chosen, and not sent yet


@pytest.fixture
def pictured(desk: Desk) -> Request:
    """A post under review with a picture that can be pointed at."""
    picture = factories.asset(desk.agency.workspace)
    desk.policy(MANAGER)
    return desk.submit(desk.post(assets=[picture]))


def kept(page: str) -> dict[str, str]:
    """The files that a page keeps for the comment: ids, by name."""
    found = re.findall(r'<input type="checkbox" name="kept" value="([^"]+)"[^>]* checked>([^<]+)<', page)
    return {unescape(name).strip(): pk for pk, name in found}


def on_file(desk: Desk) -> list[str]:
    with desk.agency.scope():
        return sorted(Asset.objects.filter(trashed_at=None).values_list("original_name", flat=True))


def waiting(desk: Desk) -> int:
    with desk.agency.scope():
        return int(PendingFile.objects.count())


def test_pointing_at_a_picture_keeps_the_files_that_were_chosen(
    desk: Desk, pictured: Request, manager: Membership
) -> None:
    shown = sent(desk, manager, pictured, attached=[jpeg(), jpeg("oven.jpg", "brown")], **{"at_1.x": 9, "at_1.y": 9})
    assert kept(shown).keys() == {"tray.jpg", "oven.jpg"}
    assert names(desk) == []

    ids = kept(shown)
    shown = sent(
        desk,
        manager,
        pictured,
        kept=list(ids.values()),
        attached=[jpeg("third.jpg", "red")],
        **{"at_1.x": 1, "at_1.y": 1},
    )
    assert list(kept(shown)) == ["tray.jpg", "oven.jpg", "third.jpg"]
    sent(desk, manager, pictured, kept=[ids["tray.jpg"], kept(shown)["third.jpg"]])  # one was unticked

    assert names(desk) == ["tray.jpg", "third.jpg"]
    assert waiting(desk) == 1


def test_a_comment_that_is_refused_keeps_its_files(desk: Desk, asked: Request, manager: Membership) -> None:
    shown = sent(desk, manager, asked, 422, attached=[jpeg()], quote="words that are not in the post")
    program_file = SimpleUploadedFile("run.exe", b"MZ\x90\x00" * 64, "image/jpeg")
    shown = sent(desk, manager, asked, 422, kept=list(kept(shown).values()), attached=[program_file])
    assert kept(shown).keys() == {"tray.jpg"}
    sent(desk, manager, asked, kept=list(kept(shown).values()))
    assert (names(desk), waiting(desk)) == (["tray.jpg"], 0)


def test_an_answer_that_is_refused_keeps_its_files(desk: Desk, asked: Request, manager: Membership) -> None:
    sent(desk, manager, asked)
    with desk.agency.scope():
        thread = str(Thread.objects.get().pk)
    shown = sent(desk, manager, asked, 422, thread=thread, text=" ", attached=[jpeg()])
    assert list(kept(shown)) == ["tray.jpg"]
    sent(desk, manager, asked, thread=thread, kept=list(kept(shown).values()))
    assert names(desk) == ["tray.jpg"]


def test_kept_and_chosen_files_are_five_together(desk: Desk, asked: Request, manager: Membership) -> None:
    four = [jpeg(f"{number}.jpg", colour) for number, colour in enumerate(("red", "blue", "green", "black"))]
    shown = sent(desk, manager, asked, 422, text=" ", attached=four)
    more = [jpeg("5.jpg", "gold"), jpeg("6.jpg", "pink")]
    refused = sent(desk, manager, asked, 422, kept=list(kept(shown).values()), attached=more)
    assert "up to 5 files" in refused
    assert len(kept(refused)) == 4


def test_files_that_somebody_else_has_chosen_are_nobody_elses(
    desk: Desk, asked: Request, manager: Membership, creator: Membership
) -> None:
    shown = sent(desk, manager, asked, 422, text=" ", attached=[jpeg()])
    refused = sent(desk, creator, asked, 422, kept=[*kept(shown).values(), "no-id"])
    assert "is not kept any more" in refused
    assert (names(desk), kept(refused)) == ([], {})


def test_a_day_later_what_was_never_sent_leaves_the_library(
    desk: Desk, asked: Request, manager: Membership, clock: Clock
) -> None:
    place = desk.agency.workspace
    to = media.Destination(place.organization_id, place.pk, actor(manager))
    media.take_file(file=jpeg("before.jpg", "gold"), name="before.jpg", to=to)
    clock.advance(minutes=1)
    chosen = [jpeg(), jpeg("oven.jpg", "brown"), jpeg("again.jpg", "gold"), jpeg("shown.jpg", "red")]
    page = sent(desk, manager, asked, 422, text=" ", attached=chosen)
    sent(desk, manager, asked, kept=[kept(page)["oven.jpg"]])
    with desk.agency.scope():
        used = Asset.objects.get(original_name="shown.jpg")
    desk.post("With it", assets=[used])

    services.forget_pending(now=clock.now + timedelta(hours=23))
    assert waiting(desk) == 3
    assert services.forget_pending(now=clock.now + timedelta(hours=25)) == 3
    assert on_file(desk) == ["before.jpg", "oven.jpg", "shown.jpg"]
    assert waiting(desk) == 0


def test_what_a_comment_below_a_publication_shows_stays(
    desk: Desk, asked: Request, manager: Membership, clock: Clock
) -> None:
    sent(desk, manager, asked, 422, text=" ", attached=[jpeg()])
    publication = desk.planned()
    own = {"organization_id": publication.organization_id, "workspace_id": publication.workspace_id}
    with desk.agency.scope():
        below = {"publication": publication, "position": 1000, "role": WRITTEN, "next_try_at": clock.now}
        comment = FollowUp.objects.create(**own, **below)
        FollowUpMedia.objects.create(**own, follow_up=comment, asset=Asset.objects.get(), position=0)

    services.forget_pending(now=clock.now + timedelta(hours=25))
    assert on_file(desk) == ["tray.jpg"]


@pytest.mark.parametrize(
    ("story", "stays"),
    [
        (["chosen"], False),
        (["chosen", "chosen"], False),
        (["chosen", "uploaded"], True),
        (["chosen", "uploaded", "chosen"], True),
        (["chosen", "chosen", "uploaded"], True),
        (["uploaded", "chosen"], True),
    ],
)
def test_what_was_chosen_and_never_sent_stays_where_somebody_uploaded_it_too(
    desk: Desk, asked: Request, manager: Membership, clock: Clock, story: list[str], stays: bool
) -> None:
    """The same bytes are one file of the library, in whatever order they came."""
    place = desk.agency.workspace
    to = media.Destination(place.organization_id, place.pk, actor(manager))
    for step in story:
        if step == "chosen":
            sent(desk, manager, asked, 422, text=" ", attached=[jpeg()])
        else:
            media.take_file(file=jpeg(), name="tray.jpg", to=to)
        clock.advance(hours=10)

    for _ in range(5):
        services.forget_pending(now=clock.advance(hours=10))
    assert waiting(desk) == 0
    assert on_file(desk) == (["tray.jpg"] if stays else [])
