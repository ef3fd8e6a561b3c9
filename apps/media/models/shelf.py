"""What all workspaces of an organization may take from."""

from __future__ import annotations

from django.db import models

from apps.core.models import OrganizationOwned
from apps.media.models.files import StoredFile


class ShelfItem(OrganizationOwned, StoredFile):
    """A file on the shelf of the organization. Taking it into a workspace makes an asset there that shares the stored
    file: rows of a workspace never point outside of it."""

    class Meta(OrganizationOwned.Meta):
        ordering = ["-id"]
        indexes = [models.Index(fields=["organization", "-id"], name="shelf_of_organization")]
