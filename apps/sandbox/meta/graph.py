"""The Graph API: its versioned paths and the envelope of its errors."""

from __future__ import annotations

import secrets
from typing import Any

from starlette.convertors import Convertor, register_url_convertor
from starlette.responses import JSONResponse, Response

from apps.sandbox.core.calls import Refusal


class GraphVersion(Convertor[str]):
    regex = r"v\d+\.\d+"

    def convert(self, value: str) -> str:
        return value

    def to_string(self, value: str) -> str:
        return value


class GraphId(GraphVersion):
    regex = r"\d+(?:_\d+)*|me"


register_url_convertor("graph_version", GraphVersion())
register_url_convertor("graph_id", GraphId())


def graph_error(
    code: int,
    message: str,
    *,
    subcode: int | None = None,
    status: int = 400,
    type: str = "OAuthException",
    title: str = "",
    words: str = "",
    is_transient: bool = False,
    blame: str = "",
) -> Refusal:
    """`blame` names the parameter at fault, where Graph says so."""
    return Refusal(envelope(code, message, subcode, status, type, title, words, is_transient, blame))


def envelope(
    code: int,
    message: str,
    subcode: int | None,
    status: int,
    type: str,
    title: str,
    words: str,
    is_transient: bool,
    blame: str = "",
) -> Response:
    error: dict[str, Any] = {"message": message, "type": type, "code": code}
    if subcode is not None:
        error["error_subcode"] = subcode
    error["is_transient"] = is_transient
    if title:
        error |= {"error_user_title": title, "error_user_msg": words}
    if blame:
        error["error_data"] = {"blame_field_specs": [[blame]]}
    error["fbtrace_id"] = "A" + secrets.token_urlsafe(16)
    return JSONResponse({"error": error}, status_code=status)
