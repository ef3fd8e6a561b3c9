"""Review by link: pages for the client's guests, and what members see of the links."""

from __future__ import annotations

from datetime import timedelta
from types import SimpleNamespace as It
from typing import Any

from apps.approvals.link_forms import LinkForm
from apps.approvals.pinning import Board, Clip, Pin, Plate
from apps.approvals.reviews import Change, Piece
from apps.approvals.selectors import Where
from tests.dashboard.examples import portal
from tests.dashboard.examples.frame import NOW, PICTURE, TEXT, ZONE

PICTURES = [It(url=PICTURE, alt="A fifth", kind="image"), It(url="", alt="", kind="video")]
POST, GUEST = "01a22994-4e21-703b-b43c-ab05a3b37c97", "01a22994-4e21-703b-b43c-ab05a3b37c98"


MARK, MOMENT = Where("image", 1, mark=1), Where("video", 0, moment="0:12")


def board(talks: list[Any]) -> Board:
    """Two pictures, of which one has a mark and one is being pointed at, and a film."""
    marked = Plate(1, "a" * 64, PICTURE, "Buns on a tray", 256, 192, pins=[Pin(1, 64, 96, f"#talk-{POST}")])
    drawn = Plate(2, "b" * 64, PICTURE, "", 170, 340, drawn=Pin(0, 42, 170))
    clips = [Clip(number, f"{number}" * 64, "/v.mp4", "A film") for number in (1, 2)]
    return Board([marked, drawn], clips, talks)


def frame(**more: Any) -> dict[str, Any]:
    return portal.frame(
        guest=It(pk=GUEST, name="Ingrid Solheim"),
        link=It(expires_at=NOW, title="October, second half"),
        token="t",
        month=None,
        zone=ZONE,
        told="rest",
        told_counts={"done": 3, "missed": 1},
        **more,
    )


def preview(platform: str, **changes: Any) -> It:
    segment = It(text=TEXT, kind="")
    values = {
        "id": platform, "label": "Alder & Rye", "handle": "@alderandrye", "platform": platform, "family": "feed",
        "is_open": platform == "instagram", "segments": [segment, It(text="…", kind="cut")],
        "media": [It(url=PICTURE, alt="Buns", kind="image"), It(url="", alt="", kind="video")],
        "after": ["See you there"], "folds_after": 125,
    }  # fmt: skip
    return It(**{**values, **changes})


def item(mark: str, title: str = "Harvest supper tickets") -> dict[str, Any]:
    mine = It(note="It is five courses") if mark == "changes" else None
    beside = {"links": ["https://alder.example/"], "more_pictures": PICTURES}
    post_id = f"{POST}-{title}".replace(" ", "")
    return {
        "it": It(platforms=["instagram", "x"], comments=2, mine=mine, **beside),
        "request": It(pk=f"r-{title}", post_id=post_id, due_at=NOW + timedelta(days=2), revision=3),
        "title": title, "mark": mark, "is_late": mark == "awaited", "thumb": PICTURE, "url": "/review/t/1/",
        "decide_url": "/review/t/1/decide/", "comment_url": "/review/t/1/comment/", "time_url": "/review/t/1/time/",
        "previews": [preview("instagram"), preview("x", family="micro", folds_after=None, media=[])],
    }  # fmt: skip


def items() -> list[dict[str, Any]]:
    marks = ("awaited", "awaited", "approved", "changes", "rejected", "passed")
    return [item(mark, f"Post {number}") for number, mark in enumerate(marks)]


def home() -> dict[str, Any]:
    return frame(
        items=items(), total=6, done=4, left=2, coming=3, rest_url="/review/t/rest/", record_url="/review/t/record.pdf"
    )


def rest() -> dict[str, Any]:
    return frame(items=items()[:2], left=2, rest_url="/review/t/rest/")


def post() -> dict[str, Any]:
    anchor = {"kind": "text", "quote": "four courses"}
    said = [It(author_id=GUEST, created_at=NOW, text="It is five"), It(author_id=POST, created_at=NOW, text="Fixed")]
    talk = It(
        thread=It(pk=POST), place=It(anchor=anchor), proposed_at=None, where=None,
        comments=[("Ingrid Solheim", said[0]), ("Tomás Herrera", said[1])],
    )  # fmt: skip
    first = talk.comments[:1]
    asked = It(thread=It(pk=GUEST), place=It(anchor={"kind": "time"}), proposed_at=NOW, where=None, comments=first)
    image, video = (It(anchor={"kind": kind}, is_lost=False) for kind in ("image", "video"))
    pointed = It(thread=It(pk="pointed"), place=image, where=MARK, comments=first)
    moment = It(thread=It(pk="moment"), place=video, where=MOMENT, comments=first)
    changes = [
        Change("text", "", [Piece("One long table, "), Piece("four", "out"), Piece("five", "in"), Piece(" courses")]),
        Change("text", "x", [Piece("Buns", "in")]),
        Change("media"),
        Change("time", before=NOW, after=NOW + timedelta(days=1)),
        Change("accounts", before=["x"], after=["linkedin"]),
        Change("link", before="", after="https://alder.example/"),
        Change("language", before="en", after="nb"),
        Change("options", "instagram"),
    ]
    return frame(
        item=item("awaited"), items=items(), place=1, total=6, done=4, left=2, coming=0, me=GUEST, changes=changes,
        previews=[preview("instagram"), preview("x", family="micro")],
        before=It(revision=2), board=board([talk, asked, pointed, moment]),
        comment={"thread": "", "text": "Not this", "quote": "", "picture": "b" * 64, "x": "25.0", "y": "50.0",
                 "video": "", "moment": ""},
    )  # fmt: skip


def links() -> dict[str, Any]:
    line = {
        "guest": "Ingrid Solheim", "what": "October 2026", "state": "Open", "tone": "ok", "made_by": "Priya Nair",
        "expires_at": NOW, "has_passcode": True, "revoke_url": "/approvals/links/1/revoke/",
        "remind_url": "mailto:ingrid@alder.example",
    }  # fmt: skip
    return {
        "zone": ZONE, "back_url": "/approvals/", "may_forget": True,
        "links": [It(**line), It(**{**line, "state": "Withdrawn", "tone": "", "revoke_url": ""})],
        "guests": [{"name": "Ingrid Solheim", "email": "ingrid@alder.example", "forget_url": "/approvals/guests/1/"}],
    }  # fmt: skip


def link_new() -> dict[str, Any]:
    form = LinkForm({"email_1": "ingrid@alder.example", "days": "14"}, known={})
    form.is_valid()
    return {
        "what": "3 posts", "count": 2, "left_out": 1, "own": 1, "form": form, "pairs": form.pairs(), "has_known": False,
        "request_ids": [POST], "month": "", "action_url": "/approvals/links/new/", "back_url": "/approvals/",
        "policy_url": "/approvals/policies/1/",
    }  # fmt: skip


def links_made() -> dict[str, Any]:
    handed = [
        It(
            id=f"link-{number}", guest=name, url=f"https://post.example/review/{number}/", mail_url="mailto:",
            token=f"token-{number}", link_id=link_id, mailed=mailed,
        )
        for number, (name, link_id, mailed) in enumerate((
            ("Ingrid Solheim", "1", ""), ("Jonas Lie", "2", ""), ("Nora Berg", "", ""), ("Per Aas", "4", "On its way"),
        ))
    ]  # fmt: skip
    return {
        "handed": handed, "expires_at": NOW, "has_passcode": True, "zone": ZONE, "back_url": "/approvals/links/",
        "send_url": "/approvals/links/hand-over/", "press": "1", "may_send_all": True,
    }  # fmt: skip
