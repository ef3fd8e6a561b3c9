"""`manage.py run`: everything that Postroom is, on this machine, until Ctrl-C."""

from __future__ import annotations

import functools
import os
import sys
from dataclasses import replace
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser

from apps.core.running import database, greeting, ports, queue
from apps.core.running.demo import Demo
from apps.core.running.errors import CannotStart
from apps.core.running.programs import Plan
from apps.core.running.supervisor import Supervisor

ROLES = ("web", "worker", "chores", "hooks", "media", "beat")


class Command(BaseCommand):
    help = "Starts the pages, the workers, the schedules, a private queue and, for trials, simulated platforms."
    requires_system_checks = []  # The web process checks; twice would only delay the start.

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "role",
            nargs="?",
            choices=ROLES,
            help="Run this one alone, on a database and a queue that are there already.",
        )

    def handle(self, *, role: str | None, **_: Any) -> None:
        if role:
            plan = _plan()
            os.execve(sys.executable, plan.command(role), plan.environment())  # noqa: S606
        try:
            plan = _plan()
            _require_free_ports(plan)
            plan = _with_queue(plan)
            migrated = database.bring_up_to_date()
        except CannotStart as error:
            self.stderr.write(str(error))
            sys.exit(1)
        self.stdout.write("Starting Postroom ...")
        simulated = plan.sandbox_url or settings.SANDBOX_URL
        demo = Demo.of_this_database(settings.VAR_DIR, may_be_new=migrated) if settings.DEBUG and simulated else None
        supervisor = Supervisor(plan.programs(), env=plan.environment())
        sys.exit(supervisor.run(meanwhile=functools.partial(greeting.greet, plan, demo=demo)))


def _plan() -> Plan:
    """What the settings ask for."""
    # Whoever names a sandbox, or none, does not want another one.
    simulates = settings.DEBUG and "SANDBOX_URL" not in os.environ
    return Plan(
        var=settings.VAR_DIR,
        host=settings.RUN_HOST,
        port=settings.RUN_PORT,
        web_processes=settings.WEB_PROCESSES,
        web_threads=settings.WEB_THREADS,
        worker_threads=settings.WORKER_THREADS,
        media_workers=settings.MEDIA_WORKERS,
        sandbox_port=settings.SANDBOX_PORT if simulates else None,
    )


def _require_free_ports(plan: Plan) -> None:
    _require_free(plan.port, host=plan.host, name="PORT")
    if plan.sandbox_port:
        for port in range(plan.sandbox_port, plan.sandbox_port + settings.SANDBOX_PORTS):
            _require_free(port, name="SANDBOX_PORT")


def _with_queue(plan: Plan) -> Plan:
    """The plan with a private queue, unless REDIS_URL names one."""
    if "REDIS_URL" in os.environ or "REDIS_URL_FILE" in os.environ:
        queue.require(settings.REDIS_URL)
        return plan
    return replace(plan, queue=queue.prepare(settings.VAR_DIR, port=ports.free()))


def _require_free(port: int, *, name: str, host: str = ports.LOOPBACK) -> None:
    try:
        taken = ports.is_taken(port, host=host)
    except (OSError, OverflowError) as error:
        raise CannotStart(f"Port {port} at {host} cannot be used: {error}. Choose another with {name}.") from error
    if taken:
        raise CannotStart(
            f"Port {port} is taken by another program: stop that one, or choose another port with {name}."
        )
