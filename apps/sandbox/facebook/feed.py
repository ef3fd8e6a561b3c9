"""Posts of text, links and pictures that were uploaded before; changing and deleting them."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urlsplit

from starlette.responses import JSONResponse, Response

from apps.sandbox.core import fetching
from apps.sandbox.core.calls import Call
from apps.sandbox.core.rows import Account, Medium, Post
from apps.sandbox.facebook import parameters, photos, posts, publishing, schedule, webhooks
from apps.sandbox.facebook.access import PUBLISH, page_caller
from apps.sandbox.facebook.errors import bad_parameter
from apps.sandbox.facebook.people import NAME
from apps.sandbox.meta.fields import parse, select
from apps.sandbox.meta.graph import graph_error

PRESET_CHARACTERS = 130


async def create(call: Call) -> Response:
    """POST /{page-id}/feed"""
    page = page_caller(call, *PUBLISH, task="CREATE_CONTENT")
    text = publishing.message_of(call)
    link = await _link(call)
    attached = [_attached(call, page, one) for one in parameters.items(call, "attached_media")]
    if not (text.strip() or link or attached):
        raise bad_parameter("The post is empty: one of message, link and attached_media is required")
    if link and attached:
        raise bad_parameter("A link and attached media exclude each other")
    _check_preset(call, text, plain=not (link or attached))
    data: dict[str, Any] = {"type": "album" if len(attached) > 1 else "photo" if attached else "status"}
    if link:
        data |= {"type": "link", "link": link}
    data |= _audience(call)
    post = publishing.publish(call, page, text, attached, data, duplicates_matter=not attached)
    # `fields` in the address brings them along in the same answer.
    wanted = parse(call.fields.text("fields", "id"))
    return JSONResponse(select(wanted, posts.readers(call, post), node="PagePost"))


def operation_of_create(call: Call) -> str:
    """What nobody will see is only staged."""
    return "stage" if call.fields.text("published").lower() in {"false", "0"} else "commit"


async def _link(call: Call) -> str:
    link = call.fields.text("link")
    if not link:
        return ""
    parts = urlsplit(link)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise bad_parameter("The link is not a valid URL", subcode=2061006, blame="link")
    if re.search(r"(^|\.)facebook\.com$", parts.hostname):
        raise bad_parameter("Links to facebook.com cannot be posted", subcode=1609008, blame="link")
    if call.world.setting(NAME, "scrape_links"):
        try:
            await fetching.get(link, limit=2**20, user_agent=photos.USER_AGENT)
        except (fetching.NotFetched, fetching.TooLarge):
            raise bad_parameter("The link could not be scraped", subcode=1609005, blame="link") from None
    return link


def _attached(call: Call, page: Account, one: Any) -> Medium:
    if not isinstance(one, dict) or "media_fbid" not in one:
        raise bad_parameter("Param attached_media must be an array of objects with media_fbid")
    most = int(call.world.setting(NAME, "most_attached"))
    if most and len(parameters.items(call, "attached_media")) > most:
        raise bad_parameter(f"At most {most} photos can be attached")
    return photos.unused(call, page, str(one["media_fbid"]))


def _audience(call: Call) -> dict[str, Any]:
    """For whom and where the post is; kept with it."""
    said: dict[str, Any] = {}
    for name in ("targeting", "feed_targeting", "place", "tags"):
        if (value := parameters.value(call, name)) in (None, ""):
            continue
        if name.endswith("targeting") and not isinstance(value, dict):
            raise bad_parameter(f"Param {name} must be a JSON object")
        if name == "place" and not str(value).isdigit():
            raise bad_parameter("Param place must be the id of a Page with a location")
        said[name] = value
    return said


def _check_preset(call: Call, text: str, *, plain: bool) -> None:
    preset = call.fields.text("text_format_preset_id")
    if not preset:
        return
    if preset not in str(call.world.setting(NAME, "text_format_presets")).split(","):
        raise graph_error(1, "An unknown error occurred", status=500)
    if not plain or len(text) > PRESET_CHARACTERS:
        raise bad_parameter("A text format is for short posts of text alone")


def change(call: Call, page: Account, post: Post) -> Response:
    """POST /{post-id}: the text can be changed, nothing else."""
    if not call.fields.has("message"):
        raise bad_parameter("The parameter message is required")
    if post.data["type"] == "story":
        raise bad_parameter("A story cannot be changed")
    post.text = publishing.message_of(call)
    if draft := schedule.load(call.world, post.id):
        draft.text = post.text
        schedule.save(call.world, draft)
    else:
        post.data["updated_at"] = call.world.now().timestamp()
        call.world.store.posts.save(post)
        webhooks.tell_of_post(call.world, post, verb="edited")
    return JSONResponse({"success": True})


def delete(call: Call, post: Post) -> Response:
    if draft := schedule.load(call.world, post.id):
        schedule.delete(call.world, draft)
    else:
        call.world.delete_post(post)
        webhooks.tell_of_post(call.world, post, verb="remove")
    return JSONResponse({"success": True})
