"""Products that are tagged in a post, and who has paid for it: for accounts that are linked to a Page.

The documentation names the parameters and the refusals of tags. That a sponsor is named by a number, and that naming
one makes the post a paid partnership, is what their names say.
"""

from __future__ import annotations

from typing import Any

from apps.sandbox.core.calls import Call
from apps.sandbox.facebook import parameters
from apps.sandbox.instagram.errors import MOST_TAGS, bad_parameter, too_many_tags
from apps.sandbox.meta.graph import graph_error

PLACED_IN_VIDEO, NOT_PLACED, NO_PRODUCT = 2207035, 2207036, 2207037


def check(call: Call, *, is_video: bool) -> dict[str, Any]:
    sponsors = _sponsors(call)
    return {
        "product_tags": _product_tags(call, is_video=is_video),
        "branded_content_sponsor_ids": sponsors,
        "is_paid_partnership": parameters.flag(call, "is_paid_partnership", bool(sponsors)) or None,
    }


def _product_tags(call: Call, *, is_video: bool) -> list[dict[str, Any]]:
    """In a picture each has its place, in a video none has."""
    tags = parameters.items(call, "product_tags") if call.fields.has("product_tags") else []
    if len(tags) > MOST_TAGS:
        raise too_many_tags()
    unknown = str(call.world.setting("instagram", "unknown_products")).split(",")
    for tag in tags:
        if not isinstance(tag, dict) or not tag.get("product_id"):
            raise bad_parameter("Each of product_tags must have a product_id")
        places = [tag[side] for side in ("x", "y") if side in tag]
        if is_video and places:
            raise _wrong(PLACED_IN_VIDEO, "Product tag positions should not be specified for video media.")
        if not is_video and (len(places) != 2 or not all(_is_share(place) for place in places)):
            raise _wrong(NOT_PLACED, "Product tag positions are required for photo media.")
        if str(tag["product_id"]) in unknown:
            raise _wrong(NO_PRODUCT, "A product of these tags could not be used.")
    return tags


def _is_share(place: Any) -> bool:
    return isinstance(place, int | float) and 0 <= place <= 1


def _wrong(subcode: int, message: str) -> Exception:
    return graph_error(100, message, subcode=subcode, title="Invalid product tags")


def _sponsors(call: Call) -> list[str]:
    found = parameters.value(call, "branded_content_sponsor_ids")
    listed = found if isinstance(found, list) else call.fields.list("branded_content_sponsor_ids")
    ids = [id.strip() for value in listed for id in str(value).split(",") if id.strip()]
    if not all(id.isdigit() for id in ids):
        raise bad_parameter("branded_content_sponsor_ids must be ids of accounts")
    return ids
