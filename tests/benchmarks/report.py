"""A report of a month with every section: how long it takes from the claim to the stored files, and in what memory."""

from __future__ import annotations

import resource
import statistics
import tempfile
import time
from datetime import UTC, datetime
from typing import Any

MOST_POSTS = 400


def run(*, posts: int = 160, rounds: int = 3) -> dict[str, Any]:
    """Figures: the middle of the rounds, in seconds; pages of the PDF; the most memory that the process had."""
    from django.test import override_settings
    from django.test.utils import setup_databases, teardown_databases

    from apps.core import clock

    before = setup_databases(verbosity=0, interactive=False)
    try:
        with tempfile.TemporaryDirectory(prefix="postroom-bench-") as folder, override_settings(MEDIA_ROOT=folder):
            clock.use(lambda: datetime(2026, 10, 2, 7, tzinfo=UTC))
            return _measured(min(posts, MOST_POSTS), rounds)
    finally:
        clock.use(None)
        teardown_databases(before, verbosity=0)


def _measured(posts: int, rounds: int) -> dict[str, Any]:
    import pypdfium2

    from apps.core import tenancy
    from apps.core.actors import SYSTEM
    from apps.media import storage
    from apps.reports import drawing, services
    from apps.reports.models import ReportFile
    from apps.reports.plan import whole
    from tests.reports.month import SEPTEMBER, MonthOf
    from tests.support import factories

    place = factories.workspace(factories.organization("Northlight Studio"), "Alder & Rye", timezone="Europe/Oslo")
    MonthOf(place, posts=posts * 2)
    whole_seconds, printing, busy = [], [], []
    real = drawing.as_pdf

    def timed(*given: Any) -> bytes:
        began = time.perf_counter()
        made = real(*given)
        printing.append(time.perf_counter() - began)
        return made

    drawing.as_pdf = timed
    try:
        for _ in range(rounds):
            with tenancy.scope(organization_id=place.organization_id):
                services.ask(workspace=place, plan=whole(), period=SEPTEMBER, actor=SYSTEM)
            began, worked = time.perf_counter(), time.process_time()
            services.make_due(now=datetime(2026, 10, 2, 7, tzinfo=UTC))
            whole_seconds.append(time.perf_counter() - began)
            busy.append(time.process_time() - worked)
    finally:
        drawing.as_pdf = real
    with tenancy.across_tenants("the benchmark counts pages"):
        files = {row.kind: row for row in ReportFile.across_tenants.order_by("pk")}
    with storage.open_file(str(files["pdf"].file.name)) as file:
        pages = len(pypdfium2.PdfDocument(file.read()))
    return {
        "seconds": round(statistics.median(whole_seconds), 2),
        "of_that_this_process": round(statistics.median(busy), 2),
        "of_that_printing": round(statistics.median(printing), 2),
        "pages": pages,
        "rounds": rounds,
        "bytes": {kind: row.size for kind, row in sorted(files.items())},
        "peak_rss_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, 1),
    }
