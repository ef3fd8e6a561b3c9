"""What every test may rely on: no way out of the machine, a queue of its own, PostgreSQL as the application sees it."""

from __future__ import annotations

import socket
import threading

import pytest
from django.core.cache import cache
from django.db import connection

from apps.core import clock as system_clock
from apps.core import tenancy
from tests.support.network import LeftTheMachine


def test_no_socket_leaves_the_machine():
    with socket.socket() as outbound, pytest.raises(LeftTheMachine):
        outbound.connect(("198.51.100.7", 443))


def test_nobody_is_asked_for_an_address():
    with pytest.raises(LeftTheMachine):
        socket.getaddrinfo("example.com", 443)


def test_a_name_that_cannot_exist_is_unknown_as_it_would_be_outside():
    with pytest.raises(socket.gaierror):
        socket.getaddrinfo("nobody.invalid", 443)


def test_the_cache_lives_in_this_process_queue_server(valkey):
    cache.set("remembered", "yes")
    assert valkey.dbsize() == 1


def test_time_moves_when_a_test_says_so(clock):
    before = system_clock.now()
    clock.advance(minutes=6)
    assert (system_clock.now() - before).total_seconds() == 360


@pytest.mark.django_db(transaction=True)
def test_on_postgresql_every_connection_is_bound_by_row_level_security():
    roles = [_role_of_a_thread(), _role()]
    with tenancy.across_tenants("to see which role that is"):
        roles.append(_role())

    wanted = ["postroom_app", "postroom_app", "postroom_across"] if connection.vendor == "postgresql" else [""] * 3
    assert roles == wanted


def _role() -> str:
    """The role that this connection acts as; SQLite has none."""
    if connection.vendor != "postgresql":
        return ""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT rolname FROM pg_roles WHERE rolname = current_user AND NOT rolsuper AND NOT rolbypassrls"
        )
        return cursor.fetchone()[0]


def _role_of_a_thread() -> str:
    found: list[str] = []

    def look() -> None:
        found.append(_role())
        connection.close()

    thread = threading.Thread(target=look)
    thread.start()
    thread.join()
    return found[0]
