"""Videos that are there: looked up, counted, changed, deleted."""

from __future__ import annotations

from typing import Any

from starlette.responses import JSONResponse, Response

from apps.sandbox.core.calls import Call
from apps.sandbox.youtube import clips, finishing, growth, metadata, pushes, schedule, showing
from apps.sandbox.youtube.access import me
from apps.sandbox.youtube.clips import Clip
from apps.sandbox.youtube.errors import refused
from apps.sandbox.youtube.paging import listed, timestamp
from apps.sandbox.youtube.parameters import etag, ids, one_id, parts, resource
from apps.sandbox.youtube.showing import PARTS


async def list_videos(call: Call) -> Response:
    """GET /videos?id=...: one that is not there, or is private to others, is missing from the answer."""
    wanted = parts(call, PARTS)
    account = me(call)
    found = (clips.visible(call.world, id, account) for id in ids(call, otherwise="id, chart, myRating"))
    items = [showing.video(call.world, clip, wanted, account) for clip in found if clip]
    info = {"totalResults": len(items), "resultsPerPage": len(items)}
    return JSONResponse(listed("youtube#videoListResponse", items) | {"pageInfo": info})


def operation_of_list(call: Call) -> str:
    """Looking after processing belongs to staging, figures to metrics; anything else finds."""
    wanted = call.fields.text("part")
    return "stage" if "processingDetails" in wanted else "metrics" if "statistics" in wanted else "find"


async def batch_stats(call: Call) -> Response:
    """GET /videos:batchGetStats, which has a bucket of its own"""
    wanted = parts(call, ("id", "snippet", "statistics", "contentDetails"))
    account = me(call)
    found = (clips.visible(call.world, id, account) for id in ids(call))
    items = [_stats(call, clip, wanted) for clip in found if clip]
    return JSONResponse(listed("youtube#batchGetStatsResponse", items))


def _stats(call: Call, clip: Clip, wanted: list[str]) -> dict[str, Any]:
    shown: dict[str, Any] = {"kind": "youtube#videoStats", "etag": etag(clip.id, "stats"), "id": clip.id}
    if "snippet" in wanted:
        shown["snippet"] = {"publishTime": timestamp(clip.published_at or clip.post.created_at)}
    if "statistics" in wanted:
        counts = growth.of_video(call.world, clip, is_owner=False)
        shown["statistics"] = {
            name: counts[name] for name in ("viewCount", "likeCount", "commentCount") if name in counts
        }
    if "contentDetails" in wanted:
        whole = showing.video(call.world, clip, ["contentDetails"], me(call))
        shown["contentDetails"] = {"duration": whole["contentDetails"]["duration"]}
    return shown


async def update(call: Call) -> Response:
    """PUT /videos: each part that is named is replaced as a whole; what is left out of it is gone."""
    wanted = parts(call, PARTS)
    body = resource(call)
    clip = _own(call, str(body.get("id") or ""))
    written = metadata.read(call, body, wanted)
    if "status" in written:
        written["status"].setdefault("privacyStatus", clip.privacy)
    was_public, was_said = clip.is_public, _said(clip)
    language = str(clip.snippet.get("defaultLanguage", ""))
    metadata.check(call, written, language=language, was_public=bool(clip.published_at))
    clip.snippet = written.pop("snippet", clip.snippet)
    clip.status = written.pop("status", clip.status)
    clip.more |= written
    clip.version += 1
    finishing.settle_privacy(call.world, clip)
    clips.save(call.world, clip)
    schedule.note(call.world, clip)
    if clip.is_public and (not was_public or _said(clip) != was_said):
        pushes.tell(call.world, clip)
    return JSONResponse(showing.video(call.world, clip, wanted, me(call)))


def operation_of_update(call: Call) -> str:
    """Showing a private video to others is what publishes it; any other change is an edit."""
    body = call.json()
    status = body.get("status") if isinstance(body, dict) else None
    clip = clips.load(call.world, str(body.get("id") or "")) if isinstance(status, dict) else None
    if clip is None or not isinstance(status, dict) or "status" not in call.fields.text("part"):
        return "edit"
    return "commit" if clip.privacy == "private" and status.get("privacyStatus") in {"public", "unlisted"} else "edit"


def _said(clip: Clip) -> tuple[Any, Any]:
    return clip.snippet["title"], clip.snippet.get("description", "")


async def delete(call: Call) -> Response:
    """DELETE /videos?id=..."""
    clip = _own(call, one_id(call))
    call.world.delete_post(clip.post)
    call.world.box("youtube", "scheduled").delete(clip.id)
    if clip.is_public:
        pushes.tell_deleted(call.world, clip)
    return Response(status_code=204)


def _own(call: Call, id: str) -> Clip:
    clip = clips.visible(call.world, id, me(call))
    if clip is None:
        raise refused("videoNotFound", location="id")
    if clip.post.account_id != me(call).id:
        raise refused("forbidden")
    return clip
