"""The two envelopes of refusals: XRPC's `{error, message}` and OAuth's `{error, error_description}`."""

from collections.abc import Mapping

from starlette.responses import JSONResponse


class XRPCError(Exception):
    """A refusal of the PDS."""

    def __init__(self, status: int, error: str, message: str, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.error = error
        self.message = message
        self.headers = dict(headers or {})

    def response(self) -> JSONResponse:
        """The answer that carries this refusal."""
        return JSONResponse(
            {"error": self.error, "message": self.message}, status_code=self.status, headers=self.headers
        )


class OAuthError(Exception):
    """A refusal of the authorization server."""

    def __init__(self, error: str, description: str, *, status: int = 400) -> None:
        super().__init__(description)
        self.status = status
        self.error = error
        self.description = description

    def response(self) -> JSONResponse:
        """The answer that carries this refusal."""
        return JSONResponse({"error": self.error, "error_description": self.description}, status_code=self.status)


def invalid_request(message: str) -> XRPCError:
    """400 with the commonest of names."""
    return XRPCError(400, "InvalidRequest", message)


def internal_error() -> XRPCError:
    """500 that tells nothing, as the reference server does it."""
    return XRPCError(500, "InternalServerError", "Internal Server Error")
