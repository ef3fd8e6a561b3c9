"""Starts processes together and stops them together: honcho's processes and printer, with an ending of our own.

Promises: every line of a process carries its name; when one process ends unasked, the rest are stopped and the run
fails, saying which; Ctrl-C, SIGTERM and a closed terminal stop all of them in order, those that others lean on last; a
process that does not stop in time is killed with its children; and should the supervisor itself be killed, the kernel
stops the rest.
"""

from __future__ import annotations

import functools
import os
import queue
import shutil
import signal
import sys
import threading
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from honcho.colour import get_colours
from honcho.printer import Message, Printer
from honcho.process import Popen, Process

GRACE = timedelta(seconds=10)
CANNOT_START = 127  # what a shell answers for a program that it cannot find
STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


@dataclass(frozen=True, slots=True)
class Program:
    """One process to run.

    A foundation is stopped after everything else, because others lean on it. One that can wait is started when somebody
    calls `Supervisor.start_the_rest`, so that it does not take processor time from those that a person waits for.
    """

    name: str
    command: list[str]
    is_foundation: bool = False
    can_wait: bool = False


@dataclass(slots=True)
class _Child:
    program: Program
    pid: int | None = None
    exit_code: int | None = None
    stop_by: datetime | None = None

    @property
    def is_running(self) -> bool:
        return self.pid is not None and self.exit_code is None

    def signal(self, number: signal.Signals) -> None:
        """Tell the process; a kill reaches its children too, for each process leads a group of its own."""
        if self.pid is None:
            return
        try:
            if number is signal.SIGKILL:
                os.killpg(self.pid, number)
            else:
                os.kill(self.pid, number)
        except ProcessLookupError:
            pass  # It ended by itself in the meantime; its event is on the way.


class Supervisor:
    """Runs programs until one of them ends or somebody asks to stop; `run` returns the exit code of the whole."""

    def __init__(self, programs: Iterable[Program], *, env: Mapping[str, str], output: Any = None) -> None:
        self._env = dict(env)
        self._waiting = list(programs)
        self._children: dict[str, _Child] = {}
        self._events: queue.Queue[Message] = queue.Queue()
        self._printer = Printer(output or sys.stdout, width=max(len(program.name) for program in self._waiting))
        self._colours = get_colours()
        self._rest_wanted = threading.Event()
        self._stop_asked = False
        self._failure = ""
        self.ended = threading.Event()

    def start_the_rest(self) -> None:
        """Start those that could wait; called from any thread."""
        self._rest_wanted.set()

    def run(self, *, meanwhile: Callable[[Supervisor], None] | None = None) -> int:
        """Start everything and stay; `meanwhile` runs in a thread beside, and finds the end in `ended`."""
        # Whoever started us with nohup wants the closed terminal ignored.
        stays = signal.getsignal(signal.SIGHUP) is signal.SIG_IGN
        heeded = [number for number in STOP_SIGNALS if not (stays and number is signal.SIGHUP)]
        before = {number: signal.signal(number, self._ask_to_stop) for number in heeded}
        try:
            self._start([program for program in self._waiting if not program.can_wait])
            if meanwhile:
                threading.Thread(target=meanwhile, args=(self,), daemon=True).start()
            while not self._all_ended():
                self._take_event()
                if self._stop_asked or self._failure:
                    self.ended.set()
                    self._stop_next()
                elif self._waiting and self._rest_wanted.is_set():
                    self._start(self._waiting)
        finally:
            self._kill_all()
            for number, handler in before.items():
                signal.signal(number, handler)
        if self._failure:
            print(self._failure, file=sys.stderr, flush=True)
        return 1 if self._failure else 0

    def _ask_to_stop(self, _number: int, _frame: object) -> None:
        self._stop_asked = True

    def _start(self, programs: list[Program]) -> None:
        self._waiting = [program for program in self._waiting if program not in programs]
        for program in programs:
            self._children[program.name] = _Child(program)
            process = Process(
                cmd=ending_with_us(program.command), name=program.name, colour=next(self._colours), env=self._env
            )
            process._child_ctor = functools.partial(Popen, shell=False)
            # A thread for each: it hands lines and the ending over as events, and lives as long as its process.
            threading.Thread(target=self._follow, args=(process,), daemon=True).start()

    def _follow(self, process: Process) -> None:
        try:
            process.run(self._events)
        except OSError as error:
            now = datetime.now().astimezone()
            message = functools.partial(Message, time=now, name=process.name, colour=process.colour)
            self._events.put(message(type="line", data=f"cannot be started: {error.strerror}"))
            self._events.put(message(type="stop", data={"returncode": CANNOT_START}))

    def _take_event(self) -> None:
        try:
            event = self._events.get(timeout=0.1)
        except queue.Empty:
            return
        child = self._children[event.name]
        if event.type == "line":
            self._printer.write(event)
        elif event.type == "start":
            child.pid = event.data["pid"]
        elif event.type == "stop":
            child.exit_code = event.data["returncode"]
            if not self._stop_asked and not self._failure:
                self._failure = f"Stopped everything because {event.name} ended by itself ({_ending(child.exit_code)})."

    def _all_ended(self) -> bool:
        return all(child.exit_code is not None for child in self._children.values())

    def _stop_next(self) -> None:
        """Ask those that nothing leans on any more to end; kill those whose time is up."""
        running = [child for child in self._children.values() if child.is_running]
        leaning = [child for child in running if not child.program.is_foundation]
        now = datetime.now().astimezone()
        for child in leaning or running:
            if child.stop_by is None:
                child.stop_by = now + GRACE
                child.signal(signal.SIGTERM)
            elif child.stop_by < now:
                child.signal(signal.SIGKILL)

    def _kill_all(self) -> None:
        for child in self._children.values():
            if child.is_running:
                child.signal(signal.SIGKILL)


def _ending(code: int) -> str:
    """A process that a signal ended has its number as a negative exit code."""
    return f"exit code {code}" if code >= 0 else f"killed by {signal.Signals(-code).name}"


def ending_with_us(command: list[str], *, by: signal.Signals = signal.SIGTERM) -> list[str]:
    """The command, told by the kernel to end when we die without a word (where the system can)."""
    setpriv = shutil.which("setpriv")
    return [setpriv, "--pdeathsig", by.name.removeprefix("SIG"), *command] if setpriv else command
