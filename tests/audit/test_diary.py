"""The diary: who did what, kept with the change, without secrets, never rewritten."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from django.db import transaction
from django.utils.translation import gettext_lazy

from apps.audit import services as audit
from apps.audit.models import Entry, EntryIsFinal
from apps.core import tenancy
from apps.core.actors import SYSTEM, Actor
from apps.core.payloads import SecretInPayload
from apps.core.secrets import Secret

pytestmark = pytest.mark.django_db


@pytest.fixture
def here(workspace):
    with tenancy.scope(organization_id=workspace.organization_id):
        yield workspace


def test_an_entry_says_who_did_what_to_which(here, owner):
    actor = Actor.user(owner.user.pk, request_id="r-1", address="203.0.113.0/24")
    entry = audit.record("workspace.updated", subject=here, actor=actor, diff={"name": ["A", "B"]})

    assert (entry.organization_id, entry.workspace_id) == (here.organization_id, here.pk)
    assert (entry.subject_type, entry.subject_id) == ("workspace", here.pk)
    assert (entry.actor_kind, entry.actor_id, entry.request_id) == ("user", owner.user.pk, "r-1")
    assert entry.diff == {"name": ["A", "B"]}


def test_a_secret_is_never_written_down(here):
    with pytest.raises(SecretInPayload):
        audit.record("workspace.updated", subject=here, actor=SYSTEM, diff={"deep": {"token": Secret("sesame")}})


def test_what_changed_is_kept_as_plain_values(here):
    at = datetime(2026, 3, 1, 10, 0, 0, 123_456, tzinfo=UTC)
    diff = {"at": at, "id": here.pk, "zone": gettext_lazy("Monday"), "cost": Decimal("1.50"), 3: [at.date()]}
    entry = audit.record("workspace.updated", subject=here, actor=SYSTEM, diff=diff)

    kept = {"at": "2026-03-01T10:00:00.123Z", "id": str(here.pk), "zone": "Monday", "cost": "1.50", "3": ["2026-03-01"]}
    assert entry.diff == kept


def test_what_cannot_be_kept_is_refused(here):
    with pytest.raises(TypeError, match="not JSON serializable"):
        audit.record("workspace.updated", subject=here, actor=SYSTEM, diff={"what": object()})


def test_an_entry_disappears_with_the_change_it_tells_about(here):
    def change_half_way() -> None:
        with transaction.atomic():
            audit.record("workspace.updated", subject=here, actor=SYSTEM)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        change_half_way()
    assert not Entry.objects.exists()


def test_an_entry_is_neither_changed_nor_thrown_away(here):
    entry = audit.record("workspace.updated", subject=here, actor=SYSTEM)

    with pytest.raises(EntryIsFinal):
        entry.save()
    with pytest.raises(EntryIsFinal):
        entry.delete()


def test_nobody_writes_into_the_diary_of_another_organization(here, stranger_workspace):
    with pytest.raises(tenancy.NoTenant):
        audit.record("workspace.updated", subject=stranger_workspace, actor=SYSTEM)
