"""The diary: who did what to which subject. Rows are added, never changed; people appear by id only."""

from __future__ import annotations

from typing import Any, NoReturn

from django.db import models

from apps.core.models import OrganizationOwned


class EntryIsFinal(RuntimeError):
    """An entry of the diary is neither changed nor thrown away."""


class Entry(OrganizationOwned):
    append_only = True

    workspace = models.ForeignKey(
        "tenants.Workspace", null=True, blank=True, on_delete=models.CASCADE, related_name="+"
    )
    verb = models.CharField(max_length=64)
    subject_type = models.CharField(max_length=64)
    subject_id = models.UUIDField()
    actor_kind = models.CharField(max_length=16)
    actor_id = models.UUIDField(null=True, blank=True)
    request_id = models.CharField(max_length=64, blank=True)
    address = models.CharField(max_length=64, blank=True, help_text="The network address, without its last part.")
    diff = models.JSONField(default=dict)

    class Meta(OrganizationOwned.Meta):
        verbose_name_plural = "entries"
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["organization", "-id"], name="audit_of_organization"),
            models.Index(fields=["subject_id", "-id"], name="audit_of_subject"),
        ]

    def __str__(self) -> str:
        return f"{self.verb} {self.subject_type} {self.subject_id}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self._state.adding:
            raise EntryIsFinal("Write another entry instead")
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise EntryIsFinal("The diary keeps what it was told")
