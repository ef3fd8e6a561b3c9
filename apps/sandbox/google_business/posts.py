"""Local posts of a location, in the one API that still has them: written, read, listed, changed, deleted.

Where the documentation is silent: `updateMask` is required, a changed post is processed again, and a list is answered
with the newest first.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from starlette.responses import JSONResponse, Response

from apps.sandbox.core.calls import Call
from apps.sandbox.core.rows import Account, Medium, Post
from apps.sandbox.google_business import access, content, photos, states
from apps.sandbox.google_business.errors import bad_request, invalid, refused
from apps.sandbox.google_business.fields import body_of
from apps.sandbox.google_business.names import NAME
from apps.sandbox.google_business.paging import page


async def create(call: Call) -> Response:
    """POST /v4/accounts/{account}/locations/{location}/localPosts. What is answered is not live yet."""
    location = access.posting_location(call)
    body = content.written(call, body_of(call))
    addresses = photos.check(call, body.pop("media", []))
    content.check(call, body, has_media=bool(addresses))
    content.check_time(call, body)
    media = [await photos.fetch(call, location, address) for address in addresses]
    world = call.world
    text = str(body.pop("summary", ""))
    post = Post(NAME, str(world.number()), location.id, text, world.now(), data={**states.OF_PAST_POSTS, "body": body})
    states.begin(call, post)
    world.publish(post, media)
    return JSONResponse(_shown(call, post))


async def get(call: Call) -> Response:
    """GET /v4/{name}"""
    return JSONResponse(_shown(call, _post(call, access.posting_location(call))))


async def list_posts(call: Call) -> Response:
    """GET /v4/accounts/{account}/locations/{location}/localPosts; a location without posts answers {}"""
    found = call.world.posts_of(access.posting_location(call))
    if call.world.setting(NAME, "oldest_first"):
        found.reverse()
    shown, following = page(call, found, usual=20, most=100)
    if not shown:
        return JSONResponse({})
    return JSONResponse({"localPosts": [_shown(call, post) for post in shown], "nextPageToken": following})


async def patch(call: Call) -> Response:
    """PATCH /v4/{name}?updateMask=...: what the mask names is replaced, or gone where the body lacks it."""
    location = access.posting_location(call)
    post, told = _post(call, location), content.written(call, body_of(call))
    body = dict(post.data["body"], summary=post.text)
    paths = _mask(call)
    for path in paths:
        _replace(call, body, told, path)
    media = call.world.media_of(post)
    content.check(call, body, has_media=bool(media))
    if "scheduledTime" in paths:
        content.check_time(call, body)
    post.text, now = str(body.pop("summary", "")), call.world.now()
    post.data |= {"body": body, "edited_at": now.timestamp()}
    if call.world.setting(NAME, "reviews_edits"):
        states.begin(call, post)
    call.world.store.posts.save(post)
    return JSONResponse(_shown(call, post))


def _mask(call: Call) -> list[str]:
    paths = [path.strip() for path in call.fields.text("updateMask").split(",") if path.strip()]
    if not paths:
        raise bad_request("update_mask", "Field is required")
    for path in paths:
        head = path.partition(".")[0]
        if head in content.READ_ONLY or head in {"media", "topicType"}:
            raise invalid(call, "READ_ONLY", head)  # the photo of a post cannot be exchanged
        if head not in content.WRITTEN:
            raise bad_request("update_mask", "Invalid field mask provided")
    return paths


def _replace(call: Call, body: dict[str, Any], told: dict[str, Any], path: str) -> None:
    head, _, inner = path.partition(".")
    if inner:
        old, new = body.get(head, {}), told.get(head, {})
        if not isinstance(old, dict) or not isinstance(new, dict):
            raise invalid(call, "INVALID_VALUE", head)
        kept = {name: value for name, value in old.items() if name != inner}
        body[head] = kept | ({inner: new[inner]} if inner in new else {})
    elif head in told:
        body[head] = told[head]
    else:
        body.pop(head, None)


async def delete(call: Call) -> Response:
    """DELETE /v4/{name}; a scheduled post is cancelled by it"""
    call.world.delete_post(_post(call, access.posting_location(call)))
    return JSONResponse({})


def _post(call: Call, location: Account) -> Post:
    states.settle(call.world)
    post = call.world.post(NAME, call.part("post"))
    if post is None or post.account_id != location.id:
        raise refused("NOT_FOUND")
    return post


def _shown(call: Call, post: Post) -> dict[str, Any]:
    world = call.world
    parent = f"accounts/{call.part('account')}/locations/{call.part('location')}"
    shown = {
        "name": f"{parent}/localPosts/{post.id}",
        "languageCode": "en",
        **({"summary": post.text} if post.text else {}),
        **post.data["body"],
        "state": states.of(post, world.now()),
        "createTime": _time(post.created_at.timestamp()),
        "updateTime": _time(post.data["edited_at"] or post.created_at.timestamp()),
        "searchUrl": world.permalink(post),
    }
    media = world.media_of(post)
    return shown | ({"media": [_photo(call, parent, medium) for medium in media]} if media else {})


def _photo(call: Call, parent: str, medium: Medium) -> dict[str, str]:
    shown = {
        "name": f"{parent}/media/localPosts/{medium.id}",
        "mediaFormat": "PHOTO",
        "googleUrl": call.world.media_url(medium),
    }
    echoes = call.world.setting(NAME, "echoes_source_url") and "source" in medium.data
    return shown | ({"sourceUrl": medium.data["source"]} if echoes else {})


def _time(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
