from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta

import pytest

from apps.platforms.basis import Basis
from apps.platforms.contract import RemotePost
from apps.platforms.errors import Gone, NotOffered
from tests.platforms.conformance.bench import remote


def offers(bench, call: str) -> bool:
    return getattr(type(bench.adapter), call) is not getattr(Basis, call)


def test_a_published_post_can_be_taken_down_or_the_platform_is_said_not_to(bench, credential):
    post = remote(bench.publish(bench.post("Too early"), credential))
    if not bench.adapter.capabilities.deletes:
        with pytest.raises(NotOffered):
            bench.adapter.delete(post, credential)
        assert len(bench.seen()) == 1
        return

    bench.adapter.delete(post, credential)
    assert bench.seen() == []

    bench.adapter.delete(post, credential)  # what is gone is gone


def test_a_published_text_can_be_changed_or_the_platform_is_said_not_to(bench, credential):
    written = bench.post("Wrong hour: 8 pm")
    post = remote(bench.publish(written, credential))
    corrected = replace(written, text="Right hour: 9 pm")
    if "text" not in bench.adapter.capabilities.edits:
        if not bench.adapter.capabilities.edits:
            with pytest.raises(NotOffered):
                bench.adapter.edit(post, corrected, credential)
        assert [one.text for one in bench.seen()] == ["Wrong hour: 8 pm"]
        return

    for _ in range(2):  # an answer may be lost, so it is said again
        bench.adapter.edit(post, corrected, credential)
        assert [one.text for one in bench.seen()] == ["Right hour: 9 pm"]


def test_a_post_that_is_gone_cannot_be_changed(bench, credential):
    can = bench.adapter.capabilities
    if not (can.deletes and "text" in can.edits):
        return
    written = bench.post("Here and gone")
    post = remote(bench.publish(written, credential))
    bench.adapter.delete(post, credential)
    with pytest.raises(Gone):
        bench.adapter.edit(post, replace(written, text="Come back"), credential)


def test_own_posts_are_listed_newest_first_and_page_by_page(bench, credential):
    if not offers(bench, "own_posts"):
        with pytest.raises(NotOffered):
            bench.adapter.own_posts(credential)
        return
    for number in range(3):
        bench.publish(bench.post(f"Post {number}"), credential, key=f"key-{number}")
        bench.clock.advance(minutes=1)

    found, cursor = [], ""
    for _ in range(10):
        page = bench.adapter.own_posts(credential, cursor=cursor)
        found += page.posts
        if not (cursor := page.cursor):
            break

    assert [post.text for post in found] == ["Post 2", "Post 1", "Post 0"]
    assert {post.remote_id for post in found} == {post.remote_id for post in bench.seen()}
    assert all(post.published_at and post.published_at.tzinfo for post in found)


def test_figures_of_a_post_are_numbers_in_our_words_and_what_is_not_told_is_absent(bench, credential):
    post = remote(bench.publish(bench.post("Counted"), credential))
    bench.clock.advance(hours=30)
    if not offers(bench, "post_metrics"):
        assert not bench.adapter.capabilities.post_metrics
        with pytest.raises(NotOffered):
            bench.adapter.post_metrics(post, credential)
        return
    told = bench.adapter.post_metrics(post, bench.lasting(credential))

    check_figures(told, bench.adapter.capabilities.post_metrics)


def test_figures_of_many_posts_are_those_of_each(bench, credential):
    at_once = bench.adapter.metrics_at_once
    assert (at_once > 1) is offers(bench, "many_post_metrics")
    if at_once == 1 or not bench.tells_of_many:
        with pytest.raises(NotOffered):
            bench.adapter.many_post_metrics([], credential)
        return
    receipts = [bench.publish(bench.post(f"Counted {n}"), credential, key=f"key-{n}") for n in range(4)]
    gone = [remote(receipts[0])] if bench.adapter.capabilities.deletes else []
    for post in gone:
        bench.adapter.delete(post, credential)
    bench.clock.advance(hours=30)
    lasting = bench.lasting(credential)
    # As the platform lists them: it may know a post by another name than the one under which it was taken.
    posts = [RemotePost(post.remote_id, post.facts) for post in bench.adapter.own_posts(lasting).posts]

    made = bench.requests_made()
    bench.adapter.many_post_metrics(posts, lasting)
    assert bench.requests_made() - made < len(posts), "it takes fewer requests than posts"

    told = bench.adapter.many_post_metrics([*posts, *gone], lasting)

    assert told
    assert set(told) == {post.remote_id for post in posts}
    for post in posts:
        assert told[post.remote_id].values == bench.adapter.post_metrics(post, lasting).values
        check_figures(told[post.remote_id], bench.adapter.capabilities.post_metrics)


def test_who_follows_an_account_is_told_by_groups_or_not_offered(bench, credential):
    if not offers(bench, "demographics"):
        with pytest.raises(NotOffered):
            bench.adapter.demographics(credential)
        return
    told = bench.adapter.demographics(credential)

    assert set(told.groups) == {"age", "gender", "country", "city"}
    for groups in told.groups.values():
        assert groups
        assert all(isinstance(name, str) and isinstance(count, int) and count >= 0 for name, count in groups.items())
    json.dumps(dict(told.raw))


def test_figures_of_an_account_are_numbers_in_our_words(bench, credential):
    bench.publish(bench.post("Counted"), credential)
    bench.clock.advance(hours=50)
    day = (bench.clock() - timedelta(days=1)).date()
    if not offers(bench, "account_metrics"):
        assert not bench.adapter.capabilities.account_metrics
        with pytest.raises(NotOffered):
            bench.adapter.account_metrics(credential, day=day)
        return
    told = bench.adapter.account_metrics(bench.lasting(credential), day=day)

    check_figures(told, bench.adapter.capabilities.account_metrics)


def check_figures(told, promised):
    assert told.values, "a platform that tells figures tells one"
    assert set(told.values) <= promised
    assert all(isinstance(value, int | float) and value >= 0 for value in told.values.values())
    json.dumps(dict(told.raw))


def test_figures_of_a_post_that_is_gone_are_not_made_up(bench, credential):
    if not (offers(bench, "post_metrics") and bench.adapter.capabilities.deletes):
        return
    post = remote(bench.publish(bench.post("Gone"), credential))
    bench.adapter.delete(post, credential)
    with pytest.raises(Gone):
        bench.adapter.post_metrics(post, credential)
