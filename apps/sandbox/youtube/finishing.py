"""The last byte has come: the video exists from now on, and processing begins."""

from __future__ import annotations

from typing import Any

from starlette.responses import JSONResponse, Response

from apps.sandbox.core import video
from apps.sandbox.core.calls import Call
from apps.sandbox.core.rows import Account, Medium, Post
from apps.sandbox.core.uploads import Intake
from apps.sandbox.core.world import World
from apps.sandbox.youtube import clips, metadata, pushes, quota, schedule, sessions, showing
from apps.sandbox.youtube.clips import Clip, File
from apps.sandbox.youtube.errors import refused
from apps.sandbox.youtube.sessions import Session

LONGEST_SECONDS, LONGEST_UNVERIFIED_SECONDS = 12 * 3600, 15 * 60
# What else may be read, by its first bytes, beside MP4, QuickTime and WebM.
OTHER_VIDEOS = {b"RIFF": "video/x-msvideo", b"FLV\x01": "video/x-flv", b"\x00\x00\x01\xba": "video/mpeg"}
NO_VIDEOS = {
    b"\xff\xd8\xff": "imageFile",
    b"\x89PNG": "imageFile",
    b"GIF8": "imageFile",
    b"ID3": "audioFile",
    b"%PDF": "docFile",
    b"PK\x03\x04": "archiveFile",
}


def finish(call: Call, session: Session) -> Response:
    """Make the video, once, and answer 201 with it."""
    world = call.world
    if world.setting("youtube", "charges_uploads_at_end"):
        quota.charge(world, "uploads", 1)
    account = _account(world, session)
    clip = _clip(call, session, account)
    _foresee(call, clip, Intake.load(session.intake).head)
    world.publish(clips.written(clip), [_medium(world, clip)])
    session.video = clip.id
    sessions.save(world, session)
    schedule.note(world, clip)
    if clip.is_public:
        pushes.tell(world, clip)
    return answer(call, session)


def answer(call: Call, session: Session) -> Response:
    """The final answer, as often as it is asked for."""
    clip = clips.load(call.world, session.video)
    if clip is None:
        raise refused("notFound", status=int(call.world.setting("youtube", "dead_session_status")))
    shown = showing.video(call.world, clip, session.parts, _account(call.world, session))
    return JSONResponse(shown, status_code=201)


def _account(world: World, session: Session) -> Account:
    account = world.account("youtube", session.account)
    if account is None:
        raise refused("notFound")
    return account


def _clip(call: Call, session: Session, account: Account) -> Clip:
    world, now = call.world, call.world.now()
    written = dict(session.written)
    intake = Intake.load(session.intake)
    post = Post("youtube", clips.new_id(), account.id, "", now)
    clip = Clip(
        post,
        snippet=written.pop("snippet"),
        status=written.pop("status"),
        more=written,
        file=_file(session, intake),
        staged_at=now.timestamp(),
        ready_at=now.timestamp() + call.processing_seconds(float(world.setting("youtube", "video_seconds"))),
    )
    settle_privacy(world, clip)
    return clip


def settle_privacy(world: World, clip: Clip) -> None:
    """A time that has passed publishes at once; and some projects and accounts publish nothing."""
    due = metadata.instant(str(clip.status.get("publishAt", "")))
    privacy = "public" if due and due <= world.now() else clip.privacy
    if world.setting("youtube", "forces_private"):
        privacy = "private"
    clip.set_privacy(privacy, world.now())


def _file(session: Session, intake: Intake) -> File:
    file = File(session.file_name, intake.size, intake.crc32, intake.received)
    seen = video.probe(intake.head)
    if seen:
        file.mime, file.seconds, file.width, file.height = seen.mime, seen.seconds, seen.width, seen.height
    else:
        file.mime = next((mime for start, mime in OTHER_VIDEOS.items() if intake.head.startswith(start)), "")
    return file


def _foresee(call: Call, clip: Clip, head: bytes) -> None:
    """How processing will end."""
    setting = call.world.setting
    if call.take_fault("failed_processing"):
        clip.rejection = str(setting("youtube", "rejection_reason"))
        if not clip.rejection:
            clip.failure = str(setting("youtube", "failure_reason"))
            clip.processing_failure = str(setting("youtube", "processing_failure_reason"))
    elif not clip.file.mime:
        clip.failure = "invalidFile" if clip.file.size else "emptyFile"
        clip.processing_failure = "transcodeFailed" if clip.file.size else "uploadFailed"
        clip.processing_errors = [
            next((word for start, word in NO_VIDEOS.items() if head.startswith(start)), "notAVideoFile")
        ]
    elif _is_too_long(clip, may_be_long=setting("youtube", "long_uploads") == "allowed"):
        clip.rejection = "length"
    elif setting("youtube", "rejects_duplicates") and _is_known(call.world, clip):
        clip.rejection = "duplicate"


def _is_too_long(clip: Clip, *, may_be_long: bool) -> bool:
    return clip.file.seconds > (LONGEST_SECONDS if may_be_long else LONGEST_UNVERIFIED_SECONDS)


def _is_known(world: World, clip: Clip) -> bool:
    """Whether this channel has the same file already."""
    earlier = (clips.of(post) for post in world.store.posts.find(platform="youtube", account_id=clip.post.account_id))
    same: tuple[Any, ...] = (clip.file.size, clip.file.crc32)
    return any((one.file.size, one.file.crc32) == same and not one.post.deleted_at for one in earlier)


def _medium(world: World, clip: Clip) -> Medium:
    """Without its bytes, of which only the sum was kept."""
    file = clip.file
    return Medium(
        platform="youtube",
        id=str(world.number()),
        account_id=clip.post.account_id,
        mime=file.mime or "application/octet-stream",
        size=file.size,
        digest="",
        created_at=world.now(),
        width=file.width,
        height=file.height,
        data={"crc32": file.crc32, "received": file.received, "name": file.name, "seconds": file.seconds},
    )
