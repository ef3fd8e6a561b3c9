"""Taking a request: written down, and answered with a code by which the person can follow it."""

from __future__ import annotations

import hashlib
import secrets
from typing import Any, Final

from django.db import transaction
from django.utils.crypto import salted_hmac

from apps.compliance.models import DataRequest
from apps.compliance.waking import wake_after_commit
from apps.core import clock
from apps.core.secrets import Secret
from apps.platforms.inbound import NoticeKind
from apps.social_accounts.models import Sender, signed_by

ALPHABET: Final = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"  # without letters that look like others
CODE_LENGTH: Final = 16
# What TikTok calls the end of an authorization because the person's account is no more.
TIKTOK_ACCOUNT_DELETED: Final = (2, "2")


@transaction.atomic
def open_request(*, platform: str, identity: str, key: str, sender: Sender | None = None) -> DataRequest:
    """The request of this person, who the platform has proven to be asking; the same one when it is asked again. What
    an organization's own app signed asks that organization alone, and is another request than everybody else's."""
    whole_key = f"{sender.app_id}\n{key}" if sender else key
    request_key = hashlib.sha256(whole_key.encode("utf-8", "replace")).hexdigest()
    known = DataRequest.objects.filter(platform=platform, request_key=request_key).first()
    if known is not None:
        return known
    now = clock.now()
    request = DataRequest(
        **signed_by(sender), platform=platform, request_key=request_key,
        identity_hash=identity_hash(platform, identity), identity=Secret(identity), code=new_code(), received_at=now,
        next_try_at=now,
    )  # fmt: skip
    DataRequest.objects.bulk_create([request], ignore_conflicts=True)
    wake_after_commit()
    return DataRequest.objects.get(platform=platform, request_key=request_key)


def take_notice(notice: Any) -> None:
    """What the post room hands us: a request for deletion that came to its door, or the end of a whole account."""
    is_end = notice.platform == "tiktok" and notice.data.get("reason") in TIKTOK_ACCOUNT_DELETED
    if notice.remote_user_id and (notice.kind == NoticeKind.DATA_DELETION or is_end):
        open_request(
            platform=notice.platform, identity=notice.remote_user_id, key=f"notice:{notice.dedupe_key}",
            sender=notice.sender,
        )  # fmt: skip


def identity_hash(platform: str, identity: str) -> str:
    """Tells that two requests are about the same person, and not who that is."""
    return salted_hmac("compliance.identity", f"{platform}:{identity}", algorithm="sha256").hexdigest()


def new_code() -> str:
    return "".join(secrets.choice(ALPHABET) for _ in range(CODE_LENGTH))
