"""Whatever of a post goes out is under its hash and under the seal of the steps that look at it, and a change of it is
shown in words."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any, Final

import pytest

from apps.approvals.models import Policy
from apps.approvals.sheets import Sheet, differences, required, sheet
from apps.approvals.steps import Aspect
from apps.core import tenancy
from apps.core.actors import SYSTEM
from apps.media.models import Asset, CaptionTrack
from apps.posts import services as posts
from apps.posts.content import Content, MediaContent, PartContent, VariantContent
from apps.posts.models import Post
from apps.posts.states import PartRole
from apps.tenants.permissions import Role
from tests.approvals.conftest import MANAGER, Desk
from tests.support import factories

pytestmark = pytest.mark.django_db
CUT: Final = {"x": 0.1, "y": 0.1, "width": 0.5, "height": 0.5}


@dataclass(frozen=True, slots=True)
class Shelf:
    """What a post is made of here."""

    picture: Asset
    other: Asset
    video: Asset
    first: Any
    second: Any


@pytest.fixture
def shelf(desk: Desk) -> Shelf:
    here = desk.agency.workspace
    return Shelf(
        *(factories.asset(here, alt=alt) for alt in ("A harbour", "A quay")),
        factories.asset(here, kind="video", mime_type="video/mp4", sha256="d" * 64),
        factories.account(here, "x"),
        factories.account(here, "mastodon"),
    )


def plain(shelf: Shelf) -> Content:
    media = tuple(MediaContent(one.pk) for one in (shelf.picture, shelf.other, shelf.video))
    return Content(
        parts=(
            PartContent("Good morning", media, link="https://alder.example/"),
            PartContent("Read on", role=PartRole.FIRST_COMMENT),
        ),
        variants=(VariantContent(shelf.first.pk), VariantContent(shelf.second.pk, "Good morning, quay")),
        language="en",
    )


def main(content: Content, **changes: Any) -> Content:
    return replace(content, parts=(replace(content.parts[0], **changes), *content.parts[1:]))


def medium(content: Content, number: int, **changes: Any) -> Content:
    media = list(content.parts[0].media)
    media[number] = replace(media[number], **changes)
    return main(content, media=tuple(media))


def variant(content: Content, number: int, **changes: Any) -> Content:
    variants = list(content.variants)
    variants[number] = replace(variants[number], **changes)
    return replace(content, variants=tuple(variants))


def second_part(content: Content, **changes: Any) -> Content:
    return replace(content, parts=(content.parts[0], replace(content.parts[1], **changes)))


def swapped(content: Content) -> Content:
    first, second, third = content.parts[0].media
    return main(content, media=(second, first, third))


# By what is changed: how, what of the post that is, and where the reviewer reads of it.
CHANGES: Final[dict[str, tuple[Callable[[Content, Shelf], Content], Aspect, str]]] = {
    "words": (lambda one, _: main(one, text="Good evening"), Aspect.TEXT, "Post"),
    "words of the comment": (lambda one, _: second_part(one, text="Read this"), Aspect.TEXT, "First comment"),
    "a comment becomes a reply": (lambda one, _: second_part(one, role=PartRole.REPLY), Aspect.TEXT, "Kind of part 2"),
    "the link": (lambda one, _: main(one, link="https://birch.example/"), Aspect.TEXT, "Link of post"),
    "the language": (lambda one, _: replace(one, language="de"), Aspect.TEXT, "Language"),
    "own words": (lambda one, _: variant(one, 1, text="Good evening, quay"), Aspect.TEXT, "Own words on mastodon"),
    "own words instead": (lambda one, _: variant(one, 0, text="Own"), Aspect.TEXT, "Own words on x"),
    "another file": (lambda one, on: medium(one, 0, asset_id=on.video.pk), Aspect.MEDIA, "Files of post"),
    "the order of files": (lambda one, _: swapped(one), Aspect.MEDIA, "Files of post"),
    "an alt text": (lambda one, _: medium(one, 0, alt="Boats"), Aspect.MEDIA, "Files of post"),
    "a cut": (lambda one, _: medium(one, 0, cut=CUT), Aspect.MEDIA, "Files of post"),
    "a cover": (lambda one, on: medium(one, 2, cover_id=on.picture.pk), Aspect.MEDIA, "Files of post"),
    "a file moves to the comment": (
        lambda one, on: second_part(main(one, media=one.parts[0].media[:2]), media=(MediaContent(on.video.pk),)),
        Aspect.MEDIA,
        "Files of first comment",
    ),
    "an option": (lambda one, _: variant(one, 0, options={"paid_partnership": "yes"}), Aspect.OPTIONS, "Options on x"),
    "one account fewer": (lambda one, _: replace(one, variants=one.variants[:1]), Aspect.ACCOUNTS, "mastodon"),
}


def touched(name: str) -> set[Aspect]:
    """The account that is left out had words of its own."""
    return {CHANGES[name][1], *({Aspect.TEXT} if name == "one account fewer" else ())}


def look(desk: Desk, post: Post) -> Sheet:
    with desk.agency.scope():
        return sheet(Post.objects.get(pk=post.pk))


def written(desk: Desk, content: Content) -> Post:
    with desk.agency.scope():
        own = {"workspace_id": desk.agency.workspace.pk, "author_id": None, "actor": SYSTEM}
        return posts.create(content=content, **own)


@pytest.mark.parametrize("name", CHANGES)
def test_a_change_of_what_goes_out_is_another_version_and_is_shown(desk: Desk, shelf: Shelf, name: str) -> None:
    change, aspect, place = CHANGES[name]
    post = written(desk, plain(shelf))
    before = look(desk, post)
    desk.change(post, change(plain(shelf), shelf))
    after = look(desk, post)

    assert after.hash != before.hash
    assert {one for one in Aspect if after.digests[one] != before.digests[one]} == touched(name)
    assert (aspect, place) in {(one.aspect, one.place) for one in differences(before.snapshot, after.snapshot)}


def test_captions_are_part_of_their_video(desk: Desk, shelf: Shelf) -> None:
    post = written(desk, plain(shelf))
    before = look(desk, post)
    with tenancy.across_tenants("a test writes what is said in a video"):
        own = {"organization_id": post.organization_id, "workspace_id": post.workspace_id, "asset": shelf.video}
        CaptionTrack.plain.create(**own, language="en", sha256="e" * 64, size=1, file="said.vtt")
    after = look(desk, post)

    assert after.digests[Aspect.MEDIA] != before.digests[Aspect.MEDIA]
    (told,) = differences(before.snapshot, after.snapshot)
    assert "captions in en eeeeeeee" in told.after


def test_the_hour_is_another_version_and_no_other_content(desk: Desk) -> None:
    post = desk.planned(minutes=60).post
    before = look(desk, post)
    desk.agency.schedule(post, minutes=90)
    after = look(desk, post)

    assert (after.hash != before.hash, after.digests) == (True, before.digests)
    (told,) = differences(before.snapshot, after.snapshot)
    assert told.aspect == "time"
    assert after.due_at is not None
    assert told.after.startswith(f"{after.due_at:%a %-d %b %Y, %H:%M}")
    assert after.due_at - (before.due_at or after.due_at) > timedelta(minutes=29)


def test_addresses_that_go_out_as_others_are_told(desk: Desk, shelf: Shelf) -> None:
    before = look(desk, written(desk, plain(shelf))).snapshot
    link = {"platform": "x", "written": "https://alder.example/", "outgoing": "https://go.example/aB3"}

    (told,) = differences(before, {**before, "links": [link]})
    assert (told.place, told.before, told.after) == ("Links", "", "x: https://go.example/aB3")


def test_what_is_ours_alone_is_no_other_version(desk: Desk, shelf: Shelf) -> None:
    post = written(desk, plain(shelf))
    before = look(desk, post)
    desk.change(post, replace(plain(shelf), title="Launch, second try"))

    assert look(desk, post).hash == before.hash


@pytest.mark.parametrize("aspect", Aspect)
@pytest.mark.parametrize("name", ["words", "a cut", "an option", "one account fewer"])
def test_a_seal_is_over_what_its_step_looks_at_and_nothing_else(
    desk: Desk, shelf: Shelf, aspect: Aspect, name: str
) -> None:
    """The last step looks at the rest, so it is a step before it that is asked about here."""
    policy = desk.policy({**MANAGER, "covers": [aspect.value]}, {**MANAGER, "key": "last"})
    change, _, _ = CHANGES[name]
    post = written(desk, plain(shelf))
    before = seals(desk, policy, post)
    desk.change(post, change(plain(shelf), shelf))
    after = seals(desk, policy, post)

    assert (before[0] != after[0]) is (aspect in touched(name))
    assert before[1] != after[1], "which sees everything"


def seals(desk: Desk, policy: Policy, post: Post) -> list[str]:
    of = look(desk, post)
    return [one.seal for one in required(policy, of)]


def test_a_step_may_be_for_the_posts_of_one_author_or_one_account(desk: Desk, shelf: Shelf) -> None:
    creator, other = desk.people(Role.CREATOR, 2)
    post = desk.post(by=creator, on=[shelf.first])

    def asked(kind: str, value: object) -> bool:
        policy = desk.policy({**MANAGER, "rules": [{"kind": kind, "values": [str(value)]}]})
        return bool(required(policy, look(desk, post)))

    assert [asked("author", one.user_id) for one in (creator, other)] == [True, False]
    assert [asked("account", one.pk) for one in (shelf.first, shelf.second)] == [True, False]
