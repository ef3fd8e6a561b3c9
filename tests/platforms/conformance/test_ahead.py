"""What is prepared ahead of its hour: that it may be, what is left then, and what becomes of it otherwise."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta

import pytest

from apps.platforms.contract import Credential, Draft, Staged
from apps.platforms.errors import StagedLost
from apps.platforms.formats import limits_of
from tests.platforms.conformance.bench import Bench

MARGIN = timedelta(minutes=1)


def stored(staged: Staged) -> Staged:
    """Staged data as it comes back from a row."""
    return replace(staged, data=json.loads(json.dumps(dict(staged.data))))


def commit_or_begin_again(bench: Bench, credential: Credential, written: Draft, staged: Staged, *, key: str) -> bool:
    """What the engine does at the hour; whether what had been prepared was lost."""
    try:
        bench.adapter.commit(written, staged, credential, key=key)
    except StagedLost:
        bench.adapter.commit(written, bench.stage(written, credential, key=key), credential, key=key)
        return True
    return False


def test_what_needs_nothing_ahead_is_ready_without_a_request(bench, credential):
    """And the other way round, so that `stages` is no empty word."""
    for number, (name, written) in enumerate(bench.samples().items(), start=1):
        made = bench.requests_made()
        staged = bench.adapter.stage(written, credential, key=f"key-{number}", before=None)
        asked = bench.requests_made() - made
        if bench.adapter.stages(written):
            assert asked or not bench.counts_requests, name
        else:
            assert (asked, staged.ready) == (0, True), name


def test_a_comment_that_needs_nothing_ahead_is_ready_without_a_request(bench, credential):
    if not bench.adapter.capabilities.first_comment:
        return
    main = bench.publish(bench.post("Main"), credential)
    comment = bench.comment("First!", main)
    if bench.adapter.stages(comment):
        return
    made = bench.requests_made()
    assert bench.adapter.stage(comment, credential, key="key-2", before=None).ready
    assert bench.requests_made() == made


def test_at_the_hour_one_request_is_left(bench, credential):
    """Beside a question before it, where that is what makes the request safe to send."""
    for number, (name, written) in enumerate(bench.samples().items(), start=1):
        staged = stored(bench.stage(written, credential, key=f"key-{number}"))
        made = bench.requests_made()
        bench.adapter.commit(written, staged, credential, key=f"key-{number}")
        assert len(bench.requests_since(made)) == bench.counts_requests, name


def test_no_byte_of_a_file_is_left_to_the_commit(bench, credential):
    """But for what the platform takes in no other way."""
    for number, (name, written) in enumerate(bench.samples().items(), start=1):
        staged = stored(bench.stage(written, credential, key=f"key-{number}"))
        opened: list[str] = []
        bench.adapter.commit(watched(written, opened), staged, credential, key=f"key-{number}")
        assert opened == [] or name in bench.sent_with_the_commit, name


def watched(written: Draft, opened: list[str]) -> Draft:
    """The same draft, whose files write down that they are read."""

    def watch(file):
        def open_it():
            opened.append(file.id)
            return file.open()

        return replace(file, open=open_it)

    return replace(
        written,
        media=tuple(watch(file) for file in written.media),
        cover=watch(written.cover) if written.cover else None,
        captions=tuple(replace(one, file=watch(one.file)) for one in written.captions),
    )


def test_what_is_taken_back_is_seen_by_nobody_and_can_be_prepared_again(bench, credential):
    for number, (name, written) in enumerate(bench.samples().items(), start=1):
        staged = stored(bench.stage(written, credential, key=f"key-{number}"))

        bench.adapter.unstage(staged, credential)
        bench.adapter.unstage(staged, credential)

        assert bench.left_behind() == number - 1, name
        bench.publish(written, credential, key=f"key-{number}")
        assert len(bench.seen()) == number, name


def test_a_half_finished_preparation_can_be_taken_back(bench, credential):
    for number, (name, written) in enumerate(bench.samples().items(), start=1):
        begun = stored(bench.adapter.stage(written, credential, key=f"key-{number}", before=None))
        bench.adapter.unstage(begun, credential)
        bench.adapter.unstage(replace(begun, data={}), credential)
        assert bench.left_behind() == 0, name


def test_an_edited_post_goes_out_as_it_was_written_last(bench, credential):
    """With the earlier preparation at hand, whatever of it still holds."""
    first, second = bench.post("Earlier words", pictures=1), bench.post("Later words", pictures=1)
    before = stored(bench.stage(first, credential, key="key-1"))

    staged = bench.adapter.stage(second, credential, key="key-1", before=before)
    staged = bench.go_on(second, credential, staged, key="key-1")
    bench.adapter.commit(second, stored(staged), credential, key="key-1")

    assert [post.text for post in bench.seen()] == ["Later words"]


def test_a_post_with_another_picture_goes_out_with_that_one(bench, credential):
    if not any(one.startswith("image/") for one in bench.adapter.capabilities.media_types):
        return
    first = bench.post("A picture", pictures=1)
    other = replace(first.media[0], alt="Another one", sha256=first.media[0].sha256[::-1])
    second = replace(first, media=(other, *first.media[1:]))
    before = stored(bench.stage(first, credential, key="key-1"))

    staged = bench.adapter.stage(second, credential, key="key-1", before=before)
    staged = bench.go_on(second, credential, staged, key="key-1")
    bench.adapter.commit(second, stored(staged), credential, key="key-1")

    (post,) = bench.seen()
    assert post.alts[0] == ("Another one" if bench.adapter.capabilities.max_alt else "")
    if bench.lapses("", second):
        with pytest.raises(StagedLost):
            bench.adapter.commit(second, before, credential, key="key-1")


def test_what_was_prepared_lasts_as_long_as_is_said(bench, credential):
    for number, (name, written) in enumerate(bench.samples().items(), start=1):
        lasts = limits_of(written, bench.adapter.capabilities).staged_for
        staged = stored(bench.stage(written, credential, key=f"key-{number}"))
        credential = bench.later(lasts - MARGIN if lasts else None)
        before = len(bench.seen())

        bench.adapter.commit(written, staged, credential, key=f"key-{number}")

        assert len(bench.seen()) == before + 1, name


def test_what_was_prepared_too_long_ago_is_prepared_again_and_goes_out_once(bench, credential):
    for number, (name, written) in enumerate(bench.samples().items(), start=1):
        lasts = limits_of(written, bench.adapter.capabilities).staged_for
        staged = stored(bench.stage(written, credential, key=f"key-{number}"))
        credential = bench.later(2 * lasts if lasts else None)
        before = len(bench.seen())

        was_lost = commit_or_begin_again(bench, credential, written, staged, key=f"key-{number}")

        assert was_lost == bench.lapses(name, written), name
        assert len(bench.seen()) == before + 1, name
