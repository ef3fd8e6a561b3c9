"""Files that were chosen for a comment which has not been sent yet: a picture was pointed at in between, or something
was wrong. A browser forgets them then, so they wait here, each its member's, and a day later whatever was never sent
leaves the library again."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet

from apps.approvals.models import Attachment, PendingFile
from apps.core import clock, tenancy
from apps.core.actors import SYSTEM
from apps.media import services as media
from apps.media.models import Asset
from apps.media.services.taking_in import Readable
from apps.posts.models import PartMedia
from apps.publishing.models import FollowUpMedia

KEPT: Final = timedelta(days=1)
BATCH: Final = 500


def hold_file(*, file: Readable, name: str, to: media.Destination, user_id: UUID) -> PendingFile:
    """Take a file in for a comment to come, outside of any transaction; raises MediaRefused."""
    began, held = clock.now(), list[PendingFile]()
    own = {"organization_id": to.organization_id, "workspace_id": to.workspace_id}

    def put_aside(asset: Asset) -> None:
        is_new = asset.created_at >= began or _came_by_a_choice(asset)
        held.append(PendingFile.objects.create(**own, asset=asset, user_id=user_id, name=name[:255], is_new=is_new))

    media.take_file(file=file, name=name, to=to, finish=put_aside)
    return held[0]


def held_files(*, ids: Collection[str], user_id: UUID, workspace_id: UUID) -> list[PendingFile]:
    """Those of these files that wait for this member at this client, as they were chosen."""
    named = [UUID(text) for text in ids if _is_id(text)]
    rows = PendingFile.objects.filter(pk__in=named, user=user_id, workspace=workspace_id, asset__trashed_at=None)
    return list(rows.order_by("id"))


def let_go(rows: Iterable[PendingFile]) -> None:
    """Their comment is there."""
    PendingFile.objects.filter(pk__in=[row.pk for row in rows]).delete()


def forget_pending(*, now: datetime) -> int:
    """Put into the trash what was chosen a day ago and never sent; what was in the library before, was put in by
    somebody since, or is in a comment or a post by now, stays."""
    with tenancy.across_tenants("find files that were chosen for comments and never sent"):
        old = PendingFile.across_tenants.filter(created_at__lt=now - KEPT).order_by("id")
        found = list(old.values_list("organization_id", "pk")[:BATCH])
    by_organization: dict[UUID, list[UUID]] = {}
    for organization_id, pk in found:
        by_organization.setdefault(organization_id, []).append(pk)
    for organization_id, ids in by_organization.items():
        with tenancy.scope(organization_id=organization_id), transaction.atomic():
            _forget(ids)
    return len(found)


def _forget(ids: Sequence[UUID]) -> None:
    rows = PendingFile.objects.filter(pk__in=ids)
    _hold(Asset.objects.filter(pk__in=rows.values("asset")))
    same = {"asset": OuterRef("asset")}
    others = PendingFile.objects.filter(**same).exclude(pk__in=ids)
    shown = PartMedia.objects.filter(Q(asset=OuterRef("asset")) | Q(cover=OuterRef("asset")))
    used = [shown, others, Attachment.objects.filter(**same), FollowUpMedia.objects.filter(**same)]
    unused = rows.filter(is_new=True, created_at__gte=F("asset__updated_at"))
    for uses in used:
        unused = unused.exclude(Exists(uses))
    media.put_in_trash(asset_ids=set(unused.values_list("asset_id", flat=True)), actor=SYSTEM)
    rows.delete()


def _hold(assets: QuerySet[Asset]) -> None:
    """Whoever puts one of them in once more does so before or after."""
    list(assets.order_by("pk").select_for_update().values_list("pk"))


def _came_by_a_choice(asset: Asset) -> bool:
    """It waits for another comment already, and nobody has put it in since that was chosen."""
    return bool(PendingFile.objects.filter(asset=asset, is_new=True, created_at__gte=asset.updated_at).exists())


def _is_id(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True
