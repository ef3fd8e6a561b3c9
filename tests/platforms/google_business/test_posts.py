"""What is peculiar to posts of a location."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from apps.platforms.adapters.google_business import content
from apps.platforms.contract import Verdict
from apps.platforms.errors import ConsentRefused, MissingPermission, Rejected
from tests.platforms.conformance.bench import remote

LEARN = {"action": "LEARN_MORE", "action_url": "https://demo.example.com/"}


def bodies(bench):
    posts = [one for one in bench.requests if one.method == "POST" and one.url.path.endswith("/localPosts")]
    return [json.loads(one.content) for one in posts]


def test_an_event_is_on_the_wall_clock_that_was_entered(bench, credential):
    bench.publish(bench.samples()["event"], credential)
    (sent,) = bodies(bench)
    assert sent["event"]["schedule"] == {
        "startDate": {"year": 2026, "month": 12, "day": 5},
        "startTime": {"hours": 18, "minutes": 0, "seconds": 0, "nanos": 0},
        "endDate": {"year": 2026, "month": 12, "day": 5},
        "endTime": {"hours": 20, "minutes": 30, "seconds": 0, "nanos": 0},
    }
    assert sent["callToAction"] == {"actionType": "LEARN_MORE", "url": "https://demo.example.com/bread"}


def test_an_offer_has_no_button_and_a_call_no_address(bench, credential):
    samples = bench.samples()
    offer = replace(samples["offer"], options={**samples["offer"].options, **LEARN})
    sent = content.body(offer)
    assert "callToAction" not in sent
    assert sent["offer"]["couponCode"] == "ADVENT2"
    assert content.body(samples["call"])["callToAction"] == {"actionType": "CALL"}


@pytest.mark.parametrize(
    ("options", "field"),
    [
        ({"action": "BOOK"}, "options.action_url"),
        ({"action": "CALL", "action_url": "https://a.example/"}, "options.action_url"),
        ({"action_url": "https://a.example/"}, "options.action"),
        ({"format": "event", "event_title": "Class"}, "options.event_start"),
        (
            {
                "format": "event",
                "event_title": "Class",
                "event_start": "2026-12-05T18:00+01:00",
                "event_end": "2026-12-05T17:00+01:00",
            },
            "options.event_end",
        ),
    ],
)
def test_choices_that_do_not_go_together_are_refused_beforehand(bench, credential, options, field):
    with pytest.raises(Rejected) as caught:
        bench.stage(bench.post(options=options), credential, key="key-1")
    assert caught.value.field == field


def test_a_post_is_created_in_the_account_of_its_location(bench, credential):
    receipt = bench.publish(bench.post(), credential)
    assert receipt.remote_id.startswith(f"{credential.channel_id}/localPosts/")
    assert receipt.facts == {"kind": "STANDARD", "state": "PROCESSING"}


def test_a_changed_post_can_lose_its_button(bench, credential):
    receipt = bench.publish(bench.post("Bread", options=LEARN), credential)
    bench.adapter.edit(remote(receipt), bench.post("Cake"), credential)
    headers = {"Authorization": f"Bearer {credential.access_token.reveal()}"}
    told = bench.http.get(f"{bench.origin}/v4/{receipt.remote_id}", headers=headers).json()
    assert told["summary"] == "Cake"
    assert "callToAction" not in told


def test_a_lost_event_is_not_taken_for_an_update_with_its_words(bench, credential):
    event = bench.samples()["event"]
    bench.publish(bench.post(event.text), credential)
    staged = bench.stage(event, credential, key="key-2")
    trace = bench.trace(event, staged, key="key-2")
    bench.wait_until_settled()
    assert bench.adapter.find(trace, credential).verdict is Verdict.ABSENT


def test_a_consent_gives_each_location_once(bench, setting):
    setting(more_channels=2, listed_twice=True)
    channels = bench.consent().channels
    places = [one.remote_id.rpartition("/")[2] for one in channels]
    assert len(places) == len(set(places)) == 3


def test_a_location_that_is_not_verified_is_not_offered(bench, setting):
    setting(location_problem="verify", location_problem_of=bench.handle)
    with pytest.raises(ConsentRefused, match="verified"):
        bench.consent()


def test_a_location_that_lost_its_voice_is_told_before_the_hour(bench, credential, setting):
    setting(location_problem="complyWithGuidelines", location_problem_of=bench.handle)
    with pytest.raises(MissingPermission):
        bench.stage(bench.post(), credential, key="key-1")
    with pytest.raises(MissingPermission):
        bench.adapter.check(credential)
