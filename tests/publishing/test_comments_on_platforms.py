"""A comment goes out below a live post on every simulated platform that takes comments, and once where its answer is
lost."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

import pytest
from django.core.files.base import ContentFile
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer

from apps.core import ids, tenancy
from apps.core.actors import SYSTEM
from apps.media import services as media
from apps.platforms import registry
from apps.platforms.contract import Draft, Role
from apps.platforms.formats import limits_of
from apps.posts import services as posts
from apps.posts.content import Content, MediaContent, PartContent, VariantContent
from apps.publishing import services
from apps.publishing.models import Attempt, FollowUp, Publication
from apps.publishing.remarks import Remark, Remarks
from apps.publishing.states import State
from apps.social_accounts import services as social_accounts
from apps.social_accounts.models import SocialAccount
from apps.tenants.members import Member, member_of
from apps.tenants.models import Membership, Workspace
from tests.media.corpus import H264, ffmpeg_film
from tests.support import factories
from tests.support.clock import Clock
from tests.support.platforms import answer_of
from tests.support.publishing import run_worker
from tests.support.sandbox import Sandbox

pytestmark = pytest.mark.django_db(transaction=True)
HANDLE: Final = "harbourcoffee"
WORDS: Final = "And a second word."
SAID: Final = Remark(WORDS)
ABILITIES: Final = {name: registry.capabilities(name) for name in registry.names()}
TAKE_COMMENTS: Final = [name for name, can in ABILITIES.items() if can.first_comment]
BELOW: Final = {name: limits_of(Draft("", role=Role.FIRST_COMMENT), can) for name, can in ABILITIES.items()}
TAKE_PICTURES: Final = [name for name in TAKE_COMMENTS if BELOW[name].max_media]
TAKE_THEM_DOWN: Final = [name for name in TAKE_COMMENTS if ABILITIES[name].deletes and ABILITIES[name].deletes_comments]


@pytest.fixture(autouse=True)
def library(live_server: LiveServer, settings: Settings, tmp_path: Path) -> None:
    """Where platforms that fetch pictures find them."""
    settings.MEDIA_ROOT, settings.PUBLIC_URL = tmp_path, live_server.url.replace("localhost", "127.0.0.1")


@pytest.fixture
def manager(owner: Membership, workspace: Workspace) -> Member:
    member = member_of(owner.user, workspace.organization_id, workspace_id=workspace.pk)
    assert member is not None
    return member


def connect(platform: str, sandbox: Sandbox, member: Member) -> SocialAccount:
    assert member.workspace is not None
    address = {"mastodon": sandbox.origin("mastodon"), "bluesky": f"{HANDLE}.test"}.get(platform, "")
    journey = social_accounts.begin_consent(
        member=member, workspace_id=member.workspace.pk, platform=platform, address=address
    )
    shown = f"{HANDLE}.test" if platform == "bluesky" else HANDLE
    answer = answer_of(sandbox.consent(journey.authorize_url, shown))
    session, accounts = social_accounts.finish_consent(
        member=member, platform=platform, answer=answer, browser_token=journey.browser_token
    )
    if accounts:
        return accounts[0]
    with member.scope():
        first = session.channels[0]["remote_id"]
        return social_accounts.take_channels(session=session, remote_ids=[first], actor=member.actor)[0]


def scope(account: SocialAccount) -> Any:
    return tenancy.scope(organization_id=account.organization_id, workspace_ids={account.workspace_id})


def publish(account: SocialAccount, platforms: Sandbox, clock: Clock, folder: Path) -> Publication:
    """A post of the kind that the platform takes, live."""
    with scope(account):
        options = {"title": "Main"} if account.platform == "youtube" else {}
        files = _files(account, folder) if ABILITIES[account.platform].min_media else ()
        content = Content((PartContent("Main", files),), (VariantContent(account.pk, None, options),))
        post = posts.create(workspace_id=account.workspace_id, content=content, author_id=None, actor=SYSTEM)
        services.publish_now(post=post, actor=SYSTEM)
        (publication,) = Publication.objects.filter(post=post)
    live: Publication = settled(publication, platforms, clock)
    assert live.state == State.PUBLISHED, live.problem_words
    return live


def _files(account: SocialAccount, folder: Path) -> tuple[MediaContent, ...]:
    name, body = ("film.mp4", film(folder)) if account.platform == "youtube" else ("picture.jpg", picture())
    asset = media.upload(file=ContentFile(body), name=name, workspace_id=account.workspace_id, actor=SYSTEM)
    return (MediaContent(asset.pk),)


def write(publication: Publication, said: Remark = SAID) -> FollowUp:
    with publication.scope():
        (row,) = services.comment(
            post=publication.post, publications=[publication], remarks=Remarks(said), batch=ids.new_id(), actor=SYSTEM
        )
    return row


def settled(row: Any, platforms: Sandbox, clock: Clock) -> Any:
    """The row, once nothing more happens to it by itself."""
    for _ in range(60):
        run_worker()
        with row.scope():
            row = type(row).objects.select_related(*(("post",) if isinstance(row, Publication) else ())).get(pk=row.pk)
        if row.state in (State.PUBLISHED, State.FAILED, State.HELD, State.NEEDS_ATTENTION):
            return row
        # Both sides of the wire have one time.
        clock.advance(minutes=2)
        platforms.advance(minutes=2)
    return row


def picture() -> bytes:
    return factories.picture(size=(320, 320), form="JPEG")


def film(folder: Path) -> bytes:
    path = folder / "made.mp4"
    ffmpeg_film("-f", "lavfi", "-i", "testsrc2=s=640x360:r=25:d=2", *H264, "-movflags", "+faststart")(path)
    return path.read_bytes()


@pytest.mark.parametrize("platform", TAKE_COMMENTS)
def test_it_is_there_once_and_is_taken_down_where_that_can_be(
    platform: str, platforms: Sandbox, manager: Member, clock: Clock, tmp_path: Path
) -> None:
    publication = publish(connect(platform, platforms, manager), platforms, clock, tmp_path)

    row = settled(write(publication), platforms, clock)

    assert row.state == State.PUBLISHED, row.problem_words
    assert told(platforms, platform).count(WORDS) == 1
    done = services.take_down_follow_up(follow_up=row, actor=SYSTEM) if platform in TAKE_THEM_DOWN else None
    if done is not None:
        assert done.is_done, done.words
        assert told(platforms, platform).count(WORDS) == 0


@pytest.mark.parametrize("platform", TAKE_PICTURES)
def test_it_is_there_with_its_picture(
    platform: str, platforms: Sandbox, manager: Member, clock: Clock, tmp_path: Path
) -> None:
    publication = publish(connect(platform, platforms, manager), platforms, clock, tmp_path)
    with publication.scope():
        to = {"workspace_id": publication.workspace_id, "actor": SYSTEM}
        asset = media.upload(file=ContentFile(picture()), name="picture.jpg", **to)

    row = settled(write(publication, Remark(WORDS, (MediaContent(asset.pk),))), platforms, clock)

    assert row.state == State.PUBLISHED, row.problem_words
    (there,) = [post for post in platforms.posts(platform) if post["text"] == WORDS]
    assert there["media"] or there["data"].get("attachment_url"), there


@pytest.mark.parametrize("platform", TAKE_COMMENTS)
def test_a_lost_answer_never_gives_two(
    platform: str, platforms: Sandbox, manager: Member, clock: Clock, tmp_path: Path
) -> None:
    platforms.set(platform, idempotency_keys=False) if platform == "mastodon" else None
    publication = publish(connect(platform, platforms, manager), platforms, clock, tmp_path)
    platforms.fault("lost_after", platform=platform, path="comment")

    row = settled(write(publication), platforms, clock)

    with publication.scope():
        outcomes = list(Attempt.objects.filter(follow_up=row).values_list("outcome", flat=True))
    assert "uncertain" in outcomes
    assert told(platforms, platform).count(WORDS) == 1
    assert row.state in (State.PUBLISHED, State.NEEDS_ATTENTION)


def told(platforms: Sandbox, platform: str) -> list[str]:
    return [post["text"] for post in platforms.posts(platform) if not post.get("deleted_at")]
