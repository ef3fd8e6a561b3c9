"""How soon dashboards are there with millions of snapshots behind them, and what they ask of the database.

Pages are fetched as a browser would, by a member who is signed in, through the whole of Django in this process; what is
cold at first is fetched once before. The span is 90 days, and the 90 before are read for the change.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from tests.benchmarks.harness import figures, stand

DAYS: Final = 90
# The stand is that of the engine's measurements; nothing is published here.
STAND: Final = {
    "latency_ms": 1, "database": "postgres", "threads": 1, "fault": "none", "platform": "mastodon", "profile": "",
    "settings": {"ALLOWED_HOSTS": "testserver"},
}  # fmt: skip


def run(*, rows: int, pages: int, most_seconds: int) -> dict[str, Any]:
    """Figures of `pages` fetches of each dashboard, with `rows` snapshots in the tables."""
    options = {"rows": rows, "pages": pages, "most_seconds": most_seconds}
    with stand.standing(STAND) as place:
        return stand.told_by("tests.benchmarks.dashboards", options, environment=place.environment)


def measure(*, rows: int, pages: int) -> dict[str, Any]:
    from apps.core.settling import settle
    from tests.benchmarks.harness import dashboard_rows

    began = time.monotonic()
    dashboard_rows.plant(rows)
    planted = time.monotonic() - began
    found: dict[str, Any] = {**_rows(), "days": DAYS, "pages": pages, "plant_seconds": round(planted)}
    dashboards = _dashboards(pages)
    settle()  # as a web process does at its start
    for name, fetches in dashboards.items():
        found |= _figures(name, fetches)
    return found


def _rows() -> dict[str, int]:
    from apps.analytics.models import AccountSnapshot, PublicationSnapshot
    from apps.core import tenancy
    from apps.links.models import ClickDay

    with tenancy.across_tenants("a benchmark counts"):
        rows = sum(model.across_tenants.count() for model in (AccountSnapshot, PublicationSnapshot))
        return {"rows": rows, "click_days": ClickDay.across_tenants.count()}


def _dashboards(pages: int) -> dict[str, Sequence[Callable[[], Any]]]:
    """What is fetched of each kind, clients and agencies in turn; nothing of a page that is not there."""
    from django.urls import NoReverseMatch, reverse

    from apps.core import tenancy
    from apps.tenants.models import Workspace
    from apps.tenants.permissions import Role
    from tests.support import factories

    with tenancy.across_tenants("a benchmark chooses clients"):
        every = list(Workspace.across_tenants.select_related("organization").order_by("pk"))
    chosen = [every[(number * 37) % len(every)] for number in range(pages)]
    owners = {one.organization_id: factories.member(one.organization, Role.OWNER) for one in chosen}
    last = datetime.now(UTC).date() - timedelta(days=1)
    span = {"from": (last - timedelta(days=DAYS - 1)).isoformat(), "to": last.isoformat()}

    def fetch(workspace: Any, name: str) -> Callable[[], Any]:
        browser, url = factories.signed_in(owners[workspace.organization_id], at=workspace), reverse(name)
        browser.handler.load_middleware()  # as a web server has, before anybody asks
        return lambda: browser.get(url, span)

    found: dict[str, Sequence[Callable[[], Any]]] = {}
    for kind, name in (("workspace", "analytics:overview"), ("organization", "agency:analytics")):
        try:
            found[kind] = [fetch(workspace, name) for workspace in chosen]
        except NoReverseMatch:
            found[kind] = []
    return found


def _figures(name: str, fetches: Sequence[Callable[[], Any]]) -> dict[str, Any]:
    from django.db import connection

    times: list[float] = []
    own: list[float] = []
    asking: list[float] = []
    queries: list[str] = []

    def count(execute: Any, sql: str, *rest: Any) -> Any:
        queries.append(sql)
        began = time.monotonic()
        try:
            return execute(sql, *rest)
        finally:
            asking[-1] += (time.monotonic() - began) * 1000

    for fetch in fetches[:3]:
        fetch()
    for fetch in fetches:
        queries.clear()
        asking.append(0.0)
        began, used = time.monotonic(), time.process_time()
        with connection.execute_wrapper(count):
            answer = fetch()
        times.append((time.monotonic() - began) * 1000)
        own.append((time.process_time() - used) * 1000)
        if answer.status_code != 200:
            raise RuntimeError(f"The dashboard was answered with {answer.status_code}")
    of_rows = [sql for sql in queries if "set_config" not in sql]
    return {
        f"{name}_p50_ms": figures.shown(figures.percentile(times, 50), 1),
        f"{name}_p95_ms": figures.shown(figures.percentile(times, 95), 1),
        f"{name}_database_p50_ms": figures.shown(figures.percentile(asking, 50), 1),
        f"{name}_processor_p50_ms": figures.shown(figures.percentile(own, 50), 1),
        f"{name}_queries": len(of_rows),
        f"{name}_statements_that_name_the_tenant": len(queries) - len(of_rows),
    }


if __name__ == "__main__":
    import django

    django.setup()
    said = json.loads(sys.argv[1])
    sys.stdout.write(json.dumps(measure(rows=said["rows"], pages=said["pages"])) + "\n")
