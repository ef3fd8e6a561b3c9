"""The outbox's two verbs: `emit` in the transaction of a change, `relay` after it.

An event is written exactly when its change is. The relay hands it to each consumer at least once, and a consumer that
stays within the database sees it exactly once; one that takes many at once, and recognises those that it had, at least
once. Events of one subject carry a rising `sequence`; events of different
subjects are in no promised order, and after a failure a later one may overtake an earlier one.
"""

from __future__ import annotations

import logging
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.db import connection, models, transaction

from apps.core import clock, tenancy
from apps.core.payloads import as_json
from apps.core.rows import fresh
from apps.core.subjects import Subject
from apps.core.together import is_pending, is_together, pending, recalled, write
from apps.events.catalogue import CATALOGUE
from apps.events.consumers import BatchConsumer, Consumer, batch_consumers, consumers_of
from apps.events.consumers import subscribe as subscribe
from apps.events.consumers import subscribe_to_all as subscribe_to_all
from apps.events.models import Consumption, Event
from apps.events.selectors import being_written

logger = logging.getLogger(__name__)

LEASE: Final = timedelta(minutes=5)
# A handler that sends mail may take this long; one more event is begun only if it can end within the lease.
LONGEST_HANDLER: Final = timedelta(minutes=1)
BATCH: Final = 50
FIRST_PAUSE: Final = timedelta(seconds=5)
LONGEST_PAUSE: Final = timedelta(hours=1)


class UnknownEvent(ValueError):
    """The name is not in apps.events.catalogue."""


def emit(name: str, *, subject: Subject, data: Mapping[str, Any] | None = None) -> Event:
    """Write down that `name` happened to `subject`, in the caller's transaction; the relay tells others after it."""
    _require_emittable(name, subject)
    event = _event(News(name, subject, data), _next_sequences([subject])[subject.pk])
    write([event], of=subject.pk)
    return event


@dataclass(frozen=True, slots=True)
class News:
    """An event to be: what `emit` is told."""

    name: str
    subject: Subject
    data: Mapping[str, Any] | None = None


def emit_all(news: Sequence[News]) -> None:
    """`emit` for many subjects at once, one event for each, in a constant number of statements."""
    for one in news:
        _require_emittable(one.name, one.subject)
    if not news:
        return
    sequences = _next_sequences([one.subject for one in news])
    events = [_event(one, sequences[one.subject.pk]) for one in news]
    if not is_together():
        write(events)
        return
    for event in events:
        write([event], of=event.subject_id)


def relay(*, batches: int = 20) -> int:
    """Hand events that wait to their consumers and return how many are done; any number of relays may run at once."""
    done = 0
    for _ in range(batches):
        until = clock.now() + LEASE
        claimed = _claim(until=until)
        missed = _hand_on_together(claimed)
        handed = [
            event.pk
            for event in claimed
            if clock.now() + LONGEST_HANDLER < until and _hand_on(event, missed=missed.get(event.pk, ()))
        ]
        with tenancy.across_tenants("mark events as relayed"):
            Event.across_tenants.filter(pk__in=handed).update(relayed_at=clock.now())
        done += len(handed)
        if len(claimed) < BATCH:
            break
    return done


def redact(*, subject_ids: Collection[UUID], keep: Collection[str]) -> int:
    """Take everything but `keep` out of the payloads of events about these subjects, in the organization in context;
    how many had more. What happened, and in what order, stays readable."""
    changed = 0
    for event in Event.objects.filter(subject_id__in=subject_ids).only("payload").iterator(chunk_size=500):
        kept = {name: value for name, value in event.payload.items() if name in keep}
        if kept != event.payload:
            changed += Event.objects.filter(pk=event.pk).update(payload=kept)
    return changed


def redact_listed(
    *, names: Collection[str], place: str, ids: Collection[UUID], keep: Collection[str], keep_of_each: Collection[str]
) -> int:
    """The same of events of these names that tell of several things at once: where one of `ids` is in the list at
    `place`, only `keep` and the list are left of the payload, and the entry says nothing but `keep_of_each`; how many
    had more."""
    changed, wanted = 0, {str(one) for one in ids}
    for event in Event.objects.filter(name__in=names).only("payload").iterator(chunk_size=500):
        listed = event.payload.get(place, [])
        if wanted.isdisjoint(one["id"] for one in listed):
            continue
        kept = {name: value for name, value in event.payload.items() if name in keep}
        kept[place] = [_emptied(one, keep_of_each) if one["id"] in wanted else one for one in listed]
        if kept != event.payload:
            changed += Event.objects.filter(pk=event.pk).update(payload=kept)
    return changed


def _emptied(entry: Mapping[str, str], keep: Collection[str]) -> dict[str, str]:
    """With all its names, for whoever reads them."""
    return {name: value if name in keep else "" for name, value in entry.items()}


def _require_emittable(name: str, subject: Subject) -> None:
    if name not in CATALOGUE:
        raise UnknownEvent(f"{name!r} is not in the catalogue of events")
    if not connection.in_atomic_block:
        raise transaction.TransactionManagementError("An event is emitted in the transaction of its change")
    tenancy.require_organization(subject.organization_id)


def _event(news: News, sequence: int) -> Event:
    return fresh(
        Event,
        organization_id=news.subject.organization_id,
        workspace_id=getattr(news.subject, "workspace_id", None),
        name=news.name,
        subject_type=news.subject._meta.model_name,
        subject_id=news.subject.pk,
        sequence=sequence,
        payload=as_json(news.data),
        next_try_at=clock.now(),
    )


def _next_sequences(subjects: Collection[Subject]) -> dict[UUID, int]:
    """The place of each one's next event. Of what is not written yet, nobody else can write any."""
    noted = {subject.pk: len(pending(Event, of=subject.pk)) for subject in subjects}
    written = {subject.pk for subject in subjects if not is_pending(subject)}
    last = _last_sequences(written) if written else {}
    if len(written) < len(noted):
        recalled("events are being written", _tell_feed)
    return {subject_id: last.get(subject_id, 0) + count + 1 for subject_id, count in noted.items()}


def _last_sequences(subject_ids: Collection[UUID]) -> dict[UUID, int]:
    if connection.vendor == "postgresql":
        # Writers of one subject take turns until they commit, subjects in one order so that no two wait for each other;
        # on SQLite every writer already does.
        keys = [f"events/{subject_id}" for subject_id in sorted(subject_ids)]
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT pg_advisory_xact_lock_shared(%s, %s), pg_advisory_xact_lock(hashtextextended(one, 0))"
                " FROM unnest(%s::text[]) one",
                [*being_written(clock.now()), keys],
            )
    rows = Event.plain.filter(subject_id__in=subject_ids).values("subject_id").annotate(last=models.Max("sequence"))
    return {row["subject_id"]: row["last"] for row in rows}


def _tell_feed() -> None:
    """Readers of the feed wait for what is written from this second on, until it is committed."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock_shared(%s, %s)", [*being_written(clock.now())])


def _claim(*, until: datetime) -> list[Event]:
    """Take events whose turn has come; no other relay sees them before `until`."""
    with tenancy.across_tenants("claim events to relay"), transaction.atomic():
        waiting = Event.across_tenants.filter(relayed_at=None, next_try_at__lte=clock.now())
        events = list(waiting.order_by("next_try_at", "id").skipping_locked()[:BATCH])
        Event.across_tenants.filter(pk__in=[event.pk for event in events]).update(
            next_try_at=until, tries=models.F("tries") + 1
        )
    for event in events:
        event.tries += 1
    return sorted(events, key=lambda event: (event.subject_id, event.sequence))


def _hand_on_together(claimed: Sequence[Event]) -> dict[UUID, list[str]]:
    """Serve those who take many events at once; who failed on which. Where all of them together fail, each is handed
    over by itself, so that one bad event holds up no other."""
    missed: dict[UUID, list[str]] = {}
    for consumer in batch_consumers() if claimed else ():
        if _serve_together(claimed, consumer):
            continue
        for event in claimed:
            if len(claimed) == 1 or not _serve_together([event], consumer):
                missed.setdefault(event.pk, []).append(consumer.name)
    return missed


def _serve_together(claimed: Sequence[Event], consumer: BatchConsumer) -> bool:
    try:
        with tenancy.across_tenants(f"hand events to {consumer.name}"), transaction.atomic():
            consumer.handler(claimed)
    except Exception:  # Whatever one consumer does wrong, the others are served.
        logger.exception("The consumer %s failed on %s events", consumer.name, len(claimed))
        return False
    return True


def _hand_on(event: Event, *, missed: Collection[str]) -> bool:
    """Serve every consumer of one event; False if one of them failed and the event has to come back."""
    failed = [*missed, *(consumer.name for consumer in consumers_of(event.name) if not _serve(event, consumer))]
    if failed:
        _postpone(event, failed)
    return not failed


def _serve(event: Event, consumer: Consumer) -> bool:
    try:
        if consumer.calls_network:
            _serve_outside_transaction(event, consumer)
        else:
            _serve_in_transaction(event, consumer)
    except Exception:  # Whatever one consumer does wrong, the others are served.
        logger.exception("The consumer %s failed on %s %s", consumer.name, event.name, event.pk)
        return False
    return True


def _serve_in_transaction(event: Event, consumer: Consumer) -> None:
    with tenancy.scope(organization_id=event.organization_id), transaction.atomic():
        if _mark(event, consumer):
            consumer.handler(event)


def _serve_outside_transaction(event: Event, consumer: Consumer) -> None:
    with tenancy.scope(organization_id=event.organization_id):
        if Consumption.objects.filter(event=event, consumer=consumer.name).exists():
            return
    consumer.handler(event)
    with tenancy.scope(organization_id=event.organization_id):
        _mark(event, consumer)


def _mark(event: Event, consumer: Consumer) -> bool:
    """Write that the consumer has had the event; False if it already had."""
    _, fresh = Consumption.objects.get_or_create(
        event_id=event.pk, consumer=consumer.name, defaults={"organization_id": event.organization_id}
    )
    return fresh


def _postpone(event: Event, failed: list[str]) -> None:
    pause = min(FIRST_PAUSE * 2 ** min(event.tries - 1, 16), LONGEST_PAUSE)
    with tenancy.across_tenants("postpone an event that a consumer failed on"):
        Event.across_tenants.filter(pk=event.pk).update(
            next_try_at=clock.now() + pause, problem=f"Failed: {', '.join(failed)}"[:255]
        )
