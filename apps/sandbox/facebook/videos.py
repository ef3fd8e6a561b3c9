"""A video's life: upload, processing, publishing, and the status that tells how far it is.

Its post is counted as published with the call that makes it so, and is to be seen once the video is processed.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from typing import Any

from starlette.responses import JSONResponse, Response

from apps.sandbox.core.calls import Call
from apps.sandbox.core.rows import Account, Medium, Post
from apps.sandbox.core.uploads import Intake
from apps.sandbox.core.video import probe
from apps.sandbox.core.world import World
from apps.sandbox.facebook import films, parameters, posts, schedule, video_status, webhooks
from apps.sandbox.facebook.access import READ, page_caller
from apps.sandbox.facebook.names import bare_id, shown_id
from apps.sandbox.facebook.people import NAME
from apps.sandbox.facebook.schedule import Draft
from apps.sandbox.meta import paging
from apps.sandbox.meta.fields import Field, Readers, parse, select


@dataclass(slots=True)
class Video:
    id: str
    page_id: str
    kind: str  # video, reel, story
    created_at: float
    announced: int = 0  # bytes
    intake: dict[str, Any] = field(default_factory=lambda: Intake().dump())
    uploaded_at: float = 0
    finished_at: float = 0
    ready_at: float = 0
    state: str = ""  # PUBLISHED, SCHEDULED, DRAFT
    scheduled_at: float = 0
    title: str = ""
    description: str = ""
    thumb: str = ""  # a photo of the Page that stands for the film
    post_id: str = ""
    error: int = 0

    @property
    def size(self) -> int:
        return int(self.intake["size"])


def new(call: Call, page: Account, kind: str) -> Video:
    return Video(str(call.world.number()), page.id, kind, call.world.now().timestamp())


def save(world: World, video: Video) -> None:
    world.box(NAME, "video").put(video.id, asdict(video), owner=video.page_id)


def load(world: World, id: str) -> Video | None:
    data = world.box(NAME, "video").get(id)
    return Video(**data) if data else None


def find(call: Call, page: Account, id: str) -> Video | None:
    """A video of this Page; one that was made a moment ago may not be found yet."""
    video = load(call.world, id)
    if video is None or video.page_id != page.id:
        return None
    fresh = float(call.world.setting(NAME, "fresh_video_seconds"))
    return video if call.world.now().timestamp() >= video.created_at + fresh else None


def has_expired(world: World, video: Video) -> bool:
    """Whether nobody finished it for a day; how long it is kept is not documented."""
    return video_status.word(world, video) == "expired"


def post_of(world: World, page: Account, id: str) -> Post | None:
    """The post of the video with this id, processed or not."""
    video = load(world, id)
    return posts.find(world, page, video.post_id) if video and video.page_id == page.id and video.post_id else None


def finish(call: Call, page: Account, video: Video) -> Video:
    """All bytes are here and the texts are known: it is processed, and becomes public as its state says."""
    world, now = call.world, call.world.now()
    seconds = call.processing_seconds(float(world.setting(NAME, "video_seconds")))
    video.finished_at, video.ready_at = now.timestamp(), now.timestamp() + seconds
    if call.take_fault("failed_processing"):
        video.error = video_status.TROUBLE
    else:
        video.error = films.wrong_with(world, video.kind, Intake.load(video.intake))
    with world.store.transaction():
        medium = _keep(world, page, video)
        is_shown = not video.error or bool(world.setting(NAME, "fails_after_publishing"))
        if is_shown and video.state != "DRAFT":
            _publish(world, page, video, medium)
            if video.error:
                world.box(NAME, "failing").put(video.id, {}, owner=page.id)
        save(world, video)
    return video


def _publish(world: World, page: Account, video: Video, medium: Medium) -> None:
    data = {"type": video.kind, "video_id": video.id, "ready_at": video.ready_at}
    data |= {name: value for name, value in (("title", video.title), ("thumb", video.thumb)) if value}
    draft = Draft(
        id=f"{page.id}_{world.number()}",
        page_id=page.id,
        text="" if video.kind == "story" else video.description,
        created_at=video.finished_at,
        at=video.scheduled_at,
        media=[medium.id],
        data=data,
    )
    video.post_id = draft.id
    if video.state == "SCHEDULED":
        schedule.save(world, draft)
    else:
        schedule.publish(world, draft, world.now())


def _keep(world: World, page: Account, video: Video) -> Medium:
    """The medium that stands for the video: its first bytes, its size and its checksum."""
    intake = Intake.load(video.intake)
    seen = probe(intake.head)
    medium = Medium(
        platform=NAME,
        id=video.id,
        account_id=page.id,
        mime=seen.mime if seen else "application/octet-stream",
        size=intake.size,
        digest=world.store.blobs.add(intake.head),
        created_at=world.now(),
        width=seen.width if seen else 0,
        height=seen.height if seen else 0,
        data={"crc32": intake.crc32, "received": intake.received},
    )
    return world.store.media.save(medium)


def delete(call: Call, video: Video) -> Response:
    """The post goes with it."""
    _take_away_post(call.world, video)
    call.world.box(NAME, "video").delete(video.id)
    return JSONResponse({"success": True})


def _take_away_post(world: World, video: Video) -> None:
    if draft := schedule.load(world, video.post_id):
        schedule.delete(world, draft)
    elif post := world.post(NAME, video.post_id):
        world.delete_post(post)
        webhooks.tell_of_post(world, post, verb="remove")


def settle(world: World) -> None:
    """The posts of videos that were answered with success and failed afterwards go when processing ends."""
    for thing in world.box(NAME, "failing").all():
        video = load(world, thing.id)
        if video is None or video.ready_at <= world.now().timestamp():
            world.box(NAME, "failing").delete(thing.id)
            if video:
                _take_away_post(world, video)


def of_page(world: World, page: Account, *kinds: str) -> list[Video]:
    """Newest first."""
    things = world.box(NAME, "video").all(owner=page.id, order="seq DESC")
    return [video for thing in things if (video := Video(**thing.data)).kind in kinds]


async def list_videos(call: Call) -> Response:
    """GET /{page-id}/videos: those that were finished, processed or not."""
    page = page_caller(call)
    if (refusal := posts.unpermitted(call, READ)) is not None:
        return refusal
    return _list(call, [video for video in of_page(call.world, page, "video", "reel") if video.finished_at])


async def list_reels(call: Call) -> Response:
    """GET /{page-id}/video_reels?since="""
    page = page_caller(call)
    if (refusal := posts.unpermitted(call, READ)) is not None:
        return refusal
    since = parameters.instant(call, "since")
    found = [
        video
        for video in of_page(call.world, page, "reel")
        if video.finished_at and (since is None or video.finished_at >= since.timestamp())
    ]
    return _list(call, found)


def _list(call: Call, found: list[Video]) -> Response:
    fields = parse(call.fields.text("fields", "id,description,updated_time"))
    answer = paging.page(
        call,
        found,
        lambda video: select(fields, readers(call, video), node="Video"),
        key=lambda video: video.id,
        is_sparse=bool(call.world.setting(NAME, "sparse_pages")),
    )
    return JSONResponse(answer)


def readers(call: Call, video: Video) -> Readers:
    """There are neither `insights` nor `reactions` among them: those belong to the post."""
    world = call.world
    post = world.post(NAME, video.post_id) if video.post_id else None
    is_public = post is not None and posts.is_ready(world, post)
    seen = probe(Intake.load(video.intake).head)

    def post_id(_: Field) -> str | None:
        if post is None or not is_public:
            return None
        return shown_id(post) if video.kind == "video" else bare_id(post)

    def instant(_: Field) -> str:
        at = video.finished_at or video.created_at
        return parameters.wording(datetime.fromtimestamp(at, UTC))

    return {
        "id": lambda _: video.id,
        "status": lambda _: video_status.shown(world, video),
        "post_id": post_id,
        "permalink_url": lambda _: world.permalink(post) if post and is_public else None,
        "title": lambda _: video.title or None,
        "description": lambda _: video.description or None,
        "picture": lambda _: _picture(world, video),
        "created_time": instant,
        "updated_time": instant,
        "length": lambda _: seen.seconds if seen and seen.seconds else None,
        "published": lambda _: is_public,
        "views": lambda _: None,
    }


def _picture(world: World, video: Video) -> str | None:
    thumb = world.store.media.get(NAME, video.thumb) if video.thumb else None
    return world.media_url(thumb) if thumb else None
