"""The shapes in which events are told. An endpoint keeps the one of the day it was made.

Within a version fields and events are added, and nothing is renamed, removed or given another meaning. What has to is
a new version: its shape is added to `apps.webhooks.telling.SHAPES` and to the schema, and the older ones stay.
"""

from __future__ import annotations

from typing import Final

FIRST: Final = "2026-11"
NEWEST: Final = FIRST
ALL: Final = (FIRST,)
