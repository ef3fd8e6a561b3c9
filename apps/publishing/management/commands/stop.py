"""The operator's emergency stop on the command line.

manage.py stop                                     what is stopped
manage.py stop --platform x --reason "..."         nothing goes out on X from now on, for anybody
manage.py stop --everything --reason "..."         nothing goes out at all
manage.py stop --lift --platform x                 publishing goes on; each organization chooses what becomes of
manage.py stop --lift --everything                 the posts that fell due meanwhile
"""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from apps.core import tenancy
from apps.core.actors import Actor, ActorKind
from apps.platforms import registry
from apps.publishing import services
from apps.publishing.errors import DecisionIncomplete
from apps.publishing.models import OperatorStop


class Command(BaseCommand):
    help = "Stop publishing on a platform or everywhere, for every organization; or start it again."

    def add_arguments(self, parser: CommandParser) -> None:
        what = parser.add_mutually_exclusive_group()
        what.add_argument("--platform", choices=sorted(registry.ADAPTERS), default="", help="what to stop")
        what.add_argument("--everything", action="store_true", help="stop every platform")
        parser.add_argument("--reason", default="", help="shown to everybody whose posts wait")
        parser.add_argument("--lift", action="store_true", help="start publishing again")

    def handle(self, *args: Any, platform: str, everything: bool, reason: str, lift: bool, **options: Any) -> None:
        if not (platform or everything):
            if lift or reason:
                raise CommandError("Say what: --platform NAME or --everything.")
            return self._list()
        with tenancy.across_tenants("the operator stops publishing or starts it again"):
            self._lift(platform) if lift else self._stop(platform, reason)
        return None

    def _stop(self, platform: str, reason: str) -> None:
        try:
            services.stop_all(platform=platform, reason=reason, actor=Actor(ActorKind.OPERATOR))
        except DecisionIncomplete as error:
            raise CommandError(f"{error.words} (--{error.field})") from error
        self.stdout.write(f"Stopped: {_name(platform)}. Nothing goes out there from now on.")

    def _lift(self, platform: str) -> None:
        row = OperatorStop.objects.filter(platform=platform, lifted_at=None).first()
        if row is None:
            raise CommandError(f"{_name(platform)} is not stopped.")
        services.lift_all(stop=row, actor=Actor(ActorKind.OPERATOR))
        self.stdout.write(f"Goes on: {_name(platform)}. What fell due meanwhile waits for each organization's choice.")

    def _list(self) -> None:
        rows = list(OperatorStop.objects.filter(lifted_at=None))
        for row in rows:
            self.stdout.write(f"{_name(row.platform)}, since {row.since:%Y-%m-%d %H:%M} UTC: {row.reason}")
        if not rows:
            self.stdout.write("The operator has stopped nothing.")


def _name(platform: str) -> str:
    return registry.label(platform) if platform else "Everything"
