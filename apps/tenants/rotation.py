"""The part that second factors take in a rotation of keys: their secrets lie in the library's JSON, sealed by us."""

from __future__ import annotations

from typing import Any, Final

from allauth.mfa.models import Authenticator
from django.db import transaction

from apps.core.encryption import VERSION, keyring
from apps.core.rotation import Column
from apps.core.secrets import Secret
from apps.tenants.signing_in import BINDING

KEYS: Final = ("secret", "seed")


def _is_stale(data: dict[str, Any]) -> bool:
    fresh = f"{VERSION}.{keyring().first}."
    return any(key in data and not str(data[key]).startswith(fresh) for key in KEYS)


def _stale() -> list[int]:
    sealed = Authenticator.objects.filter(type__in=[Authenticator.Type.TOTP, Authenticator.Type.RECOVERY_CODES])
    return [pk for pk, data in sealed.order_by("pk").values_list("pk", "data").iterator() if _is_stale(data)]


@transaction.atomic
def _reseal(pk: int) -> None:
    row = Authenticator.objects.select_for_update().get(pk=pk)
    for key in KEYS:
        if key in row.data:
            opened: Secret = keyring().open(row.data[key], bound_to=BINDING)
            row.data[key] = keyring().seal(opened, bound_to=BINDING)
    row.save(update_fields=["data"])


def _reseal_some(limit: int) -> int:
    stale = _stale()[:limit]
    for pk in stale:
        _reseal(pk)
    return len(stale)


SECOND_FACTORS: Final = Column("mfa_authenticator.data", _reseal_some, lambda: len(_stale()))
