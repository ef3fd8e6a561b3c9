"""Each file of the corpus gets the right probe or a sentence, within 256 MB and 20 seconds."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest

from apps.media import probing
from apps.media.errors import FileRefused
from apps.media.states import Kind
from tests.media.corpus import CORPUS, PLANTED, at

MB = 1024 * 1024


def test_the_corpus_is_large() -> None:
    assert len(CORPUS) >= 60


@pytest.mark.parametrize("name", CORPUS)
def test_a_file_gets_its_probe_or_a_sentence(
    name: str, corpus: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    specimen, path, to = CORPUS[name], at(name, corpus), tmp_path / "copy"
    caplog.set_level(logging.DEBUG, "apps.media.room")

    if specimen.words:
        with pytest.raises(FileRefused, match=specimen.words) as refusal:
            probing.clean(path, probing.probe(path, name=name), to=to, name=name)
        assert refusal.value.words.startswith(f"{name} ")
        assert refusal.value.words.endswith(".")
    else:
        found = probing.probe(path, name=name)
        copy = probing.clean(path, found, to=to, name=name)
        assert _of(found, specimen.fields) == specimen.fields
        expected = specimen.fields | {"mime_type": found.mime_type} | specimen.copy
        assert _of(copy, expected) == expected
        assert found.kind != Kind.VIDEO or abs(copy.seconds - found.seconds) < 0.1 <= found.seconds
        assert not [planted for planted in PLANTED if planted in to.read_bytes()]

    for record in caplog.records:
        assert getattr(record, "peak", 0) <= 256 * MB
        assert getattr(record, "spent", 0) <= 20


@pytest.mark.parametrize(
    "name",
    [
        "phone.mov",
        "android.mp4",
        "older phone.mov",
        "held 6.jpg",
        "notes.png",
        "moving notes.png",
        "moving notes.webp",
        "moving notes.gif",
        "two in one.jpg",
        "program.gif",
        "photo of 12 MP.jpg",
    ],
)
def test_what_must_not_survive_is_there_to_begin_with(name: str, corpus: Path) -> None:
    content = at(name, corpus).read_bytes()

    assert [planted for planted in PLANTED if planted in content]


def _of(probe: probing.Probe, fields: dict[str, object]) -> dict[str, object]:
    return {name: getattr(probe, name) for name in fields}
