"""What changes only the page while somebody writes: pictures, the parts of a thread, counters and previews."""

from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from apps.posts.models import PartMedia, Post
from tests.dashboard.conftest import html
from tests.dashboard.pages import Page
from tests.support import factories

pytestmark = pytest.mark.usefixtures("in_scope")


def test_chosen_files_are_taken_in_whatever_button_was_pressed(desk, mastodon):
    file = SimpleUploadedFile("bun.png", factories.picture(), content_type="image/png")
    desk("publish_now", text="With a picture", accounts=[mastodon.pk], files=[file])

    assert PartMedia.objects.get().asset.original_name == "bun.png"


def test_a_file_that_is_no_picture_is_refused_and_the_words_stay(desk, mastodon):
    file = SimpleUploadedFile("notes.pdf", b"%PDF-1.7", content_type="application/pdf")
    answer = desk("schedule", text="My words", accounts=[mastodon.pk], date="2026-10-15", time="09:30", files=[file])

    assert answer.status_code == 422
    assert "notes.pdf" in answer.context["composer"].errors.media
    assert answer.context["composer"].text == "My words"
    assert not Post.objects.exists()


def test_pictures_move_and_leave_without_scripts(desk, workspace):
    one, two = factories.asset(workspace), factories.asset(workspace)
    both = {"text": "My words", "media": [one.pk, two.pk], f"alt-{two.pk}": "The second"}

    moved = desk(f"media-up:{two.pk}", **both).context["composer"]
    removed = desk(f"media-remove:{one.pk}", **both).context["composer"]

    assert [item.id for item in moved.media] == [two.pk, one.pk]
    assert moved.media[0].alt == "The second"
    assert [item.id for item in removed.media] == [two.pk]
    assert moved.text == removed.text == "My words"
    assert not Post.objects.exists()


def test_parts_of_a_thread_come_and_go_without_scripts(desk):
    added = desk("reply-add", text="My words", reply=["one"]).context["composer"]
    removed = desk("reply-remove:1", text="My words", reply=["one", "two"]).context["composer"]

    assert [reply.text for reply in added.replies] == ["one", ""]
    assert [reply.text for reply in removed.replies] == ["two"]


def test_a_fragment_answers_for_the_part_it_was_asked_for(browser, workspace, mastodon):
    file = SimpleUploadedFile("bun.png", factories.picture(), content_type="image/png")
    pictures = html(browser.post("/compose/piece/", {"files": [file], "text": "x"}))
    thread = html(browser.post("/compose/piece/", {"action": "reply-add", "text": "x"}))
    refused = browser.post("/compose/piece/", {"files": [SimpleUploadedFile("a.txt", b"hello")]})

    assert Page(pictures).ids[0] == "media"
    assert "bun.png" in pictures
    assert Page(thread).ids[0] == "after"
    assert refused.status_code == 422
    assert "a.txt" in html(refused)


def test_the_preview_counts_as_each_network_counts_and_marks_what_is_too_long(browser, mastodon, bluesky):
    words = "See https://example.org/a-long-address-that-counts-23 " + "é" * 260
    answer = browser.post("/compose/preview/", {"text": words, "accounts": [mastodon.pk, bluesky.pk]})

    composer = answer.context["composer"]
    counts = {counter.platform: (counter.count, counter.over) for counter in composer.counters}
    over = {one.platform: [part.text for part in one.segments if part.kind == "over"] for one in composer.previews}
    assert counts["mastodon"] == (str(4 + 23 + 1 + 260), 0)
    assert counts["bluesky"] == (str(len(words)), len(words) - 300)
    assert over == {"mastodon": [], "bluesky": ["é" * (len(words) - 300)]}
    assert composer.problems.to_fix == 1
    assert Page(html(answer)).ids[:2] == ["counters", "problems"]
    assert not Post.objects.exists()


def test_what_may_follow_the_post_is_said_anew_for_the_accounts_chosen_by_now(browser, mastodon):
    nobody = html(browser.post("/compose/preview/", {"text": "Hello"}))
    chosen = html(browser.post("/compose/preview/", {"text": "Hello", "accounts": [mastodon.pk]}))

    assert "None of the chosen" not in nobody
    assert {"first_comment-help", "threads-help"} <= set(Page(nobody).ids) & set(Page(chosen).ids)
    assert "can carry a thread" in chosen


def test_a_problem_of_one_picture_among_several_names_it(browser, workspace, bluesky):
    paper = factories.asset(workspace, kind="document", mime_type="application/pdf")
    pictures = [factories.asset(workspace), paper]
    fields = {"text": "Hello", "accounts": [bluesky.pk]}
    two = browser.post("/compose/preview/", {**fields, "media": [one.pk for one in pictures]}).context["composer"]
    one = browser.post("/compose/preview/", {**fields, "media": [pictures[1].pk]}).context["composer"]

    assert two.problems.items[0].title.startswith("File 2: Bluesky takes no PDF")
    assert one.problems.items[0].title.startswith("Bluesky takes no PDF")


def test_an_empty_page_is_not_scolded(browser, mastodon):
    answer = browser.post("/compose/preview/", {"accounts": [mastodon.pk]})

    assert answer.context["composer"].problems.items == []
