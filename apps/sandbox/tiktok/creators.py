"""What a creator may post, as creator_info tells it and as each init call checks it again.

While `audited` is false the application may only post for the author alone, to accounts that are private at that
moment, and for `unaudited_users` people in 24 hours; audited, for `active_users` (0: for all). `daily_posts` is one
person's number in moving 24 hours: direct posts that are under way or posted.
"""

from __future__ import annotations

from typing import Any

from starlette.responses import Response

from apps.sandbox.core.calls import Call
from apps.sandbox.core.rows import Account
from apps.sandbox.core.world import World
from apps.sandbox.tiktok import errors, publishes
from apps.sandbox.tiktok.access import PUBLISH, caller
from apps.sandbox.tiktok.accounts import privacy_options
from apps.sandbox.tiktok.names import DIRECT, DRAFT, EVERYONE, NAME, ONLY_ME
from apps.sandbox.tiktok.publishes import FAILED, IN_INBOX

TOO_MANY = "spam_risk_too_many_posts"


async def info(call: Call) -> Response:
    """POST /v2/post/publish/creator_info/query/: a cap that is reached is told with status 200."""
    account = caller(call, PUBLISH, rate="creator_info_per_minute")
    if code := _barred(call.world, account):
        return errors.envelope(call, {}, code, errors.WORDS[code])
    data: dict[str, Any] = {
        "creator_avatar_url": call.world.avatar_url(account),
        "creator_username": account.handle,
        "creator_nickname": account.name,
        "privacy_level_options": privacy_options(account),
    }
    names = ("comment_disabled", "duet_disabled", "stitch_disabled", "max_video_post_duration_sec")
    return errors.ok(call, data | {name: account.data[name] for name in names})


def _barred(world: World, account: Account) -> str:
    """The code that says why nothing can be posted directly now, if so."""
    if account.data["is_banned"]:
        return "spam_risk_user_banned_from_posting"
    most = _most(world)
    if most and len(_authors_of_the_day(world, account)) >= most:
        return TOO_MANY
    users = world.setting(NAME, "active_users" if world.setting(NAME, "audited") else "unaudited_users")
    if users and not _authors_of_the_day(world, account) and len(set(_authors_of_the_day(world))) >= users:
        return "reached_active_user_cap"
    return ""


def _authors_of_the_day(world: World, account: Account | None = None) -> list[str]:
    """Whose each direct post of the last 24 hours is, unless it failed."""
    posts = publishes.of_last_day(world, account)
    return [one.account_id for one in posts if one.mode == DIRECT and one.status != FAILED]


def may_post(call: Call, account: Account, info: dict[str, Any]) -> None:
    """Refuse a direct post that this creator, or this application, may not make now."""
    if code := _barred(call.world, account):
        if code == TOO_MANY:
            call.world.limits.refuse(_bucket(account), limit=_most(call.world))
        raise errors.refused(call, code)
    privacy = info["privacy_level"]
    if not call.world.setting(NAME, "audited") and not (account.data["is_private"] and privacy == ONLY_ME):
        raise errors.refused(call, "unaudited_client_can_only_post_to_private_accounts")
    if privacy not in privacy_options(account):
        raise errors.refused(call, "privacy_level_option_mismatch")
    if info["brand_content_toggle"] and privacy == ONLY_ME and call.world.setting(NAME, "branded_is_shown"):
        raise errors.invalid(call, "Branded content cannot be for the author alone")
    for name in ("comment", "duet", "stitch"):
        # What the creator has switched off stays off, whatever the application asks for.
        if f"disable_{name}" in info and account.data[f"{name}_disabled"]:
            info[f"disable_{name}"] = True
    if most := _most(call.world):
        call.world.limits.note(_bucket(account), limit=most, used=len(_authors_of_the_day(call.world, account)) + 1)


def _most(world: World) -> int:
    return int(world.setting(NAME, "daily_posts"))


def _bucket(account: Account) -> str:
    return f"{NAME} daily_posts {account.id}"


def may_send_draft(call: Call, account: Account) -> None:
    """Refuse a draft to somebody whose inbox is full of them."""
    if account.data["is_banned"]:
        raise errors.refused(call, "spam_risk_user_banned_from_posting")
    drafts = [one for one in publishes.of_last_day(call.world, account) if one.mode == DRAFT]
    pending = [one for one in drafts if one.is_under_way or one.status == IN_INBOX]
    if len(pending) >= call.world.setting(NAME, "pending_drafts"):
        raise errors.refused(call, "spam_risk_too_many_pending_share")


def default_privacy(account: Account) -> str:
    """What a person chooses in their app who does not think about it."""
    return EVERYONE if EVERYONE in privacy_options(account) else ONLY_ME
