"""Secrets lie sealed, belong to one row, and show themselves only when asked by name."""

from __future__ import annotations

import base64
import pickle

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.db import connection, transaction

from apps.core import tenancy
from apps.core.encryption import CannotOpen, Keyring
from apps.core.fields import seal
from apps.core.payloads import SecretInPayload, as_json
from apps.core.secrets import Secret
from apps.social_accounts.models import Grant
from tests.support import factories

KEY = base64.b64encode(b"k" * 32).decode()
OTHER = base64.b64encode(b"o" * 32).decode()


def ring(text: str) -> Keyring:
    return Keyring.parse(text)


def test_what_is_sealed_opens_for_the_same_row_alone():
    keys = ring(f"a:{KEY}")
    sealed = keys.seal(Secret("sesame"), bound_to="table/column/1/9")

    assert "sesame" not in sealed
    assert keys.open(sealed, bound_to="table/column/1/9").reveal() == "sesame"
    with pytest.raises(CannotOpen, match="another row"):
        keys.open(sealed, bound_to="table/column/2/9")


def test_the_first_key_seals_and_every_key_opens():
    old, new = ring(f"old:{OTHER}"), ring(f"new:{KEY},old:{OTHER}")
    sealed = old.seal(Secret("sesame"), bound_to="x")

    assert new.open(sealed, bound_to="x").reveal() == "sesame"
    assert new.seal(Secret("sesame"), bound_to="x").startswith("v1.new.")


def test_the_same_secret_never_looks_the_same():
    keys = ring(f"a:{KEY}")
    assert keys.seal(Secret("s"), bound_to="x") != keys.seal(Secret("s"), bound_to="x")


def test_a_changed_ciphertext_does_not_open():
    keys = ring(f"a:{KEY}")
    sealed = keys.seal(Secret("sesame"), bound_to="x")
    raw = bytearray(base64.b64decode(sealed.rsplit(".", 1)[1]))
    raw[-1] ^= 1
    changed = f"v1.a.{base64.b64encode(bytes(raw)).decode()}"

    with pytest.raises(CannotOpen):
        keys.open(changed, bound_to="x")


@pytest.mark.parametrize("text", ["", "a:short", "a:not base64!", f"a.b:{KEY}", f":{KEY}"])
def test_a_ring_that_cannot_work_stops_the_start(text):
    with pytest.raises(ImproperlyConfigured, match="KEYRING"):
        ring(text)


@pytest.mark.parametrize("text", ["", "plain", "v2.a.xyz", "v1.a"])
def test_what_was_never_sealed_does_not_open(text):
    with pytest.raises(CannotOpen, match="not a sealed value"):
        ring(f"a:{KEY}").open(text, bound_to="x")


def test_a_secret_shows_itself_only_by_name():
    secret = Secret("sesame")

    assert f"{secret} {secret!r} {secret:>10}" == "*** *** ***"
    assert "sesame" not in str({"token": secret})
    with pytest.raises(TypeError):
        pickle.dumps(secret)
    with pytest.raises(SecretInPayload):
        as_json({"deep": [{"token": secret}]})


@pytest.mark.django_db
def test_a_column_holds_ciphertext_and_the_row_opens_it(workspace):
    grant_id = factories.account(workspace, token="sesame").grant_id

    with tenancy.across_tenants("a test looks"):
        with connection.cursor() as cursor:
            cursor.execute("SELECT access_token FROM social_accounts_grant")
            (stored,) = cursor.fetchone()
        assert stored.startswith("v1.test.")
        assert Grant.across_tenants.get(pk=grant_id).access_token.reveal() == "sesame"
        assert not Grant.across_tenants.get(pk=grant_id).refresh_token


@pytest.mark.django_db
def test_a_ciphertext_that_was_moved_to_another_tenant_does_not_open(workspace, stranger_workspace):
    mine, theirs = factories.account(workspace, token="sesame"), factories.account(stranger_workspace)

    with tenancy.across_tenants("a test moves it"):
        stolen = Grant.across_tenants.filter(pk=mine.grant_id).values_list("access_token", flat=True).get()
        Grant.across_tenants.filter(pk=theirs.grant_id).update(access_token=stolen)
        with pytest.raises(CannotOpen):
            _ = Grant.across_tenants.get(pk=theirs.grant_id).access_token


@pytest.mark.django_db
def test_a_guarded_update_takes_what_was_sealed_for_its_row(workspace):
    grant_id = factories.account(workspace).grant_id

    with tenancy.across_tenants("a test updates"):
        row = Grant.across_tenants.get(pk=grant_id)
        rows = Grant.across_tenants.filter(pk=grant_id, version=1)
        with pytest.raises(TypeError, match="Seal access_token for its row first"), transaction.atomic():
            rows.update(access_token=Secret("new"))
        assert rows.update(access_token=seal(row, "access_token", Secret("new")), version=2) == 1
        assert Grant.across_tenants.get(pk=grant_id).access_token.reveal() == "new"


def test_a_field_of_secrets_takes_nothing_else():
    with pytest.raises(TypeError, match="takes a Secret"):
        Grant(access_token="plain text")
