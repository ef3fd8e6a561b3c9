"""The calls that begin a publish: a video posted directly or sent as a draft, and photos either way."""

from __future__ import annotations

import secrets
from typing import Any

from starlette.responses import Response

from apps.sandbox.core.calls import Call
from apps.sandbox.core.rows import Account
from apps.sandbox.tiktok import bodies, creators, errors, publishes, pulling
from apps.sandbox.tiktok.access import PUBLISH, UPLOAD, caller, presented
from apps.sandbox.tiktok.bodies import Body
from apps.sandbox.tiktok.names import DIRECT, DRAFT, EVERYONE, FOLLOWERS, FRIENDS, NAME, ONLY_ME
from apps.sandbox.tiktok.plans import Plan
from apps.sandbox.tiktok.publishes import DOWNLOADING, HOUR, UPLOADING, Publish

FILE, PULL = "FILE_UPLOAD", "PULL_FROM_URL"
LEVELS = (EVERYONE, FRIENDS, FOLLOWERS, ONLY_ME)
VIDEO_FLAGS = ("disable_duet", "disable_stitch", "disable_comment", "brand_organic_toggle", "is_aigc")
PHOTO_FLAGS = ("disable_comment", "auto_add_music", "brand_organic_toggle")
LONGEST_CAPTION, LONGEST_TITLE, LONGEST_DESCRIPTION = 2200, 90, 4000
MOST_PHOTOS = 35
OLDEST_APP = (31, 8)


def operation_of_init(call: Call) -> str:
    """What is pulled becomes public without any further call; an upload still needs its bytes."""
    return "commit" if call.fields.text("source_info[source]") == PULL else "stage"


async def video(call: Call) -> Response:
    """POST /v2/post/publish/video/init/"""
    account = caller(call, PUBLISH, rate="video_init_per_minute")
    body = bodies.read(call)
    info = _video_info(call, bodies.part(call, body, "post_info"))
    publish = _sourced(call, account, body, mode=DIRECT, info=info)
    creators.may_post(call, account, info)
    return _begun(call, publish)


async def draft(call: Call) -> Response:
    """POST /v2/post/publish/inbox/video/init/: how it is posted is up to the person, whatever post_info says."""
    account = caller(call, UPLOAD, rate="inbox_init_per_minute")
    publish = _sourced(call, account, bodies.read(call), mode=DRAFT, info={})
    creators.may_send_draft(call, account)
    return _begun(call, publish)


async def photos(call: Call) -> Response:
    """POST /v2/post/publish/content/init/, with the scope that belongs to its `post_mode`."""
    body = bodies.read(call)
    is_draft = bodies.one_of(call, body, "post_mode", ("DIRECT_POST", "MEDIA_UPLOAD")) == "MEDIA_UPLOAD"
    account = caller(call, UPLOAD if is_draft else PUBLISH, rate="content_init_per_minute")
    bodies.one_of(call, body, "media_type", ("PHOTO",))
    source = bodies.part(call, body, "source_info")
    bodies.one_of(call, source, "source", (PULL,))
    bodies.refuse_unknown(call, source, ("source", "photo_images", "photo_cover_index"))
    urls = bodies.texts(call, source, "photo_images", most=MOST_PHOTOS)
    cover = bodies.whole(call, source, "photo_cover_index")
    if cover >= len(urls):
        raise errors.invalid(call, "photo_cover_index is beyond the last photo")
    info = _photo_info(call, bodies.part(call, body, "post_info"), is_draft=is_draft)
    if is_draft:
        _need_new_app(call, account)
        creators.may_send_draft(call, account)
    else:
        creators.may_post(call, account, info)
    pulling.refuse_unowned(call, urls)
    publish = Publish(
        id=publishes.new_id(call.world, "p_inbox_url~v2" if is_draft else "p_pub_url~v2"),
        account_id=account.id,
        media_type="PHOTO",
        mode=DRAFT if is_draft else DIRECT,
        status=DOWNLOADING,
        created_at=call.world.now().timestamp(),
        info=info,
        urls=urls,
        cover=cover,
    )
    return _begun(call, publish)


def _video_info(call: Call, info: Body) -> dict[str, Any]:
    bodies.refuse_unknown(
        call, info, ("title", "privacy_level", "video_cover_timestamp_ms", "brand_content_toggle", *VIDEO_FLAGS)
    )
    cover = info.get("video_cover_timestamp_ms")
    return {
        "title": bodies.text(call, info, "title", most=LONGEST_CAPTION),
        "privacy_level": bodies.one_of(call, info, "privacy_level", LEVELS),
        # A moment that makes no sense is the first frame.
        "video_cover_timestamp_ms": cover if isinstance(cover, int) and 0 <= cover < 2**31 else 0,
        "brand_content_toggle": _branded(call, info),
        **{name: bodies.flag(call, info, name) for name in VIDEO_FLAGS},
    }


def _photo_info(call: Call, info: Body, *, is_draft: bool) -> dict[str, Any]:
    known = ("title", "description", "privacy_level", "brand_content_toggle", *PHOTO_FLAGS)
    bodies.refuse_unknown(call, info, known)
    texts = {
        "title": bodies.text(call, info, "title", most=LONGEST_TITLE),
        "description": bodies.text(call, info, "description", most=LONGEST_DESCRIPTION),
    }
    if is_draft:
        return texts
    return {
        **texts,
        "privacy_level": bodies.one_of(call, info, "privacy_level", LEVELS),
        "brand_content_toggle": bodies.flag(call, info, "brand_content_toggle"),
        **{name: bodies.flag(call, info, name) for name in PHOTO_FLAGS},
    }


def _branded(call: Call, info: Body) -> bool:
    needed = bool(call.world.setting(NAME, "needs_brand_content_toggle"))
    return bodies.flag(call, info, "brand_content_toggle", needed=needed)


def _need_new_app(call: Call, account: Account) -> None:
    version = tuple(int(number) for number in str(account.data["app_version"]).split(".") if number.isdigit())
    if version < OLDEST_APP:
        raise errors.refused(call, "app_version_check_failed")


def _sourced(call: Call, account: Account, body: Body, *, mode: str, info: dict[str, Any]) -> Publish:
    """A publish of a video that is going to be uploaded or pulled."""
    source = bodies.part(call, body, "source_info")
    is_upload = bodies.one_of(call, source, "source", (FILE, PULL)) == FILE
    prefix = f"v_{'pub' if mode == DIRECT else 'inbox'}_{'file' if is_upload else 'url'}~v2-1"
    publish = Publish(
        id=publishes.new_id(call.world, prefix),
        account_id=account.id,
        media_type="VIDEO",
        mode=mode,
        status=UPLOADING if is_upload else DOWNLOADING,
        created_at=call.world.now().timestamp(),
        info=info,
    )
    if is_upload:
        plan = _plan(call, source)
        publish.size, publish.chunk_size, publish.chunks = plan.size, plan.chunk_size, plan.chunks
    else:
        bodies.refuse_unknown(call, source, ("source", "video_url"))
        publish.urls = [bodies.text(call, source, "video_url", needed=True)]
        pulling.refuse_unowned(call, publish.urls)
    return publish


def _plan(call: Call, source: Body) -> Plan:
    bodies.refuse_unknown(call, source, ("source", "video_size", "chunk_size", "total_chunk_count"))
    names = ("video_size", "chunk_size", "total_chunk_count")
    plan = Plan(*(bodies.whole(call, source, name, least=1) for name in names))
    if plan.size > call.world.setting(NAME, "max_video_bytes"):
        raise errors.refused(call, "invalid_file_upload", "The video is larger than 4 GB")
    if wrong := plan.wrong(int(call.world.setting(NAME, "megabyte_bytes"))):
        raise errors.invalid(call, wrong)
    return plan


def _begun(call: Call, publish: Publish) -> Response:
    publishes.begin(call, publish)
    data = {"publish_id": publish.id}
    if publish.status == DOWNLOADING:
        pulling.begin(call.world, publish)
        return errors.ok(call, data)
    upload_id, secret = str(call.world.number()), secrets.token_hex(16)
    begun = {"publish": publish.id, "secret": secret, "token": presented(call)[1].token}
    # A little longer than it is good for: an hour later it is refused as too old and not as unknown.
    call.world.box(NAME, "upload").put(upload_id, begun, owner=publish.account_id, lives=24 * HOUR)
    url = f"{call.world.origin(NAME)}/video/?upload_id={upload_id}&upload_token={secret}"
    return errors.ok(call, data | {"upload_url": url})
