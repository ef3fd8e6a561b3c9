"""A bare client of the simulated Google Business Profile: the requests as its documentation writes them."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

import httpx

from tests.sandbox.clients import CALLBACK, Client, query_of

APP = {"client_id": "sandbox-google-business-client", "client_secret": "sandbox-google-business-secret"}
MANAGE = "https://www.googleapis.com/auth/business.manage"
MASK = "name,title,storefrontAddress,storeCode,websiteUri,metadata"
BREAD = {
    "languageCode": "en",
    "summary": "Fresh rye bread from 7 am.",
    "topicType": "STANDARD",
    "callToAction": {"actionType": "LEARN_MORE", "url": "https://demo.example.com/bread"},
}
CLASS = {
    "title": "Sourdough class",
    "schedule": {
        "startDate": {"year": 2026, "month": 12, "day": 5},
        "startTime": {"hours": 18, "minutes": 0, "seconds": 0, "nanos": 0},
        "endDate": {"year": 2026, "month": 12, "day": 5},
        "endTime": {"hours": 20, "minutes": 30, "seconds": 0, "nanos": 0},
    },
}
OFFER = {"couponCode": "ADVENT2", "redeemOnlineUrl": "https://demo.example.com/r", "termsConditions": "One each."}


def status_of(response: httpx.Response) -> tuple[int, str]:
    error = response.json()["error"]
    assert error["code"] == response.status_code, response.text
    return response.status_code, error["status"]


def detail_of(response: httpx.Response) -> tuple[Any, str]:
    """Code and field of what is wrong with a post."""
    assert status_of(response) == (400, "INVALID_ARGUMENT"), response.text
    (detail,) = response.json()["error"]["details"]
    assert detail["@type"] == "type.googleapis.com/google.mybusiness.v4.ValidationError", response.text
    (said,) = detail["errorDetails"]
    return said["code"], said.get("field", "")


class GoogleBusiness(Client):
    platform = "google_business"

    @property
    def place(self) -> str:
        """The location's own name, without its account."""
        return "locations/" + self.id.rpartition("/")[2]

    @property
    def group(self) -> str:
        return self.id.partition("/locations/")[0]

    def authorize_url(self, **changes: str) -> str:
        query = {
            "client_id": APP["client_id"],
            "redirect_uri": CALLBACK,
            "response_type": "code",
            "scope": f"{MANAGE} openid",
            "state": "s1",
            "access_type": "offline",
            "prompt": "consent",
        }
        return f"{self.sandbox.origin('google_business')}/o/oauth2/v2/auth?{urlencode(query | changes)}"

    def log_in(self, **changes: str) -> dict[str, Any]:
        code = query_of(self.sandbox.consent(self.authorize_url(**changes), self.handle))["code"]
        form = {**APP, "grant_type": "authorization_code", "redirect_uri": CALLBACK, "code": code}
        answer = self.http.post("/token", data=form)
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    def refresh(self, token: str) -> httpx.Response:
        return self.http.post("/token", data={**APP, "grant_type": "refresh_token", "refresh_token": token})

    def renew(self) -> None:
        """Take a new token, because the old one has ended."""
        self.token = self.sandbox.create_account(self.platform, self.handle)["credentials"]["token"]

    def accounts(self, **query: Any) -> httpx.Response:
        return self.get("/v1/accounts", **query)

    def locations(self, account: str, **query: Any) -> httpx.Response:
        return self.get(f"/v1/{account}/locations", **({"readMask": MASK} | query))

    def create(self, body: dict[str, Any] | None = None, **changes: Any) -> httpx.Response:
        """The usual post with these changes; None leaves a field out."""
        told = (BREAD if body is None else body) | changes
        told = {name: value for name, value in told.items() if value is not None}
        return self.call("POST", f"/v4/{self.id}/localPosts", json=told)

    def post(self, body: dict[str, Any] | None = None, **changes: Any) -> dict[str, Any]:
        answer = self.create(body, **changes)
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    def state(self, name: str) -> str:
        return str(self.get(f"/v4/{name}").json()["state"])

    def listed(self, **query: Any) -> dict[str, Any]:
        return dict(self.get(f"/v4/{self.id}/localPosts", **query).json())

    def change(self, name: str, mask: str, **body: Any) -> httpx.Response:
        query = {"updateMask": mask} if mask else {}
        return self.call("PATCH", f"/v4/{name}", params=query, json=body)

    def figures(self, *metrics: str, first: str, last: str) -> httpx.Response:
        query: list[tuple[str, str]] = [("dailyMetrics", name) for name in metrics]
        for end, day in (("start", first), ("end", last)):
            parts = zip(("year", "month", "day"), day.split("-"), strict=True)
            query += [(f"dailyRange.{end}Date.{part}", str(int(value))) for part, value in parts]
        path = f"/v1/{self.place}:fetchMultiDailyMetricsTimeSeries"
        return self.call("GET", path, params=httpx.QueryParams(query))
