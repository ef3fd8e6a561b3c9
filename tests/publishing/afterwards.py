"""What is done to a post that is out, as tests say it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from apps.audit.models import Entry
from apps.core.actors import SYSTEM
from apps.platforms.adapters.memory import MemoryAdapter, MemoryPlatform
from apps.publishing import services
from apps.publishing.models import Publication
from apps.publishing.services import Aftermath
from apps.publishing.states import Deed, State
from tests.support.publishing import Agency, adapter, run_worker


def published(agency: Agency, text: str = "Open until 8", **parts: Any) -> Publication:
    publication = agency.scheduled(text, **parts)
    run_worker()
    row: Publication = agency.read(publication)
    assert row.state == State.PUBLISHED
    return row


def take_down(publication: Publication) -> Aftermath:
    return services.take_down(publication=publication, actor=SYSTEM)


def change(publication: Publication, text: str | None = "Open until 9", **more: Any) -> Aftermath:
    wanted = {"options": {}, **more}
    return services.change_published(publication=publication, text=text, actor=SYSTEM, **wanted)


def able(memory: MemoryPlatform, **can: Any) -> None:
    """A platform that can do less, or other things, than the one in memory."""
    adapter(memory).capabilities = replace(MemoryAdapter.capabilities, **can)


def deeds(agency: Agency, publication: Publication) -> list[tuple[str, str]]:
    """What people have tried with the post itself, and what came of it."""
    lines = [line for line in agency.attempts(publication) if line.deed != Deed.PUBLISH and line.follow_up_id is None]
    return [(line.deed, line.outcome) for line in lines]


def diary(agency: Agency, publication: Publication) -> list[str]:
    with agency.scope():
        entries = Entry.objects.filter(subject_id=publication.pk).order_by("id")
        return list(entries.values_list("verb", flat=True))
