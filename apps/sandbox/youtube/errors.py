"""How Google words its refusals: the envelope of the Data API, with its reasons.

Each reason has its status once, here; the setting `refusal` lets any of them be answered to calls that were right. The
status of `channelClosed`, `channelSuspended`, `commentNotFound` and `accessNotConfigured` is not documented in full.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from starlette.responses import JSONResponse, Response

from apps.sandbox.core.calls import Refusal
from apps.sandbox.google.refusals import SCOPE_DETAIL, SCOPE_MISSING, is_login, login_failed, login_throttled

if TYPE_CHECKING:
    from apps.sandbox.core.calls import Call

NAMES = {400: "INVALID_ARGUMENT", 401: "UNAUTHENTICATED", 403: "PERMISSION_DENIED", 404: "NOT_FOUND"}
NAMES |= {429: "RESOURCE_EXHAUSTED", 500: "INTERNAL", 503: "UNAVAILABLE"}


@dataclass(frozen=True, slots=True)
class Reason:
    status: int
    domain: str
    message: str


VIDEO, CHANNEL, ACCOUNT, USAGE = "youtube.video", "youtube.channel", "youtube.header", "usageLimits"
REASONS: dict[str, Reason] = {
    "backendError": Reason(503, "global", "Backend Error"),
    "internalError": Reason(500, "global", "Internal error encountered."),
    "rateLimitExceeded": Reason(403, USAGE, "Rate Limit Exceeded"),
    "userRateLimitExceeded": Reason(403, USAGE, "User Rate Limit Exceeded"),
    "quotaExceeded": Reason(
        403, "youtube.quota", "The request cannot be completed because you have exceeded your quota."
    ),
    "dailyLimitExceeded": Reason(403, USAGE, "Daily Limit Exceeded"),
    "uploadLimitExceeded": Reason(400, VIDEO, "The user has exceeded the number of videos they may upload."),
    "uploadRateLimitExceeded": Reason(
        429, "youtube.thumbnail", "The channel has uploaded too many thumbnails recently. Please try again later."
    ),
    "authError": Reason(401, "global", "Invalid Credentials"),
    "expired": Reason(401, "global", "Session Expired"),
    "required": Reason(401, "global", "Login Required"),
    "authorizationRequired": Reason(401, "youtube.common", "The request requires authorization."),
    "youtubeSignupRequired": Reason(401, ACCOUNT, "Unauthorized"),
    "insufficientPermissions": Reason(403, "global", SCOPE_MISSING),
    "authenticatedUserAccountClosed": Reason(403, ACCOUNT, "The authenticated user's YouTube account is closed."),
    "authenticatedUserAccountSuspended": Reason(403, ACCOUNT, "The authenticated user's YouTube account is suspended."),
    "authenticatedUserNotChannel": Reason(403, ACCOUNT, "The authenticated user's account is not a channel."),
    "accountDelegationForbidden": Reason(403, ACCOUNT, "The authenticated user cannot act on behalf of this account."),
    "channelClosed": Reason(403, CHANNEL, "The channel has been closed."),
    "channelSuspended": Reason(403, CHANNEL, "The channel has been suspended."),
    "forbidden": Reason(403, "youtube.common", "The request is not properly authorized."),
    "forbiddenPrivacySetting": Reason(403, VIDEO, "The request attempts to set an invalid privacy setting."),
    "forbiddenLicenseSetting": Reason(403, VIDEO, "The request attempts to set an invalid license."),
    "accessNotConfigured": Reason(
        403, USAGE, "YouTube Data API v3 has not been used in this project before or it is disabled."
    ),
    "invalidTitle": Reason(400, VIDEO, "The request metadata specifies an invalid or empty video title."),
    "invalidDescription": Reason(400, VIDEO, "The request metadata specifies an invalid video description."),
    "invalidTags": Reason(400, VIDEO, "The request metadata specifies invalid video keywords."),
    "invalidCategoryId": Reason(400, VIDEO, "The snippet.categoryId property specifies an invalid category ID."),
    "invalidPublishAt": Reason(400, VIDEO, "The request metadata specifies an invalid scheduled publishing time."),
    "invalidFilename": Reason(400, VIDEO, "The video filename specified in the Slug header is invalid."),
    "invalidRecordingDetails": Reason(400, VIDEO, "The recordingDetails object specifies invalid recording details."),
    "invalidVideoMetadata": Reason(400, VIDEO, "The request metadata is invalid."),
    "invalidVideoGameRating": Reason(400, VIDEO, "The request metadata specifies an invalid video game rating."),
    "defaultLanguageNotSet": Reason(
        400, VIDEO, "The request adds localized video details without specifying the default language of the details."
    ),
    "mediaBodyRequired": Reason(400, "youtube.common", "The request does not include the content."),
    "invalidImage": Reason(400, "youtube.thumbnail", "The provided image content is invalid."),
    "contentRequired": Reason(400, "youtube.caption", "The request does not contain the caption track's contents."),
    "invalidMetadata": Reason(400, "youtube.caption", "The request contains invalid metadata values."),
    "nameTooLong": Reason(400, "youtube.caption", "The name of the caption track is longer than 150 characters."),
    "captionExists": Reason(
        409, "youtube.caption", "The video already has a caption track with the given language and name."
    ),
    "captionNotFound": Reason(404, "youtube.caption", "The specified caption track could not be found."),
    "badRequest": Reason(400, "global", "Bad Request"),
    "videoNotFound": Reason(404, VIDEO, "The video identified by the request cannot be found."),
    "playlistNotFound": Reason(404, "youtube.playlist", "The playlist identified by the request cannot be found."),
    "playlistItemNotFound": Reason(
        404, "youtube.playlistItem", "The playlist item identified by the request cannot be found."
    ),
    "commentNotFound": Reason(404, "youtube.comment", "The comment identified by the request cannot be found."),
    "commentsDisabled": Reason(403, "youtube.commentThread", "The video identified by the request has no comments."),
    "commentTextRequired": Reason(400, "youtube.comment", "The comment has no text."),
    "commentTextTooLong": Reason(400, "youtube.comment", "The comment's text exceeds the maximum size."),
    "missingRequiredParameter": Reason(400, "youtube.parameter", "The request is missing a required parameter."),
    "unknownPart": Reason(400, "youtube.part", "The request names a part that does not exist."),
    "invalidPageToken": Reason(400, "youtube.parameter", "The request specifies an invalid page token."),
    "badContent": Reason(400, "global", "The media type is not supported."),
    "uploadTooLarge": Reason(413, "global", "The upload is too large."),
    "notFound": Reason(404, "global", "Not Found"),
}


def envelope(
    reason: str, *, message: str = "", status: int = 0, location: str = "", location_type: str = "", words: str = ""
) -> Response:
    known = REASONS[reason]
    code = status or known.status
    error: dict[str, Any] = {"message": words or message or known.message, "domain": known.domain, "reason": reason}
    if location:
        error |= {"location": location, "locationType": location_type or "parameter"}
    body: dict[str, Any] = {"code": code, "message": message or known.message, "errors": [error]}
    # The older parts of YouTube answer without the name of the status.
    if not known.domain.startswith("youtube.") and code in NAMES:
        body["status"] = NAMES[code]
    return JSONResponse({"error": body}, status_code=code)


def refused(reason: str, message: str = "", *, status: int = 0, location: str = "", location_type: str = "") -> Refusal:
    return Refusal(envelope(reason, message=message, status=status, location=location, location_type=location_type))


def unauthenticated(reason: str) -> Refusal:
    response = envelope(reason, location="Authorization", location_type="header")
    response.headers["WWW-Authenticate"] = f'Bearer realm="https://accounts.google.com/", error="{reason}"'
    return Refusal(response)


def insufficient_scope() -> Refusal:
    """The scope is missing: `errors` say so, and the newer `details` too."""
    message = REASONS["insufficientPermissions"].message
    error = {"message": "Insufficient Permission", "domain": "global", "reason": "insufficientPermissions"}
    body = {"code": 403, "message": message, "errors": [error], "status": NAMES[403], "details": [SCOPE_DETAIL]}
    return Refusal(JSONResponse({"error": body}, status_code=403))


def rate_limited(call: Call, seconds: float) -> Response:
    """Throttled; no header says how long. Where people log in, it is a status of its own."""
    if is_login(call):
        return login_throttled()
    return envelope("rateLimitExceeded", status=int(call.world.setting("youtube", "rate_limit_status")))


def server_error(call: Call) -> Response:
    if is_login(call):
        return login_failed()
    return envelope("backendError", status=500)
