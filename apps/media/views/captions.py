"""Captions of a video: put beside it, taken away."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_POST

from apps.media import services
from apps.media.errors import FileRefused
from apps.media.models import Asset, CaptionTrack
from apps.tenants.access import MemberRequest, page


@require_POST
@page("media.view")
def add(request: MemberRequest, asset_id: UUID) -> HttpResponse:
    asset: Asset = get_object_or_404(Asset.objects, pk=asset_id)
    request.member.require("media.edit", asset.workspace_id)
    file = request.FILES.get("file")
    if file is None:
        messages.error(request, "Choose a .vtt or .srt file first.")
        return redirect("dashboard:asset", asset.pk)
    try:
        services.add_captions(
            asset_id=asset.pk,
            file=file,
            name=file.name or "",
            language=request.POST.get("language", ""),
            label=request.POST.get("label", ""),
            actor=request.member.actor,
        )
    except FileRefused as error:
        messages.error(request, error.words)
    else:
        messages.success(request, "Added the captions. They go along wherever a network takes captions.")
    return redirect("dashboard:asset", asset.pk)


@require_POST
@page("media.view")
def remove(request: MemberRequest, track_id: UUID) -> HttpResponse:
    track: CaptionTrack = get_object_or_404(CaptionTrack.objects, pk=track_id)
    request.member.require("media.edit", track.workspace_id)
    asset = services.remove_captions(track_id=track.pk, actor=request.member.actor)
    messages.success(request, "Took the captions away.")
    return redirect("dashboard:asset", asset.pk)
