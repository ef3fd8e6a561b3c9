"""The categories of videos; some are only read and cannot be chosen."""

from __future__ import annotations

from starlette.responses import JSONResponse, Response

from apps.sandbox.core.calls import Call
from apps.sandbox.youtube.errors import refused
from apps.sandbox.youtube.paging import listed
from apps.sandbox.youtube.parameters import etag, parts

TITLES = {
    "1": "Film & Animation",
    "2": "Autos & Vehicles",
    "10": "Music",
    "15": "Pets & Animals",
    "17": "Sports",
    "18": "Short Movies",
    "19": "Travel & Events",
    "20": "Gaming",
    "21": "Videoblogging",
    "22": "People & Blogs",
    "23": "Comedy",
    "24": "Entertainment",
    "25": "News & Politics",
    "26": "Howto & Style",
    "27": "Education",
    "28": "Science & Technology",
    "29": "Nonprofits & Activism",
    "30": "Movies",
}
ASSIGNABLE = frozenset(TITLES) - {"18", "21", "30"}
USUAL = "22"


async def list_categories(call: Call) -> Response:
    """GET /videoCategories with `regionCode` or `id`; here all regions have the same ones."""
    parts(call, ("id", "snippet"))
    region, wanted = call.fields.text("regionCode"), call.fields.text("id")
    if not region and not wanted:
        raise refused("missingRequiredParameter", "No filter selected. Expected one of: id, regionCode")
    if region and not (len(region) == 2 and region.isalpha()):
        raise refused("badRequest", "The regionCode is no country.", location="regionCode")
    items = [
        {
            "kind": "youtube#videoCategory",
            "etag": etag(id),
            "id": id,
            "snippet": {"title": title, "assignable": id in ASSIGNABLE},
        }
        for id, title in TITLES.items()
        if not wanted or id in wanted.split(",")
    ]
    return JSONResponse(listed("youtube#videoCategoryListResponse", items))
