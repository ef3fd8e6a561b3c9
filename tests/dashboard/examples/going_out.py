"""What becomes of a post."""

from __future__ import annotations

from datetime import datetime
from types import SimpleNamespace as It
from typing import Any
from uuid import UUID

from apps.posts.lengths import counter
from apps.posts.manuscripts import Edition, Manuscript, Passage
from apps.posts.states import PartRole
from apps.publishing.afterwards import Afterwards
from apps.publishing.forms import ChangeForm, CorrectionForm
from apps.publishing.media_work import Making, MediaWork
from apps.publishing.sorting_view import Choice, SortingView
from tests.dashboard.examples.frame import NOW, PICTURE, TEXT, ZONE


def publication(state: str, **changes: Any) -> It:
    values: dict[str, Any] = {
        "id": f"p-{state}",
        "version": "7",
        "account_name": "@alderandrye",
        "platform": "instagram",
        "state": state,
        "note": "due Wed 14 Oct, 12:30",
        "due_at": NOW,
        "is_moving": False,
        "poll_url": "/publication/",
        "remote_url": "",
        "phases": [],
        "problem": "",
        "problem_more": "",
        "problem_tone": "warn",
        "evidence": None,
        "address": None,
        "afterwards": None,
        "follow_ups": [],
        "attempts": [],
        "cancel_url": "",
        "publish_now_url": "",
        "retry_url": "",
        "edit_url": "",
        "correct_url": "",
        "reconnect_url": "",
        "live_url": "",
        "absent_url": "",
        "drop_url": "",
    }
    return It(**(values | changes))


def step(title: str, text: str, state: str, at: datetime | None = NOW) -> It:
    return It(title=title, text=text, at=at, state=state)


def undecided() -> It:
    return publication(
        "needs_attention",
        platform="bluesky",
        phases=[
            It(title="Prepared", note="", at=NOW, state="published"),
            It(title="Sent", note="", at=NOW, state="published"),
            It(title="Answer lost", note="", at=NOW, state="needs_attention"),
            It(title="Live", note="unknown", at=None, state=""),
        ],
        problem="We can’t tell whether Bluesky published this.",
        problem_more="Bluesky took the post and then the connection dropped. We looked three times and found nothing.",
        evidence=It(
            sent=TEXT,
            sent_at=NOW,
            looked_at=[
                "The 20 newest posts of the profile: none with this text.",
                "The newest is “Ask the baker: how long does rye keep?”",
            ],
            looked_when=NOW,
            profile_url="https://example.org/",
        ),
        attempts=[
            It(
                title="Attempt 1 of 1, step by step",
                is_open=True,
                steps=[
                    step("Picture uploaded and ready", "2.1 MB", "published"),
                    step("Marked, then sent", "Fence 41", "published"),
                    step(
                        "No answer in 30 seconds",
                        "The connection closed after the request was sent.",
                        "needs_attention",
                    ),
                    step("Looked for the post", "Not among the 20 newest.", "uncertain"),
                ],
            )
        ],
        address=It(
            hint="On bsky.app. It may stay empty.",
            typed="https://example.org/p/1",
            problem="Paste the address of the post on bsky.app.",
        ),
        live_url="/live/",
        absent_url="/absent/",
        drop_url="/drop/",
    )


def post() -> dict[str, Any]:
    return {
        "post": It(
            id="01a22994-4e21-703b-b43c-ab05a3b37c97",
            title="Rye week: meet the miller",
            state="partially_published",
            due_at=NOW,
            zone=ZONE,
            author="Tomás Herrera",
            revision=4,
            parts=[
                It(role="main", label="", text=TEXT),
                It(role="first_comment", label="First comment", text="Torshov has them until noon."),
            ],
            media=[It(url=PICTURE, alt="Rye field in evening light"), It(url=PICTURE, alt="The mill")],
            platforms=["instagram", "mastodon", "bluesky"],
        ),
        "publications": [
            undecided(),
            publication(
                "published",
                remote_url="https://example.org/p/1",
                note="live since 12:30:02",
                follow_ups=[
                    It(
                        title="First comment",
                        text="Torshov has them until noon.",
                        pictures=[It(url=PICTURE, alt="The counter at Torshov")],
                        state="failed",
                        note="Instagram refused it.",
                        remote_url="",
                        retry_url="/again/",
                        call_off_url="/call-off/",
                        take_down_url="/take-down/comment/",
                        dialog_id="take-down-comment",
                        question="Take down this comment?",
                        warning="It is deleted on Instagram. The post stays. This cannot be undone.",
                    )
                ],
            ),
            publication(
                "publishing",
                platform="mastodon",
                is_moving=True,
                phases=[
                    It(title="Prepared", note="", at=NOW, state="published"),
                    It(title="Sent", note="", at=NOW, state="publishing"),
                    It(title="Live", note="soon", at=None, state=""),
                ],
            ),
            publication(
                "published",
                platform="linkedin",
                account_name="@alder-rye",
                afterwards=Afterwards(
                    heading="It may or may not have been taken down.",
                    words="LinkedIn did not answer in time. We do not know whether it worked.",
                    change_url="/change/",
                    change_label="Change the text",
                    take_down_url="/take-down/",
                    take_down_id="take-down-p-linkedin",
                    question="Take it down from LinkedIn?",
                    warning="It is deleted on LinkedIn. Likes and comments there are lost. This cannot be undone.",
                    said_url="/removed/",
                    said_id="said-removed-p-linkedin",
                    said_why="It can only be taken down there.",
                    said_warning="Postroom notes it as removed and does not look on LinkedIn.",
                ),
                id="p-linkedin",
            ),
            publication(
                "failed",
                platform="mastodon",
                account_name="@bread@masto.example",
                problem="Mastodon refused the picture.",
                problem_more="It is larger than this server takes.",
                problem_tone="bad",
                retry_url="/retry/",
                correct_url="/correct/",
            ),
            publication(
                "scheduled",
                platform="mastodon",
                account_name="@shop@masto.example",
                is_moving=True,
                cancel_url="/cancel/",
                publish_now_url="/now/",
            ),
        ],
        "media_work": MediaWork(
            [
                Making("film.mov", "making", 42, "Being made", ["instagram"]),
                Making("old.mov", "failed", 0, "No sound.", []),
            ],
            "/files/",
            "/again/",
        ),
        "queueing": It(
            is_shown=True,
            name="Tips",
            url="/queues/1/",
            slot_at=NOW,
            priority="Medium",
            is_paused=True,
            offers=[It(id="q1", label="Tips: Thu 15 Oct, 09:00")],
            join_url="/queues/join/1/",
        ),
        "history": [It(title="Time moved to 12:30", text="Priya Nair", at=NOW, tone="info", icon="edit")],
        "back_url": "/calendar/2026-10/",
        "back_label": "October 2026",
        "edit_url": "/edit/",
        "cancel_url": "/cancel/",
        "publish_now_url": "/now/",
        "delete_url": "",
        "retry_all_url": "/retry/",
        "take_down_all_url": "/take-down-all/",
        "template_url": "/sorting/templates/new/?post=1",
        "sorting": SortingView(
            labels=(
                Choice(UUID(int=1), "Evergreen", "green", is_chosen=True),
                Choice(UUID(int=2), "Rye week", "orange", is_chosen=False),
            ),
            campaigns=(Choice(UUID(int=3), "Autumn bread", "yellow", is_chosen=True),),
            url="/sort/",
            manage_url="/sorting/labels/",
        ),
    }


def correction() -> dict[str, Any]:
    limits = {"max_text": 120}
    account = It(pk="1", choices={}, platform="mastodon", handle="bread@masto.example", limits=limits)
    edition = Edition(account, TEXT, {"visibility": "unlisted"})
    form = CorrectionForm.of(edition, TEXT, revision=4)
    form.tell_last("text", "Mastodon takes at most 120 characters; this text has 226.")
    return {
        "form": form,
        "is_refused": False,
        "counters": [counter(Manuscript((Passage(PartRole.MAIN, TEXT),), (edition,)), edition)],
        "platform": "mastodon",
        "account_name": "@bread@masto.example",
        "may_try_again": True,
        "is_changed": False,
        "action_url": "/correct/",
        "back_url": "/post/",
        "back_label": "Rye week: meet the miller",
    }


def change() -> dict[str, Any]:
    """Of something that is out: only what can be changed there, with the change whose answer was lost."""
    account = It(pk="1", choices={}, platform="mastodon", handle="bread@masto.example", limits={})
    edition = Edition(account, TEXT, {"visibility": "unlisted"})
    form = ChangeForm.of(edition, TEXT, revision=4, only={"text", "options.content_warning"})
    shown = {name: value for name, value in correction().items() if name not in ("may_try_again", "form", "counters")}
    counters = [counter(Manuscript((Passage(PartRole.MAIN, TEXT),), (edition,)), edition)]
    return {**shown, "form": form, "counters": counters, "is_unanswered": True, "action_url": "/change/"}
