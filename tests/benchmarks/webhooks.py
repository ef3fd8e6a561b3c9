"""How many deliveries a second go out to webhook endpoints, and how long the others wait while some of them are dead.

First everything is due at one instant: that tells the speed. Then events happen at a steady rate, go through the relay,
and what counts is how long after it was written each delivery arrived at an endpoint that is alive; the dead ones have
all of their share still before them, and hang until the time is up. What has arrived is the receivers' word.
"""

from __future__ import annotations

import json
import os
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final
from uuid import UUID

from tests.benchmarks.harness import figures, receivers, stand
from tests.benchmarks.harness.receivers import Arrival

WHY: Final = "a benchmark plants webhook endpoints"
OF_ONE: Final = 2  # endpoints of one organization
FAR: Final = timedelta(hours=8)
LOOK: Final = 0.25  # seconds between two looks
BATCH: Final = 500
STANDING: Final = {"database": "postgres", "latency_ms": 0, "threads": 1, "fault": "none", "platform": "mastodon",
                   "profile": ""}  # fmt: skip


def run(
    *, count: int, endpoints: int, dead: int, latency_ms: int, rate: int, seconds: int, workers: int, most_seconds: int
) -> dict[str, Any]:
    """Figures of one run; it gives up after `most_seconds` with what it knows then."""
    options = {
        "count": count, "endpoints": endpoints, "dead": dead, "latency_ms": latency_ms, "rate": rate,
        "seconds": seconds, "workers": workers, "most_seconds": most_seconds,
    }  # fmt: skip
    asked = {"count": endpoints, "dead": dead, "latency_ms": latency_ms}
    with stand.standing(STANDING) as place, receivers.running(**asked) as (others, pid):
        said = {
            **options, "pids": {**place.pids, "receivers": pid}, "folder": str(place.folder), "urls": others.urls,
            "control": others.control,
        }  # fmt: skip
        trusted = {"OUTBOUND_TRUSTED_ORIGINS": ",".join(others.urls)}
        return stand.told_by("tests.benchmarks.webhooks", said, environment=place.environment | trusted)


class Course:
    """The process that knows the database: it plants, lets it happen, and counts."""

    def __init__(self, options: dict[str, Any]) -> None:
        import psycopg

        from tests.benchmarks.harness.fleet import Fleet
        from tests.benchmarks.harness.meter import Meter
        from tests.benchmarks.harness.statements import Statements

        self.options, folder = options, Path(options["folder"])
        self.fleet = Fleet(options["workers"], folder, of="hooks")
        self._owner = psycopg.connect(os.environ["DATABASE_URL"], autocommit=True)
        self._meter = Meter(self.fleet, options["pids"], Statements(self._owner, folder))
        self._arrived: list[Arrival] = []
        self.endpoints: list[Any] = []

    def measure(self) -> dict[str, Any]:
        self._plant()
        with self.fleet:
            pace = self._backlog()
            delays = self._steady()
        shown = {name: self.options[name] for name in ("count", "endpoints", "dead", "latency_ms", "workers", "rate")}
        return {**shown, **pace, **delays, "log": self.fleet.troubles()}

    def _plant(self) -> None:
        """Endpoints, and for each of them its share of deliveries, due in a future that is too far to matter."""
        from apps.core import tenancy
        from apps.core.secrets import Secret
        from apps.events.models import Event
        from apps.tenants.models import Organization
        from apps.webhooks.models import Delivery, Endpoint

        urls, share = self.options["urls"], self.options["count"] // self.options["endpoints"]
        with tenancy.across_tenants(WHY):
            owners = [
                Organization.objects.create(name=f"Agency {n}", slug=f"agency-{n}")
                for n in range(-(-len(urls) // OF_ONE))
            ]
            for number, url in enumerate(urls):
                endpoint = Endpoint(
                    organization=owners[number // OF_ONE], url=f"{url}/hook", secret=Secret("whsec_" + "c2VjcmV0" * 5)
                )
                endpoint.save()
                self.endpoints.append(endpoint)
            for owner in owners:
                events = [_event(Event, owner, number) for number in range(share)]
                Event.across_tenants.bulk_create(events, BATCH)
                own = [one for one in self.endpoints if one.organization_id == owner.pk]
                due = {"organization": owner, "next_try_at": datetime.now(UTC) + FAR}
                Delivery.across_tenants.bulk_create(
                    [Delivery(endpoint=one, event=event, **due) for one in own for event in events], BATCH
                )
        self._owner.execute("ANALYZE")

    def _backlog(self) -> dict[str, Any]:
        """All of it at one instant, until those who live have it."""
        from apps.core import tenancy
        from apps.webhooks.models import Delivery
        from apps.webhooks.waking import wake_deliveries

        self._meter.begin()
        with tenancy.across_tenants(WHY):
            Delivery.across_tenants.update(next_try_at=datetime.now(UTC))
            wake_deliveries()
        began, share = time.time(), self.options["count"] // self.options["endpoints"]
        wanted = share * (self.options["endpoints"] - self.options["dead"])
        self._wait(lambda: len(self._alive()) >= wanted)
        alive = self._alive()
        seconds = max((one.at for one in alive), default=began) - began + self.options["latency_ms"] / 1000
        told = self._meter.figures(len(alive))
        return {
            "delivered": len(alive), "missing": wanted - len({(one.receiver, one.message_id) for one in alive}),
            "duplicates": len(alive) - len({(one.receiver, one.message_id) for one in alive}),
            "seconds": figures.shown(seconds, 2), "per_second": figures.shown(len(alive) / max(seconds, 0.001), 1),
            "statements_per_delivery": told["statements_per_publication"], "cpu_seconds": told["cpu_seconds"],
            "busy_elsewhere": told["busy_elsewhere"], "peak_rss_mb": told["peak_rss_mb"],
        }  # fmt: skip

    def _steady(self) -> dict[str, Any]:
        """Events at a steady rate; the delay of each delivery to whoever lives, from when it was written."""
        before = len(self._arrived)
        self._meter.begin()
        happened = self._let_happen()
        alive = set(range(self.options["dead"], self.options["endpoints"]))
        wanted = sum(
            self.endpoints[number].organization_id == owner for owner in happened.values() for number in alive
        )  # fmt: skip
        self._wait(lambda: len([one for one in self._arrived[before:] if one.receiver in alive]) >= wanted)
        written = self._written(set(happened))
        came = {(one.receiver, one.message_id): one.at for one in self._arrived[before:] if one.receiver in alive}
        delays = [at - written[key] for key, at in came.items() if key in written]
        return {
            "steady_delivered": len(delays), "steady_missing": wanted - len(delays),
            "worst_delay_of_others_s": figures.shown(max(delays, default=None)),
            "delay_of_others_p50_s": figures.shown(figures.percentile(delays, 50)),
            "delay_of_others_p99_s": figures.shown(figures.percentile(delays, 99)),
            "steady_busy_elsewhere": self._meter.figures(len(delays))["busy_elsewhere"],
        }  # fmt: skip

    def _let_happen(self) -> dict[UUID, UUID]:
        """Emit events, one organization after the other; the organization of each."""
        from django.db import transaction

        from apps.core import tenancy
        from apps.events import services as events
        from apps.tenants.models import Organization

        with tenancy.across_tenants(WHY):
            owners = list(Organization.objects.order_by("name"))
        happened: dict[UUID, UUID] = {}
        pause, began = OF_ONE / self.options["rate"], time.monotonic()
        for number in range(int(self.options["seconds"] / pause)):
            owner = owners[number % len(owners)]
            with tenancy.scope(organization_id=owner.pk), transaction.atomic():
                subject = _Subject(owner.pk)
                happened[events.emit("organization.updated", subject=subject, data={"number": number}).pk] = owner.pk
            time.sleep(max(0.0, began + (number + 1) * pause - time.monotonic()))
        return happened

    def _written(self, of: set[UUID]) -> dict[tuple[int, str], float]:
        from apps.core import tenancy
        from apps.tenants.rest import ids
        from apps.webhooks.models import Delivery

        numbers = {endpoint.pk: number for number, endpoint in enumerate(self.endpoints)}
        with tenancy.across_tenants(WHY):
            rows = Delivery.across_tenants.filter(event__in=of).values_list("endpoint_id", "event_id", "created_at")
            return {(numbers[one], ids.public(ids.EVENT, event)): at.timestamp() for one, event, at in rows}

    def _alive(self) -> list[Arrival]:
        return [one for one in self._arrived if one.receiver >= self.options["dead"]]

    def _wait(self, is_done: Any) -> None:
        until = time.monotonic() + self.options["most_seconds"] / 2
        while time.monotonic() < until:
            self._arrived += receivers.arrivals(self.options["control"], after=len(self._arrived))
            if is_done():
                return
            time.sleep(LOOK)


class _Subject:
    """The organization as a subject of its events, without workspace."""

    def __init__(self, organization_id: UUID) -> None:
        from apps.tenants.models import Organization

        self.pk, self.organization_id, self._meta = organization_id, organization_id, Organization._meta


def _event(model: Any, owner: Any, number: int) -> Any:
    about = {"name": "organization.updated", "subject_type": "organization", "subject_id": owner.pk}
    payload = {"changed": ["name", "timezone"], "words": "What has changed, in a line or two of ordinary length."}
    return model(organization=owner, sequence=number + 1, payload=payload, relayed_at=datetime.now(UTC), **about)


if __name__ == "__main__":
    import django

    django.setup()
    sys.stdout.write(json.dumps(Course(json.loads(sys.argv[1])).measure()) + "\n")
