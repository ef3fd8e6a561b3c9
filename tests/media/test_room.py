"""The locked room: whatever happens in it, nothing gets out but an answer."""

from __future__ import annotations

import json
import os
import sys
import threading
from pathlib import Path

import pytest

from apps.media.decoding import refusals, sniffing
from apps.media.decoding.refusals import Refused
from apps.media.probing import Probe, ffmpeg, looking, room
from apps.media.probing.room import MB, Limits
from apps.media.states import Kind

SMALL = Limits(memory=64 * MB, seconds=10, file=MB)


def program(code: str, limits: Limits = SMALL, **options: object) -> room.Outcome:
    return room.run([sys.executable, "-I", "-S", "-c", code], limits, **options)  # type: ignore[arg-type]


def test_a_program_that_behaves_is_heard() -> None:
    outcome = program("print('done')")

    assert (outcome.code, outcome.output, outcome.ended) == (0, b"done\n", "")
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
        monkeypatch.setattr(room, "START", looking_around)
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
    monkeypatch.setattr(room, "START", code)

    assert room.ask("pictures.look", {}) == {"refused": True}


@pytest.mark.parametrize(("number", "words"), [("SIGXCPU", "too long"), ("SIGKILL", "memory"), ("SIGSEGV", "damaged")])
def test_how_it_was_ended_is_told(number: str, words: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room, "START", f"import os, signal; os.kill(os.getpid(), signal.{number})")

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

    outcome = program(code, Limits(memory=40 * MB, seconds=10))

    assert outcome.ended == refusals.TOO_HUNGRY


def test_it_writes_no_more_than_it_may(tmp_path: Path) -> None:
    target = tmp_path / "large"

    outcome = program(f"open({str(target)!r}, 'wb', buffering=0).write(b'x' * 2_000_000)\nprint('wrote')")

    assert target.stat().st_size <= MB
    assert outcome.code == 0


def test_what_never_ends_is_ended() -> None:
    sleeping = program("import time; time.sleep(60)", Limits(seconds=1))
    busy = program("while True: pass", Limits(seconds=1))

    assert sleeping.ended == refusals.TOO_SLOW
    assert busy.ended == refusals.TOO_SLOW or busy.code == -24  # by the kernel, after a second of work


def test_its_children_end_with_it(tmp_path: Path) -> None:
    """They hold the other end of a pipe open for as long as they live."""
    pipe = tmp_path / "pipe"
    code = f"import os,time\nif os.fork() == 0:\n    open({str(pipe)!r}, 'w').close()\ntime.sleep(60)"

    outcome = program(code, Limits(seconds=10), should_stop=pipe.exists)

    assert outcome.code is None


def test_what_talks_without_end_is_ended() -> None:
    assert program("while True: print('x' * 1000)").ended == refusals.DAMAGED


def test_a_process_that_dies_is_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room, "START", "import os; os.abort()")

    with pytest.raises(Refused, match="damaged"):
        room.ask("pictures.look", {})


@pytest.mark.parametrize(
    "answer", ["", "[]", "{}", "nonsense", '{"found": 3}', '{"refused": 7}', f'{{"refused": "{"x" * 999}"}}']
)
def test_an_answer_without_sense_is_a_sentence(answer: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room, "START", f"print({answer!r})")

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
