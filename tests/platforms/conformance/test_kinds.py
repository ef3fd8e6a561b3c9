from __future__ import annotations

import json
import zlib
from dataclasses import replace

import pytest

from apps.platforms.contract import Draft
from apps.platforms.errors import NotSent, StagedLost
from apps.platforms.validation import problems

MOST_STEPS = 40


def stored(staged):
    """Staged data as it comes back from a row."""
    return replace(staged, data=json.loads(json.dumps(dict(staged.data))))


def prepared_by_many_hands(bench, credential, written: Draft, *, key="key-1", before=None):
    """Stage it with another process for each step, which knows only what the row remembers."""
    staged = bench.fresh().stage(written, credential, key=key, before=before)
    for _ in range(MOST_STEPS):
        staged = stored(staged)
        if staged.ready:
            return staged
        bench.clock.advance(seconds=staged.again_in.total_seconds())
        staged = bench.fresh().stage(written, credential, key=key, before=staged)
    raise AssertionError("Staging has no end")


def test_every_kind_of_post_goes_out_once(bench, credential):
    for number, (name, written) in enumerate(bench.samples().items(), start=1):
        assert problems(written, bench.adapter.capabilities, label=name) == [], name

        receipt = bench.publish(written, credential, key=f"key-{number}")

        seen = [post.remote_id for post in bench.seen()]
        assert len(seen) == number, name
        assert bench.known_as(receipt) in seen, name


def test_a_preparation_is_carried_on_by_whoever_comes_next(bench, credential):
    for number, (name, written) in enumerate(bench.samples().items(), start=1):
        staged = prepared_by_many_hands(bench, credential, written, key=f"key-{number}")
        assert len(bench.seen()) == number - 1, f"{name} was public before its commit"
        bench.adapter.commit(written, staged, credential, key=f"key-{number}")
        assert len(bench.seen()) == number, name


@pytest.mark.parametrize("fault", ["lost_before", "lost_after", "error_before"])
def test_an_upload_that_breaks_off_goes_on_and_arrives_whole(bench, credential, fault):
    written = next((one for one in bench.samples().values() if any(media.is_video for media in one.media)), None)
    if written is None:
        assert not bench.adapter.capabilities.max_videos, "a platform with videos has a sample with one"
        return
    staged = None
    bench.strike(fault, "stage")
    try:
        staged = stored(bench.adapter.stage(written, credential, key="key-1", before=None))
    except (NotSent, StagedLost):
        bench.strike(fault, "stage")  # and a second time, further on
    staged = patiently(bench, credential, written, staged)
    bench.adapter.commit(written, staged, credential, key="key-1")

    assert len(bench.seen()) == 1
    sent = [zlib.crc32(media.open().read()) for media in written.media if media.is_video]
    assert bench.checksums() in (sent, []), "a platform that fetches the file itself has no checksum of an upload"


def patiently(bench, credential, written, staged):
    """Stage until it is ready, through failures that may pass."""
    for _ in range(MOST_STEPS):
        if staged is not None and staged.ready:
            return staged
        bench.clock.advance(seconds=staged.again_in.total_seconds() if staged else 30)
        try:
            staged = stored(bench.fresh().stage(written, credential, key="key-1", before=staged))
        except StagedLost:
            staged = None
        except NotSent:
            continue
    raise AssertionError("Staging has no end")
