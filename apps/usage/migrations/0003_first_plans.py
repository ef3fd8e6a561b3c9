"""Three plans to begin with, as hosted services sell them. Nobody has one until the operator says so."""

from typing import ClassVar

from django.db import migrations

GIGABYTE = 1000**3
# TikTok, X and YouTube as bundle.social limits them; its other rows name no platform, so the middle one stands for all.
PLANS = {
    "FREE": {
        "monthly_publications": 10, "daily_publications": {"tiktok": 5, "x": 5, "youtube": 10, "*": 10},
        "monthly_imports": 5, "workspaces": 1, "accounts": 3, "seats": 1, "storage_bytes": GIGABYTE,
        "webhooks": 5, "keys": 50, "white_label": False,
    },
    "PRO": {
        "monthly_publications": 1000, "daily_publications": {"tiktok": 10, "x": 15, "youtube": 10, "*": 18},
        "monthly_imports": 100, "workspaces": 25, "accounts": 150, "seats": 10, "storage_bytes": 20 * GIGABYTE,
        "webhooks": 5, "keys": 50, "white_label": None,
    },
    "BUSINESS": {
        "monthly_publications": 100_000, "daily_publications": {"tiktok": 15, "x": 15, "youtube": 15, "*": 24},
        "monthly_imports": 250, "workspaces": None, "accounts": None, "seats": None,
        "storage_bytes": 100 * GIGABYTE, "webhooks": 5, "keys": 50, "white_label": True,
    },
}  # fmt: skip


def add_plans(apps, schema_editor):
    plan = apps.get_model("usage", "Plan")
    for name, limits in PLANS.items():
        plan.objects.get_or_create(name=name, defaults=limits)


class Migration(migrations.Migration):
    dependencies: ClassVar = [("usage", "0002_row_level_security")]
    operations: ClassVar = [migrations.RunPython(add_plans, migrations.RunPython.noop)]
