"""Google Business on the bench: a location, whose posts have one picture at most."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, ClassVar

from apps.platforms.contract import Draft
from tests.platforms.conformance.bench import Seen
from tests.platforms.conformance.sandbox_bench import AppBench, settings_of
from tests.platforms.drafts import draft
from tests.support.sandbox import Sandbox

_TIMES = {
    "event_title": "Sourdough class",
    "event_start": "2026-12-05T18:00+01:00",
    "event_end": "2026-12-05T20:30+01:00",
}
# Quotas belong to the project, and all tests of a run share one.
# Figures are days late, and the suite asks for those of yesterday.
_AMPLE = {"queries_per_minute": 0, "v4_queries_per_minute": 0, "edits_per_minute": 0, "metrics_lag_days": 0}


class GoogleBusinessBench(AppBench):
    name = "google_business"
    paths: ClassVar[dict[str, str]] = {
        "commit": r"^/v4/accounts/[^/]+/locations/[^/]+/localPosts$",
        "stage": r"^/v1/locations/[^/]+$",
        "find": r"^/v4/accounts/[^/]+/locations/[^/]+/localPosts$",
        "check": r"^/v1/locations/[^/]+$",
        "refresh": r"^/token$",
    }
    limited_scopes = ("openid",)

    def __init__(self, sandbox: Sandbox, handle: str, files: str) -> None:
        usual = settings_of(sandbox, self.name)
        self._usual = {name: usual[name] for name in _AMPLE}
        sandbox.set(self.name, **_AMPLE)
        super().__init__(sandbox, handle, files)

    def close(self) -> None:
        self.sandbox.set(self.name, **self._usual)
        super().close()

    def post(self, text: str = "Good morning", *, pictures: int = 0, **changes: Any) -> Draft:
        """One picture, however many are wanted: a post takes no more."""
        return super().post(text, pictures=min(pictures, 1), **changes)

    def seen(self) -> list[Seen]:
        """By the names that Google gives, which have account and location in them."""
        return [replace(one, remote_id=f"{self.account['id']}/localPosts/{one.remote_id}") for one in super().seen()]

    def lapses(self, name: str, written: Draft) -> bool:
        """Google fetches a picture with the commit."""
        return False

    def samples(self) -> dict[str, Draft]:
        learn = {"action": "LEARN_MORE", "action_url": "https://demo.example.com/bread"}
        offer = {"coupon": "ADVENT2", "redeem_url": "https://demo.example.com/r", "terms": "One per customer."}
        return {
            "update": draft("Fresh rye bread", self.picture(), options=learn, language="en"),
            "call": draft("Call us", options={"action": "CALL"}),
            "picture": draft("", self.picture()),
            "event": draft("Baking class", options={"format": "event", **_TIMES, **learn}),
            "offer": draft("Two for one", self.picture(), options={"format": "offer", **_TIMES, **offer}),
        }
