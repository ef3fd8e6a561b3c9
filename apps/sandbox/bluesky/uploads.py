"""com.atproto.repo.uploadBlob: files, by what they are and not by what they are called."""

from __future__ import annotations

from starlette.responses import JSONResponse, Response

from apps.sandbox.core.calls import Call

from . import identity, limits
from .errors import XRPCError, internal_error, invalid_request
from .gate import Gate
from .identity import BLOB_UPLOAD_LIMIT
from .repository import Repository
from .sniff import BrokenImage, require_whole_image, sniffed_type


async def blob(call: Call) -> Response:
    """com.atproto.sync.getBlob: public; of a film nothing was kept."""
    account = call.world.account(identity.NAME, call.fields.text("did"))
    found = Repository(call.world, account).blob(call.fields.text("cid")) if account else None
    content = call.world.store.blobs.get(found["digest"]) if found else None
    if found is None or content is None:
        raise XRPCError(400, "BlobNotFound", "Blob not found")
    headers = {"Content-Security-Policy": "default-src 'none'; sandbox", "X-Content-Type-Options": "nosniff"}
    return Response(content, media_type=found["mime"], headers=headers)


class Uploads:
    """Takes files in for those who may upload."""

    def __init__(self, gate: Gate) -> None:
        self._gate = gate

    async def upload(self, call: Call) -> Response:
        """Keep the body and answer the reference to it; a broken picture answers 500, as on the real server."""
        caller = self._gate.caller(call)
        named = call.request.headers.get("content-type", "").partition(";")[0].strip().lower()
        if not named:
            raise invalid_request("Request encoding (Content-Type) required but not provided")
        caller.require_blob(named)
        if len(call.body) > BLOB_UPLOAD_LIMIT:
            raise XRPCError(413, "PayloadTooLarge", "request entity too large")
        mime_type = sniffed_type(call.body) or named
        if mime_type.startswith("image/") and sniffed_type(call.body):
            try:
                require_whole_image(call.body)
            except BrokenImage as broken:
                raise internal_error() from broken
        headers = limits.upload(call.world, caller.account.id)
        cid = Repository(call.world, caller.account).add_blob(call.body, mime_type)
        ref = {"$type": "blob", "ref": {"$link": cid}, "mimeType": mime_type, "size": len(call.body)}
        return JSONResponse({"blob": ref}, headers=headers)
