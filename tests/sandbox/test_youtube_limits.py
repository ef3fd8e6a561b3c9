"""YouTube: buckets of quota that turn at midnight in Los Angeles, and the table of refusals."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from apps.sandbox.youtube.errors import REASONS
from apps.sandbox.youtube.metadata import tags_length
from apps.sandbox.youtube.quota import next_reset
from tests.sandbox.youtube_client import YouTube, film, reason_of


@pytest.fixture
def youtube(sandbox):
    with YouTube(sandbox, "harbourcoffee") as client:
        yield client


def test_the_day_ends_at_midnight_in_los_angeles():
    assert next_reset(datetime(2026, 11, 21, 20, tzinfo=UTC)) == datetime(2026, 11, 22, 8, tzinfo=UTC)
    assert next_reset(datetime(2026, 7, 1, 6, 59, tzinfo=UTC)) == datetime(2026, 7, 1, 7, tzinfo=UTC)
    assert next_reset(datetime(2026, 7, 1, 7, tzinfo=UTC)) == datetime(2026, 7, 2, 7, tzinfo=UTC)


def test_tags_count_with_their_commas_and_quotes():
    assert tags_length(["demo", "two words"]) == 16


def test_units_are_spent_by_everything_but_uploads_and_searches(youtube, sandbox):
    video = youtube.upload()
    sandbox.set("youtube", daily_units=53)
    assert youtube.change(video).status_code == 200  # 50

    assert youtube.channel().status_code == 200
    assert youtube.video(video)
    assert reason_of(youtube.comment(video)) == (403, "quotaExceeded")
    assert youtube.channel().status_code == 200
    refused = youtube.channel()
    assert reason_of(refused) == (403, "quotaExceeded")
    error = refused.json()["error"]
    assert error["message"] == "The request cannot be completed because you have exceeded your quota."
    assert error["errors"][0]["domain"] == "youtube.quota"
    assert youtube.start(size=1000).status_code == 200
    assert youtube.api("GET", "search", part="snippet", q="x").status_code == 200


def test_a_new_day_brings_a_new_quota(youtube, sandbox):
    sandbox.set("youtube", daily_units=1)
    youtube.channel()
    assert reason_of(youtube.channel()) == (403, "quotaExceeded")
    now = datetime.fromisoformat(sandbox.health()["now"])

    sandbox.advance(seconds=(next_reset(now) - now - timedelta(seconds=30)).total_seconds())
    credentials = sandbox.create_account("youtube", "harbourcoffee")["credentials"]
    youtube.token = credentials["token"]
    assert reason_of(youtube.channel()) == (403, "quotaExceeded")
    sandbox.advance(seconds=31)

    assert youtube.channel().status_code == 200


def test_the_quota_is_the_projects_and_not_the_channels(youtube, sandbox):
    sandbox.set("youtube", daily_units=1)
    youtube.channel()

    with YouTube(sandbox, "lumenyoga") as other:
        assert reason_of(other.channel()) == (403, "quotaExceeded")


@pytest.mark.parametrize(("bucket", "usual"), [("uploads", 100), ("searches", 100), ("batches", 10_000)])
def test_some_methods_have_buckets_of_their_own(youtube, sandbox, bucket, usual):
    assert sandbox.set("youtube")["settings"]["youtube"][f"daily_{bucket}"] == usual
    sandbox.set("youtube", **{f"daily_{bucket}": 1})
    calls = {
        "uploads": lambda: youtube.start(size=1000),
        "searches": lambda: youtube.api("GET", "search", part="snippet", q="x"),
        "batches": lambda: youtube.api("GET", "videos:batchGetStats", part="statistics", id="x"),
    }

    assert calls[bucket]().status_code == 200
    assert reason_of(calls[bucket]()) == (403, "quotaExceeded")
    assert youtube.channel().status_code == 200


def test_an_invalid_request_costs_too(youtube, sandbox):
    sandbox.set("youtube", daily_units=1)
    youtube.channel(part="colour")

    assert reason_of(youtube.channel()) == (403, "quotaExceeded")


def test_uploads_may_be_charged_when_they_end(youtube, sandbox):
    sandbox.set("youtube", daily_uploads=1, charges_uploads_at_end=True)
    content = film()
    sessions = [youtube.session(len(content)) for _ in range(2)]

    assert youtube.put(sessions[0], content).status_code == 201
    assert reason_of(youtube.put(sessions[1], content)) == (403, "quotaExceeded")

    sandbox.set("youtube", daily_uploads=2)
    assert youtube.probe(sessions[1], len(content)).status_code == 201


def test_a_channel_has_a_cap_of_its_own_for_a_day(youtube, sandbox):
    sandbox.set("youtube", channel_daily_uploads=1)
    youtube.start(size=1000)

    refused = youtube.start(size=1000)

    assert reason_of(refused) == (400, "uploadLimitExceeded")
    assert refused.json()["error"]["message"] == "The user has exceeded the number of videos they may upload."
    sandbox.advance(hours=24)
    youtube.token = sandbox.create_account("youtube", "harbourcoffee")["credentials"]["token"]
    assert youtube.start(size=1000).status_code == 200


def test_every_reason_can_be_had_on_the_paths_that_are_meant(youtube, sandbox):
    for reason, known in REASONS.items():
        sandbox.set("youtube", refusal=reason, refusal_path="/channels$")
        assert reason_of(youtube.channel()) == (known.status, reason)

    assert youtube.start(size=1000).status_code == 200


def test_a_channel_with_a_problem_is_refused_everywhere(youtube, sandbox):
    content = film()
    session = youtube.session(len(content))
    sandbox.set("youtube", channel_problem="authenticatedUserAccountSuspended")

    assert reason_of(youtube.channel()) == (403, "authenticatedUserAccountSuspended")
    assert reason_of(youtube.put(session, content)) == (403, "authenticatedUserAccountSuspended")


def test_an_api_that_is_not_enabled_says_so(youtube, sandbox):
    sandbox.set("youtube", api_enabled=False)

    assert reason_of(youtube.channel()) == (403, "accessNotConfigured")


def test_privacies_and_licenses_may_be_forbidden(youtube, sandbox):
    sandbox.set("youtube", forbidden_privacies="public", forbids_creative_commons=True)

    assert reason_of(youtube.start(size=1000)) == (403, "forbiddenPrivacySetting")
    sandbox.set("youtube", forbidden_privacies="")
    video = youtube.upload()
    assert reason_of(youtube.change(video, license="creativeCommon")) == (403, "forbiddenLicenseSetting")


@pytest.mark.parametrize(("status", "told"), [(403, "rateLimitExceeded"), (429, "rateLimitExceeded")])
def test_throttling_has_two_statuses_and_tells_no_time(youtube, sandbox, status, told):
    sandbox.set("youtube", rate_limit_status=status)
    sandbox.fault("rate_limited", platform="youtube")

    refused = youtube.channel()

    assert reason_of(refused) == (status, told)
    assert not [name for name in refused.headers if "limit" in name or name == "retry-after"]


def test_faults_of_the_token_endpoint_are_flat(youtube, sandbox):
    sandbox.fault("error_before", platform="youtube", path="refresh")
    sandbox.fault("error_before", platform="youtube", path="read")

    assert youtube.refresh("x").json() == {"error": "internal_failure"}
    assert reason_of(youtube.channel()) == (500, "backendError")
