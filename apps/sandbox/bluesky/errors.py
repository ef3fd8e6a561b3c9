"""The two envelopes of refusals: XRPC's `{error, message}` and OAuth's `{error, error_description}`."""

from __future__ import annotations

from collections.abc import Mapping

from starlette.responses import JSONResponse

from apps.sandbox.core.calls import Refusal


class XRPCError(Refusal):
    """A refusal of the PDS."""

    def __init__(self, status: int, error: str, message: str, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(JSONResponse({"error": error, "message": message}, status_code=status, headers=headers))


class OAuthError(Refusal):
    """A refusal of the authorization server."""

    def __init__(self, error: str, description: str, *, status: int = 400) -> None:
        super().__init__(JSONResponse({"error": error, "error_description": description}, status_code=status))


def invalid_request(message: str) -> XRPCError:
    """400 with the commonest of names."""
    return XRPCError(400, "InvalidRequest", message)


def internal_error() -> XRPCError:
    """500 that tells nothing, as the reference server does it."""
    return XRPCError(500, "InternalServerError", "Internal Server Error")
