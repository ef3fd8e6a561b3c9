"""The composer."""

from __future__ import annotations

from types import SimpleNamespace as It
from typing import Any

from tests.dashboard.examples.frame import NOW, PICTURE, TEXT, ZONE


def composer() -> dict[str, Any]:
    def variant(id_: str, platform: str, **changes: Any) -> It:
        values = {
            "id": id_,
            "label": "@alderandrye",
            "platform": platform,
            "is_chosen": True,
            "is_open": False,
            "text": "",
            "error": "",
            "options": [],
            "more_options": [],
            "more_is_open": False,
        }
        return It(**(values | changes))

    def preview(id_: str, platform: str, family: str, *, is_open: bool = False) -> It:
        return It(
            id=id_,
            label="Alder & Rye",
            handle="@alderandrye",
            platform=platform,
            family=family,
            is_open=is_open,
            segments=[
                It(text=TEXT[:90], kind=""),
                It(text="#oslobakery", kind="tagged"),
                It(text=" more than fits", kind="over"),
            ],
            media=[It(url=PICTURE, alt="A tray of buns"), It(url=PICTURE, alt="")],
            after=["Torshov has them until noon."],
            note="Text folds after 125 characters here.",
        )

    visibility = It(
        name="visibility",
        field="option-a2-visibility",
        label="Visibility",
        value="public",
        choices=[("public", "Public"), ("unlisted", "Quiet public")],
        error="",
    )
    return {
        "composer": It(
            heading="Edit post",
            state="draft",
            action_url="/compose/",
            preview_url="/compose/preview/",
            piece_url="/compose/piece/",
            back_url="/calendar/",
            back_label="Calendar",
            form_key="k",
            revision=3,
            zone=ZONE,
            now=NOW,
            date="2026-10-15",
            time="09:30",
            may_schedule=True,
            may_publish=True,
            is_planned=False,
            title="Cardamom bun day",
            text=TEXT,
            first_comment="Can’t make it to Grünerløkka? Torshov has them until noon.",
            replies=[It(number=1, text="Second part", error="Too long for Bluesky.")],
            accounts=[
                It(
                    id="a1",
                    label="Alder & Rye",
                    handle="@alderandrye",
                    platform="instagram",
                    is_chosen=True,
                    problem="",
                ),
                It(
                    id="a2",
                    label="Alder & Rye",
                    handle="@alderandrye@m.example",
                    platform="mastodon",
                    is_chosen=True,
                    problem="",
                ),
                It(
                    id="a3",
                    label="Alder & Rye",
                    handle="@alderandrye.example",
                    platform="bluesky",
                    is_chosen=True,
                    problem="reconnect needed",
                ),
            ],
            chosen_count=3,
            shared_is_open=True,
            variants=[
                variant("a1", "instagram"),
                variant("a2", "mastodon", text="Own words", options=[visibility]),
                variant("a3", "bluesky", error="11 characters too long for Bluesky."),
            ],
            media=[
                It(
                    id="m1",
                    url=PICTURE,
                    name="tray.jpg",
                    alt="A tray of nine cardamom buns",
                    ratio="4:3",
                    error="",
                    is_first=True,
                    is_last=False,
                ),
                It(
                    id="m2",
                    url=PICTURE,
                    name="IMG_2291.jpg",
                    alt="",
                    ratio="3:2",
                    error="Too large for Bluesky.",
                    is_first=False,
                    is_last=True,
                ),
            ],
            media_note="2 of 4",
            first_comment_on=["instagram"],
            threads_on=["mastodon", "bluesky"],
            errors=It(
                accounts="",
                text="",
                media="",
                first_comment="",
                when="This time is in the past.",
                form="Not scheduled yet: 2 things need another look.",
            ),
            counters=[
                It(label="Instagram", platform="instagram", count="209", limit="2,200", over=0, percent=9, tone="ok"),
                It(label="Bluesky", platform="bluesky", count="311", limit="300", over=11, percent=100, tone="bad"),
            ],
            problems=It(
                to_fix=1,
                to_check=1,
                items=[
                    It(
                        tone="bad",
                        platform="bluesky",
                        title="11 characters too long",
                        text="Bluesky takes 300.",
                        target="variant-a3",
                        action="Shorten for Bluesky",
                    ),
                    It(
                        tone="warn",
                        platform="",
                        title="Picture 2 has no alt text",
                        text="",
                        target="alt-m2",
                        action="Write alt text",
                    ),
                ],
            ),
            previews=[
                preview("a1", "instagram", "feed", is_open=True),
                preview("a2", "mastodon", "micro"),
                preview("a3", "bluesky", "micro"),
            ],
        )
    }
