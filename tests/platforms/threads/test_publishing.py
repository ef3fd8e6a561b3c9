"""Putting a post on Threads, step by step."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from urllib.parse import parse_qsl

import pytest

from apps.platforms.adapters.threads.requests import SHARE
from apps.platforms.contract import RemotePost, Role
from apps.platforms.errors import NotSent, Rejected, StagedLost, Throttled, Uncertain
from apps.platforms.validation import problems
from tests.platforms.conformance.bench import remote
from tests.platforms.drafts import draft, picture, video
from tests.platforms.threads.answers import (
    CONTAINER,
    CREATE,
    PUBLISH,
    QUOTA,
    container,
    created,
    error,
    staged_for,
)

GIF = {"format": "gif", "gif": "3oEjI6SIIHBdRxXI40"}


def forms_of(server):
    """The forms that were posted, in their order."""
    posted = zip(server.requests, server.bodies, strict=True)
    return [dict(parse_qsl(body.decode(), keep_blank_values=True)) for (method, _), body in posted if method == "POST"]


def made_of(threads, credential, written):
    """The form of the container that `written` becomes."""
    server, adapter = threads({CREATE: [created()], CONTAINER: [container()]})
    adapter.stage(written, credential, key="k", before=None)
    return forms_of(server)[-1]


@pytest.mark.parametrize(
    ("written", "form"),
    [
        (draft("Hello"), {"media_type": "TEXT", "text": "Hello"}),
        (
            draft("Look", link="https://example.org/a"),
            {"media_type": "TEXT", "text": "Look", "link_attachment": "https://example.org/a"},
        ),
        (
            draft("", picture(alt="A boat", public_url="https://m/a.jpg")),
            {"media_type": "IMAGE", "image_url": "https://m/a.jpg", "alt_text": "A boat"},
        ),
        (
            draft("Waves", video(public_url="https://m/a.mp4")),
            {"media_type": "VIDEO", "video_url": "https://m/a.mp4", "text": "Waves"},
        ),
        (
            draft("Tea?", options={"format": "poll", "poll": "Yes\n No \n\nLater"}),
            {
                "media_type": "TEXT",
                "text": "Tea?",
                "poll_attachment": '{"option_a": "Yes", "option_b": "No", "option_c": "Later"}',
            },
        ),
        (
            draft("Read on", options={"format": "long_text", "long_text": "Ünd so on"}),
            {"media_type": "TEXT", "text": "Read on", "text_attachment": '{"plaintext": "Ünd so on"}'},
        ),
        (
            draft("It moves", options=GIF),
            {
                "media_type": "TEXT",
                "text": "It moves",
                "gif_attachment": '{"gif_id": "3oEjI6SIIHBdRxXI40", "provider": "GIPHY"}',
            },
        ),
        (
            draft("Boo", options={"format": "ghost"}),
            {"media_type": "TEXT", "text": "Boo", "is_ghost_post": "true"},
        ),
        (
            draft("Re", role=Role.REPLY, parent=RemotePost("7"), options={"topic_tag": "Tea"}),
            {"media_type": "TEXT", "text": "Re", "reply_to_id": "7"},
        ),
        (
            draft("First", picture(public_url="https://m/a.jpg"), role=Role.FIRST_COMMENT, parent=RemotePost("7")),
            {"media_type": "IMAGE", "image_url": "https://m/a.jpg", "text": "First", "reply_to_id": "7"},
        ),
    ],
    ids=lambda one: one.text if hasattr(one, "text") else "",
)
def test_a_post_becomes_a_container_of_its_kind(threads, credential, written, form):
    assert made_of(threads, credential, written) == form


def test_a_carousel_is_made_of_its_files_and_takes_the_text_itself(threads, credential):
    answers = {CREATE: [created("1"), created("2"), created("3")]}
    answers |= {f"GET /v1.0/{id}": [container()] for id in (1, 2, 3)}
    server, adapter = threads(answers)
    files = picture(alt="A", public_url="https://m/a.jpg"), video(public_url="https://m/a.mp4")

    adapter.stage(draft("Both", *files, options={"spoiler": "yes"}), credential, key="k", before=None)

    assert forms_of(server) == [
        {"media_type": "IMAGE", "image_url": "https://m/a.jpg", "alt_text": "A", "is_carousel_item": "true"},
        {"media_type": "VIDEO", "video_url": "https://m/a.mp4", "is_carousel_item": "true"},
        {"media_type": "CAROUSEL", "children": "1,2", "text": "Both", "is_spoiler_media": "true"},
    ]


def test_a_carousel_waits_for_each_file_and_then_for_itself(threads, credential, clock):
    """Publishing a fresh carousel with a video at once fails."""
    answers = {
        CREATE: [created("1"), created("2"), created("3")],
        "GET /v1.0/1": [container()],
        "GET /v1.0/2": [container("IN_PROGRESS"), container()],
        "GET /v1.0/3": [container("IN_PROGRESS"), container()],
    }
    server, adapter = threads(answers)
    written = draft("Both", picture("a"), video("b"))

    staged, pauses = None, []
    while staged is None or not staged.ready:
        staged = adapter.stage(written, credential, key="k", before=staged)
        pauses.append(staged.again_in)
        clock.advance(seconds=staged.again_in.total_seconds())

    assert pauses == [timedelta(seconds=10), timedelta(seconds=10), timedelta(seconds=2), timedelta(0)]
    assert len(forms_of(server)) == 3


@pytest.mark.parametrize(
    ("file", "pauses"), [(picture(), [2, 3, 4.5, 6.75, 2]), (video(), [10, 15, 22.5, 33.75, 2])], ids=["image", "video"]
)
def test_a_file_that_takes_its_time_is_asked_about_less_and_less(threads, credential, clock, file, pauses):
    working = [container("IN_PROGRESS")] * 4
    _, adapter = threads({CREATE: [created()], CONTAINER: [*working, container()]})
    staged, waited = None, []
    while staged is None or not staged.ready:
        staged = adapter.stage(draft("Slow", file), credential, key="k", before=staged)
        waited.append(staged.again_in.total_seconds())
        clock.advance(seconds=waited[-1])
    assert waited == [*pauses, 0]


def test_choices_of_a_post_arrive(bench, connected):
    quoted = bench.publish(bench.post("Quote me"), connected)
    assert bench.adapter.choices("quote", connected) == ((quoted.remote_id, "Quote me"),)
    chosen = {
        "reply_control": "mentioned_only",
        "topic_tag": "#Tea time",
        "approve_replies": "yes",
        "quote": quoted.remote_id,
    }

    bench.publish(bench.post("Chosen", options=chosen), connected, key="k2")

    said = bench.sandbox.posts("threads", bench.handle)[-1]["data"]
    assert said["reply_control"] == "mentioned_only"
    assert said["topic_tag"] == "Tea time"
    assert said["approves_replies"] is True
    assert said["quoted"] == quoted.remote_id


def test_a_post_for_some_countries_needs_an_account_that_may(bench, connected, switch):
    written = bench.post("Nearby", options={"countries": "de, AT"})
    with pytest.raises(Rejected):
        bench.publish(written, connected)
    switch(geo_gating=True)
    bench.publish(written, connected)
    assert bench.sandbox.posts("threads", bench.handle)[-1]["data"]["countries"] == ["DE", "AT"]


def test_sharing_to_instagram_needs_a_permission_of_its_own(threads, credential):
    written = draft("Twice", options={"share_to_instagram": "yes"})
    server, adapter = threads({CREATE: [created()], CONTAINER: [container()]})
    with pytest.raises(Rejected) as failure:
        adapter.stage(written, credential, key="k", before=None)
    assert failure.value.field == "options.share_to_instagram"
    assert forms_of(server) == []

    may = replace(credential, scopes=(*credential.scopes, SHARE))
    assert made_of(threads, may, written)["crossreshare_to_ig"] == "true"


def test_what_became_of_sharing_is_kept_and_its_failure_stops_nothing(threads, credential):
    _, adapter = threads({PUBLISH: [(200, {"id": "9", "crossreshare_to_ig_status": "FAILED"})]})
    written = draft("Twice")
    receipt = adapter.commit(written, staged_for(written), credential, key="k")
    assert (receipt.remote_id, receipt.facts) == ("9", {"shared_to_instagram": "FAILED"})


@pytest.mark.parametrize(
    ("written", "field"),
    [
        (draft("  "), "text"),
        (draft("Hi", options={"topic_tag": "R.E.M"}), "options.topic_tag"),
        (draft("Hi", options={"topic_tag": "Tea & cake"}), "options.topic_tag"),
        (draft("Hi", options={"format": "poll", "poll": "One"}), "options.poll"),
        (draft("Hi", options={"format": "long_text"}), "options.long_text"),
        (draft("Hi", options={"format": "gif"}), "options.gif"),
        (draft("Hi", options={"format": "story"}), "options.format"),
        (draft("Hi", picture(), options={"format": "poll", "poll": "a\nb"}), "media"),
        (draft("Hi", picture(), link="https://example.org"), "link"),
        (draft("Hi", replace(picture(), public_url="")), "media.0"),
        (draft("Hi", role=Role.REPLY), "parent"),
    ],
)
def test_what_threads_would_not_take_never_leaves(threads, credential, written, field):
    server, adapter = threads({})
    with pytest.raises(Rejected) as failure:
        adapter.stage(written, credential, key="k", before=None)
    assert failure.value.field == field
    assert forms_of(server) == []


def test_the_composer_hears_of_it_before(bench):
    can, addresses = bench.adapter.capabilities, [f"https://example.org/{n}" for n in range(6)]
    assert [found.code for found in problems(draft(" ".join(addresses)), can, label="Threads")] == ["too_many_links"]
    assert problems(draft(" ".join([*addresses[:5], addresses[0]])), can, label="Threads") == []
    linked = draft(" ".join(addresses[:5]), link=addresses[5])
    assert [found.code for found in problems(linked, can, label="Threads")] == ["too_many_links"]
    carded = draft("Hi", picture(), link=addresses[0])
    assert [found.field for found in problems(carded, can, label="Threads")] == ["link"]


def test_the_same_links_are_too_many_for_threads(bench, connected):
    with pytest.raises(Rejected) as failure:
        bench.publish(draft(" ".join(f"https://example.org/{n}" for n in range(6))), connected)
    assert failure.value.field == "text"


def test_an_emoji_counts_its_bytes_here_as_there(bench, connected):
    bench.publish(draft("👍" * 125), connected)
    too_long = draft("👍" * 125 + "!")
    assert [found.code for found in problems(too_long, bench.adapter.capabilities, label="Threads")] == ["too_long"]
    with pytest.raises(Rejected) as failure:
        bench.publish(too_long, connected, key="k2")
    assert failure.value.field == "text"


def test_letters_that_count_more_than_we_know_are_for_a_person_to_shorten(bench, connected, switch):
    """Whether a letter beyond Latin counts one or its bytes is not documented: the answer tells."""
    switch(letters_count_as_bytes=True)
    written = draft("ż" * 400)
    assert problems(written, bench.adapter.capabilities, label="Threads") == []
    with pytest.raises(Rejected) as failure:
        bench.publish(written, connected)
    assert failure.value.field == "text"


# --- the race between preparing and publishing ------------------------------------------------------------------------


def test_a_container_that_has_just_finished_is_given_two_seconds(threads, credential, clock):
    _, adapter = threads({CREATE: [created()], CONTAINER: [container()]})
    written = draft("Hello")
    staged = adapter.stage(written, credential, key="k", before=None)
    assert (staged.ready, staged.again_in) == (False, timedelta(seconds=2))
    clock.advance(seconds=2)
    assert adapter.stage(written, credential, key="k", before=staged).ready


def test_a_container_that_is_not_visible_yet_is_tried_again_and_not_made_again(bench, connected, switch):
    """A third of all failed posts of one peer: the same container goes through a moment later."""
    switch(visible_after_seconds=7)
    written = bench.post("Patience")
    staged = bench.stage(written, connected, key="k")
    with pytest.raises(NotSent):
        bench.adapter.commit(written, staged, connected, key="k")
    assert bench.seen() == []

    bench.clock.advance(seconds=10)
    again = bench.adapter.stage(written, connected, key="k", before=staged)
    assert again.data["post"]["id"] == staged.data["post"]["id"]
    bench.adapter.commit(written, again, connected, key="k")
    assert [post.text for post in bench.seen()] == ["Patience"]


def test_a_container_that_never_becomes_visible_is_made_anew_after_four_tries(threads, credential, clock):
    server, adapter = threads(
        {
            CREATE: [created(), created("2")],
            CONTAINER: [container()],
            "GET /v1.0/2": [container(id="2")],
            PUBLISH: [error(24, 4279009), error(24, 4279009), error(24, 4279009), error(24, 4279009), created("9")],
        }
    )
    written, staged, tries = draft("Hello"), None, 0
    for _ in range(20):
        staged = adapter.stage(written, credential, key="k", before=staged)
        clock.advance(seconds=max(staged.again_in.total_seconds(), 1))
        if not staged.ready:
            continue
        try:
            tries += 1
            assert adapter.commit(written, staged, credential, key="k").remote_id == "9"
            break
        except NotSent:
            continue
    assert tries == 5
    assert [form["creation_id"] for form in forms_of(server) if "creation_id" in form][-1] == "2"


def test_a_container_that_was_published_after_all_is_never_published_twice(threads, credential, clock):
    """A try that came to nothing by its answer, and the platform says otherwise now."""
    clock.advance(minutes=1)
    server, adapter = threads({CONTAINER: [container("PUBLISHED")]})
    written = draft("Once")
    staged = adapter.stage(written, credential, key="k", before=staged_for(written))
    assert staged.ready
    with pytest.raises(Uncertain):
        adapter.commit(written, staged, credential, key="k")
    assert forms_of(server) == []


def test_a_container_that_reads_do_not_show_is_waited_for_and_then_made_again(threads, credential, clock):
    unseen = error(24, 4279009)
    _, adapter = threads({CREATE: [created()], CONTAINER: [unseen]})
    written = draft("Hello")
    staged = adapter.stage(written, credential, key="k", before=None)
    assert not staged.ready
    clock.advance(minutes=3)
    with pytest.raises(StagedLost):
        adapter.stage(written, credential, key="k", before=staged)


# --- carrying on ------------------------------------------------------------------------------------------------------


def test_what_was_made_before_a_failure_is_kept(threads, credential):
    answers = {CREATE: [created("1"), error(2, status=500), created("2")], "GET /v1.0/1": [container()]}
    server, adapter = threads(answers)
    written = draft("Two", picture("a"), picture("b"))

    staged = adapter.stage(written, credential, key="k", before=None)
    assert not staged.ready
    stored = replace(staged, data=json.loads(json.dumps(dict(staged.data))))
    assert [entry["id"] for entry in stored.data["items"]] == ["1", ""]

    adapter.stage(written, credential, key="k", before=stored)
    assert [form["image_url"] for form in forms_of(server)] == [
        "https://media.example/a.jpg",
        "https://media.example/b.jpg",
        "https://media.example/b.jpg",
    ]


def test_a_pause_in_the_middle_is_as_long_as_threads_asks(threads, credential):
    _, adapter = threads({CREATE: [created("1"), error(4)], "GET /v1.0/1": [container()]})
    staged = adapter.stage(draft("Two", picture("a"), picture("b")), credential, key="k", before=None)
    assert (staged.ready, staged.again_in) == (False, timedelta(hours=1))


@pytest.mark.parametrize("hours", [0, 24])
def test_what_was_prepared_for_other_words_or_yesterday_is_made_anew(threads, credential, clock, hours):
    server, adapter = threads({CREATE: [created("2")], "GET /v1.0/2": [container()]})
    before = staged_for(draft("Hello" if hours else "Hallo"))
    clock.advance(hours=hours)
    adapter.stage(draft("Hello"), credential, key="k", before=before)
    assert len(forms_of(server)) == 1


def test_an_edited_post_never_goes_out_with_its_earlier_words(threads, credential):
    server, adapter = threads({})
    with pytest.raises(StagedLost):
        adapter.commit(draft("New words"), staged_for(draft("Old words")), credential, key="k")
    assert server.requests == []


def test_a_quota_of_replies_is_a_count_of_its_own(bench, connected, switch):
    main = bench.publish(bench.post("Main"), connected)
    switch(daily_posts=1)
    with pytest.raises(Throttled, match="1 posts"):
        bench.publish(bench.post("One too many"), connected, key="k2")
    bench.publish(bench.comment("A reply is no post", main), connected, key="k3")

    switch(daily_replies=1)
    with pytest.raises(Throttled, match="1 replies"):
        bench.publish(bench.comment("Another one", main), connected, key="k4")


def test_a_quota_that_is_reached_between_preparing_and_publishing_publishes_nothing(bench, connected, switch):
    written = bench.post("Too late")
    staged = bench.stage(written, connected, key="k")
    switch(daily_posts=0)
    with pytest.raises(Throttled):
        bench.adapter.commit(written, staged, connected, key="k")
    assert bench.seen() == []


@pytest.mark.parametrize("answer", [(500, {}), (200, {"data": []}), (200, {}), error(100, 33)])
def test_a_quota_that_cannot_be_read_stops_nobody(threads, credential, answer):
    server, adapter = threads({QUOTA: [answer], CREATE: [created()], CONTAINER: [container()]})
    adapter.stage(draft("Hello"), credential, key="k", before=None)
    assert len(forms_of(server)) == 1


def test_a_thread_answers_the_part_before_and_a_comment_the_root(bench, connected):
    main = bench.publish(bench.post("1/3"), connected, key="k1")
    second = bench.post("2/3", role=Role.REPLY, root=remote(main), parent=remote(main))
    receipt = bench.publish(second, connected, key="k2")
    third = bench.post("3/3", role=Role.REPLY, root=remote(main), parent=remote(receipt), pictures=1)
    bench.publish(third, connected, key="k3")
    assert [post.parent_id for post in bench.seen()] == ["", main.remote_id, receipt.remote_id]


def test_two_files_reach_the_platform_whole(bench, connected):
    files = bench.picture("a", alt="A"), bench.video("b")
    bench.publish(draft("Whole", *files), connected)
    (post,) = bench.sandbox.posts("threads", bench.handle)
    assert [one["data"]["received"] for one in post["media"]] == [file.size for file in files]
