"""Pinterest: limits and the headers that tell them, trial access, and faults in Pinterest's own words."""

from __future__ import annotations

import httpx
import pytest

from tests.sandbox.gallery import picture
from tests.sandbox.pinterest_client import Pinterest, code_of

TRIAL = (
    "Apps with Trial access may not create Pins in production https://api.pinterest.com - use API Sandbox "
    "https://api-sandbox.pinterest.com instead."
)


@pytest.fixture
def pinterest(sandbox):
    with Pinterest(sandbox, "harbourcoffee") as client:
        yield client


def limits(answer: httpx.Response, start: str = "X-RateLimit-") -> tuple[str, int, int]:
    limit, remaining, reset = (answer.headers[start + name] for name in ("Limit", "Remaining", "Reset"))
    return limit, int(remaining), int(reset)


def test_each_category_has_a_minute_of_its_own_for_each_user(sandbox, pinterest):
    sandbox.set("pinterest", org_read_per_minute=3)
    with Pinterest(sandbox, "lumenyoga") as other:
        answers = [pinterest.read("/boards") for _ in range(4)]

        assert limits(answers[2])[:2] == ("3, 100;w=1, 3;w=60", 0)
        assert code_of(answers[3]) == (429, 8)
        assert answers[3].json()["message"] == "You have exceeded your rate limit. Try again later."
        assert 0 < limits(answers[3])[2] <= 60
        assert other.read("/boards").status_code == 200
        assert pinterest.send("POST", "/boards", {"name": "Bikes"}).status_code == 201
        sandbox.advance(seconds=60)
        assert pinterest.read("/boards").status_code == 200


def test_refusals_count_and_tell_the_limits_and_refreshes_are_reads(sandbox, pinterest):
    sandbox.set("pinterest", org_read_per_minute=2)

    refused = pinterest.read("/boards", privacy="OPEN")
    token = sandbox.create_account("pinterest", "harbourcoffee")["credentials"]["refresh_token"]

    assert limits(refused)[1] == 1
    assert limits(pinterest.refresh(token))[1] == 0
    assert code_of(pinterest.refresh(token)) == (429, 8)
    assert pinterest.http.get("/v5/boards").headers.get("X-RateLimit-Limit") is None


def test_headers_have_another_name_or_none(sandbox, pinterest):
    sandbox.set("pinterest", limit_headers="old", org_read_per_minute=1, rate_limit_code=7, retry_after=True)

    assert limits(pinterest.read("/boards"), "x-userendpoint-ratelimit-")[1] == 0
    refused = pinterest.read("/boards")
    assert code_of(refused) == (429, 7)
    assert 0 < int(refused.headers["Retry-After"]) <= 60
    sandbox.set("pinterest", limit_headers="none", per_second=0, org_read_per_minute=0)
    assert not [name for name in pinterest.read("/boards").headers if "ratelimit" in name]


def test_an_application_on_trial_makes_no_pins_in_production(sandbox, pinterest, gallery):
    sandbox.set("pinterest", access="trial", trial_daily=5)
    url, board = gallery.hang(picture()), pinterest.board
    source = {"source_type": "image_url", "url": url}

    refused = pinterest.create(source, board_id=board)
    assert (code_of(refused), refused.json()["message"]) == ((403, 29), TRIAL)
    assert limits(refused)[:2] == ("5, 5;w=86400", 3)
    assert pinterest.send("POST", "/boards", {"name": "Bikes"}).status_code == 201
    token = sandbox.create_account("pinterest", "harbourcoffee")["credentials"]["sandbox_token"]
    with Pinterest(sandbox, "harbourcoffee", token=token) as tried:
        tried.api = "/api-sandbox/v5"
        own = tried.send("POST", "/boards", {"name": "Trials"}).json()["id"]
        made = tried.pin(url, board_id=own)
        # The day of an application on trial counts for all users and both hosts.
        late = tried.read("/pins")
        assert code_of(late) == (429, 8)
        assert 0 < limits(late)[2] <= 86400
        sandbox.advance(days=1)
        assert [pin["id"] for pin in tried.read("/pins").json()["items"]] == [made["id"]]
    assert code_of(pinterest.read(f"/pins/{made['id']}")) == (404, 50)
    sandbox.set("pinterest", trial_pins="private", trial_daily=0)
    pinterest.pin(url, board_id=board)
    assert [post["visibility"] for post in sandbox.posts("pinterest")] == ["sandbox", "private"]


def test_faults_speak_as_pinterest_does(sandbox, pinterest, gallery):
    sandbox.fault("rate_limited", platform="pinterest", path="commit", seconds=45)
    throttled = pinterest.create({"source_type": "image_url", "url": gallery.hang(picture())})
    assert (code_of(throttled), limits(throttled)[1:]) == ((429, 8), (0, 45))
    sandbox.fault("error_before", platform="pinterest", path="find")
    assert code_of(pinterest.read("/pins")) == (500, 500)
    sandbox.set("pinterest", refuse_with="409/409/Exclusive access", refuse_operations="commit edit")
    assert pinterest.send("POST", "/boards", {"name": "B"}).json() == {"code": 409, "message": "Exclusive access"}
    sandbox.set("pinterest", refuse_with="403/3")
    assert code_of(pinterest.send("POST", "/boards", {"name": "B"})) == (403, 3)
    sandbox.fault("token_revoked", platform="pinterest", path="read")
    assert code_of(pinterest.read("/boards")) == (401, 2)
    assert code_of(pinterest.read("/pins")) == (401, 2)
