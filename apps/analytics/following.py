"""A consumer of events: a post that went out is read from now on."""

from __future__ import annotations

from apps.analytics import services
from apps.events.models import Event
from apps.publishing.models import Publication


def follow_post(event: Event) -> None:
    services.follow(Publication.objects.filter(pk=event.subject_id))
