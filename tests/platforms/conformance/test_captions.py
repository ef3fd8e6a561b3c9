"""Captions of a video, on each platform that takes them: there once, in their languages, whatever gets lost."""

from __future__ import annotations

import pytest

from apps.platforms import registry
from tests.platforms.conformance.benches import SANDBOX_BENCHES
from tests.platforms.conformance.conftest import opened
from tests.platforms.conformance.test_kinds import patiently, prepared_by_many_hands

CAPTIONED = [name for name in SANDBOX_BENCHES if name in registry.names() and registry.capabilities(name).max_captions]


@pytest.fixture(params=CAPTIONED)
def bench(request):
    yield from opened(request)


def test_a_captioned_video_shows_its_captions_in_each_language(bench, credential):
    written = bench.samples()["captioned"]
    receipt = bench.publish(written, credential)

    assert bench.captions() == [["en", "de"]]
    assert receipt.facts.get("captions") is None, "nothing was refused"


def test_whoever_carries_a_preparation_on_sends_no_captions_twice(bench, credential):
    written = bench.samples()["captioned"]
    staged = prepared_by_many_hands(bench, credential, written)
    again = bench.fresh().stage(written, credential, key="key-1", before=staged)
    bench.adapter.commit(written, again, credential, key="key-1")

    assert bench.captions() == [["en", "de"]]


PUT = {"bluesky": r"uploadBlob$", "x": r"^/2/media/subtitles$", "youtube": r"^/upload/youtube/v3/captions$"}


@pytest.mark.parametrize("fault", ["lost_before", "lost_after", "error_before"])
def test_captions_whose_answer_was_lost_are_there_once(bench, credential, fault):
    written = bench.samples()["captioned"]
    bench.sandbox.fault(fault, platform=bench.name, path=PUT[bench.name])
    staged = patiently(bench, credential, written, None)
    bench.adapter.commit(written, staged, credential, key="key-1")

    assert len(bench.seen()) == 1
    assert bench.captions() == [["en", "de"]]
