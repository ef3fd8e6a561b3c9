"""Files on their way in, as JSON: for the browser of a member, with its session and CSRF token (`X-CSRFToken`).

    POST   /media/uploads/                  {"name", "size", "folder"?, "alt"?}  or  {"url", "folder"?, "alt"?}
    GET    /media/uploads/<id>/             how far it is; HEAD says it in Upload-Offset and Upload-Length
    PUT    /media/uploads/<id>/             a piece: the bytes, with Upload-Offset (or Content-Range) and Content-Length
    POST   /media/uploads/<id>/parts/       {"numbers": [1, 2, ...]}: up to 100 presigned addresses
    POST   /media/uploads/<id>/complete/    {"etags": {"1": "..."}?}
    DELETE /media/uploads/<id>/             give it up

Each answers with the upload: `id`, `state` (receiving, received, probing, done, refused, aborted, expired), `name`,
`size`, `received`, `words` (why it was refused, for people), `asset` (an id once it is done), `expires_at`, `url`, and
how to send:

- `how: "pieces"`: PUT pieces of `part_size` bytes one after the other, each from `received` on, then complete. After a
  lost connection GET, and go on from `received`. 409 `wrong_offset` says in `received` where it stands.
- `how: "put"`: one PUT of all bytes to `put_url`, then complete. Content-Length is signed.
- `how: "multipart"`: parts of `part_size` bytes, the last with the rest, each to its address from `parts/`, in any
  order; then complete. After a lost connection GET tells in `parts` (number to size) what is there.
- `how: "fetch"`: nothing to send; GET until the state is done or refused.

After complete, GET until the state is done or refused; a small picture is done at once. What goes wrong is
{"error": {"code", "words"}} beside the upload: 409 wrong_offset, incomplete (with `missing`, numbers of parts), ended;
411 length_required; 413 too_large; 422 refused, no_room, unreadable.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from functools import wraps
from typing import Any, Final
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from apps.core.numbers import whole
from apps.media import services
from apps.media.errors import FileRefused, NoRoom, PartsMissing, UploadEnded, WrongOffset
from apps.media.models import Upload
from apps.media.states import UploadState
from apps.tenants.access import MemberRequest, page

MOST_NUMBERS: Final = 100
_CONTENT_RANGE: Final = re.compile(r"bytes (\d{1,18})-\d{1,18}/(?:\d{1,18}|\*)")


class Unreadable(Exception):
    """What was sent is not of the shape that the docstring gives."""


View = Callable[..., HttpResponseBase]


def _in_words(view: View) -> View:
    """Answer what the services refuse with the status and the code that it has here."""

    @wraps(view)
    def answered(request: Any, *args: Any, **kwargs: Any) -> HttpResponseBase:
        try:
            return view(request, *args, **kwargs)
        except WrongOffset as error:
            return _error(
                409, "wrong_offset", "The piece does not begin where the upload stands.", received=error.received
            )
        except PartsMissing as error:
            told = {"received": error.received, "missing": list(error.numbers)}
            return _error(409, "incomplete", "Not everything has arrived.", **told)
        except UploadEnded:
            return _error(409, "ended", "This upload takes nothing more.")
        except NoRoom as error:
            return _error(422, "no_room", error.words)
        except FileRefused as error:
            return _error(422, "refused", error.words)
        except Unreadable as error:
            return _error(422, "unreadable", str(error))

    return answered


@require_POST
@page("media.upload", transaction=False)
@_in_words
def create(request: MemberRequest) -> HttpResponseBase:
    """Begin to send a file, or have one fetched."""
    workspace, body = request.member.workspace, _body(request)
    if workspace is None:
        raise PermissionDenied("No workspace of this organization is open to you at the moment.")
    to = services.Destination(
        organization_id=workspace.organization_id,
        workspace_id=workspace.pk,
        actor=request.member.actor,
        folder_id=_uuid(body.get("folder")),
        alt=_text(body, "alt"),
    )
    if url := _text(body, "url").strip():
        services.check_address(url)
        return _told(services.begin_fetch(to=to, url=url), status=201)
    return _told(services.begin(to=to, name=_text(body, "name"), size=_number(body, "size")), status=201)


@require_http_methods(["GET", "HEAD", "PUT", "DELETE"])
@page("media.upload", transaction=False)
@_in_words
def upload(request: MemberRequest, upload_id: UUID) -> HttpResponseBase:
    """How far it is; PUT adds a piece, DELETE gives it up."""
    found = _found(request, upload_id)
    if request.method == "PUT":
        return _piece(request, found)
    if request.method == "DELETE":
        found = services.abort(found)
    return _told(found)


@require_POST
@page("media.upload", transaction=False)
@_in_words
def parts(request: MemberRequest, upload_id: UUID) -> HttpResponseBase:
    """Where the parts of an upload go."""
    found, numbers = _found(request, upload_id), _body(request).get("numbers", [])
    if not isinstance(numbers, list) or not all(type(number) is int for number in numbers):
        raise Unreadable("numbers is a list of whole numbers.")
    urls = services.part_urls(found, numbers[:MOST_NUMBERS])
    return JsonResponse({"id": str(found.pk), "urls": {str(number): url for number, url in urls.items()}})


@require_POST
@page("media.upload", transaction=False)
@_in_words
def complete(request: MemberRequest, upload_id: UUID) -> HttpResponseBase:
    """Everything has been sent."""
    found, etags = _found(request, upload_id), _body(request).get("etags") or {}
    named = {whole(number): etag for number, etag in etags.items()} if isinstance(etags, dict) else {None: ""}
    if None in named or not all(isinstance(etag, str) for etag in named.values()):
        raise Unreadable("etags gives the ETag of each part by its number.")
    done = services.complete(found, etags={number: etag for number, etag in named.items() if number is not None})
    return _told(services.take_in_now(done))


def _piece(request: MemberRequest, found: Upload) -> HttpResponseBase:
    length = whole(request.META.get("CONTENT_LENGTH") or "")
    if length is None:
        return _error(411, "length_required", "Say in Content-Length how many bytes the piece has.")
    offset = _offset(request)
    if offset + length > found.declared_size:
        return _error(413, "too_large", "The piece goes beyond the size that the upload declared.")
    # Read as it comes and written as it is read: `request.body` would hold it all.
    return _told(services.receive(found, offset=offset, read=request.read, length=length))


def _offset(request: HttpRequest) -> int:
    if (given := whole(request.headers.get("Upload-Offset", "").strip())) is not None:
        return given
    if found := _CONTENT_RANGE.fullmatch(request.headers.get("Content-Range", "").strip()):
        return int(found.group(1))
    raise Unreadable("Say in Upload-Offset where the piece begins.")


def _found(request: MemberRequest, upload_id: UUID) -> Upload:
    with request.member.scope():
        found: Upload = get_object_or_404(Upload.objects, pk=upload_id)
    request.member.require("media.upload", found.workspace_id)
    return found


def _told(found: Upload, *, status: int = 200) -> HttpResponse:
    plan = services.plan_of(found)
    address = reverse("media:upload", args=[found.pk])
    told: dict[str, Any] = {
        "id": str(found.pk),
        "state": found.state,
        "name": found.name,
        "size": found.declared_size,
        "received": found.received,
        "words": found.words,
        "asset": str(found.asset_id) if found.asset_id else None,
        "expires_at": found.expires_at.isoformat(),
        "url": address,
        "how": plan.how,
        "part_size": plan.part_size,
    }
    if plan.put_url:
        told["put_url"] = plan.put_url
    if plan.how == "multipart" and found.state == UploadState.RECEIVING:
        arrived = services.parts_received(found)
        told |= {"parts": {str(part.number): part.size for part in arrived}, "parts_url": f"{address}parts/"}
        told["received"] = sum(part.size for part in arrived)
    response = JsonResponse(told, status=status)
    response["Upload-Offset"], response["Upload-Length"] = str(told["received"]), str(found.declared_size)
    response["Cache-Control"] = "no-store"
    return response


def _error(status: int, code: str, words: str, **more: Any) -> JsonResponse:
    return JsonResponse({"error": {"code": code, "words": words}, **more}, status=status)


def _body(request: HttpRequest) -> dict[str, Any]:
    if not request.body:
        return {}
    try:
        found = json.loads(request.body)
    except ValueError as error:
        raise Unreadable("The body is JSON.") from error
    if not isinstance(found, dict):
        raise Unreadable("The body is a JSON object.")
    return found


def _text(body: dict[str, Any], name: str) -> str:
    value = body.get(name, "")
    if not isinstance(value, str):
        raise Unreadable(f"{name} is a text.")
    return value


def _number(body: dict[str, Any], name: str) -> int:
    value = body.get(name)
    if type(value) is not int or value < 0:
        raise Unreadable(f"{name} is a whole number of bytes.")
    return value


def _uuid(value: Any) -> UUID | None:
    if value in (None, ""):
        return None
    try:
        return UUID(str(value))
    except ValueError as error:
        raise Unreadable("folder is the id of a folder.") from error
