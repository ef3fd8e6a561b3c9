"""Pictures: fetched or uploaded, published at once or kept for a post, an album or a story, where each is used once."""

from __future__ import annotations

import asyncio
import zlib
from datetime import timedelta

from starlette.datastructures import UploadFile
from starlette.responses import JSONResponse, Response

from apps.sandbox.core import fetching
from apps.sandbox.core.calls import Call
from apps.sandbox.core.images import Probe, probe
from apps.sandbox.core.rows import Account, Medium
from apps.sandbox.core.uploads import MEBIBYTE
from apps.sandbox.core.world import World
from apps.sandbox.facebook import parameters, publishing
from apps.sandbox.facebook.access import PUBLISH, READ, page_caller
from apps.sandbox.facebook.errors import bad_parameter, no_object
from apps.sandbox.facebook.names import shown_id
from apps.sandbox.facebook.people import NAME
from apps.sandbox.meta import paging
from apps.sandbox.meta.fields import Readers, parse, select
from apps.sandbox.meta.graph import graph_error

USER_AGENT = "facebookexternalhit/1.1"
FORMATS = {"image/jpeg", "image/mpo", "image/bmp", "image/png", "image/gif", "image/tiff"}


async def create(call: Call) -> Response:
    """POST /{page-id}/photos"""
    page = page_caller(call, *PUBLISH, task="CREATE_CONTENT")
    text = publishing.message_of(call, "message", "caption")
    published = parameters.flag(call, "published", True)
    publishing.schedule_of(call, latest=publishing.LATEST_POST)  # refused before anything is fetched
    content = await _content(call)
    medium = _keep(call, page, content, await _checked(call, content))
    if not published and not call.fields.has("scheduled_publish_time"):
        return JSONResponse({"id": medium.id})
    post = publishing.publish(call, page, text, [medium], {"type": "photo"}, duplicates_matter=False)
    return JSONResponse({"id": medium.id, "post_id": post.id})


async def thumbnail(call: Call, page: Account) -> str:
    """The picture in the field `thumb` of a video's form, kept as a photo that no list shows; "" without one."""
    upload = call.fields.file("thumb")
    if upload is None:
        return ""
    content = await _read(call, upload)
    medium = _keep(call, page, content, await _checked(call, content))
    medium.data["is_used"] = True
    return call.world.store.media.save(medium).id


async def _read(call: Call, upload: UploadFile) -> bytes:
    limit = int(call.world.setting(NAME, "photo_megabytes")) * MEBIBYTE
    content = await upload.read(limit + 1)
    if len(content) > limit:
        raise _unacceptable(call)
    return content


async def _content(call: Call) -> bytes:
    limit = int(call.world.setting(NAME, "photo_megabytes")) * MEBIBYTE
    if upload := call.fields.file("source"):
        return await _read(call, upload)
    url = call.fields.text("url")
    if not url:
        raise bad_parameter("One of url and source is required")
    try:
        return await fetching.get(url, limit=limit, user_agent=USER_AGENT)
    except fetching.TooLarge:
        raise _unacceptable(call) from None
    except fetching.NotFetched:
        raise bad_parameter("Missing or invalid image file", subcode=2069019) from None


async def _checked(call: Call, content: bytes) -> Probe:
    found = await asyncio.to_thread(probe, content) if len(content) > MEBIBYTE else probe(content)
    if found is None:
        raise bad_parameter("Missing or invalid image file", subcode=2069019)
    if found.mime not in FORMATS:
        raise _unacceptable(call)
    return found


def _unacceptable(call: Call) -> Exception:
    # Meta's words still speak of 4 MB, whatever the limit is.
    return graph_error(
        1, "Invalid parameter", subcode=1366046, title="Can't Read Files",
        words="Your photos couldn't be uploaded. Photos should be smaller than 4 MB and saved as JPG, PNG or GIF.",
    )  # fmt: skip


def _keep(call: Call, page: Account, content: bytes, found: Probe) -> Medium:
    medium = Medium(
        platform=NAME,
        id=str(call.world.number()),
        account_id=page.id,
        mime=found.mime,
        size=len(content),
        digest=call.world.store.blobs.add(content),
        created_at=call.world.now(),
        width=found.width,
        height=found.height,
        alt=call.fields.text("alt_text_custom"),
        data={"crc32": zlib.crc32(content), "received": len(content), "is_used": False},
    )
    return call.world.store.media.add(medium)


def find(world: World, page: Account, id: str) -> Medium | None:
    """A photo of this Page; one that no post took within a day is gone (how soon exactly is not documented)."""
    medium = world.store.media.get(NAME, id)
    if medium is None or medium.account_id != page.id or "is_used" not in medium.data or medium.data.get("deleted"):
        return None
    lives = timedelta(hours=float(world.setting(NAME, "unpublished_photo_hours")))
    if not medium.data["is_used"] and world.now() >= medium.created_at + lives:
        return None
    return medium


def unused(call: Call, page: Account, id: str) -> Medium:
    """A photo that no post has taken yet."""
    medium = find(call.world, page, id)
    if medium is None:
        if call.world.box(NAME, "video").get(id):
            raise bad_parameter("Only photos can be attached")
        raise no_object(id, call.method)
    if medium.data["is_used"]:
        raise bad_parameter("Photos were already posted.", subcode=1366051)
    return medium


def delete(call: Call, medium: Medium) -> Response:
    """A photo that stands alone takes its post with it; one of an album only leaves it."""
    post = call.world.post(NAME, medium.post_id) if medium.post_id else None
    if post and post.data["type"] == "photo":
        call.world.delete_post(post)
    medium.data["deleted"] = True
    medium.post_id = ""
    call.world.store.media.save(medium)
    return JSONResponse({"success": True})


async def uploaded(call: Call) -> Response:
    """GET /{page-id}/photos?type=uploaded: newest first, the published ones."""
    page = page_caller(call, READ)
    where = "platform=? AND account_id=? AND mime LIKE 'image/%' AND post_id<>''"
    media = call.world.store.media.select(where, (NAME, page.id), order="seq DESC")
    fields = parse(call.fields.text("fields", "id,created_time"))
    answer = paging.page(
        call,
        [one for one in media if (post := call.world.post(NAME, one.post_id)) and post.data["type"] != "story"],
        lambda medium: select(fields, readers(call, medium), node="Photo"),
        key=lambda medium: medium.id,
        is_sparse=bool(call.world.setting(NAME, "sparse_pages")),
    )
    return JSONResponse(answer)


def readers(call: Call, medium: Medium) -> Readers:
    world = call.world
    post = world.post(NAME, medium.post_id) if medium.post_id else None
    image = {"source": world.media_url(medium), "width": medium.width, "height": medium.height}
    return {
        "id": lambda _: medium.id,
        "created_time": lambda _: parameters.wording(medium.created_at),
        "name": lambda _: (post.text or None) if post else None,
        "alt_text_custom": lambda _: medium.alt or None,
        "page_story_id": lambda _: shown_id(post) if post else None,
        "link": lambda _: world.permalink(post) if post else world.media_url(medium),
        "picture": lambda _: world.media_url(medium),
        "images": lambda _: [image],
        "width": lambda _: medium.width,
        "height": lambda _: medium.height,
    }
