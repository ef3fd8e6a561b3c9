"""`manage.py demo`: the demo agency, made once, and who may sign in."""

from __future__ import annotations

from typing import Any

import httpx
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from apps.core import tenancy
from apps.dashboard.demo import agency
from apps.dashboard.demo.content import PEOPLE
from apps.tenants.models import Organization, User


class Command(BaseCommand):
    help = "Makes the demo agency on the simulated platforms, unless there is an organization already."

    def handle(self, **_: Any) -> None:
        if not settings.DEBUG:
            raise CommandError("The demo is for trials: it is made only while DEBUG is on.")
        if not self._is_there():
            if not settings.SANDBOX_URL:
                raise CommandError("The demo needs the simulated platforms: set SANDBOX_URL to where they run.")
            agency.make(self._mastodon())
        if User.objects.filter(email=PEOPLE[0].email).exists():
            self.stdout.write("\n".join(["Sign in as", *agency.sign_ins()]))

    def _is_there(self) -> bool:
        with tenancy.across_tenants("see whether anybody works here yet"):
            return Organization.objects.exists()

    def _mastodon(self) -> str:
        try:
            health = httpx.get(f"{settings.SANDBOX_URL}/_control/health", timeout=10, trust_env=False)
            return str(health.raise_for_status().json()["origins"]["mastodon"])
        except httpx.HTTPError as error:
            raise CommandError(f"The sandbox at {settings.SANDBOX_URL} does not answer: {error}") from error
