"""The locked room: whatever happens in it, nothing gets out but an answer."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
from dataclasses import replace
from pathlib import Path

import pytest

from apps.media import room
from apps.media.decoding import refusals, sniffing
from apps.media.decoding.refusals import Refused
from apps.media.probing import Probe, ffmpeg, looking
from apps.media.room import MB, Limits, process
from apps.media.states import Kind
from tests.support.waiting import wait_until

SMALL = Limits(memory=64 * MB, seconds=10, file=MB)
AMPLE = Limits(memory=2048 * MB, seconds=30, file=MB)


def program(code: str, limits: Limits = SMALL, **options: object) -> room.Outcome:
    return room.run([sys.executable, "-I", "-S", "-c", code], limits, **options)  # type: ignore[arg-type]


def test_a_program_that_behaves_is_heard() -> None:
    outcome = program("print('done')")

    assert (outcome.code, outcome.output, outcome.said) == (0, b"done\n", "")
    assert 0 < outcome.peak < 64 * MB


def test_it_knows_nothing_of_us(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SECRET_OF_THE_HOUSE", "x")
    code = (
        "names = [name for name in os.environ if name != 'LC_CTYPE']; files = sorted(os.listdir('/proc/self/fd'))[:-1]"
    )
    looking_around = f"import os, json; {code}; print(json.dumps({{'found': {{'names': names, 'files': files}}}}))"

    with open(__file__) as ours:
        os.set_inheritable(ours.fileno(), True)
        outcome = program(looking_around)
        monkeypatch.setattr(process, "START", looking_around)
        seen = room.ask("pictures.look", {})

    assert seen == {"names": [], "files": ["0", "1", "2"]}
    assert json.loads(outcome.output)["found"] == seen


@pytest.mark.parametrize("family", ["AF_INET", "AF_INET6", "AF_UNIX"])
def test_it_reaches_no_network(family: str) -> None:
    outcome = program(f"import socket\ntry: socket.socket(socket.{family})\nexcept PermissionError: print('refused')")

    assert outcome.output == b"refused\n"


def test_what_decodes_starts_no_programs(monkeypatch: pytest.MonkeyPatch) -> None:
    code = (
        "import sys; sys.path.insert(0, sys.argv[1]); from apps.media.decoding.confinement import confine\n"
        "confine(memory=64_000_000, seconds=5, file=1000, may_exec=False)\n"
        "import os\n"
        "try: os.execv(sys.executable, [sys.executable, '-c', ''])\n"
        'except PermissionError: print(\'{"found": {"refused": true}}\')'
    )
    monkeypatch.setattr(process, "START", code)

    assert room.ask("pictures.look", {}) == {"refused": True}


@pytest.mark.parametrize(("number", "words"), [("SIGXCPU", "too long"), ("SIGKILL", "memory"), ("SIGSEGV", "damaged")])
def test_how_it_was_ended_is_told(number: str, words: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(process, "START", f"import os, signal; os.kill(os.getpid(), signal.{number})")

    with pytest.raises(Refused, match=words):
        room.ask("pictures.look", {})


def test_it_fills_no_more_memory_than_it_is_given() -> None:
    outcome = program("try: b'x' * 200_000_000\nexcept MemoryError: print('no more')")

    assert outcome.output == b"no more\n"


def test_what_fills_memory_past_the_kernel_is_ended_from_outside() -> None:
    """Pages of files count for no limit of the kernel."""
    code = (
        f"import mmap, time; file = open({ffmpeg()!r}, 'rb')\n"
        "pages = mmap.mmap(file.fileno(), 0, prot=mmap.PROT_READ); sum(pages[::512]); time.sleep(60)"
    )

    with pytest.raises(room.TooHungry) as ended:
        program(code, Limits(memory=40 * MB, seconds=10))

    assert ended.value.words == refusals.TOO_HUNGRY


def test_it_writes_no_more_than_it_may(tmp_path: Path) -> None:
    target = tmp_path / "large"

    outcome = program(f"open({str(target)!r}, 'wb', buffering=0).write(b'x' * 2_000_000)\nprint('wrote')")

    assert target.stat().st_size <= MB
    assert outcome.code == 0


def test_what_never_ends_is_ended() -> None:
    # From here, or by the kernel after a second of work.
    for code in ("import time; time.sleep(60)", "while True: pass"):
        with pytest.raises(room.TooSlow) as ended:
            program(code, Limits(seconds=1))
        assert ended.value.words == refusals.TOO_SLOW


def test_its_children_end_with_it(tmp_path: Path) -> None:
    """They hold the other end of a pipe open for as long as they live."""
    pipe = tmp_path / "pipe"
    code = f"import os,time\nif os.fork() == 0:\n    open({str(pipe)!r}, 'w').close()\ntime.sleep(60)"

    with pytest.raises(room.Stopped):
        program(code, Limits(seconds=10), should_stop=pipe.exists)


def test_what_talks_without_end_is_ended() -> None:
    with pytest.raises(room.TalkedTooMuch) as ended:
        program("while True: print('x' * 1000)")

    assert ended.value.words == refusals.DAMAGED


def test_a_process_that_dies_is_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(process, "START", "import os; os.abort()")

    with pytest.raises(Refused, match="damaged"):
        room.ask("pictures.look", {})


@pytest.mark.parametrize(
    "answer", ["", "[]", "{}", "nonsense", '{"found": 3}', '{"refused": 7}', f'{{"refused": "{"x" * 999}"}}']
)
def test_an_answer_without_sense_is_a_sentence(answer: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(process, "START", f"print({answer!r})")

    with pytest.raises(Refused, match="damaged"):
        room.ask("pictures.look", {})


@pytest.mark.parametrize(
    "found",
    [
        {"mime_type": "text/html"},
        {"width": "40"},
        {"width": -1},
        {"seconds": "x"},
        {"sha": 1},
        {"video_codec": "x" * 99},
    ],
    ids=str,
)
def test_a_shape_without_sense_is_a_sentence(found: dict[str, object]) -> None:
    sensible: dict[str, object] = {"mime_type": "image/jpeg", "width": 40, "seconds": 1}
    assert looking.pictured(1, sensible).width == 40

    with pytest.raises(Refused, match="damaged"):
        looking.pictured(1, sensible | found)


def test_a_probe_survives_its_way_through_json() -> None:
    probe = Probe(kind=Kind.VIDEO, mime_type="video/mp4", size=9, seconds=1.5, is_hdr=True)

    stored = json.loads(json.dumps(probe.to_json() | {"of_a_later_version": 1}))

    assert Probe.from_json(stored) == probe


def test_no_more_than_two_run_at_a_time(tmp_path: Path) -> None:
    """Each waits until there are two, and would tell of a third."""
    code = (
        f"import os,sys,time; d={str(tmp_path)!r}; open(d+'/'+str(os.getpid()),'w').close()\n"
        "deadline=time.monotonic()+5\n"
        "while len(os.listdir(d))<2 and time.monotonic()<deadline: time.sleep(.01)\n"
        "time.sleep(.2); print(len(os.listdir(d))); os.unlink(d+'/'+str(os.getpid()))"
    )
    seen: list[int] = []
    threads = [threading.Thread(target=lambda: seen.append(int(program(code).output))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(seen) == 4
    assert max(seen) == 2


def test_what_opens_files_starts_without_the_house() -> None:
    code = (
        f"import sys; sys.path.insert(0, {str(Path(__file__).parents[2])!r})\n"
        "import apps.media.decoding.child\n"
        "print([name for name in ('django', 'config', 'PIL', 'av') if name in sys.modules])"
    )

    assert program(code).output == b"[]\n"


def test_a_list_of_files_is_never_handed_on(tmp_path: Path) -> None:
    path = tmp_path / "film.mp4"
    path.write_bytes(b"#EXTM3U\n/etc/passwd\n")

    with pytest.raises(Refused, match="list of where"):
        sniffing.sniff(path)
    # Nor would the reader of films follow it.
    with pytest.raises(Refused, match=r"damaged|breaks off"):
        room.ask("videos.look", {"path": str(path), "reader": "mov", "max_pixels": 50_000_000})


class TestPrograms:
    def test_that_are_told_to_stop_are_gone_with_their_own_children(self, tmp_path: Path) -> None:
        told = tmp_path / "pids"
        code = (
            "import os, subprocess, time; child = subprocess.Popen(['sleep', '600']);"
            f"open({str(told)!r}, 'w').write(f'{{os.getpid()}} {{child.pid}} '); time.sleep(600)"
        )

        def is_up() -> bool:
            return told.exists() and told.read_text().endswith(" ")

        with pytest.raises(room.Stopped):
            room.run([sys.executable, "-c", code], AMPLE, should_stop=is_up)
        wait_until(lambda: not any(is_alive(int(pid)) for pid in told.read_text().split()))

    def test_may_use_no_more_than_they_are_given(self) -> None:
        greedy = [sys.executable, "-c", "x = bytearray(1024 ** 3)"]
        ended = room.run(greedy, replace(AMPLE, memory=256 * MB))
        assert ended.code == 1
        assert "MemoryError" in ended.said
        with pytest.raises(room.TooSlow):
            room.run([sys.executable, "-c", "import time; time.sleep(600)"], replace(AMPLE, seconds=1))

    def test_reach_nobody(self) -> None:
        code = "import socket; socket.create_connection(('127.0.0.1', 9), 1)"
        assert "PermissionError" in room.run([sys.executable, "-c", code], AMPLE).said

    def test_know_no_secrets_of_ours(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("SECRET_KEY", "a secret")
        lines: list[str] = []
        room.run([sys.executable, "-c", "import os; print(sorted(os.environ))"], AMPLE, heard=lines.append)
        assert "SECRET" not in "".join(lines)

    def test_that_are_killed_from_outside_may_be_tried_again(self) -> None:
        def kill(line: str) -> None:
            os.kill(int(line), signal.SIGKILL)

        code = "import os, time; print(os.getpid(), flush=True); time.sleep(600)"
        with pytest.raises(room.Killed):
            room.run([sys.executable, "-c", code], AMPLE, heard=kill)

    @pytest.mark.skipif(sys.platform != "linux", reason="the kernel of Linux does it")
    def test_end_with_whoever_started_them(self, tmp_path: Path) -> None:
        told = tmp_path / "pid"
        inner = f"import os, time; open({str(told)!r}, 'w').write(f'{{os.getpid()}} '); time.sleep(600)"
        outer = (
            "import sys; import django; django.setup(); from apps.media.room import *;"
            f"run([sys.executable, '-c', {inner!r}], Limits(seconds=600))"
        )
        root = Path(__file__).resolve().parents[2]
        environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "config.settings.test"}
        with subprocess.Popen([sys.executable, "-c", outer], cwd=root, env=environment) as starter:
            wait_until(lambda: told.exists() and told.read_text().endswith(" "))
            starter.kill()
        wait_until(lambda: not is_alive(int(told.read_text())))


def is_alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False
