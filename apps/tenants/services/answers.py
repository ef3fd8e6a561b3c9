"""A write with an Idempotency-Key happens once: whoever sends it again is answered as the first time.

`claim` writes down that it was begun, `keep` the answer, in the transaction of the change itself where there is one,
and `free` takes it back after an answer that changed nothing. A claim whose process died is free again after a while.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Final

from django.db import IntegrityError, transaction

from apps.core import clock, tenancy
from apps.core.fields import seal
from apps.core.secrets import Secret
from apps.tenants.callers import Caller
from apps.tenants.errors import AnotherRequest, RequestUnderWay
from apps.tenants.models import AnsweredRequest
from apps.tenants.querysets import ANSWERS_KEPT

PATIENCE: Final = timedelta(minutes=5)  # longer than any request may take


def claim(*, caller: Caller, key: str, fingerprint: str) -> AnsweredRequest:
    """The claim of a request that is to be carried out, or the row of one that was: that has `answered_at`.

    Raises AnotherRequest where the key was used for something else, RequestUnderWay while the first is not done.
    """
    with caller.scope(), transaction.atomic():
        row = AnsweredRequest(
            organization_id=caller.organization.pk,
            workspace_id=caller.key.workspace_id,
            api_key=caller.key,
            key=key,
            fingerprint=fingerprint,
            started_at=clock.now(),
        )
        try:
            with transaction.atomic():
                row.save(force_insert=True)
            return row
        except IntegrityError:
            return _known(caller, key, fingerprint)


def keep(row: AnsweredRequest, *, status: int, headers: Mapping[str, str], body: str) -> None:
    """Remember the answer, for a day."""
    AnsweredRequest.objects.filter(pk=row.pk).update(
        answered_at=clock.now(), status=status, headers=dict(headers), body=seal(row, "body", Secret(body))
    )


def free(row: AnsweredRequest, *, caller: Caller) -> None:
    with caller.scope():
        AnsweredRequest.objects.filter(pk=row.pk, answered_at=None).delete()


def forget_answers() -> int:
    """Delete what is older than a day; how many."""
    with tenancy.across_tenants("forget old answers to repeated requests"):
        deleted, _ = AnsweredRequest.across_tenants.stale(clock.now()).delete()
    return int(deleted)


def _known(caller: Caller, key: str, fingerprint: str) -> AnsweredRequest:
    now = clock.now()
    row: AnsweredRequest | None = AnsweredRequest.objects.filter(api_key=caller.key, key=key).first()
    if row is None:  # It has just been freed.
        raise RequestUnderWay
    died = row.answered_at is None and row.started_at <= now - PATIENCE
    if died or row.started_at <= now - ANSWERS_KEPT:
        return _taken_over(row, fingerprint)
    if row.fingerprint != fingerprint:
        raise AnotherRequest
    if row.answered_at is None:
        raise RequestUnderWay
    return row


def _taken_over(row: AnsweredRequest, fingerprint: str) -> AnsweredRequest:
    fresh = {"fingerprint": fingerprint, "started_at": clock.now(), "answered_at": None, "status": 0, "body": ""}
    if not AnsweredRequest.objects.filter(pk=row.pk, started_at=row.started_at).update(**fresh):
        raise RequestUnderWay
    for name, value in fresh.items():
        setattr(row, name, value)
    return row
