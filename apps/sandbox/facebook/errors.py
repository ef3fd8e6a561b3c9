"""How Graph words its refusals for Pages. What tells them apart is code and subcode, never status or type."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.responses import Response

from apps.sandbox.core.calls import Refusal
from apps.sandbox.meta import usage
from apps.sandbox.meta.graph import envelope, graph_error

if TYPE_CHECKING:
    from apps.sandbox.core.calls import Call

CONNECTION_ENDED = {
    458: "The user has not authorized application.",
    459: "The user is enrolled in a blocking, logged-in checkpoint.",
    460: "The session has been invalidated because the user changed their password or Facebook has changed the "
    "session for security reasons.",
    463: "Session has expired.",
    464: "Sessions for the user are not allowed because the user is not a confirmed user.",
    467: "The session is invalid because the user logged out.",
    492: "The user no longer has a role on the Page.",
}

# What the setting `refuse_with` can make the platform say, by "code" or "code/subcode": status, message.
NAMED: dict[str, tuple[int, str]] = {
    "1": (500, "An unknown error occurred"),
    "1/99": (500, "An unknown error occurred"),
    "1/2853006": (403, "You do not have permission to do this."),
    "2": (500, "An unexpected error has occurred. Please retry your request later."),
    "3": (403, "Application does not have the capability to make this API call."),
    "4": (403, "(#4) Application request limit reached"),
    "10": (403, "(#10) Application does not have permission for this action"),
    "17": (400, "(#17) User request limit reached"),
    "32": (403, "(#32) Page request limit reached"),
    "102": (400, "Session key invalid or no longer valid"),
    "105": (400, "(#105) The number of parameters exceeded the maximum"),
    "190/460": (400, f"Error validating access token: {CONNECTION_ENDED[460]}"),
    "190/483": (400, "Error validating access token: The user must consent to the application again."),
    "194": (400, "(#194) Missing at least one parameter"),
    "200": (403, "(#200) Permissions error"),
    "200/2069030": (403, "This endpoint is not supported for this Page"),
    "200/2069031": (403, "This field is not supported for this Page"),
    "200/2069033": (403, "This endpoint has been retired"),
    "341": (400, "(#341) Application temporarily limited"),
    "368": (400, "The action attempted has been deemed abusive or is otherwise disallowed"),
    "368/1390008": (400, "We limit how often you can post, comment or do other things in a given amount of time."),
    "368/1404082": (400, "This content has been posted already"),
    "368/4854002": (400, "Confirm your identity before you can publish as this Page"),
    "368/1346003": (400, "This content has been reported as abusive"),
    "368/1404102": (400, "This content goes against the Community Standards"),
    "368/1404006": (400, "Complete a security check to go on"),
    "368/1404112": (400, "Your account is limited for now"),
    "368/1404078": (403, "Your Page needs Page Publishing Authorization"),
    "100/1609005": (400, "The link could not be scraped"),
    "100/1349125": (400, "Invalid parameter"),
    "100/1363047": (400, "The video could not be processed now. Please try again."),
    "100/1609010": (400, "The photo could not be fetched now. Please try again."),
    "506": (400, "Duplicate status message"),
    "613": (400, "(#613) Calls to this api have exceeded the rate limit."),
    "613/1996": (400, "(#613) An irregular volume of calls was noticed."),
    "3919": (500, "(#3919) An unexpected internal error occurred"),
    "80001": (400, "(#80001) There have been too many calls to this Page account."),
}


def named(name: str) -> Refusal:
    """The refusal "code" or "code/subcode"; one that nobody knows is answered in the same envelope."""
    code, _, subcode = name.partition("/")
    status, message = NAMED.get(name, (400, f"(#{code}) Refused"))
    number = int(subcode) if subcode else None
    transient = code in {"1", "2", "4", "17", "32", "341", "613", "3919", "80001"} and subcode != "2853006"
    return graph_error(int(code), message, subcode=number, status=status, is_transient=transient)


def bad_parameter(message: str, *, subcode: int | None = None, blame: str = "") -> Refusal:
    return graph_error(100, f"(#100) {message}", subcode=subcode, blame=blame)


def no_object(id: str, verb: str) -> Refusal:
    """Not there, or not this token's to see: Graph does not tell the two apart."""
    message = (
        f"Unsupported {verb.lower()} request. Object with ID '{id}' does not exist, cannot be loaded due to missing "
        "permissions, or does not support this operation"
    )
    return graph_error(100, message, subcode=33, type="GraphMethodException")


def connection_ended(subcode: int) -> Refusal:
    return graph_error(190, f"Error validating access token: {CONNECTION_ENDED[subcode]}", subcode=subcode)


def throttled(call: Call, used: usage.Usage) -> Response:
    """Whose bucket is full shows in the code: the Page's, the person's, the application's."""
    if call.token and call.token.kind == "page":
        message = "(#80001) There have been too many calls to this Page account."
        response = _limit(80001, message)
        usage.tell_business(response, used, id=str(call.token.data["page_id"]), type="pages")
        return response
    if call.token:
        response = _limit(17, "(#17) User request limit reached")
    else:
        response = _limit(4, "(#4) Application request limit reached")
    usage.tell_app(response, used)
    return response


def _limit(code: int, message: str) -> Response:
    return envelope(code, message, None, 400, "OAuthException", "", "", True)


def rate_limited(call: Call, seconds: float) -> Response:
    return throttled(call, usage.Usage(100, max(1, round(seconds / 60))))


def server_error(call: Call) -> Response:
    message = "An unexpected error has occurred. Please retry your request later."
    return envelope(2, message, None, 500, "OAuthException", "", "", True)
