"""LinkedIn: lost answers, throttles and vanishing posts, in LinkedIn's own words; and what people see on the hub."""

from __future__ import annotations

import httpx
import pytest

from tests.sandbox.gallery import picture
from tests.sandbox.linkedin_client import LinkedIn


@pytest.fixture
def linkedin(sandbox):
    with LinkedIn(sandbox, "harbourcoffee") as client:
        yield client


def test_a_post_whose_answer_was_lost_is_found_and_named_as_a_duplicate(linkedin):
    linkedin.sandbox.fault("lost_after", platform="linkedin", account="harbourcoffee", path="commit")
    with pytest.raises(httpx.RemoteProtocolError):
        linkedin.create("Fresh beans")

    (found,) = linkedin.own_posts().json()["elements"]
    again = linkedin.create("Fresh beans")

    assert found["id"] in again.json()["message"]
    assert linkedin.sandbox.counts("linkedin")["total"] == 1


def test_a_refreshed_token_whose_answer_was_lost_can_be_asked_for_again(linkedin):
    linkedin.sandbox.fault("lost_after", platform="linkedin", account="harbourcoffee", path="refresh")
    with pytest.raises(httpx.RemoteProtocolError):
        linkedin.refresh()

    assert linkedin.refresh().json()["refresh_token"] == linkedin.credentials["refresh_token"]


def test_a_part_whose_answer_was_lost_is_sent_again_and_was_aimed_at_by_its_owner(linkedin):
    value = linkedin.announce_video(100_000).json()["value"]
    linkedin.sandbox.fault("lost_after", platform="linkedin", account="harbourcoffee", path="uploadedVideo")
    with pytest.raises(httpx.RemoteProtocolError):
        linkedin.send_parts(value, bytes(100_000))

    assert linkedin.finalize(value, linkedin.send_parts(value, bytes(100_000))).status_code == 200


@pytest.mark.parametrize(
    ("seconds", "words"), [(60, "Too many requests"), (40_000, "Resource level throttle APPLICATION DAY limit")]
)
def test_a_throttle_says_whether_it_is_that_of_the_day(linkedin, seconds, words):
    linkedin.sandbox.fault("rate_limited", platform="linkedin", path="commit", seconds=seconds)

    answer = linkedin.create()

    assert answer.status_code == 429
    assert answer.json()["message"].startswith(words)
    assert "retry-after" not in answer.headers


def test_a_token_can_be_revoked_in_the_middle(linkedin):
    linkedin.sandbox.fault("token_revoked", platform="linkedin", path="commit")

    assert [linkedin.create().json()["code"], linkedin.acls().json()["code"]] == ["REVOKED_ACCESS_TOKEN"] * 2


def test_an_internal_error_comes_in_the_envelope(linkedin):
    linkedin.sandbox.fault("error_before", platform="linkedin", path="/rest/posts")

    assert linkedin.create().json()["status"] == 500


def test_a_post_can_vanish_after_it_was_accepted(linkedin):
    linkedin.sandbox.fault("failed_processing", platform="linkedin", path="commit")

    assert linkedin.read(linkedin.post()).status_code == 404


def test_people_see_pages_and_members_on_the_hub(linkedin):
    image = linkedin.upload(picture())
    urn = linkedin.post("Beans", content={"media": {"id": image, "altText": "A bag"}})
    linkedin.post("Mine", author=linkedin.person)
    hub = linkedin.sandbox.url

    page = httpx.get(f"{hub}/feed/linkedin/harbourcoffee").text
    assert "Beans" in page
    assert "A bag" in page
    assert httpx.get(f"{hub}/post/linkedin/{urn}").status_code == 200
    assert httpx.get(f"{hub}/media/linkedin/{image}").content == picture()
    assert "Mine" in httpx.get(f"{hub}/feed/linkedin/{linkedin.member_handle}").text


def test_whoever_chooses_a_member_logs_in_as_that_member(linkedin):
    code = linkedin.sandbox.consent(linkedin.authorize_url(), linkedin.member_handle).partition("code=")[2]
    linkedin.token = linkedin.exchange(code.partition("&")[0]).json()["access_token"]

    assert f"urn:li:person:{linkedin.get('/v2/userinfo').json()['sub']}" == linkedin.person
