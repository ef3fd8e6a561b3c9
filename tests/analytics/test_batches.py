"""Posts of an account that are due at the same time are read with one request where the platform tells of many."""

from __future__ import annotations

import pytest

from apps.analytics import services
from apps.analytics.services import reading as reading_module
from apps.analytics.services import rounds
from apps.analytics.states import Missing, RefreshState
from apps.core import tenancy
from apps.core.actors import SYSTEM
from apps.platforms.adapters.mastodon import MastodonAdapter
from apps.platforms.errors import NotOffered, Rejected
from tests.analytics.test_reading import toot

pytestmark = pytest.mark.django_db
POSTS = 5


@pytest.fixture
def posts(client_of_ours):
    """Five posts of one account, an hour old and due."""
    account = client_of_ours.account()
    texts = [f"Loaf number {number}" for number in range(POSTS)]
    made = [client_of_ours.published(account, text, remote_id=toot(client_of_ours, text)) for text in texts]
    client_of_ours.advance(hours=1)
    return made


def requests_of(client, work) -> int:
    before = client.sandbox.stats()["total"]
    work()
    return client.sandbox.stats()["total"] - before


def test_what_is_due_of_an_account_takes_one_request(client_of_ours, posts):
    assert requests_of(client_of_ours, services.read_due) == 1

    for post in posts:
        (row,) = client_of_ours.rungs(post)
        assert (row.key, row.missing) == ("1h", "")
        assert row.raw["favourites_count"] == row.likes
        reading = client_of_ours.reading(post)
        assert (reading.step, reading.latest_id, reading.lease_until) == ("6h", row.pk, None)


def test_a_server_that_knows_no_such_request_is_asked_for_each(client_of_ours, posts, monkeypatch):
    def refuses(*_):
        raise NotOffered("An old server.")

    monkeypatch.setattr(MastodonAdapter, "many_post_metrics", refuses)

    assert requests_of(client_of_ours, services.read_due) == POSTS
    assert [client_of_ours.rungs(post)[0].missing for post in posts] == [""] * POSTS


def test_a_refusal_of_the_whole_settles_none_of_them(client_of_ours, posts, monkeypatch):
    def refuses(*_):
        raise Rejected("(#100) One of these is not to be had.")

    monkeypatch.setattr(MastodonAdapter, "many_post_metrics", refuses)

    assert requests_of(client_of_ours, services.read_due) == POSTS
    assert [client_of_ours.rungs(post)[0].missing for post in posts] == [""] * POSTS


def test_a_post_that_is_not_among_them_is_asked_for_alone_and_says_why(client_of_ours, posts):
    client_of_ours.sandbox.remove_post("mastodon", posts[2].remote_id)

    assert requests_of(client_of_ours, services.read_due) == 2

    assert [client_of_ours.rungs(post)[0].missing for post in posts] == ["", "", Missing.GONE, "", ""]
    assert client_of_ours.reading(posts[2]).next_try_at is None


def test_what_cannot_be_reached_is_put_off_for_all_and_asked_for_once(client_of_ours, posts):
    client_of_ours.sandbox.fault("error_before", platform="mastodon", times=None)

    assert requests_of(client_of_ours, services.read_due) == 1

    readings = [client_of_ours.reading(post) for post in posts]
    assert {(one.problem, one.tries, one.step) for one in readings} == {(Missing.UNREACHABLE, 1, "1h")}
    assert all(client_of_ours.rungs(post) == [] for post in posts)


def test_a_worker_that_dies_writes_nothing_and_the_next_nothing_twice(client_of_ours, posts, monkeypatch):
    settle = reading_module._settle_posts

    def dies(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(reading_module, "_settle_posts", dies)
    with pytest.raises(KeyboardInterrupt):
        services.read_due()
    monkeypatch.setattr(reading_module, "_settle_posts", settle)
    assert services.read_due() == 0, "they are leased"

    client_of_ours.clock.advance(minutes=6)
    assert services.read_due() == POSTS
    assert [len(client_of_ours.rungs(post)) for post in posts] == [1] * POSTS


def test_of_those_that_another_has_taken_meanwhile_nothing_is_written(client_of_ours, posts):
    (stale,) = rounds._Line().claim(1)
    assert len(stale) == POSTS
    client_of_ours.clock.advance(minutes=6)
    (again,) = rounds._Line().claim(1)
    reading_module.read(again[:2])

    reading_module.read(stale)

    assert sorted(len(client_of_ours.rungs(post)) for post in posts) == [0, 0, 0, 1, 1]


def test_what_somebody_waits_for_is_read_along_under_its_own_key(client_of_ours, posts):
    services.read_due()
    own = {"organization_id": client_of_ours.workspace.organization_id}
    with tenancy.scope(**own):
        (wish,) = services.refresh(
            workspace=client_of_ours.workspace, accounts=[], publications=posts[:1], actor=SYSTEM
        )
    client_of_ours.advance(hours=5)

    assert requests_of(client_of_ours, services.read_due) == 1

    assert [row.key for row in client_of_ours.rungs(posts[0])] == ["1h", "6h"]
    with tenancy.scope(**own):
        wish.refresh_from_db()
    assert wish.state == RefreshState.DONE, "it is fresh"
