"""Publishes: what an init call begins, until it is posted, in the person's inbox, or failed.

A direct post is public once it has been processed and moderated (`moderation_seconds`); one that is not for everyone
never gets a public id. An upload that is not complete an hour after its init has failed for an internal reason; with
`expired_upload_fails` false it stays in processing, for that is not documented.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from apps.sandbox.core.calls import Call
from apps.sandbox.core.rows import Account, Medium, Post
from apps.sandbox.core.world import World
from apps.sandbox.tiktok import alarm, webhooks
from apps.sandbox.tiktok.names import DIRECT, EVERYONE, FOLLOWERS, FRIENDS, NAME, ONLY_ME

HOUR, DAY = timedelta(hours=1), timedelta(hours=24)
UPLOADING, DOWNLOADING = "PROCESSING_UPLOAD", "PROCESSING_DOWNLOAD"
IN_INBOX, COMPLETE, FAILED = "SEND_TO_USER_INBOX", "PUBLISH_COMPLETE", "FAILED"
VISIBILITIES = {EVERYONE: "public", FRIENDS: "friends", FOLLOWERS: "followers", ONLY_ME: "private"}
FIRST_POST = 7_500_000_000_000_000_000  # ids of posts have 19 digits


@dataclass(slots=True)
class Publish:
    id: str
    account_id: str
    media_type: str  # VIDEO, PHOTO
    mode: str  # DIRECT_POST, INBOX_SHARE
    status: str
    created_at: float
    info: dict[str, Any] = field(default_factory=dict)  # post_info, checked
    urls: list[str] = field(default_factory=list)
    cover: int = 0
    size: int = 0
    chunk_size: int = 0
    chunks: int = 0
    intake: dict[str, Any] = field(default_factory=dict)
    slow_seconds: float = 0
    problem: str = ""  # what processing will come to
    ready_at: float = 0  # 0 until everything has come in
    media: list[str] = field(default_factory=list)
    fail_reason: str = ""
    posts: list[str] = field(default_factory=list)

    @property
    def is_under_way(self) -> bool:
        return self.status in {UPLOADING, DOWNLOADING}

    @property
    def stored(self) -> int:
        return int(self.intake.get("size", 0))

    def has_expired(self, now: datetime) -> bool:
        """An hour has passed and not everything has come in."""
        return not self.ready_at and now.timestamp() >= self.created_at + HOUR.total_seconds()


def new_id(world: World, prefix: str) -> str:
    return f"{prefix}.{FIRST_POST + world.number()}"


def load(world: World, id: str) -> Publish | None:
    data = world.box(NAME, "publish").get(id)
    return Publish(**data) if data else None


def save(world: World, publish: Publish) -> None:
    days = world.setting(NAME, "publish_id_days")
    lives = timedelta(days=days) if days else None
    world.box(NAME, "publish").put(publish.id, asdict(publish), owner=publish.account_id, lives=lives)


def begin(call: Call, publish: Publish) -> None:
    """Keep it, with the faults that are aimed at the call that began it."""
    strike(call, publish)
    save(call.world, publish)
    call.world.box(NAME, "unsettled").put(publish.id, {})
    alarm.wake(call.world, HOUR.total_seconds(), settle)


def strike(call: Call, publish: Publish) -> None:
    publish.slow_seconds += call.processing_seconds(0)
    if call.take_fault("failed_processing"):
        publish.problem = str(call.world.setting(NAME, "failure_reason"))


def of_last_day(world: World, account: Account | None = None) -> list[Publish]:
    """Begun in the moving last 24 hours, by this account or by all."""
    since = world.now() - DAY
    found = world.box(NAME, "publish").all(owner=account.id if account else None)
    return [Publish(**thing.data) for thing in found if thing.data["created_at"] > since.timestamp()]


def under_way(world: World, account: Account) -> list[Publish]:
    found = (Publish(**thing.data) for thing in world.box(NAME, "publish").all(owner=account.id))
    return [publish for publish in found if publish.is_under_way]


def arrived(world: World, publish: Publish, media: Sequence[Medium], problem: str) -> None:
    """Everything has come in: processing begins, and comes to `problem` if there is one."""
    usual = world.setting(NAME, "photo_seconds" if publish.media_type == "PHOTO" else "video_seconds")
    seconds = usual + publish.slow_seconds
    publish.ready_at = world.now().timestamp() + seconds
    publish.problem = publish.problem or problem
    publish.media = [world.store.media.save(medium).id for medium in media]
    save(world, publish)
    alarm.wake(world, seconds, settle)


def fail(world: World, publish: Publish, reason: str) -> None:
    publish.status, publish.fail_reason = FAILED, reason
    save(world, publish)
    world.box(NAME, "unsettled").delete(publish.id)
    _tell(world, publish, "post.publish.failed", {str(world.setting(NAME, "reason_name")): reason})


def settle(world: World) -> None:
    """Do what has fallen due by the clock."""
    for thing in world.box(NAME, "unsettled").all():
        if publish := load(world, thing.id):
            _settle(world, publish)


def _settle(world: World, publish: Publish) -> None:
    now = world.now()
    if publish.is_under_way and publish.has_expired(now):
        _expire(world, publish)
    elif publish.is_under_way and publish.ready_at and publish.ready_at <= now.timestamp():
        _process(world, publish)
    if publish.status == COMPLETE:
        _show(world, publish)


def _expire(world: World, publish: Publish) -> None:
    if publish.status == DOWNLOADING:
        fail(world, publish, "photo_pull_failed" if publish.media_type == "PHOTO" else "video_pull_failed")
    elif world.setting(NAME, "expired_upload_fails"):
        fail(world, publish, "internal")


def _process(world: World, publish: Publish) -> None:
    at = datetime.fromtimestamp(publish.ready_at, UTC)
    if publish.problem:
        fail(world, publish, publish.problem)
    elif publish.mode == DIRECT:
        post(world, publish, at)
    else:
        publish.status = IN_INBOX
        save(world, publish)
        world.box(NAME, "unsettled").delete(publish.id)
        _tell(world, publish, "post.publish.inbox_delivered", {}, at=at)


def post(world: World, publish: Publish, at: datetime, *, times: int = 1) -> None:
    """It is posted; a draft may be posted several `times` by its owner."""
    media = [medium for id in publish.media if (medium := world.store.media.get(NAME, id))]
    privacy = publish.info["privacy_level"]
    moderated = at + timedelta(seconds=world.setting(NAME, "moderation_seconds"))
    data = {
        **publish.info,
        "media_type": publish.media_type,
        "publish_id": publish.id,
        "photo_cover_index": publish.cover,
        "available_at": moderated.timestamp() if privacy == EVERYONE else None,
    }
    for _ in range(times):
        id = str(FIRST_POST + world.number())
        text = publish.info.get("description") or publish.info.get("title", "")
        world.publish(
            Post(NAME, id, publish.account_id, text, at, visibility=VISIBILITIES[privacy], data=dict(data)), media
        )
        publish.posts.append(id)
    publish.status = COMPLETE
    save(world, publish)
    world.box(NAME, "unsettled").put(publish.id, {})
    _tell(world, publish, "post.publish.complete", {}, at=at)
    alarm.wake(world, (moderated - world.now()).total_seconds(), settle)


def _show(world: World, publish: Publish) -> None:
    """Tell of what everybody can see from now on."""
    now, waiting = world.now().timestamp(), False
    for id in publish.posts:
        post = world.post(NAME, id)
        available_at = post.data["available_at"] if post else None
        if post is None or available_at is None or post.data.get("is_told"):
            continue
        if available_at > now:
            waiting = True
            continue
        post.data["is_told"] = True
        world.store.posts.save(post)
        at = datetime.fromtimestamp(available_at, UTC)
        _tell(world, publish, "post.publish.publicly_available", {"post_id": int(id)}, at=at)
    if not waiting:
        world.box(NAME, "unsettled").delete(publish.id)


def hide(world: World, post: Post) -> None:
    """Nobody but its author can see it any more."""
    post.data["available_at"], post.visibility = None, VISIBILITIES[ONLY_ME]
    world.store.posts.save(post)
    if publish := load(world, post.data.get("publish_id", "")):
        _tell(world, publish, "post.publish.no_longer_publicaly_available", {"post_id": int(post.id)})


def remove_post(world: World, post: Post) -> None:
    """Its owner deletes it in the app."""
    hide(world, post)
    world.delete_post(post)


def is_available(post: Post, now: datetime) -> bool:
    at = post.data.get("available_at")
    return at is not None and at <= now.timestamp()


def _tell(world: World, publish: Publish, event: str, more: dict[str, Any], *, at: datetime | None = None) -> None:
    if account := world.account(NAME, publish.account_id):
        content = {"publish_id": publish.id, **more, "publish_type": publish.mode}
        webhooks.tell(world, account, event, content, at=at)
