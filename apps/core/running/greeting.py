"""What a person reads once everything answers: the address, and who may sign in to the demo."""

from __future__ import annotations

import subprocess
import sys
import threading
import urllib.error
import urllib.request

from django.core.management import get_commands

from apps.core.running.database import MANAGE
from apps.core.running.programs import Plan

PATIENCE_SECONDS = 90
PAUSE_SECONDS = 0.1
# Any proxy of the environment is for the world outside.
_DIRECT = urllib.request.build_opener(urllib.request.ProxyHandler({}))


def greet(plan: Plan, ended: threading.Event, *, wants_demo: bool) -> None:
    """Wait for the pages, make the demo if it is wanted and missing, and say where everything is."""
    if plan.sandbox_url and not _answers(plan.sandbox_url, ended):
        return
    sign_ins = _demo(plan) if wants_demo and "demo" in get_commands() else ""
    if not _answers(f"{plan.address}/accounts/login/", ended):
        if not ended.is_set():
            _say(f"The pages at {plan.address} do not answer properly; the lines above say more.")
        return
    lines = [f"Postroom is at {plan.address}"]
    if plan.sandbox_url:
        lines.append(f"The simulated platforms are at {plan.sandbox_url}")
    _say("\n".join([*lines, *filter(None, [sign_ins]), "Ctrl-C stops everything."]))


def _answers(url: str, ended: threading.Event) -> bool:
    """Whether the address answers, other than with an error of its own, before patience or the run ends."""
    for _ in range(int(PATIENCE_SECONDS / PAUSE_SECONDS)):
        try:
            _DIRECT.open(url, timeout=10).close()
            return True
        except urllib.error.HTTPError as error:
            if error.code < 500:
                return True
        except OSError:
            pass
        if ended.wait(PAUSE_SECONDS):
            break
    return False


def _demo(plan: Plan) -> str:
    """`manage.py demo` makes the demo once and says who may sign in, each time it is asked."""
    done = subprocess.run(
        [sys.executable, str(MANAGE), "demo"],
        capture_output=True,
        text=True,
        check=False,
        env=plan.environment(),
        stdin=subprocess.DEVNULL,
    )
    if done.returncode:
        words = done.stderr.strip().splitlines() or ["it did not say why"]
        return f"The demo could not be made: {words[-1]}"
    return done.stdout.strip()


def _say(text: str) -> None:
    print(f"\n{text}\n", flush=True)
