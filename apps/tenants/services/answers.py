"""A write with an Idempotency-Key happens once: whoever sends it again is answered as the first time.

What is one transaction asks for its key in it (`look_up`) and writes the answer down in it (`write_down`): whoever
comes meanwhile finds the key taken, and where the change is rolled back nothing was ever begun. The constraint of the
table decides, whatever happens.

What cannot be one transaction says before that it has begun (`claim`), keeps the answer afterwards (`keep`), or takes
the claim back after an answer that changed nothing (`free`). A claim whose process died is free again after a while.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Final
from uuid import UUID

from django.db import IntegrityError, connection, transaction

from apps.core import clock, tenancy
from apps.core.fields import seal
from apps.core.secrets import Secret
from apps.core.together import write
from apps.tenants.callers import Caller
from apps.tenants.errors import AnotherRequest, RequestUnderWay
from apps.tenants.models import AnsweredRequest
from apps.tenants.querysets import ANSWERS_KEPT

TAKE: Final = """
    WITH mine AS MATERIALIZED (SELECT pg_try_advisory_xact_lock(hashtextextended(%s, 0)) AS is_free)
    SELECT is_free, known.id FROM mine LEFT JOIN tenants_answeredrequest known
    ON known.organization_id = %s AND known.api_key_id = %s AND known.key = %s
"""
PATIENCE: Final = timedelta(minutes=5)  # longer than any request may take


def claim(*, caller: Caller, key: str, fingerprint: str) -> AnsweredRequest:
    """The claim of a request that is to be carried out, or the row of one that was: that has `answered_at`.

    Raises AnotherRequest where the key was used for something else, RequestUnderWay while the first is not done.
    """
    with caller.scope(), transaction.atomic():
        row = _blank(caller, key, fingerprint)
        try:
            with transaction.atomic():
                row.save(force_insert=True)
            return row
        except IntegrityError:
            return _known(caller, key, fingerprint)


def look_up(*, caller: Caller, key: str, fingerprint: str) -> AnsweredRequest:
    """In the transaction of a change: a row for its answer, or that of the request that was answered before.

    Raises AnotherRequest where the key was used for something else, RequestUnderWay while the first is not done.
    """
    known_id = _take(caller, key)
    known = AnsweredRequest.objects.filter(pk=known_id).first() if known_id else None
    return _blank(caller, key, fingerprint) if known is None else _seen(known, fingerprint)


def write_down(row: AnsweredRequest, *, status: int, headers: Mapping[str, str], body: str) -> None:
    """Remember the answer of a row that was looked up, for a day."""
    if not row._state.adding:
        keep(row, status=status, headers=headers, body=body)
        return
    row.answered_at, row.status, row.headers, row.body = clock.now(), status, dict(headers), Secret(body)
    write([row])


def _take(caller: Caller, key: str) -> UUID | None:
    """Have the key until the transaction ends; the row of whoever had it before. Raises RequestUnderWay.

    On SQLite one writes at a time, and whoever comes later finds the answer.
    """
    if connection.vendor != "postgresql":
        return AnsweredRequest.objects.filter(api_key=caller.key, key=key).values_list("pk", flat=True).first()
    with connection.cursor() as cursor:
        cursor.execute(TAKE, [f"once/{caller.key.pk}/{key}", caller.organization.pk, caller.key.pk, key])
        is_free, known_id = cursor.fetchone()
    if not is_free:
        raise RequestUnderWay
    return known_id


def _blank(caller: Caller, key: str, fingerprint: str) -> AnsweredRequest:
    return AnsweredRequest(
        organization_id=caller.organization.pk,
        workspace_id=caller.key.workspace_id,
        api_key=caller.key,
        key=key,
        fingerprint=fingerprint,
        started_at=clock.now(),
    )


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
    row: AnsweredRequest | None = AnsweredRequest.objects.filter(api_key=caller.key, key=key).first()
    if row is None:  # It has just been freed.
        raise RequestUnderWay
    return _seen(row, fingerprint)


def _seen(row: AnsweredRequest, fingerprint: str) -> AnsweredRequest:
    """The row as it is answered, or taken over from one that is over."""
    now = clock.now()
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
