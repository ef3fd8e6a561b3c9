"""A video as the Data API shows it, part by part."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from apps.sandbox.core.rows import Account
from apps.sandbox.core.world import World
from apps.sandbox.youtube import growth
from apps.sandbox.youtube.clips import Clip
from apps.sandbox.youtube.errors import refused
from apps.sandbox.youtube.paging import timestamp
from apps.sandbox.youtube.parameters import etag

PARTS = (
    "id", "snippet", "status", "contentDetails", "statistics", "processingDetails", "fileDetails", "suggestions",
    "recordingDetails", "localizations", "paidProductPlacementDetails", "player", "topicDetails",
    "liveStreamingDetails",
)  # fmt: skip
OWNERS_PARTS = {"processingDetails", "fileDetails", "suggestions"}
THUMBNAILS = {"default": (120, 90), "medium": (320, 180), "high": (480, 360)}
CUSTOM_THUMBNAILS = {"standard": (640, 480), "maxres": (1280, 720)}
TIMES_IN_A_PROGRESS = 100


def video(world: World, clip: Clip, wanted: Sequence[str], viewer: Account) -> dict[str, Any]:
    """Refuses a part that is its owner's alone."""
    is_owner = clip.post.account_id == viewer.id
    if not is_owner and OWNERS_PARTS & set(wanted):
        raise refused("forbidden", location="part")
    shown: dict[str, Any] = {"kind": "youtube#video", "etag": etag(clip.id, clip.version), "id": clip.id}
    readers: Mapping[str, Callable[[], dict[str, Any]]] = {
        "snippet": lambda: snippet(world, clip),
        "status": lambda: _status(world, clip, is_owner=is_owner),
        "contentDetails": lambda: _content(world, clip),
        "statistics": lambda: growth.of_video(world, clip, is_owner=is_owner),
        "processingDetails": lambda: _processing(world, clip),
        "fileDetails": lambda: _file(world, clip),
        "suggestions": lambda: {"processingErrors": clip.processing_errors} if _is_done(world, clip) else {},
        "player": lambda: {"embedHtml": f'<iframe src="//www.youtube.com/embed/{clip.id}"></iframe>'},
    }
    for part in wanted:
        if part in readers:
            shown[part] = readers[part]()
        elif part in clip.more:
            shown[part] = clip.more[part]
    return shown


def snippet(world: World, clip: Clip) -> dict[str, Any]:
    account = world.account("youtube", clip.post.account_id)
    title, description = clip.snippet["title"], clip.snippet.get("description", "")
    return {
        "publishedAt": timestamp(clip.published_at or clip.post.created_at),
        "channelId": clip.post.account_id,
        "channelTitle": account.name if account else "",
        "thumbnails": thumbnails(world, clip),
        "liveBroadcastContent": "none",
        "localized": {"title": title, "description": description},
        **clip.snippet,
        "description": description,
    }


def thumbnails(world: World, clip: Clip) -> dict[str, Any]:
    sizes = THUMBNAILS | (CUSTOM_THUMBNAILS if clip.thumbnail else {})
    origin = world.origin("youtube")
    return {
        name: {"url": f"{origin}/vi/{clip.id}/{name}.jpg", "width": width, "height": height}
        for name, (width, height) in sizes.items()
    }


def _is_done(world: World, clip: Clip) -> bool:
    return clip.upload_status(world.now()) != "uploaded"


def _status(world: World, clip: Clip, *, is_owner: bool) -> dict[str, Any]:
    upload_status = clip.upload_status(world.now())
    shown = {
        "uploadStatus": upload_status,
        "privacyStatus": clip.privacy,
        "license": clip.status.get("license", "youtube"),
        "embeddable": clip.status.get("embeddable", True),
        "publicStatsViewable": clip.status.get("publicStatsViewable", True),
        "madeForKids": clip.is_for_kids,
    }
    if is_owner:
        owners = ("publishAt", "selfDeclaredMadeForKids", "containsSyntheticMedia")
        shown |= {name: clip.status[name] for name in owners if name in clip.status}
    if upload_status == "failed":
        shown["failureReason"] = clip.failure
    if upload_status == "rejected":
        shown["rejectionReason"] = clip.rejection
    return shown


def _content(world: World, clip: Clip) -> dict[str, Any]:
    return {
        "duration": _duration(_seconds(world, clip)),
        "dimension": "2d",
        "definition": "hd" if min(clip.file.width, clip.file.height) >= 720 else "sd",
        "caption": "true" if any(one["is_readable"] and not one["is_draft"] for one in clip.captions) else "false",
        "licensedContent": False,
        "projection": "rectangular",
    }


def _seconds(world: World, clip: Clip) -> float:
    """Nothing is known of a file before it was processed, where the setting says so."""
    is_late = world.setting("youtube", "details_after_processing") and not _is_done(world, clip)
    return 0.0 if is_late else clip.file.seconds


def _duration(seconds: float) -> str:
    """ISO 8601: PT1M3S; P0D while nobody knows."""
    whole = int(seconds)
    if not whole:
        return "P0D"
    days, rest = divmod(whole, 86_400)
    pieces = [(rest // 3600, "H"), (rest % 3600 // 60, "M"), (rest % 60, "S")]
    told = "".join(f"{number}{unit}" for number, unit in pieces if number)
    return "P" + (f"{days}D" if days else "") + (f"T{told}" if told else "")


def _processing(world: World, clip: Clip) -> dict[str, Any]:
    now = world.now().timestamp()
    if not _is_done(world, clip):
        whole = max(clip.ready_at - clip.staged_at, 0.001)
        done = max(0, min(99, int((now - clip.staged_at) / whole * TIMES_IN_A_PROGRESS)))
        progress = {
            "partsTotal": str(TIMES_IN_A_PROGRESS),
            "partsProcessed": str(done),
            "timeLeftMs": str(int((clip.ready_at - now) * 1000)),
        }
        return {"processingStatus": "processing", "processingProgress": progress}
    if clip.failure:
        return {"processingStatus": "failed", "processingFailureReason": clip.processing_failure}
    return {"processingStatus": "terminated" if clip.rejection else "succeeded"}


def _file(world: World, clip: Clip) -> dict[str, Any]:
    if world.setting("youtube", "details_after_processing") and not _is_done(world, clip):
        return {}
    seen = clip.file
    shown: dict[str, Any] = {"fileSize": str(seen.size), "fileType": "video" if seen.mime else "other"}
    if seen.name and world.setting("youtube", "slug_names_file"):
        shown["fileName"] = seen.name
    if seen.seconds:
        shown["durationMs"] = str(int(seen.seconds * 1000))
    if seen.width:
        shown["videoStreams"] = [{"widthPixels": seen.width, "heightPixels": seen.height}]
    return shown
