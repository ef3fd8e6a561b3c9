"""What every answer of LinkedIn carries: the id of the request, for its support. There are no headers about limits."""

from __future__ import annotations

import base64
import secrets

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send


class RequestIds:
    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def with_ids(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers["x-li-uuid"] = base64.b64encode(secrets.token_bytes(16)).decode()
                headers["x-li-fabric"] = "prod-sandbox"
            await send(message)

        await self._app(scope, receive, with_ids)
