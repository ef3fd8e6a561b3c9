"""Comments, replies to them one level deep, and their moderation.

Not under videos for children, and presumably not under private ones (`comments_on_private`). How long a comment may be
is uncertain (`max_comment`). The same text twice makes two comments.
"""

from __future__ import annotations

import secrets

from starlette.responses import JSONResponse, Response

from apps.sandbox.core.calls import Call
from apps.sandbox.core.rows import Account, Post
from apps.sandbox.youtube import clips, remarks
from apps.sandbox.youtube.access import me
from apps.sandbox.youtube.clips import Clip
from apps.sandbox.youtube.errors import refused
from apps.sandbox.youtube.paging import page
from apps.sandbox.youtube.parameters import ids, one_id, parts, resource, text_at

THREAD_PARTS, PARTS = ("id", "snippet", "replies"), ("id", "snippet")


async def insert_thread(call: Call) -> Response:
    """POST /commentThreads"""
    wanted, body = parts(call, THREAD_PARTS), resource(call)
    clip = _open_video(call, text_at(body, "snippet", "videoId"))
    channel = text_at(body, "snippet", "channelId")
    if channel and channel != clip.post.account_id:
        raise refused("badRequest", "The channelId is not the one of the video.", location="body.snippet.channelId")
    text = _text(call, text_at(body, "snippet", "topLevelComment", "snippet", "textOriginal"))
    comment = _write(call, f"Ug{secrets.token_urlsafe(18)}", text, parent=clip.id, clip=clip)
    return JSONResponse(remarks.thread(call.world, comment, wanted))


async def insert_reply(call: Call) -> Response:
    """POST /comments"""
    parts(call, PARTS)
    body = resource(call)
    parent = _comment(call, text_at(body, "snippet", "parentId"), location="body.snippet.parentId")
    if parent.data["level"] > 1:
        raise refused("badRequest", "A reply cannot be replied to.", location="body.snippet.parentId")
    clip = _open_video(call, parent.data["video"])
    text = _text(call, text_at(body, "snippet", "textOriginal"))
    comment = _write(call, f"{parent.id}.{secrets.token_urlsafe(16)}", text, parent=parent.id, clip=clip)
    return JSONResponse(remarks.comment(call.world, comment))


def _open_video(call: Call, id: str) -> Clip:
    clip = clips.visible(call.world, id, me(call))
    if clip is None:
        raise refused("videoNotFound", location="body.snippet.videoId")
    is_shut = clip.privacy == "private" and not call.world.setting("youtube", "comments_on_private")
    if clip.is_for_kids or is_shut:
        raise refused("commentsDisabled", location="body.snippet.videoId")
    return clip


def _text(call: Call, text: str) -> str:
    if not text.strip():
        raise refused("commentTextRequired", location="body.snippet.textOriginal")
    if len(text) > int(call.world.setting("youtube", "max_comment")):
        raise refused("commentTextTooLong", location="body.snippet.textOriginal")
    return text


def _write(call: Call, id: str, text: str, *, parent: str, clip: Clip) -> Post:
    now = call.world.now()
    data = {
        "level": 1 if parent == clip.id else 2,
        "video": clip.id,
        "channel": clip.post.account_id,
        "updated_at": now.timestamp(),
        "moderation": "published",
    }
    return call.world.publish(
        Post("youtube", id, me(call).id, text, now, kind="reply", parent_id=parent, data=data)
    )  # fmt: skip


async def list_threads(call: Call) -> Response:
    """GET /commentThreads with `videoId`, `allThreadsRelatedToChannelId` or `id`; newest first with order=time"""
    wanted = parts(call, THREAD_PARTS)
    if call.fields.text("order", "time") not in {"time", "relevance"}:
        raise refused("badRequest", "The order is time or relevance.", location="order")
    found = _moderated(call, _threads(call))
    if call.fields.text("order") == "relevance":
        found.sort(key=call.world.count_replies, reverse=True)
    answer = page(
        call,
        "youtube#commentThreadListResponse",
        found,
        lambda post: remarks.thread(call.world, post, wanted),
        key=lambda post: post.id,
        usual=20,
        most=100,
    )
    return JSONResponse(answer)


def _threads(call: Call) -> list[Post]:
    if video := call.fields.text("videoId"):
        clip = clips.visible(call.world, video, me(call))
        if clip is None:
            raise refused("videoNotFound", location="videoId")
        if clip.is_for_kids:
            raise refused("commentsDisabled", location="videoId")
        return call.world.replies_to(clip.post)[::-1]
    if channel := call.fields.text("allThreadsRelatedToChannelId"):
        account = call.world.account("youtube", channel)
        films = clips.of_channel(call.world, account) if account else []
        seen = [clip for clip in films if clip.privacy != "private" or channel == me(call).id]
        threads = [post for clip in seen for post in call.world.replies_to(clip.post)]
        return sorted(threads, key=lambda post: post.created_at, reverse=True)
    given = ids(call, otherwise="videoId, allThreadsRelatedToChannelId, id")
    return [post for id in given if (post := remarks.load(call.world, id)) and post.data["level"] == 1]


def _moderated(call: Call, found: list[Post]) -> list[Post]:
    """What is held back or rejected is listed only to the owner of the video, who asks for it."""
    status = call.fields.text("moderationStatus", "published")
    if status not in remarks.MODERATIONS:
        raise refused("badRequest", "Invalid moderationStatus", location="moderationStatus")
    owner = me(call).id
    seen = [post for post in found if post.data["moderation"] == status]
    return seen if status == "published" else [post for post in seen if post.data["channel"] == owner]


async def list_comments(call: Call) -> Response:
    """GET /comments with `parentId` (the replies) or `id`"""
    parts(call, PARTS)
    if parent := call.fields.text("parentId"):
        found = call.world.replies_to(_comment(call, parent, location="parentId"))[::-1]
    else:
        found = [post for id in ids(call, otherwise="parentId, id") if (post := remarks.load(call.world, id))]
    answer = page(
        call,
        "youtube#commentListResponse",
        _moderated(call, found),
        lambda post: remarks.comment(call.world, post),
        key=lambda post: post.id,
        usual=20,
        most=100,
    )
    return JSONResponse(answer)


async def update(call: Call) -> Response:
    """PUT /comments: its author changes what it says."""
    parts(call, PARTS)
    body = resource(call)
    comment = _comment(call, text_at(body, "id"), location="body.id")
    if comment.account_id != me(call).id:
        raise refused("forbidden")
    comment.text = _text(call, text_at(body, "snippet", "textOriginal"))
    comment.data["updated_at"] = call.world.now().timestamp()
    call.world.store.posts.save(comment)
    return JSONResponse(remarks.comment(call.world, comment))


async def delete(call: Call) -> Response:
    """DELETE /comments: by its author, or the owner of the video."""
    comment = _comment(call, one_id(call), location="id")
    if not _may_moderate(comment, me(call)) and comment.account_id != me(call).id:
        raise refused("forbidden")
    call.world.delete_post(comment)
    return Response(status_code=204)


async def moderate(call: Call) -> Response:
    """POST /comments/setModerationStatus?id=...&moderationStatus=..."""
    status = call.fields.text("moderationStatus")
    if status not in remarks.MODERATIONS:
        raise refused("badRequest", "Invalid moderationStatus", location="moderationStatus")
    found = [_comment(call, id, location="id") for id in ids(call)]
    if not all(_may_moderate(comment, me(call)) for comment in found):
        raise refused("forbidden")
    for comment in found:
        comment.data["moderation"] = status
        call.world.store.posts.save(comment)
    return Response(status_code=204)


def _may_moderate(comment: Post, account: Account) -> bool:
    return bool(comment.data["channel"] == account.id)


def _comment(call: Call, id: str, *, location: str) -> Post:
    comment = remarks.load(call.world, id)
    if comment is None:
        raise refused("commentNotFound", location=location)
    return comment
