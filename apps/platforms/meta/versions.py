"""The versions of the Graph API, and when each ends.

https://developers.facebook.com/docs/graph-api/changelog/versions/, as of November 2026."""

from __future__ import annotations

from datetime import date
from typing import Final

from apps.platforms.versions import ApiVersion

CURRENT: Final = "v26.0"
SOURCE: Final = "https://developers.facebook.com/docs/graph-api/changelog/versions/"
RHYTHM: Final = (
    "Two or three versions a year, each alive for about two years; removals of metrics reach all versions at once."
)

_TABLE: Final = (
    ("v26.0", date(2026, 7, 29), None),
    ("v25.0", date(2026, 2, 18), date(2028, 7, 29)),
    ("v24.0", date(2025, 10, 8), date(2028, 2, 18)),
    ("v23.0", date(2025, 5, 29), date(2027, 10, 8)),
    ("v22.0", date(2025, 1, 21), date(2027, 5, 20)),
    ("v21.0", date(2024, 10, 2), date(2027, 1, 21)),
    ("v20.0", date(2024, 5, 21), date(2026, 9, 24)),
)
GRAPH: Final = {name: ApiVersion(name, RHYTHM, SOURCE, released=released, ends=ends) for name, released, ends in _TABLE}
