"""What a person reads once everything answers: the address, and who may sign in to the demo."""

from __future__ import annotations

import contextlib
import threading
import urllib.request

from django.conf import settings
from django.core import checks

from apps.core.checks import AT_THE_START
from apps.core.running.demo import Demo
from apps.core.running.programs import Plan
from apps.core.running.supervisor import Supervisor

PATIENCE_SECONDS = 90
PAUSE_SECONDS = 0.1
# Any proxy of the environment is for the world outside.
_DIRECT = urllib.request.build_opener(urllib.request.ProxyHandler({}))


def greet(plan: Plan, supervisor: Supervisor, *, demo: Demo | None) -> None:
    """Once the pages answer, let the rest start, make the demo if it is missing, and say where everything is."""
    answers = _answers(f"{plan.address}/healthz", supervisor.ended)
    supervisor.start_the_rest()
    if supervisor.ended.is_set():
        return
    if not answers:
        _say(f"Nothing answers well at {plan.address}; the lines above may say why.")
        return
    lines = [f"Postroom is at {plan.address}"]
    if plan.sandbox_url and _answers(plan.sandbox_url, supervisor.ended):
        lines.append(f"The simulated platforms are at {plan.sandbox_url}")
    if demo:
        lines.append(demo.sign_ins(plan.environment()))
    if not settings.EMAIL_HOST:
        lines.append("Mail is not sent, but shown here.")
    lines += [found.msg for found in checks.run_checks(tags=[AT_THE_START])]
    if not supervisor.ended.is_set():
        _say("\n".join([*filter(None, lines), "Ctrl-C stops everything."]))


def _answers(url: str, ended: threading.Event) -> bool:
    """Whether the address answers well before patience or the run ends."""
    for _ in range(int(PATIENCE_SECONDS / PAUSE_SECONDS)):
        # Until then nobody listens, or the answer is an error.
        with contextlib.suppress(OSError):
            _DIRECT.open(url, timeout=10).close()
            return True
        if ended.wait(PAUSE_SECONDS):
            break
    return False


def _say(text: str) -> None:
    print(f"\n{text}\n", flush=True)
