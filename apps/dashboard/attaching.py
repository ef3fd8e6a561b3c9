"""Files that come with the composer's form, and frames that are to be covers: both are looked at by processes that take
their time, so this happens before the page opens its tenant."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from django.shortcuts import get_object_or_404

from apps.dashboard.media_form import seconds_of, uuid_of
from apps.media import services as media
from apps.media.errors import MediaRefused
from apps.media.models import Asset
from apps.media.states import UploadState
from apps.tenants.access import MemberRequest
from apps.tenants.models import Workspace

ARRIVED = "has arrived and is being looked at. Choose it from the library in a moment."


@dataclass(frozen=True, slots=True)
class Attached:
    """What has become of the files of a form. `words` tell of those that are not in the post (yet); `cover` is a video
    and the picture that shall stand for it."""

    asset_ids: tuple[UUID, ...] = ()
    words: str = ""
    cover: tuple[UUID, UUID] | None = None


def attach(request: MemberRequest, workspace: Workspace) -> Attached:
    """Take in the chosen files, whatever the button was, and the frame that was asked for. Outside of any scope."""
    to = media.Destination(workspace.organization_id, workspace.pk, request.member.actor)
    verb, _, target = request.POST.get("action", "").partition(":")
    if request.FILES or verb == "cover-frame":
        request.member.require("media.upload", workspace.pk)
    try:
        cover = _frame(request, target, to) if verb == "cover-frame" else None
    except MediaRefused as error:
        return Attached(words=error.words)
    added: list[UUID] = []
    refusals: list[str] = []
    for file in request.FILES.getlist("files"):
        try:
            upload = media.take_in_now(media.from_form(file, to=to))
        except MediaRefused as error:
            refusals.append(error.words)
            continue
        if upload.state == UploadState.DONE and upload.asset_id:
            added.append(upload.asset_id)
        else:
            refusals.append(upload.words or f"{upload.name} {ARRIVED}")
    return Attached(tuple(added), " ".join(refusals), cover)


def _frame(request: MemberRequest, target: str, to: media.Destination) -> tuple[UUID, UUID] | None:
    asset_id = uuid_of(target)
    at = seconds_of(request.POST.get(f"frame-{asset_id}", ""))
    if asset_id is None or at is None:
        raise MediaRefused("Say at which second the frame is: 12, or 0:12.")
    with to.scope():
        video: Asset = get_object_or_404(Asset.objects, pk=asset_id)
    return video.pk, media.frame_of(video=video, at=at, to=to).pk
