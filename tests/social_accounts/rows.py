"""Rows of every tenant, for tests that ask what was stored at all: without a tenant PostgreSQL shows none."""

from __future__ import annotations

from typing import Any

from apps.core import tenancy


def every(model: Any) -> list[Any]:
    with tenancy.across_tenants("a test asks what was stored"):
        return list(model.across_tenants.order_by("pk"))
