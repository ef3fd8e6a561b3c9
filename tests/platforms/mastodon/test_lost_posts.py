"""Looking for a post whose answer was lost, on software that is not Mastodon."""

from __future__ import annotations

from datetime import timedelta

import pytest

from apps.platforms.adapters.mastodon import markup
from apps.platforms.contract import Staged, Trace, Verdict
from tests.platforms.drafts import draft, picture
from tests.platforms.mastodon.servers import LIST, account_at


def status_of(clock, **changes):
    described = {
        "id": "s1",
        "created_at": clock().isoformat(),
        "visibility": "public",
        "in_reply_to_id": None,
        "content": "<p>Hello</p>",
        "media_attachments": [],
        "url": "https://social.example/@ann/s1",
    }
    return {**described, **changes}


def search(adapter, server, clock, written=None, staged=None, software="gotosocial"):
    trace = Trace(written or draft("Hello"), staged or Staged({"media": []}), "key", clock())
    facts = {"account_id": "7", "software": software}
    return adapter.find(trace, account_at(server, facts=facts))


def test_without_a_source_the_html_tells_and_a_difference_proves_nothing(adapter, scripted, clock):
    server = scripted({LIST: [(200, [status_of(clock)]), (200, [])]})
    assert search(adapter, server, clock).verdict is Verdict.FOUND
    server = scripted({LIST: [(200, [status_of(clock, content="<h1>Hallo</h1>")]), (200, [])]})
    assert search(adapter, server, clock).verdict is Verdict.UNCLEAR


def test_a_list_that_carries_the_text_needs_no_second_question(adapter, scripted, clock):
    listed = [status_of(clock, text="Hello", spoiler_text="", content="")]
    server = scripted({LIST: [(200, listed), (200, [])]})
    assert search(adapter, server, clock).verdict is Verdict.FOUND
    assert not any("source" in path for _, path in server.requests)


@pytest.mark.parametrize(
    "odd",
    [
        {"id": None},
        {"created_at": "yesterday"},
        {"visibility": "mutuals_only"},
        {"media_attachments": [{"id": "m1"}, {"id": "m2"}], "text": "Other"},
    ],
)
def test_an_odd_entry_in_the_list_is_never_proof_of_absence(adapter, scripted, clock, odd):
    server = scripted({LIST: [(200, [status_of(clock, **odd)]), (200, [])]})
    written, staged = draft("Hello"), None
    if "media_attachments" in odd:
        written, staged = draft("Hello", picture()), Staged({"media": [{"id": "m1"}]})
    assert search(adapter, server, clock, written, staged).verdict is Verdict.UNCLEAR


def test_our_words_with_pictures_of_unknown_name_are_a_case_for_a_person(adapter, scripted, clock):
    listed = [status_of(clock, text="Hello", media_attachments=[{"id": "renamed"}])]
    server = scripted({LIST: [(200, listed), (200, [])]})
    staged = Staged({"media": [{"id": "m1"}]})
    assert search(adapter, server, clock, draft("Hello", picture()), staged).verdict is Verdict.UNCLEAR


def test_a_list_without_end_is_not_read_for_ever_and_proves_nothing(adapter, scripted, clock):
    server = scripted({LIST: [(200, [status_of(clock, text="Other")])]})
    assert search(adapter, server, clock).verdict is Verdict.UNCLEAR
    assert len(server.requests) == 5


def test_uploads_that_mastodon_hides_are_no_proof_of_absence(adapter, scripted, clock):
    staged = Staged({"media": [{"id": "m1"}]})
    gone = scripted({LIST: [(200, [])]})
    there = scripted({LIST: [(200, [])], "GET /api/v1/media/m1": [(200, {"id": "m1"})]})
    written = draft("", picture())
    assert search(adapter, gone, clock, written, staged, "mastodon").verdict is Verdict.UNCLEAR
    assert search(adapter, there, clock, written, staged, "mastodon").verdict is Verdict.ABSENT
    assert search(adapter, gone, clock, written, staged, "gotosocial").verdict is Verdict.ABSENT


def test_a_post_that_was_changed_since_may_have_had_our_words(adapter, scripted, clock):
    changed = status_of(clock, text="Hallo")
    server = scripted({LIST: [(200, [changed | {"edited_at": clock().isoformat()}]), (200, [])]})
    assert search(adapter, server, clock).verdict is Verdict.UNCLEAR
    server = scripted({LIST: [(200, [changed | {"edited_at": None}]), (200, [])]})
    assert search(adapter, server, clock).verdict is Verdict.ABSENT


def test_a_slow_server_clock_does_not_hide_the_post(adapter, scripted, clock):
    early = clock() - timedelta(minutes=5)
    date = {"date": early.strftime("%a, %d %b %Y %H:%M:%S GMT")}
    listed = [status_of(clock, created_at=early.isoformat(), text="Hello")]

    server = scripted({LIST: [(200, listed, date), (200, [], date)]})
    handler = server.server.RequestHandlerClass
    handler.send_response = handler.send_response_only  # no Date of its own
    assert search(adapter, server, clock).verdict is Verdict.UNCLEAR


def test_html_is_read_back_into_the_text_that_made_it():
    html = (
        '<p class="quote-inline">RE: <a href="https://x.example">x</a></p>'
        '<p>Hi <span class="h-card"><a href="https://b.example/@bob" class="u-url mention">@<span>bob</span></a></span>'
        '<br />see <a href="https://example.org/a/long"><span class="invisible">https://</span>'
        '<span class="ellipsis">example.org/a</span></a> <a href="/t" class="mention hashtag">#<span>tag</span></a></p>'
        "<p>A &amp; B</p>"
    )
    sent = "Hi @bob@b.example\nsee https://example.org/a/long #tag\n\nA & B"
    assert markup.flat(markup.text_of(html)) == markup.flat(sent)
