"""Parameters of the Data API: `part`, ids, and the refusal of what a method does not know."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Any

from apps.sandbox.core.calls import Call
from apps.sandbox.youtube.errors import refused

MOST_IDS = 50
# What every method of Google's takes.
STANDARD = {
    "access_token", "alt", "callback", "fields", "key", "oauth_token", "prettyPrint", "quotaUser", "userIp",
    "onBehalfOfContentOwner", "onBehalfOfContentOwnerChannel", "upload_protocol", "uploadType", "$.xgafv",
}  # fmt: skip


def check_names(call: Call, known: Sequence[str]) -> None:
    """Refuses a query parameter that this method does not have."""
    unknown = [name for name in call.request.query_params if name not in known and name not in STANDARD]
    if unknown and call.world.setting("youtube", "refuses_unknown_names"):
        message = (
            f'Invalid JSON payload received. Unknown name "{unknown[0]}": Cannot bind query parameter. '
            f"Field '{unknown[0]}' could not be found in request message."
        )
        raise refused("badRequest", message)


def parts(call: Call, known: Sequence[str]) -> list[str]:
    """The parts that `part` names, as one list or several times."""
    wanted = [part.strip() for value in call.request.query_params.getlist("part") for part in value.split(",")]
    wanted = [part for part in wanted if part]
    if not wanted:
        raise missing("part")
    if unknown := [part for part in wanted if part not in known]:
        raise refused("unknownPart", f"'{unknown[0]}'", location="part")
    return wanted


def ids(call: Call, *, otherwise: str = "id", name: str = "id") -> list[str]:
    """The ids in `id`; refuses none, and more than fifty. `otherwise` names the filters that could have been used."""
    found = [id for value in call.request.query_params.getlist(name) for id in value.split(",") if id]
    if not found:
        message = f"No filter selected. Expected one of: {otherwise}"
        raise refused("missingRequiredParameter", message, location="parameters.")
    if len(found) > MOST_IDS:
        raise refused("badRequest", f"The parameter {name} names more than {MOST_IDS} ids.", location=name)
    return found


def one_id(call: Call, name: str = "id") -> str:
    value = call.request.query_params.get(name, "")
    if not value:
        raise missing(name)
    return value


def missing(name: str) -> Exception:
    return refused("missingRequiredParameter", f"Required parameter: {name}", location=name)


def resource(call: Call) -> dict[str, Any]:
    """The body, a JSON object."""
    content = call.json()
    if not isinstance(content, dict):
        raise refused("badRequest", "The request body is not a JSON object.")
    return content


def text_at(body: dict[str, Any], *path: str) -> str:
    """The text at this path of the body, "" where there is none."""
    value: Any = body
    for name in path:
        value = value.get(name) if isinstance(value, dict) else None
    if value is not None and not isinstance(value, str):
        raise refused("badRequest", f"Invalid value at 'resource.{'.'.join(path)}' (TYPE_STRING)")
    return value or ""


def etag(*said: object) -> str:
    return hashlib.sha256(repr(said).encode()).hexdigest()[:27]
