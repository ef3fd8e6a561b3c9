"""Model fields that the house shares."""

from __future__ import annotations

from typing import Any

from django.db import models

from apps.core.encryption import keyring
from apps.core.secrets import Secret


class Sealed(str):
    """Ciphertext as it stands in the column."""

    __slots__ = ()


class SecretField(models.TextField):
    """A column that holds a sealed `Secret`; reading the attribute opens it, saving the row seals it.

    The row's id and organization are part of what is sealed, so both must be set before saving. A bulk UPDATE has no
    row to bind to: seal with `seal(instance, name, secret)` first.
    """

    # What type checkers see on a row.
    _pyi_private_set_type: Secret | str  # type: ignore[assignment]
    _pyi_private_get_type: Secret  # type: ignore[assignment]

    def contribute_to_class(self, cls: type[models.Model], name: str, private_only: bool = False) -> None:
        super().contribute_to_class(cls, name, private_only)
        setattr(cls, self.attname, _SecretAttribute(self))

    def from_db_value(self, value: str | None, *_: object) -> Sealed | None:
        return None if value is None else Sealed(value)

    def pre_save(self, model_instance: models.Model, add: bool) -> str:
        value = model_instance.__dict__.get(self.attname, "")
        if isinstance(value, Secret):
            value = Sealed(_seal(self, model_instance, value))
            model_instance.__dict__[self.attname] = value
        return value or ""

    def get_prep_value(self, value: Any) -> Any:
        if isinstance(value, Secret):
            raise TypeError(
                f"Seal {self.name} for its row first: apps.core.fields.seal(instance, {self.name!r}, secret)"
            )
        return super().get_prep_value(value)

    def get_db_prep_save(self, value: Any, connection: Any) -> Any:
        if value and isinstance(value, str) and not isinstance(value, Sealed):
            raise TypeError(f"{self.name} would be stored in the clear")
        return super().get_db_prep_save(value, connection)


class _SecretAttribute:
    """Opens the sealed value of one row on access."""

    def __init__(self, field: SecretField) -> None:
        self.field = field

    def __get__(self, instance: models.Model | None, owner: type) -> Any:
        if instance is None:
            return self
        if self.field.attname not in instance.__dict__:
            instance.refresh_from_db(fields=[self.field.attname])
        value = instance.__dict__[self.field.attname]
        if isinstance(value, Secret):
            return value
        if not value:
            return Secret("")
        return keyring().open(value, bound_to=_binding(self.field, instance))

    def __set__(self, instance: models.Model, value: Any) -> None:
        if value is not None and not isinstance(value, (Secret, Sealed)) and value != "":
            raise TypeError(f"{self.field.name} takes a Secret")
        instance.__dict__[self.field.attname] = value if value is not None else ""


def seal(instance: models.Model, name: str, secret: Secret) -> str:
    """The ciphertext of `secret` for the column `name` of this row, for use in a guarded UPDATE."""
    field = instance._meta.get_field(name)
    if not isinstance(field, SecretField):
        raise TypeError(f"{name} is not a SecretField")
    return Sealed(_seal(field, instance, secret))


def _seal(field: SecretField, instance: models.Model, secret: Secret) -> str:
    return keyring().seal(secret, bound_to=_binding(field, instance)) if secret else ""


def _binding(field: SecretField, instance: models.Model) -> str:
    organization_id = getattr(instance, "organization_id", None)
    return f"{instance._meta.db_table}/{field.column}/{instance.pk}/{organization_id or '-'}"
