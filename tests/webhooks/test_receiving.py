"""Size, signature, one INSERT, the answer: what is genuine is stored once, and nothing else is stored at all."""

from __future__ import annotations

import json
import threading
from dataclasses import replace

import pytest
from django.db import connection, connections
from django.test import Client

from apps.webhooks.models import InboundNotice
from apps.webhooks.states import NoticeState
from apps.webhooks.views import MOST_BYTES
from tests.webhooks import letters

pytestmark = pytest.mark.django_db
SIGNED = {
    "facebook": (letters.facebook(letters.comment()), "X-Hub-Signature-256"),
    "x": (letters.x("post.delete", id="5"), "X-Twitter-Webhooks-Signature"),
}


def tiktok_now(clock):
    return letters.tiktok("post.publish.complete", at=int(clock.now.timestamp()), publish_id="v_pub~1")


def stored() -> list[InboundNotice]:
    return list(InboundNotice.objects.all())


def test_a_genuine_delivery_is_stored_and_answered_with_nothing():
    answer = letters.facebook(letters.comment()).send()

    assert (answer.status_code, answer.content) == (200, b"")
    assert answer.headers["Content-Type"] == "text/plain"
    (notice,) = stored()
    assert (notice.platform, notice.kind, notice.remote_user_id) == ("facebook", "comment", "111")
    assert (notice.remote_id, notice.text, notice.state) == ("111_5_9", "café", NoticeState.WAITING)


@pytest.mark.parametrize("platform", SIGNED)
@pytest.mark.parametrize("spoil", ["missing", "empty", "truncated", "of another", "another letter"])
def test_what_we_cannot_prove_is_neither_stored_nor_explained(platform, spoil):
    letter, header = SIGNED[platform]
    given = letter.headers[header]
    spoiled = {
        "missing": {},
        "empty": {header: ""},
        "truncated": {header: given[:-1]},
        "of another": {header: given[:-4] + ("AAAA" if not given.endswith("AAAA") else "BBBB")},
        "another letter": {"X-Nothing": given},
    }[spoil]

    answer = letter.send(headers=spoiled)

    assert (answer.status_code, answer.content, stored()) == (401, b"", [])
    assert letter.send().status_code == 200, "the letter itself is genuine"


def test_tiktok_too_is_proven(clock):
    letter = tiktok_now(clock)
    given = letter.headers["TikTok-Signature"]

    assert letter.send(headers={"TikTok-Signature": given[:-2]}).status_code == 401
    assert letter.send(headers={}).status_code == 401
    clock.advance(hours=80)
    assert letter.send().status_code == 401, "what was signed days ago is somebody's copy"
    clock.advance(hours=-80)
    assert letter.send().status_code == 200


def test_a_body_that_was_read_and_written_again_is_not_what_was_signed():
    letter = letters.facebook(letters.comment())
    again = json.dumps(json.loads(letter.body), ensure_ascii=False).encode()
    assert again != letter.body

    assert letter.send(body=again).status_code == 401
    assert letter.send(body=letter.body + b"\n").status_code == 401
    assert stored() == []


def test_the_same_thing_is_stored_once_however_often_it_comes():
    for _ in range(3):
        assert letters.facebook(letters.comment()).send().status_code == 200
    assert len(stored()) == 1
    letters.facebook(letters.comment(), letters.comment(10)).send()
    assert len(stored()) == 2, "a batch that repeats something brings what is new in it"


@pytest.mark.django_db(transaction=True)
def test_twenty_copies_at_once_are_one_notice():
    letter, answers = letters.facebook(letters.comment()), []
    gate = threading.Barrier(20)

    def send():
        try:
            gate.wait()
            answers.append(letter.send(Client()).status_code)
        finally:
            connections.close_all()

    copies = [threading.Thread(target=send) for _ in range(20)]
    for copy in copies:
        copy.start()
    for copy in copies:
        copy.join()

    assert answers == [200] * 20
    assert len(stored()) == 1


def test_a_thousand_changes_come_in_one_statement(django_assert_max_num_queries):
    letter = letters.facebook(*(letters.comment(number) for number in range(1000)))

    with django_assert_max_num_queries(40 if connection.vendor == "sqlite" else 5):
        assert letter.send().status_code == 200
    assert len(stored()) == 1000


def test_what_is_too_large_is_not_even_read():
    letter = letters.facebook(letters.comment(message="x" * MOST_BYTES))

    answer = letter.send()

    assert (answer.status_code, stored()) == (413, [])


def test_what_is_genuine_and_makes_no_sense_lies_on_the_dead_shelf_without_its_words(caplog):
    letter = letters.signed_by_meta(b'["the words of somebody"]')

    assert [letter.send().status_code for _ in range(2)] == [200, 200], "it would come again for 36 hours"
    (notice,) = stored()
    assert (notice.state, notice.kind, notice.text, notice.data) == (NoticeState.DEAD, "unreadable", "", {})


def test_letters_that_no_database_takes_are_taken_without_them():
    words = "zero \0 half \ud800 end"
    letter = letters.facebook(letters.comment(message=words, **{"na\0me": [0.5, {"deep": "\0"}]}))

    assert letter.send().status_code == 200
    (notice,) = stored()
    assert notice.text == "zero  half ? end"
    assert notice.data["name"] == [0.5, {"deep": ""}]


def test_what_nobody_knows_by_name_is_stored_all_the_same():
    assert letters.facebook({"field": "invented_next_year", "x": 1}).send().status_code == 200
    (notice,) = stored()
    assert notice.kind == "other"


@pytest.mark.parametrize("platform", ["mastodon", "bluesky", "pinterest", "myspace"])
def test_a_platform_that_sends_nothing_has_no_door(platform, client):
    assert client.get(f"/inbound/{platform}/").status_code == 404
    assert client.post(f"/inbound/{platform}/", b"{}", content_type="application/json").status_code == 404


def test_a_second_secret_is_believed_while_one_takes_the_place_of_the_other(settings):
    late = letters.facebook(letters.comment(), secret="the secret of tomorrow")
    assert late.send().status_code == 401

    settings.PLATFORM_WEBHOOK_SECRETS = {"facebook": ("yet another", "the secret of tomorrow")}

    assert late.send().status_code == 200
    assert letters.facebook(letters.comment(10)).send().status_code == 200
    assert letters.facebook(letters.comment(11), secret="a guess").send().status_code == 401


# --- handshakes


def test_metas_handshake_gets_its_challenge_back_as_text(client):
    asked = {"hub.mode": "subscribe", "hub.verify_token": letters.VERIFY_TOKEN, "hub.challenge": "<b>1158201444</b>"}

    answer = client.get("/inbound/facebook/", asked)

    assert (answer.status_code, answer.content) == (200, b"<b>1158201444</b>")
    assert answer.headers["Content-Type"].startswith("text/plain")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize("token", ["", "what the operator type", "guessed", "é"])
def test_a_handshake_with_another_word_gets_nothing_back(client, token):
    asked = {"hub.mode": "subscribe", "hub.verify_token": token, "hub.challenge": "echo me"}

    answer = client.get("/inbound/facebook/", asked)

    assert (answer.status_code, answer.content) == (403, b"")


def test_without_a_word_of_ours_no_handshake_succeeds(client, settings):
    settings.PLATFORM_VERIFY_TOKENS = {}
    asked = {"hub.mode": "subscribe", "hub.verify_token": "", "hub.challenge": "echo me"}

    assert client.get("/inbound/facebook/", asked).status_code == 403


def test_x_is_answered_with_its_challenge_signed(client, settings):
    settings.PLATFORM_WEBHOOK_SECRETS = {"x": ("consumer secret",)}

    answer = client.get("/inbound/x/", {"crc_token": "a challenge"})

    assert answer.json() == {"response_token": letters.signed_by_x("consumer secret", b"a challenge")}
    assert b"a challenge" not in answer.content


def test_linkedin_is_answered_with_its_code_signed(client):
    answer = client.get("/inbound/linkedin/", {"challengeCode": "890e4665-4dfe-4ab1-b689-ed553bceeed0"})

    assert answer.json() == {
        "challengeCode": "890e4665-4dfe-4ab1-b689-ed553bceeed0",
        "challengeResponse": letters.hexadecimal(letters.SECRETS["linkedin"], b"890e4665-4dfe-4ab1-b689-ed553bceeed0"),
    }


@pytest.mark.parametrize("platform", ["x", "linkedin"])
def test_nobody_has_a_delivery_signed_by_calling_it_a_challenge(client, platform):
    """What is signed for whoever asks would prove nothing any more."""
    body = b'{"data": {"event_type": "post.delete"}, "notifications": []}'
    asked = {"crc_token": body.decode(), "challengeCode": f"hmacsha256={body.decode()}"}

    answer = client.get(f"/inbound/{platform}/", asked)

    assert (answer.status_code, answer.content) == (403, b"")


def test_a_look_at_the_door_tells_nothing(client):
    assert client.get("/inbound/facebook/").status_code == 404
    assert client.put("/inbound/facebook/").status_code == 405
    assert replace(letters.facebook(letters.comment()), platform="threads").send().status_code == 401
