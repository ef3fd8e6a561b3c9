"""A film and a photo as a phone takes them go in; what comes out is accepted by every simulated platform, in each kind
of post that it has. The simulations look into the files themselves and know nothing of our rules."""

from __future__ import annotations

import hashlib
import io
import itertools
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from apps.media.fitting import fit
from apps.media.making import make
from apps.media.probing import Probe, probe
from apps.media.recipes import Cut
from apps.platforms.contract import Draft, MediaFile
from apps.platforms.errors import PlatformError
from apps.platforms.formats import limits_of
from apps.platforms.validation import problems
from tests.media.films import HEVC, film, photo
from tests.platforms.conformance.bench import Bench
from tests.platforms.conformance.benches import SANDBOX_BENCHES, open_bench
from tests.platforms.drafts import picture_bytes
from tests.support.sandbox import Sandbox

SECONDS = 4.2  # a little more than the longest of the shortest that platforms take
MADE = ("image/jpeg", "image/png", "image/webp", "video/mp4", "video/quicktime")
_numbers = itertools.count(1)


@dataclass
class Kitchen:
    """The two files of the phone, what was made of them so far, and an address at which all of it is found."""

    folder: Path
    sources: dict[str, tuple[Path, Probe]]
    served: dict[str, tuple[str, bytes]] = field(default_factory=dict)
    made: dict[str, tuple[Path, Probe]] = field(default_factory=dict)
    address: str = ""

    def source(self, kind: str) -> MediaFile:
        """The file as the phone took it."""
        path, found = self.sources[kind]
        return self._file(path, found)

    def rendition(self, wanted: MediaFile, written: Draft, bench: Bench) -> MediaFile:
        """What becomes of the phone's file in the place of `wanted`."""
        kind = "video" if wanted.is_video else "image"
        can = limits_of(written, bench.adapter.capabilities)
        fitted = fit(self.source(kind), Cut(fit="crop"), can, label=bench.adapter.label)
        assert fitted.problems == ()
        if fitted.recipe is None:
            path, found = self.sources[kind]
        else:
            key = fitted.recipe.key(kind)
            if key not in self.made:
                to = self.folder / key
                self.made[key] = to, make(fitted.recipe, *self.sources[kind], to=to)
            path, found = self.made[key]
            assert (found.mime_type, found.width, found.height) == (
                fitted.shape.mime_type, fitted.shape.width, fitted.shape.height,
            )  # fmt: skip
            assert found.size <= fitted.shape.size
        file = self._file(path, found)
        address = file.public_url if wanted.public_url else ""
        return replace(file, id=wanted.id, alt=wanted.alt, public_url=address)

    def _file(self, path: Path, found: Probe) -> MediaFile:
        content = path.read_bytes()
        sha256 = hashlib.sha256(content).hexdigest()
        extension = found.mime_type.rpartition("/")[2]
        self.served[f"/{sha256}.{extension}"] = (found.mime_type, content)
        return MediaFile(
            id=sha256[:12], mime_type=found.mime_type, size=len(content), width=found.width, height=found.height,
            sha256=sha256, open=lambda: io.BytesIO(content), public_url=f"{self.address}/{sha256}.{extension}",
            name=f"phone.{extension}", seconds=found.seconds, frame_rate=found.frame_rate,
            video_codec=found.video_codec, audio_codec=found.audio_codec, bit_rate=found.bit_rate,
        )  # fmt: skip


@pytest.fixture(scope="session")
def kitchen(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Kitchen]:
    folder = tmp_path_factory.mktemp("phone")
    filmed = film(folder / "IMG_0001.MOV", size="1920x1080", seconds=SECONDS, rate=24, codec=HEVC)
    taken = folder / "IMG_0002.JPG"
    taken.write_bytes(photo(4000, 3000, quality=92))
    sources = {
        "video": (filmed, probe(filmed, name="film")),
        "image": (taken, probe(taken, name="photo")),
    }
    made = Kitchen(folder, sources)
    with serving(made.served) as made.address:
        yield made


class serving:  # noqa: N801 - used as a function
    """Files by their path; a small picture for whatever else ends on .jpg (covers)."""

    def __init__(self, files: dict[str, tuple[str, bytes]]) -> None:
        usual = ("image/jpeg", picture_bytes(width=400, height=400))

        class Files(BaseHTTPRequestHandler):
            def do_HEAD(self) -> None:
                self._answer()

            def do_GET(self) -> None:
                self.wfile.write(self._answer())

            def _answer(self) -> bytes:
                kind, content = files.get(self.path) or usual
                self.send_response(200)
                self.send_header("content-type", kind)
                self.send_header("content-length", str(len(content)))
                self.end_headers()
                return content

            def log_message(self, format: str, *args: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Files)
        self._server.daemon_threads = True
        serve: dict[str, Any] = {"poll_interval": 0.01}
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs=serve, daemon=True)

    def __enter__(self) -> str:
        self._thread.start()
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(5)


@pytest.fixture
def bench(request: pytest.FixtureRequest, platforms_sandbox: Sandbox, kitchen: Kitchen) -> Iterator[Bench]:
    handle = f"phone{next(_numbers)}"
    with open_bench(request.param, platforms_sandbox, handle=handle, files=kitchen.address) as opened:
        yield opened


def of_the_phone(written: Draft, kitchen: Kitchen, bench: Bench) -> Draft:
    """The draft with renditions of the phone's files in place of its own."""
    return replace(written, media=tuple(kitchen.rendition(one, written, bench) for one in written.media))


@pytest.mark.parametrize("bench", SANDBOX_BENCHES, indirect=True)
def test_renditions_are_accepted_in_each_kind_of_post(bench: Bench, kitchen: Kitchen) -> None:
    credential = bench.connect()
    kinds = {
        name: one for name, one in bench.samples().items() if one.media and all(m.mime_type in MADE for m in one.media)
    }
    assert kinds
    for number, (name, sample) in enumerate(kinds.items(), start=1):
        written = of_the_phone(sample, kitchen, bench)
        assert problems(written, bench.adapter.capabilities, label=name) == [], name

        receipt = bench.publish(written, credential, key=f"key-{number}")

        seen = {post.remote_id for post in bench.seen()}
        assert bench.known_as(receipt) in seen, name


@pytest.mark.parametrize("kind", ["image", "video"])
def test_the_files_of_the_phone_are_not_accepted_everywhere(
    kind: str, platforms_sandbox: Sandbox, kitchen: Kitchen
) -> None:
    """The control: without renditions somebody refuses them."""
    refused = set()
    for name in ("tiktok", "x", "linkedin", "youtube"):
        with open_bench(name, platforms_sandbox, handle=f"phone{next(_numbers)}", files=kitchen.address) as bench:
            if is_refused(kind, kitchen, bench):
                refused.add(name)
    assert refused


def is_refused(kind: str, kitchen: Kitchen, bench: Bench) -> bool:
    """Whether the rules or the platform take exception to the phone's own file in a post of its kind."""
    for sample in bench.samples().values():
        if not sample.media or any(("video" if one.is_video else "image") != kind for one in sample.media):
            continue
        written = replace(sample, media=(kitchen.source(kind),))
        if problems(written, bench.adapter.capabilities, label="It"):
            return True
        try:
            bench.publish(written, bench.connect())
        except PlatformError:
            return True
    return False
