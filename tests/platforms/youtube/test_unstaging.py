"""A film that will not be shown: taken back as long as it is private, and whatever became of its upload."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from apps.core.secrets import Secret
from apps.platforms.adapters.youtube import sealing
from apps.platforms.contract import Staged
from apps.platforms.errors import Disconnected, NotSent
from tests.platforms.drafts import video
from tests.platforms.youtube.answers import DELETE, LOOK, SEND, UNLIST, VIDEO, film, found, listing, prepared, refusal

GONE = (204, b"")


def films_of(bench):
    return [post for post in bench.sandbox.posts("youtube", bench.handle) if not post["deleted_at"]]


def stored(staged):
    return replace(staged, data=json.loads(json.dumps(dict(staged.data))))


def test_a_film_is_taken_off_the_channel_and_out_of_its_playlist(bench, connected):
    (playlist, _), *_ = bench.adapter.choices("playlist", connected)
    staged = bench.stage(film(options={"playlist": playlist}), connected, key="k")

    bench.adapter.unstage(staged, connected)

    assert films_of(bench) == []
    assert [request.url.path for request in bench.requests if request.method == "DELETE"] == [
        "/youtube/v3/playlistItems",
        "/youtube/v3/videos",
    ]


def test_a_film_that_its_owner_has_shown_to_others_is_left_alone(youtube, credential, sent):
    _, adapter = youtube({LOOK: [listing(found("unlisted"))]})
    adapter.unstage(prepared(film()), credential)
    assert [request.method for request in sent] == ["GET"]


def test_a_film_that_is_out_is_left_alone(bench, connected):
    written = film()
    staged = bench.stage(written, connected, key="k")
    bench.adapter.commit(written, staged, connected, key="k")

    bench.adapter.unstage(staged, connected)

    assert [post["visibility"] for post in films_of(bench)] == ["public"]


def test_a_film_so_fresh_that_it_is_not_shown_to_us_is_taken_back_all_the_same(youtube, credential, sent):
    _, adapter = youtube({LOOK: [listing()], DELETE: [GONE]})
    adapter.unstage(prepared(film()), credential)
    assert sent[-1].url.params["id"] == VIDEO


def test_a_film_that_is_gone_already_is_no_error(youtube, credential):
    _, adapter = youtube({LOOK: [listing()], DELETE: [refusal(404, "videoNotFound")]})
    adapter.unstage(prepared(film()), credential)


def test_an_entry_of_a_playlist_that_is_gone_is_no_error(youtube, credential):
    _, adapter = youtube({LOOK: [listing(found())], UNLIST: [refusal(404, "playlistItemNotFound")], DELETE: [GONE]})
    adapter.unstage(prepared(film(), playlist={"id": "PL1", "item": "PLI1"}), credential)


def test_an_upload_whose_last_answer_was_lost_is_found_by_its_session(bench, connected):
    written = film()
    begun = stored(bench.adapter.stage(written, connected, key="k", before=None))
    bench.adapter.stage(written, connected, key="k", before=begun)  # and nobody wrote down what came of it
    assert len(films_of(bench)) == 1

    bench.adapter.unstage(begun, connected)

    assert films_of(bench) == []


def test_an_upload_that_has_only_begun_leaves_nothing_to_delete(bench, connected):
    begun = stored(bench.adapter.stage(film(), connected, key="k", before=None))

    bench.adapter.unstage(begun, connected)

    assert [request.method for request in bench.requests[-2:]] == ["POST", "PUT"]


def in_session(server, credential, written):
    upload = prepared(written).data["upload"]
    address = Secret(f"{server.origin}/upload/youtube/v3/videos?upload_id=UP1")
    session = sealing.sealed(address, credential.client.client_secret)
    return Staged({"upload": {**upload, "video": "", "size": written.media[0].size, "session": session}})


@pytest.mark.parametrize("status", [404, 410])
def test_a_session_that_is_over_leaves_nothing_to_delete(youtube, credential, sent, status):
    server, adapter = youtube({SEND: [refusal(status)]})
    adapter.unstage(in_session(server, credential, film()), credential)
    assert [request.method for request in sent] == ["PUT"]


def test_a_session_that_cannot_be_asked_is_asked_again(youtube, credential):
    server, adapter = youtube({SEND: [refusal(503)]})
    with pytest.raises(NotSent):
        adapter.unstage(in_session(server, credential, film()), credential)


def test_a_failure_that_may_pass_is_told_so_that_it_is_made_again(youtube, credential):
    _, adapter = youtube({LOOK: [listing(found()), listing(found())], DELETE: [refusal(503), GONE]})
    with pytest.raises(NotSent):
        adapter.unstage(prepared(film()), credential)
    adapter.unstage(prepared(film()), credential)


def test_a_dead_connection_is_told(youtube, credential):
    _, adapter = youtube({LOOK: [refusal(401, "authError")]})
    with pytest.raises(Disconnected):
        adapter.unstage(prepared(film()), replace(credential, refresh_token=Secret("")))


def test_another_film_for_the_post_takes_the_place_of_the_first(bench, connected):
    staged = stored(bench.stage(film(), connected, key="k"))
    other = film(video=video("other", filling=4000))

    again = bench.adapter.stage(other, connected, key="k", before=staged)
    bench.adapter.commit(other, bench.go_on(other, connected, again, key="k"), connected, key="k")

    (post,) = films_of(bench)
    assert post["visibility"] == "public"
    assert post["id"] != staged.data["upload"]["video"]
