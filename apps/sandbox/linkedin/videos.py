"""Videos: announced with their size, sent in the parts that were asked for, put together, processed.

Where the documentation is silent: putting the same parts together twice answers the same twice; what is wrong with the
file (`UNSUPPORTED_DURATION`, `UNSUPPORTED_ASPECT_RATIO` are our words) comes out in processing.
"""

from __future__ import annotations

import secrets
from datetime import timedelta
from typing import Any

from starlette.responses import JSONResponse, Response

from apps.sandbox.core import video
from apps.sandbox.linkedin import assets, parts, restli, urns
from apps.sandbox.linkedin.access import Visit
from apps.sandbox.linkedin.assets import Asset
from apps.sandbox.linkedin.errors import denied, illegal, invalid, missing, not_found, refused

LINKEDIN = "linkedin"
LIVES = timedelta(days=30)
SHORTEST_SECONDS, LONGEST_SECONDS = 3, 30 * 60
WIDEST = 2.4
READ_SCOPES = {
    urns.PERSON: ("w_member_social", "r_member_social"),
    urns.ORGANIZATION: ("w_organization_social", "r_organization_social"),
}


async def act(visit: Visit) -> Response:
    """POST /rest/videos?action=initializeUpload or finalizeUpload"""
    action = {"initializeUpload": _initialize, "finalizeUpload": _finalize}.get(visit.text("action"))
    if action is None:
        raise illegal("The action is initializeUpload or finalizeUpload")
    return action(visit)


def _initialize(visit: Visit) -> Response:
    name = "initializeUploadRequest"
    known = {"owner", "fileSizeBytes", "uploadCaptions", "uploadThumbnail"}
    request = assets.request_of(visit, name, known)
    size = _announced_size(visit, request, f"{name}/fileSizeBytes")
    for switch in ("uploadCaptions", "uploadThumbnail"):
        if not isinstance(request.get(switch, False), bool):
            raise invalid("INVALID_VALUE_FOR_FIELD", f"{name}/{switch}", f"/{name}/{switch} :: is no boolean")
    asset = assets.announce(visit, "video", request, lives=LIVES)
    asset.announced_size = size
    asset.part_bytes = int(visit.world.setting(LINKEDIN, "part_bytes"))
    asset.upload_token = secrets.token_urlsafe(9) if visit.world.setting(LINKEDIN, "upload_token") else ""
    assets.save(visit.world, asset)
    return JSONResponse({"value": _instructions(visit, asset, request)})


def _announced_size(visit: Visit, request: dict[str, Any], field: str) -> int:
    if "fileSizeBytes" not in request:
        raise missing(field)
    size = request["fileSizeBytes"]
    least, most = (int(visit.world.setting(LINKEDIN, name)) for name in ("min_video_bytes", "max_video_bytes"))
    if not isinstance(size, int) or isinstance(size, bool) or not least <= size <= most:
        raise invalid("INVALID_VALUE_FOR_FIELD", field, f"/{field} :: lies between {least} and {most}")
    return size


def _instructions(visit: Visit, asset: Asset, request: dict[str, Any]) -> dict[str, Any]:
    base = f"{visit.world.origin(LINKEDIN)}/dms-uploads/{asset.id}"
    value: dict[str, Any] = {
        "uploadUrlsExpireAt": assets.milliseconds(asset.expires_at),
        "video": asset.urn,
        "uploadInstructions": [
            {
                "uploadUrl": f"{base}/uploadedVideo?part={place}&sau={asset.signature}",
                "firstByte": first,
                "lastByte": last,
            }
            for place, (first, last) in enumerate(parts.ranges(asset))
        ],
        "uploadToken": asset.upload_token,
    }
    for switch, name in (("uploadCaptions", "captions"), ("uploadThumbnail", "thumbnail")):
        if request.get(switch):
            value[f"{name}UploadUrl"] = f"{base}/{name}?sau={asset.signature}"
    return value


def _finalize(visit: Visit) -> Response:
    name = "finalizeUploadRequest"
    request = assets.request_of(visit, name, {"video", "uploadToken", "uploadedPartIds"})
    for field in ("video", "uploadToken", "uploadedPartIds"):
        if field not in request:
            raise missing(f"{name}/{field}")
    asset = _known(visit, urns.checked(request["video"], f"{name}/video", "video"))
    visit.writer(asset.owner)
    if visit.world.now().timestamp() >= asset.expires_at:
        raise refused(400, "EXPIRED_UPLOAD_URL", "The upload URL has expired")
    if request["uploadToken"] != asset.upload_token:
        raise illegal("The uploadToken is not the one of this upload")
    etags = [asset.parts.get(str(place), {}).get("etag") for place in range(len(parts.ranges(asset)))]
    if None in etags:
        raise refused(400, "UPDATING_ASSET_FAILED", f"Part {etags.index(None)} of the video has not been uploaded")
    if request["uploadedPartIds"] != etags:
        raise illegal("The uploadedPartIds are not those of the parts, in their order and without quotes")
    if asset.ready_at is None:
        _process(visit, asset)
    return Response(status_code=200)


def _process(visit: Visit, asset: Asset) -> None:
    parts.join(visit.world, asset)
    found = video.probe(parts.head(visit.world, asset))
    if found:
        asset.mime, asset.seconds, asset.width, asset.height = found.mime, found.seconds, found.width, found.height
    seconds = float(visit.world.setting(LINKEDIN, "video_seconds"))
    assets.complete(visit.call, asset, seconds=seconds, failure=_wrong_with(found), broken="TRANSCODING_FAILED")


def _wrong_with(found: video.VideoProbe | None) -> str:
    """What the first bytes do not tell counts as right."""
    if found is None or found.mime != "video/mp4":
        return "UNSUPPORTED_FORMAT"
    if not found.has_video_codec("h264") or not found.has_audio_codec("aac"):
        return "UNSUPPORTED_FORMAT"
    if not found.lasts(SHORTEST_SECONDS, LONGEST_SECONDS):
        return "UNSUPPORTED_DURATION"
    return "" if found.has_ratio(1 / WIDEST, WIDEST) else "UNSUPPORTED_ASPECT_RATIO"


async def look(visit: Visit) -> Response:
    """GET /rest/videos/{urn}: unlike an image, also with the scope that only writes."""
    asset = _known(visit, urns.checked(restli.path_key(visit.call), "id", "video"))
    visit.need(*READ_SCOPES[urns.kind_of(asset.owner)])
    visit.author_account(asset.owner)
    status = asset.status(visit.world.now())
    answer: dict[str, Any] = {"id": asset.urn, "owner": asset.owner, "status": status}
    if status == "PROCESSING_FAILED":
        answer["processingFailureReason"] = asset.failure
    if status == "AVAILABLE" and asset.seconds:
        answer["duration"] = round(asset.seconds * 1000)
    if status == "AVAILABLE" and asset.width:
        answer |= {"aspectRatioWidth": asset.width, "aspectRatioHeight": asset.height}
    return JSONResponse(answer)


def _known(visit: Visit, urn: str) -> Asset:
    asset = assets.load(visit.world, urn)
    if asset is None:
        raise not_found(f"Could not find {urn}")
    owned = asset.owner == visit.member.id or visit.world.account(LINKEDIN, asset.owner) in visit.pages
    if not owned:
        raise denied("Accessing this video resource is forbidden")
    return asset
