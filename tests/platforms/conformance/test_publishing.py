from __future__ import annotations

import json
from dataclasses import replace

import pytest

from apps.platforms.contract import Role
from apps.platforms.errors import NotSent, Rejected, StagedLost, Throttled
from apps.platforms.validation import problems
from tests.platforms.conformance.bench import remote


def stored(staged):
    """Staged data as it comes back from a row."""
    return replace(staged, data=json.loads(json.dumps(dict(staged.data))))


def refused_beforehand(bench, credential, written, *, field):
    """What a platform is said not to take, the adapter does not send there."""
    assert [problem.field for problem in problems(written, bench.adapter.capabilities, label="It")] == [field]
    with pytest.raises(Rejected):
        bench.stage(written, credential, key="key-1")


def test_a_post_goes_out_once_and_is_found_at_its_address(bench, credential):
    receipt = bench.publish(bench.post("Good morning"), credential)

    (post,) = bench.seen()
    assert (post.remote_id, post.text, post.parent_id) == (bench.known_as(receipt), "Good morning", "")
    assert bench.adapter.locate(receipt, credential).startswith("http")


def test_a_post_with_two_pictures_keeps_their_order_and_alt_texts(bench, credential):
    if not any(one.startswith("image/") for one in bench.adapter.capabilities.media_types):
        refused_beforehand(bench, credential, replace(bench.post("Two"), media=(bench.picture(),)), field="media.0")
        return
    if bench.adapter.capabilities.max_media == 1:
        two = (bench.picture("p0"), bench.picture("p1"))
        refused_beforehand(bench, credential, replace(bench.post("Two"), media=two), field="media")
        return
    bench.publish(bench.post("Two", pictures=2), credential)
    has_alts = bench.adapter.capabilities.max_alt > 0
    assert bench.seen()[0].alts == (("Picture 0", "Picture 1") if has_alts else ("", ""))


@pytest.mark.parametrize(
    "text", ["Zażółć gęślą jaźń 👩‍👩‍👧 #café", 'Ampersand & <b>tags</b> "quotes"', "Two\n\nparagraphs"]
)
def test_any_text_arrives_as_it_was_written(bench, credential, text):
    if set(bench.adapter.capabilities.refused_signs) & set(text):
        refused_beforehand(bench, credential, bench.post(text), field="text")
        return
    bench.publish(bench.post(text), credential)
    assert bench.seen()[0].text == text


def test_staging_makes_nothing_public_and_its_data_survives_a_row(bench, credential):
    written = bench.post("Prepared", pictures=1)
    staged = stored(bench.stage(written, credential, key="key-1"))
    assert bench.seen() == []

    again = bench.adapter.stage(written, credential, key="key-1", before=staged)
    assert again.ready

    receipt = bench.adapter.commit(written, stored(again), credential, key="key-1")
    assert [post.remote_id for post in bench.seen()] == [bench.known_as(receipt)]


def test_slow_processing_is_waited_for_outside_the_adapter(bench, credential):
    written = bench.post("Patience", pictures=1)
    staged = stored(bench.stage(written, credential, key="key-1"))
    assert staged.ready
    bench.adapter.commit(written, staged, credential, key="key-1")
    assert len(bench.seen()) == 1


def test_a_first_comment_stands_below_its_post_or_is_refused_beforehand(bench, credential):
    main = bench.publish(bench.post("Main"), credential, key="key-1")
    if not bench.adapter.capabilities.first_comment:
        refused_beforehand(bench, credential, bench.comment("First!", main), field="role")
        return
    comment = bench.publish(bench.comment("First!", main), credential, key="key-2")

    below = bench.seen()[-1]
    assert (below.remote_id, below.text, below.parent_id) == (comment.remote_id, "First!", main.remote_id)


def test_a_thread_hangs_together_or_is_refused_beforehand(bench, credential):
    main = bench.publish(bench.post("1/3"), credential, key="key-1")
    second = bench.post("2/3", role=Role.REPLY, root=remote(main), parent=remote(main))
    if not bench.adapter.capabilities.threads:
        assert [problem.field for problem in problems(second, bench.adapter.capabilities, label="It")] == ["role"]
        with pytest.raises(Rejected):
            bench.stage(second, credential, key="key-2")
        return

    receipt = bench.publish(second, credential, key="key-2")
    third = bench.post("3/3", role=Role.REPLY, root=remote(main), parent=remote(receipt))
    bench.publish(third, credential, key="key-3")

    assert [post.text for post in bench.seen()] == ["1/3", "2/3", "3/3"]
    assert [post.parent_id for post in bench.seen()] == ["", main.remote_id, receipt.remote_id]


def test_a_repeated_commit_is_the_same_post_where_the_platform_promises_it(bench, credential):
    if not bench.adapter.capabilities.idempotent_commit:
        assert bench.adapter.capabilities.findable
        return
    written = bench.post("Once")
    staged = bench.stage(written, credential, key="key-1")
    first = bench.adapter.commit(written, staged, credential, key="key-1")
    again = bench.adapter.commit(written, stored(staged), credential, key="key-1")
    assert again.remote_id == first.remote_id
    assert len(bench.seen()) == 1


def test_a_throttled_commit_published_nothing_and_may_be_made_again(bench, credential):
    written = bench.post("Slow down")
    staged = bench.stage(written, credential, key="key-1")
    bench.strike("rate_limited", "commit")
    with pytest.raises(Throttled) as caught:
        bench.adapter.commit(written, staged, credential, key="key-1")
    assert caught.value.retry_at is None or caught.value.retry_at > bench.clock()
    assert bench.seen() == []

    bench.adapter.commit(written, staged, credential, key="key-1")
    assert len(bench.seen()) == 1


@pytest.mark.parametrize(
    "fault", ["error_before", "lost_before", "garbage_before", "error_after", "lost_after", "garbage"]
)
def test_staging_that_failed_is_made_again_and_was_never_uncertain(bench, credential, fault):
    written = bench.post("Again", pictures=1)
    bench.strike(fault, "stage")
    try:
        before = bench.adapter.stage(written, credential, key="key-1", before=None)
    except (NotSent, StagedLost):
        before = None
    else:
        assert not before.ready
    assert bench.seen() == []

    bench.publish(written, credential, key="key-1")
    assert len(bench.seen()) == 1


def test_a_sound_draft_has_no_problems_before_it_is_sent(bench):
    assert problems(bench.post("Sound", pictures=1), bench.adapter.capabilities, label=bench.adapter.label) == []
