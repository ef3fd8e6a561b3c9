"""The store of uploads: an S3 bucket that takes a form by POST, with the fields that were handed out and the file last.

It knows no bearer tokens: what it trusts are the signed fields, and an Authorization header is one proof too many. Its
refusals are XML. A form without a length is refused as S3 does it.
"""

from __future__ import annotations

from starlette.requests import ClientDisconnect
from starlette.responses import Response

from apps.sandbox.core.calls import Call
from apps.sandbox.core.uploads import MEBIBYTE
from apps.sandbox.pinterest import uploads
from apps.sandbox.pinterest.errors import storage_error
from apps.sandbox.pinterest.forms import Form, NotAForm
from apps.sandbox.pinterest.gate import PINTEREST
from apps.sandbox.pinterest.uploads import Upload

POLICY = "Invalid according to Policy: "


async def receive(call: Call) -> Response:
    """POST {upload_url}"""
    upload, form = uploads.load(call.world, call.part("id")), Form()
    if upload is None:
        raise storage_error(404, "NoSuchBucket", "The specified bucket does not exist")
    try:
        await form.read(call.request.headers.get("content-type", ""), call.request.stream())
    except NotAForm:
        words = "Bucket POST must be of the enclosure-type multipart/form-data"
        raise storage_error(412, "PreconditionFailed", words) from None
    except ClientDisconnect:
        return Response(status_code=400)
    finally:
        # What breaks off is not there at all, but it has come over the line.
        upload.received += form.intake.received
        uploads.save(call.world, upload)
    _check_request(call)
    _check_fields(call, upload, form)
    uploads.take(call, upload, form.intake)
    return Response(status_code=int(call.world.setting(PINTEREST, "upload_status")))


def _check_request(call: Call) -> None:
    if "authorization" in call.request.headers:
        raise storage_error(400, "InvalidArgument", "Only one auth mechanism allowed")
    if "content-length" not in call.request.headers:
        raise storage_error(411, "MissingContentLength", "You must provide the Content-Length HTTP header.")


def _check_fields(call: Call, upload: Upload, form: Form) -> None:
    if form.files != 1:
        raise storage_error(400, "InvalidArgument", "POST requires exactly one file upload per request.")
    if missing := [name for name in upload.parameters if name not in form.fields]:
        raise storage_error(403, "AccessDenied", f"{POLICY}Policy Condition failed: {missing[0]}")
    if extra := [name for name in form.fields if name not in upload.parameters]:
        raise storage_error(403, "AccessDenied", f"{POLICY}Extra input fields: {extra[0]}")
    if form.fields != upload.parameters:
        words = "The request signature we calculated does not match the signature you provided."
        raise storage_error(403, "SignatureDoesNotMatch", words)
    if call.world.now().timestamp() >= upload.policy_until:
        raise storage_error(403, "AccessDenied", f"{POLICY}Policy expired.")
    if form.intake.size > int(call.world.setting(PINTEREST, "max_video_megabytes")) * MEBIBYTE:
        raise storage_error(400, "EntityTooLarge", "Your proposed upload exceeds the maximum allowed size")


async def refuse_method(call: Call) -> Response:
    """Files are posted, never put."""
    raise storage_error(405, "MethodNotAllowed", "The specified method is not allowed against this resource.")
