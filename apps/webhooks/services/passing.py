"""Who is concerned by a notice, and which verb of which room it is handed to."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from django.db.models import Q

from apps.platforms import registry
from apps.platforms.inbound import NoticeKind
from apps.platforms.signals import Signal
from apps.publishing import services as publishing
from apps.social_accounts import services as social_accounts
from apps.social_accounts.selectors import Concerned, concerned_by
from apps.webhooks import routing
from apps.webhooks.errors import TooEarly
from apps.webhooks.models import InboundNotice

# Where platforms put the ids of what a notice is about, besides its own.
_NAMES: Final = ("post_id", "video_id", "photo_id", "media_id", "parent_id")
_OBJECTS: Final = ("media", "root_post", "replied_to", "post")


def pass_on(notice: InboundNotice) -> bool:
    """Hand the notice to every account concerned, in whichever organization that its signature speaks for; whether
    there was any.

    Raises TooEarly when it may be about a post whose id is not stored yet, and whatever a room raises.
    """
    for taker in routing.takers_of(notice.kind):
        taker(notice)
    if notice.kind == NoticeKind.SIGNAL:
        return _signalled(notice)
    concerned = concerned_by(platform=notice.platform, remote_id=notice.remote_user_id, sender=notice.sender)
    for account in concerned:
        _VERBS.get(notice.kind, _something_else)(notice, account)
    return bool(concerned)


def _signalled(notice: InboundNotice) -> bool:
    """It is about a person, and so about what hangs on their consents at any platform of the same house."""
    signals, data = registry.adapter_class(notice.platform).signals, notice.data
    if signals is None:
        return False
    return social_accounts.note_signal(
        social_accounts.ToldSignal(
            signal=Signal(data["signal"]), signals=signals, person=notice.remote_user_id, at=notice.happened_at,
            audience=data["audience"], token=data.get("token", {}), sender=notice.sender,
        )
    )  # fmt: skip


def _removed(notice: InboundNotice, account: Concerned) -> None:
    known = publishing.note_removed_at_platform(
        organization_id=account.organization_id, account_id=account.account_id, remote_ids=_about(notice),
        at=notice.happened_at, is_sure=not _is_contradicted(notice),
    )  # fmt: skip
    if not known:
        _wait_for_ids(account)


def _published(notice: InboundNotice, account: Concerned) -> None:
    publishing.note_publish_finished(
        organization_id=account.organization_id, account_id=account.account_id, remote_ids=_about(notice)
    )


def _failed(notice: InboundNotice, account: Concerned) -> None:
    known = publishing.note_failed_at_platform(
        organization_id=account.organization_id, account_id=account.account_id, remote_ids=_about(notice),
        at=notice.happened_at, reason=str(notice.data.get("reason") or ""),
    )  # fmt: skip
    if not known:
        _wait_for_ids(account)


def _responses(notice: InboundNotice, account: Concerned) -> None:
    publishing.note_responses(
        organization_id=account.organization_id, account_id=account.account_id, remote_ids=_about(notice)
    )


def _deauthorized(notice: InboundNotice, account: Concerned) -> None:
    social_accounts.note_deauthorized(
        organization_id=account.organization_id, account_id=account.account_id, at=notice.happened_at
    )


def _something_else(notice: InboundNotice, account: Concerned) -> None:
    """A change of the account itself is read from the platform; a change below a post concerns its counts."""
    if notice.data.get("field") in ACCOUNT_FIELDS:
        social_accounts.check_account(organization_id=account.organization_id, account_id=account.account_id)
    elif notice.remote_id:
        _responses(notice, account)


# What Meta calls the parts of a Page whose change we want to know.
ACCOUNT_FIELDS: Final = frozenset({"name", "username", "picture", "website", "general_info", "page_upcoming_change",
                                   "page_change_proposal", "profile", "is_published"})  # fmt: skip

_VERBS: Final[Mapping[str, Callable[[InboundNotice, Concerned], Any]]] = {
    NoticeKind.DELETED: _removed,
    NoticeKind.PUBLISHED: _published,
    NoticeKind.PUBLISH_FAILED: _failed,
    NoticeKind.COMMENT: _responses,
    NoticeKind.REACTION: _responses,
    NoticeKind.DEAUTHORIZED: _deauthorized,
}


def _about(notice: InboundNotice) -> frozenset[str]:
    """Every id under which the post of this notice may be known here."""
    data = notice.data
    objects = [one for name in _OBJECTS if isinstance(one := data.get(name), dict)]
    found = [notice.remote_id, *(data.get(name) for name in _NAMES), *(one.get("id") for one in objects)]
    return frozenset(str(one) for one in found if one and isinstance(one, str | int))


def _is_contradicted(notice: InboundNotice) -> bool:
    """Whether another notice of the same app says that the same post is public, and is not surely older."""
    others = InboundNotice.objects.filter(
        platform=notice.platform, remote_id=notice.remote_id, kind=NoticeKind.PUBLISHED, of_app=notice.of_app,
    )  # fmt: skip
    later = Q(happened_at=None) | Q(happened_at__gt=notice.happened_at) if notice.happened_at else Q()
    return others.filter(later).exists()


def _wait_for_ids(account: Concerned) -> None:
    if publishing.may_be_on_its_way(organization_id=account.organization_id, account_id=account.account_id):
        raise TooEarly
