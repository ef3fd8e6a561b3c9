"""Films, polls, quotes, edits and figures on Mastodon, and what servers without them are told apart by."""

from __future__ import annotations

import io
import itertools
import zlib
from dataclasses import replace
from datetime import timedelta

import pytest

from apps.platforms.adapters.mastodon import MastodonAdapter
from apps.platforms.contract import Receipt, RemotePost, Role
from apps.platforms.errors import Gone, MissingPermission, NotOffered, NotSent, Rejected
from apps.platforms.insights import Metric
from apps.platforms.uploads import PIECE
from apps.platforms.validation import problems
from tests.platforms.conformance.bench import remote
from tests.platforms.conformance.mastodon_bench import FediverseBench, MastodonBench, sound
from tests.platforms.drafts import draft, picture, video
from tests.platforms.mastodon.conftest import adapter, scripted  # noqa: F401 - fixtures
from tests.platforms.mastodon.servers import account_at

_numbers = itertools.count(1)


@pytest.fixture
def bench(platforms_sandbox, file_address):
    bench = MastodonBench(platforms_sandbox, f"changes{next(_numbers)}", file_address)
    yield bench
    bench.close()


@pytest.fixture
def credential(bench):
    return bench.connect()


def shown(bench, credential, receipt):
    """The status as the API tells it."""
    headers = {"Authorization": f"Bearer {credential.access_token.reveal()}"}
    return bench.http.get(f"{bench.origin}/api/v1/statuses/{receipt.remote_id}", headers=headers).json()


class Watched(io.BytesIO):
    """Remembers the largest piece that was read of it."""

    largest = 0

    def read(self, size=-1):
        found = super().read(size)
        Watched.largest = max(Watched.largest, len(found))
        return found


def test_a_film_is_streamed_once_with_its_cover_and_awaited(bench, credential):
    film = video(filling=3 * PIECE, alt="Wäves\nat night")
    content = film.open().read()
    written = draft("Waves", replace(film, open=lambda: Watched(content)), cover=bench.picture("cover"))

    arrived = bench.adapter.stage(written, credential, key="k", before=None)
    assert (arrived.ready, arrived.again_in) == (False, timedelta(seconds=1))
    receipt = bench.publish(written, credential)

    (attached,) = shown(bench, credential, receipt)["media_attachments"]
    assert (attached["type"], attached["description"]) == ("video", "Wäves\nat night")
    assert attached["preview_url"] != attached["url"]
    assert bench.checksums() == [zlib.crc32(content)]
    assert Watched.largest <= PIECE


def test_a_sound_stands_alone_and_a_focal_point_is_two_numbers(bench, credential):
    pair = draft("Both", sound(), bench.picture())
    blurred = draft("Where?", bench.picture(), options={"focus": "left"})
    for written, field in ((pair, "media"), (blurred, "options.focus")):
        with pytest.raises(Rejected) as caught:
            bench.adapter.stage(written, credential, key="k", before=None)
        assert caught.value.field == field

    sharp = draft("There", bench.picture("a"), bench.picture("b"), options={"focus": "0, -0.5\n1,1"})
    attached = shown(bench, credential, bench.publish(sharp, credential))["media_attachments"]
    assert [one["meta"]["focus"] for one in attached] == [{"x": 0, "y": -0.5}, {"x": 1, "y": 1}]


def test_a_poll_keeps_its_choices_and_votes_through_an_edit_until_it_is_over(bench, credential):
    options = {"format": "poll", "poll": "Tea\nCoffee\n", "poll_seconds": "3600", "poll_hide_totals": "yes"}
    written = bench.post("Tee?", options=options)
    receipt = bench.publish(written, credential)
    bench.clock.advance(minutes=10)

    bench.adapter.edit(remote(receipt), replace(written, text="Tea?"), credential)

    poll = shown(bench, credential, receipt)["poll"]
    assert [one["title"] for one in poll["options"]] == ["Tea", "Coffee"]
    assert [one["votes_count"] for one in poll["options"]] == [None, None]
    bench.clock.advance(hours=1)
    with pytest.raises(Rejected, match="poll is over"):
        bench.adapter.edit(remote(receipt), replace(written, text="Coffee!"), credential)
    wrong = replace(written, options={**options, "poll": "Tea"})
    assert [one.field for one in problems(wrong, bench.adapter.capabilities, label="Mastodon")] == ["options.poll"]


def test_an_edit_keeps_files_and_alt_texts_and_takes_back_a_warning(bench, credential):
    written = bench.post("Opne", pictures=2, options={"content_warning": "News", "visibility": "unlisted"})
    receipt = bench.publish(written, credential)

    bench.adapter.edit(remote(receipt), replace(written, text="Open", options={}), credential)

    status = shown(bench, credential, receipt)
    assert [one["description"] for one in status["media_attachments"]] == ["Picture 0", "Picture 1"]
    assert (status["spoiler_text"], status["sensitive"], status["visibility"]) == ("", False, "unlisted")
    with pytest.raises(Rejected) as caught:
        bench.adapter.edit(remote(receipt), replace(written, text="x" * 600), credential)
    assert caught.value.field == "text"


def test_an_own_post_can_be_chosen_to_be_quoted_and_counts_as_shared(bench, credential):
    first = bench.publish(bench.post("Quote me"), credential, key="k1")
    assert bench.adapter.choices("quote", credential) == ((first.remote_id, "Quote me"),)

    quoting = bench.publish(bench.post("So true", options={"quote": first.remote_id}), credential, key="k2")

    assert quoting.facts["quote"] == "accepted"
    told = bench.adapter.post_metrics(remote(first), credential)
    assert told.values[Metric.SHARES] == 1
    bench.adapter.delete(remote(first), credential)
    with pytest.raises(Rejected, match="not on"):
        bench.stage(bench.post("Too late", options={"quote": first.remote_id}), credential, key="k3")


def test_a_server_without_quotes_is_said_to_have_none_before_anything_is_public(platforms_sandbox, file_address):
    bench = FediverseBench(platforms_sandbox, "elsewhere", file_address)
    credential = bench.connect()
    first = bench.publish(bench.post("Quote me"), credential)
    assert bench.adapter.choices("quote", credential) == ()
    with pytest.raises(Rejected, match="has no quotes") as caught:
        bench.stage(bench.post("So true", options={"quote": first.remote_id}), credential, key="k2")
    assert caught.value.field == "options.quote"
    bench.close()


def test_counts_that_a_server_hides_are_absent(bench, credential, platforms_sandbox):
    receipt = bench.publish(bench.post("Counted"), credential)
    platforms_sandbox.set("mastodon", hides_counts=True)
    told = bench.adapter.post_metrics(remote(receipt), credential)
    platforms_sandbox.set("mastodon", hides_counts=False)
    assert told.values == {}
    assert set(bench.adapter.post_metrics(remote(receipt), credential).values) == {
        Metric.LIKES,
        Metric.SHARES,
        Metric.COMMENTS,
    }


def test_an_old_server_that_cannot_edit_says_so_and_loses_nothing(bench, credential, platforms_sandbox):
    written = bench.post("As it was")
    receipt = bench.publish(written, credential)
    platforms_sandbox.set("mastodon", edits=False)
    with pytest.raises(NotOffered, match="cannot change"):
        bench.adapter.edit(remote(receipt), replace(written, text="New"), credential)
    platforms_sandbox.set("mastodon", edits=True)
    assert [one.text for one in bench.seen()] == ["As it was"]


def test_own_posts_leave_replies_out_and_tell_what_each_is(bench, credential):
    main = bench.publish(bench.post("Main", pictures=1), credential, key="k1")
    bench.publish(bench.post("2/2", role=Role.REPLY, parent=remote(main)), credential, key="k2")
    (post,) = bench.adapter.own_posts(credential).posts
    assert (post.remote_id, post.text, post.kind, len(post.media_urls)) == (main.remote_id, "Main", "image", 1)


def test_a_consent_that_covers_too_little_is_told_before_a_request_leaves(adapter, scripted):  # noqa: F811
    server = scripted({})
    narrow = account_at(server, scopes=("profile", "read"))
    for call in (
        lambda: adapter.stage(draft("a", picture()), narrow, key="k", before=None),
        lambda: adapter.delete(RemotePost("1"), narrow),
    ):
        with pytest.raises(MissingPermission):
            call()
    assert server.requests == []
    assert adapter.locate(Receipt("1"), account_at(server, scopes=("read", "write"))) == ""


def test_a_post_that_is_gone_a_sign_in_page_and_a_lost_upload_are_told_apart(adapter, scripted):  # noqa: F811
    page = (200, b"<html>Sign in</html>", {"content-type": "text/html"})
    server = scripted({"DELETE /api/v1/statuses/1": [page], "GET /api/v1/statuses/2": [(410, {})]})
    account = account_at(server)
    with pytest.raises(NotSent):
        adapter.delete(RemotePost("1"), account)
    with pytest.raises(Gone):
        adapter.post_metrics(RemotePost("2"), account)
    adapter.delete(RemotePost("3"), account)


def test_an_old_server_is_asked_at_its_old_address_only_once_and_no_url_means_not_ready(adapter, scripted):  # noqa: F811
    uploads = [(200, {"id": "m1", "url": None}), (200, {"id": "m2", "url": "https://files"})]
    server = scripted({"POST /api/v1/media": uploads, "GET /api/v1/media/m1": [(200, {"id": "m1"})]})
    written = draft("Two", picture("a"), picture("b"))
    arrived = adapter.stage(written, account_at(server), key="k", before=None)
    assert not arrived.ready
    assert adapter.stage(written, account_at(server), key="k", before=arrived).ready
    assert [path for method, path in server.requests if method == "POST"] == [
        "/api/v2/media",
        "/api/v1/media",
        "/api/v1/media",
    ]


@pytest.mark.parametrize(
    ("amount", "minutes", "names"),
    [
        (300, 4, ["calls"]),
        (300, 12, ["pages"]),
        (300, 120, ["posts"]),
        (1500, 4, ["account_calls"]),
        (30, 20, ["uploads", "deletions"]),
        (7, 3, ["calls"]),
    ],
)
def test_headers_tell_which_limit_is_nearest_to_its_end(clock, amount, minutes, names):
    reset_at = clock() + timedelta(minutes=minutes)
    headers = {"x-ratelimit-limit": str(amount), "x-ratelimit-remaining": "3"}
    headers["x-ratelimit-reset"] = f"{reset_at:%Y-%m-%dT%H:%M:%S.%f}Z"

    found = MastodonAdapter.usage(headers, now=clock())

    assert [(one.limit, one.remaining, one.reset_at) for one in found] == [(name, 3, reset_at) for name in names]
    assert MastodonAdapter.usage({"x-ratelimit-limit": "many"}, now=clock()) == ()
