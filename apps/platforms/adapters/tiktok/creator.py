"""What a creator may post right now: https://developers.tiktok.com/doc/content-posting-api-reference-query-creator-info.

TikTok wants it to be asked before each post and never kept. It refuses with HTTP 200, on purpose.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from apps.platforms.adapters.tiktok import abilities, permits
from apps.platforms.adapters.tiktok.line import Line, number_in, text_in
from apps.platforms.contract import Draft
from apps.platforms.errors import NotSent, Rejected

ONLY_ME: Final = "SELF_ONLY"
AUDIENCES: Final[Mapping[str, str]] = {
    "PUBLIC_TO_EVERYONE": "Everybody",
    "FOLLOWER_OF_CREATOR": "Followers",
    "MUTUAL_FOLLOW_FRIENDS": "Friends",
    ONLY_ME: "Only the account itself",
}


@dataclass(frozen=True, slots=True)
class Creator:
    username: str
    audiences: tuple[str, ...]
    max_seconds: int | None
    forbids_comments: bool
    forbids_duets: bool
    forbids_stitches: bool


def ask(line: Line) -> Creator:
    """Also raises Throttled or Rejected where the account may not post at all."""
    data = line.ask(permits.CREATOR, json={})
    told = data.get("privacy_level_options")
    audiences = tuple(one for one in told if isinstance(one, str)) if isinstance(told, list) else ()
    if not audiences:
        raise NotSent("TikTok did not say what this account may post.")
    return Creator(
        username=text_in(data, "creator_username"),
        audiences=audiences,
        max_seconds=number_in(data, "max_video_post_duration_sec"),
        forbids_comments=data.get("comment_disabled") is True,
        forbids_duets=data.get("duet_disabled") is True,
        forbids_stitches=data.get("stitch_disabled") is True,
    )


def audiences(line: Line) -> tuple[tuple[str, str], ...]:
    """Who may be shown a post, as choices."""
    return tuple((one, AUDIENCES.get(one, one.replace("_", " ").capitalize())) for one in ask(line).audiences)


def check(creator: Creator, draft: Draft) -> None:
    """Raise Rejected for what TikTok would refuse of this creator."""
    if draft.options.get("privacy") not in creator.audiences:
        offered = ", ".join(AUDIENCES.get(one, one) for one in creator.audiences)
        raise Rejected(f"TikTok offers this account these audiences: {offered}.", field="options.privacy")
    seconds = draft.media[0].seconds if abilities.kind_of(draft) == abilities.VIDEO else 0
    if creator.max_seconds and seconds > creator.max_seconds:
        words = f"TikTok takes videos of up to {creator.max_seconds} seconds from this account."
        raise Rejected(words, field="media.0")


def settings(creator: Creator, draft: Draft) -> dict[str, Any]:
    """What the creator may not switch on stays off."""
    found: dict[str, Any] = {"disable_comment": creator.forbids_comments or not is_on(draft, "allow_comments")}
    if abilities.kind_of(draft) == abilities.VIDEO:
        found["disable_duet"] = creator.forbids_duets or not is_on(draft, "allow_duet")
        found["disable_stitch"] = creator.forbids_stitches or not is_on(draft, "allow_stitch")
    return found


def is_on(draft: Draft, option: str) -> bool:
    return bool(draft.options.get(option))
