"""The composer."""

from __future__ import annotations

from types import SimpleNamespace as It
from typing import Any
from uuid import UUID

from apps.dashboard.composer_media import MediaItem, Pick, Verdict
from apps.posts.forms import CampaignForm
from tests.dashboard.examples.frame import NOW, PICTURE, TEXT, ZONE

ANY = UUID("01939b4a-0000-7000-8000-000000000001")


def medium(id_: str, **changes: Any) -> MediaItem:
    values: dict[str, Any] = {
        "id": id_,
        "url": PICTURE,
        "thumb_url": PICTURE,
        "placeholder": "",
        "page_url": "/media/1/details/",
        "name": "clip.mp4",
        "alt": "",
        "kind": "image",
        "kind_word": "Picture",
        "fact": "1080 × 1350",
        "error": "",
        "is_first": False,
        "is_last": False,
        "fit": "crop",
        "focus": "40,60",
        "box": "",
        "start": "",
        "end": "0:30",
        "seconds": 0.0,
        "cover_id": "m1",
        "cover_url": PICTURE,
        "verdicts": (
            Verdict(("instagram",), "bad", "It is too wide.", ((f"fit-crop:{id_}", "Crop to fit"),)),
            Verdict(("mastodon", "bluesky"), "ok", "Goes as it is."),
        ),
        "is_cut": False,
    }
    return MediaItem(**(values | changes))


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
            media=[
                It(url=PICTURE, alt="A tray of buns", kind="image"),
                It(url="", alt="", kind="video"),
            ],
            after=["Torshov has them until noon."],
            folds_after=125,
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
            template="",
            templates=[It(label="Opening hours", url="/compose/?template=1")],
            revision=3,
            zone=ZONE,
            now=NOW,
            date="2026-10-15",
            time="09:30",
            queues=[It(id="q1", label="Tips: about Thu 15 Oct, 09:00"), It(id="q2", label="Offers: no slot is free")],
            queue="q1",
            queue_priority="medium",
            asks_all_the_same=True,
            all_the_same=False,
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
                medium("m1", name="tray.jpg", alt="A tray of nine cardamom buns", is_first=True, is_cut=True),
                medium(
                    "m2", kind="video", kind_word="Video", fact="0:42", error="Too large.", is_last=True, seconds=42.0
                ),
            ],
            link="https://rye.example/buns",
            links_on=["facebook", "bluesky"],
            picks=[Pick(ANY, "loaf.jpg", "A loaf", "image", "Picture", "640 × 480", PICTURE, "")],
            pick_url="/compose/pick/",
            media_note="2 of 4",
            first_comment_on=["instagram"],
            threads_on=["mastodon", "bluesky"],
            errors=It(
                accounts="",
                text="",
                media="",
                link="",
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


KIND = It(
    title="Labels",
    one="label",
    several="labels",
    lede="Words to find posts by.",
    empty="Label posts by theme.",
    removal="It comes off every post.",
)


def sorting() -> dict[str, Any]:
    def line(name: str, colour: str = "", note: str = "", **urls: str) -> It:
        return It(name=name, colour=colour, note=note, **{"posts_url": "", "write_url": "", "edit_url": "", **urls})

    return {
        "kind": KIND,
        "tabs": [
            It(label="Labels", url="/sorting/labels/", is_current=True),
            It(label="Campaigns", url="/sorting/campaigns/", is_current=False),
        ],
        "lines": [
            line("Evergreen", "green", posts_url="/posts/?label=1", edit_url="/sorting/labels/1/"),
            line("Opening hours", note="We are open until 8.", write_url="/compose/?template=1"),
        ],
        "new_url": "/sorting/labels/new/",
        "newer_url": "",
        "older_url": "/sorting/labels/?page=2",
    }


def sorting_form() -> dict[str, Any]:
    form = CampaignForm({"name": "Spring", "starts_on": "2026-03-02", "ends_on": "soon", "colour": "green"})
    form.is_valid()
    return {
        "kind": KIND,
        "heading": "Spring",
        "notes": ["The options for Mastodon come along with it."],
        "back_url": "/sorting/campaigns/",
        "action_url": "/sorting/campaigns/1/",
        "remove_url": "/sorting/campaigns/1/remove/",
        "form": form,
    }
