"""A newer version of a file: an asset of its own that takes over what was written on the old one."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction

from apps.audit import services as audit
from apps.core.actors import Actor
from apps.events import services as events
from apps.media.errors import FileRefused
from apps.media.models import Asset
from apps.media.services.describing import set_tags


@transaction.atomic
def replace_with(*, old_id: UUID, new_id: UUID, actor: Actor) -> Asset:
    """Let `new` stand in the library where `old` stood. Raises FileRefused where it cannot.

    What posts show is not touched here: `publishing.services.show_newer_version` does that for those not yet out.
    """
    old: Asset = Asset.objects.locked(old_id)
    new: Asset = Asset.objects.locked(new_id)
    if old.pk == new.pk or old.sha256 == new.sha256:
        raise FileRefused("This is the same file as before. Choose the newer one.")
    if old.kind != new.kind:
        raise FileRefused(f"A {old.get_kind_display().lower()} is replaced by another one, not by something else.")
    if old.replaced_by_id is not None or _stands_behind(new, old):
        raise FileRefused("This version has been replaced already. Replace the newest one.")
    new.alt, new.folder_id = new.alt or old.alt, old.folder_id
    new.rights_note = new.rights_note or old.rights_note
    new.rights_until = new.rights_until or old.rights_until
    new.save()
    set_tags(new, old.tags.values_list("name", flat=True))
    old.replaced_by = new
    old.save(update_fields=["replaced_by"])
    audit.record("media.replaced", subject=new, actor=actor, diff={"before": str(old.pk)})
    events.emit("media.replaced", subject=new, data={"before": str(old.pk)})
    return new


def earlier_versions(asset: Asset) -> list[Asset]:
    """Those that this one came after, the newest first."""
    found: list[Asset] = []
    layer = [asset.pk]
    while layer:
        rows = list(Asset.objects.filter(replaced_by__in=layer).order_by("-id"))
        found += rows
        layer = [row.pk for row in rows]
    return found


def _stands_behind(new: Asset, old: Asset) -> bool:
    """Whether `new` is an earlier version of `old` itself."""
    return any(row.pk == new.pk for row in earlier_versions(old))
