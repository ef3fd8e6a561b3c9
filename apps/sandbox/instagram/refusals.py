"""Every code of Instagram's table, for the setting `refuse_with`: "code" or "code/subcode", and "0/subcode" where
the documentation names no code."""

from __future__ import annotations

from apps.sandbox.core.calls import Call, Refusal
from apps.sandbox.facebook.errors import CONNECTION_ENDED
from apps.sandbox.meta.graph import graph_error

GRAPH = "GraphMethodException"
# status, type, message
NAMED: dict[str, tuple[int, str, str]] = {
    "-1/2207001": (500, "IGApiException", "Instagram server error. Try again."),
    "-1/2207032": (400, "OAuthException", "Create media fail, please try to re-create media"),
    "-1/2207053": (400, "OAuthException", "Unknown upload error"),
    "-1/2207082": (400, "OAuthException", "The media could not be uploaded"),
    "-2/2207003": (400, "OAuthException", "It takes too long to download the media."),
    "-2/2207020": (400, "OAuthException", "The media you are trying to access has expired."),
    "1": (500, "OAuthException", "An unknown error occurred"),
    "1/2207057": (400, "OAuthException", "Thumbnail offset must lie within the video's duration"),
    "2": (500, "OAuthException", "An unexpected error has occurred. Please retry your request later."),
    "4": (400, "OAuthException", "(#4) Application request limit reached"),
    "4/2207051": (400, "OAuthException", "Application request limit reached"),
    "9/2207042": (400, "OAuthException", "Application request limit reached"),
    "10": (403, "OAuthException", "(#10) Application does not have permission for this action"),
    "17": (400, "OAuthException", "(#17) User request limit reached"),
    "20/1772107": (400, "OAuthException", "This response format is not supported"),
    "24/2207006": (400, "OAuthException", "The requested resource does not exist"),
    "24/2207008": (400, "OAuthException", "The media container was not found"),
    "25/2207050": (400, "OAuthException", "The Instagram account is restricted."),
    "32": (400, "OAuthException", "(#32) Page request limit reached"),
    "100": (400, "OAuthException", "(#100) Invalid parameter"),
    "100/33": (400, GRAPH, "Unsupported request. The object does not exist or cannot be loaded."),
    "100/2207023": (400, "OAuthException", "Unknown media type"),
    "100/2207028": (400, "OAuthException", "The carousel must have between 2 and 10 items."),
    "100/2207035": (400, "OAuthException", "Product tag positions should not be specified for video media."),
    "100/2207036": (400, "OAuthException", "Product tag positions are required for photo media."),
    "100/2207037": (400, "OAuthException", "A product of these tags could not be used."),
    "100/2207040": (400, "OAuthException", "Cannot use more than 20 tags."),
    "102": (400, "OAuthException", "Session key invalid or no longer valid"),
    "190": (400, "OAuthException", "Invalid OAuth access token"),
    **{f"190/{one}": (400, "OAuthException", f"Error validating access token: {words}")
       for one, words in CONNECTION_ENDED.items()},
    "200": (403, "OAuthException", "(#200) Permissions error"),
    "352/2207026": (400, "OAuthException", "The video format is not supported."),
    "368": (400, "OAuthException", "The action attempted has been deemed abusive or is otherwise disallowed"),
    "613": (400, "OAuthException", "(#613) Calls to this api have exceeded the rate limit."),
    "80002": (400, "OAuthException", "(#80002) There have been too many calls to this Instagram account."),
    "9004/2207052": (400, "OAuthException", "Only photo or video can be accepted as media type."),
    "9007/2207027": (400, "OAuthException", "The media is not ready for publishing"),
    "36000/2207004": (400, "OAuthException", "The image size is too large."),
    "36001/2207005": (400, "OAuthException", "The image format is not supported."),
    "36003/2207009": (400, "OAuthException", "The aspect ratio is not supported."),
    "36004/2207010": (400, "OAuthException", "The submitted caption is too long."),
    "0/2207076": (400, "OAuthException", "The video could not be processed."),
    "0/2207077": (400, "OAuthException", "The video could not be downloaded."),
    "0/2207081": (400, "OAuthException", "This account has no trial reels."),
}  # fmt: skip
TRANSIENT = {"1", "2", "4", "17", "32", "613", "80002", "-1/2207001"}


def named(name: str) -> Refusal:
    """A code that nobody knows is answered in the same envelope."""
    code, _, subcode = name.partition("/")
    status, type, message = NAMED.get(name, (400, "OAuthException", f"(#{code}) Refused"))
    return graph_error(
        int(code), message, subcode=int(subcode) if subcode else None, status=status, type=type,
        is_transient=name in TRANSIENT,
    )  # fmt: skip


def refuse_by_setting(call: Call) -> None:
    name = str(call.world.setting("instagram", "refuse_with"))
    if name and call.operation in str(call.world.setting("instagram", "refuse_operations")).split(","):
        raise named(name)
