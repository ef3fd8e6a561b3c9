"""LinkedIn: figures of pages and members, which grow with time and are absent where there are none."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from tests.sandbox.linkedin_client import LinkedIn, encoded

POLL = {"poll": {"question": "?", "options": [{"text": "a"}, {"text": "b"}], "settings": {"duration": "ONE_DAY"}}}


@pytest.fixture
def linkedin(sandbox):
    with LinkedIn(sandbox, "harbourcoffee") as client:
        yield client


def now(linkedin) -> datetime:
    return datetime.fromisoformat(linkedin.sandbox.health()["now"])


def share_figures(linkedin, more: str = ""):
    path = "organizationalEntityShareStatistics?q=organizationalEntity"
    answer = linkedin.rest("GET", f"{path}&organizationalEntity={encoded(linkedin.organization)}{more}")
    assert answer.status_code == 200, answer.text
    return answer.json()["elements"]


def intervals(linkedin, days: int) -> str:
    end = now(linkedin)
    start = end - timedelta(days=days)
    start_ms, end_ms = (int(instant.timestamp() * 1000) for instant in (start, end))
    return f"&timeIntervals=(timeRange:(start:{start_ms},end:{end_ms}),timeGranularityType:DAY)"


def test_figures_of_a_post_grow_and_are_absent_at_first(linkedin):
    share, ugc = linkedin.post("A share"), linkedin.post(content=POLL)
    listed = f"&shares=List({encoded(share)})&ugcPosts=List({encoded(ugc)})"
    assert share_figures(linkedin, listed) == []

    linkedin.sandbox.advance(hours=6)
    early = share_figures(linkedin, listed)
    linkedin.sandbox.advance(days=2)
    late = share_figures(linkedin, listed)

    assert [one.get("share") or one["ugcPost"] for one in late] == [share, ugc]
    for before, after in zip(early, late, strict=True):
        earlier, later = before["totalShareStatistics"], after["totalShareStatistics"]
        assert 0 < earlier["impressionCount"] < later["impressionCount"]
        assert later["uniqueImpressionsCount"] <= later["impressionCount"]
        assert 0 < later["engagement"] < 1


def test_figures_of_a_page_add_up_day_by_day(linkedin):
    linkedin.post()
    linkedin.sandbox.advance(days=5)

    days = share_figures(linkedin, intervals(linkedin, 10))
    (total,) = share_figures(linkedin)

    # The last day is not over, and the one before is not reported yet.
    assert len(days) == 9
    assert all(day["timeRange"]["end"] - day["timeRange"]["start"] == 86_400_000 for day in days)
    summed = sum(day["totalShareStatistics"]["impressionCount"] for day in days)
    assert 0 < summed <= total["totalShareStatistics"]["impressionCount"]


def test_figures_reach_back_a_year(linkedin):
    assert len(share_figures(linkedin, intervals(linkedin, 500) + "&count=1000")) <= 365


def test_posts_of_others_are_left_out_without_a_word(linkedin):
    with LinkedIn(linkedin.sandbox, "lumenyoga") as other:
        urn = other.post()
    linkedin.sandbox.advance(days=1)

    assert share_figures(linkedin, f"&shares=List({encoded(urn)})") == []


@pytest.mark.parametrize(
    ("more", "status"),
    [
        ("&shares[0]=urn%3Ali%3Ashare%3A1", 403),
        ("&shares=urn%3Ali%3Ashare%3A1", 400),
        ("&shares=List(urn%3Ali%3AugcPost%3A1)", 400),
        ("&timeIntervals=(timeRange:(start:1),timeGranularityType:DAY)", 400),
        ("&timeIntervals=(timeRange:(start:1,end:2),timeGranularityType:HOUR)", 400),
    ],
)
def test_a_wrong_question_is_refused(linkedin, more, status):
    path = "organizationalEntityShareStatistics?q=organizationalEntity"
    answer = linkedin.rest("GET", f"{path}&organizationalEntity={encoded(linkedin.organization)}{more}")

    assert answer.status_code == status
    if status == 403:
        assert answer.json()["message"] == "Unpermitted fields present in PARAMETER [/shares[0]]"


def test_figures_are_for_administrators_with_the_scope(sandbox, linkedin):
    path = f"networkSizes/{encoded(linkedin.organization)}?edgeType=COMPANY_FOLLOWED_BY_MEMBER"
    assert linkedin.rest("GET", path).status_code == 200
    with LinkedIn(sandbox, "harbourcoffee", scopes=["r_organization_social"]) as reader:
        assert reader.rest("GET", path).status_code == 403
    sandbox.set("linkedin", organization_role="CONTENT_ADMIN")
    assert linkedin.rest("GET", path).status_code == 403


def test_followers_and_visitors_of_a_page(linkedin):
    entity = encoded(linkedin.organization)
    size = f"networkSizes/{entity}?edgeType=COMPANY_FOLLOWED_BY_MEMBER"
    before = linkedin.rest("GET", size).json()["firstDegreeSize"]
    linkedin.sandbox.advance(days=10)
    assert linkedin.rest("GET", size).json()["firstDegreeSize"] > before

    gains = f"organizationalEntityFollowerStatistics?q=organizationalEntity&organizationalEntity={entity}"
    days = linkedin.rest("GET", gains + intervals(linkedin, 5)).json()["elements"]
    assert [set(day["followerGains"]) for day in days] == [{"organicFollowerGain", "paidFollowerGain"}] * 4
    (whole,) = linkedin.rest("GET", gains).json()["elements"]
    assert "followerGains" not in whole
    views = linkedin.rest("GET", f"organizationPageStatistics?q=organization&organization={entity}").json()
    assert views["elements"][0]["totalPageStatistics"]["views"]["allPageViews"]["pageViews"] > 0


# Members


def own_figures(linkedin, more: str, **headers: str):
    return linkedin.rest("GET", f"memberCreatorPostAnalytics?{more}", headers=headers)


def test_a_member_asks_for_one_metric_of_one_post(linkedin):
    urn = linkedin.post(author=linkedin.person)
    asked = f"q=entity&entity=(share:{encoded(urn)})&queryType=IMPRESSION&aggregation=TOTAL"
    assert own_figures(linkedin, asked).json()["elements"] == []

    linkedin.sandbox.advance(days=1)
    (element,) = own_figures(linkedin, asked).json()["elements"]

    assert element["count"] > 0
    assert (element["metricType"], element["targetEntity"]) == ("IMPRESSION", {"share": urn})


@pytest.mark.parametrize(("version", "is_text"), [("202604", False), ("202605", True)])
def test_the_type_of_a_metric_became_plain_text(linkedin, version, is_text):
    linkedin.post(author=linkedin.person)
    linkedin.sandbox.advance(days=1)

    answer = own_figures(linkedin, "q=me&queryType=REACTION", **{"LinkedIn-Version": version})

    assert isinstance(answer.json()["elements"][0]["metricType"], str) is is_text


def test_more_metrics_came_with_202604(linkedin):
    asked = "q=me&queryType=POST_SAVE"

    assert own_figures(linkedin, asked, **{"LinkedIn-Version": "202603"}).status_code == 400
    assert own_figures(linkedin, asked, **{"LinkedIn-Version": "202604"}).status_code == 200


def test_the_kind_of_other_posts_has_a_name_of_its_own(linkedin):
    urn = linkedin.post(author=linkedin.person, content=POLL)
    by_key = [f"q=entity&entity=({key}:{encoded(urn)})&queryType=COMMENT" for key in ("ugc", "ugcPost", "share")]

    assert [own_figures(linkedin, one).status_code for one in by_key] == [200, 400, 400]
    linkedin.sandbox.set("linkedin", ugc_entity_key="ugcPost")
    assert [own_figures(linkedin, one).status_code for one in by_key] == [400, 200, 400]


def test_a_members_days_add_up(linkedin):
    linkedin.post(author=linkedin.person)
    linkedin.sandbox.advance(days=5)
    end, start = now(linkedin), now(linkedin) - timedelta(days=5)
    span = ",".join(
        f"{name}:(day:{instant.day},month:{instant.month},year:{instant.year})"
        for name, instant in (("start", start.astimezone(UTC)), ("end", end.astimezone(UTC)))
    )

    days = own_figures(linkedin, f"q=me&queryType=IMPRESSION&aggregation=DAILY&dateRange=({span})").json()["elements"]

    assert len(days) == 4
    assert days[0]["dateRange"]["start"] == {"day": start.day, "month": start.month, "year": start.year}
    (total,) = own_figures(linkedin, "q=me&queryType=IMPRESSION").json()["elements"]
    assert 0 < sum(day["count"] for day in days) <= total["count"]
    assert own_figures(linkedin, "q=me&queryType=IMPRESSION&aggregation=DAILY").status_code == 422


def test_a_members_followers_are_counted(linkedin):
    (element,) = linkedin.rest("GET", "memberFollowersCount?q=me").json()["elements"]

    assert element["memberFollowersCount"] > 0


def test_a_member_learns_nothing_of_a_page_and_nothing_without_the_scope(sandbox, linkedin):
    urn = linkedin.post()
    asked = f"q=entity&entity=(share:{encoded(urn)})&queryType=IMPRESSION"
    assert own_figures(linkedin, asked).status_code == 403

    with LinkedIn(sandbox, "harbourcoffee", scopes=["w_member_social"]) as writer:
        assert own_figures(writer, "q=me&queryType=IMPRESSION").status_code == 403
        assert writer.rest("GET", "memberFollowersCount?q=me").status_code == 403
