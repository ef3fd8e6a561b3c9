"""A PostgreSQL cluster of one's own: a temporary folder, a free port of loopback, gone when the test run is."""

from __future__ import annotations

import os
import pwd
import secrets
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import MappingProxyType
from typing import Any

import psycopg
from psycopg import sql

from apps.core.running import ports
from apps.core.running.supervisor import ending_with_us

OWNER = "postroom_owner"
SUPERUSER = "postgres"
START_SECONDS = 30
STOP_SECONDS = 20
# A test cluster that loses its power loses nothing that anybody needs.
QUICK = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "jit": "off", "max_connections": "200"}


class ClusterFailed(RuntimeError):
    """The server did not come up; the message ends with its own last words."""


@contextmanager
def cluster(
    programs: Path, *, settings: Mapping[str, str] = MappingProxyType({}), extensions: Sequence[str] = ()
) -> Iterator[str]:
    """Run a server and give the address of its database for the owner of tables, who is no superuser.

    `settings` go before the quick ones; `extensions` are in every database that the owner makes, who may
    use them and read what they count."""
    folder = Path(tempfile.mkdtemp(prefix="postroom-postgres-"))
    try:
        yield from _run(programs, folder, {**QUICK, **settings}, extensions)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _run(programs: Path, folder: Path, settings: Mapping[str, str], extensions: Sequence[str]) -> Iterator[str]:
    port, password = ports.free(), secrets.token_urlsafe(24)
    who = _unprivileged(folder)
    _initialize(programs, folder, password, who)
    options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
    command = [str(programs / "postgres"), "-D", str(folder / "data"), "-h", ports.LOOPBACK, "-p", str(port), "-k", ""]
    with open(folder / "log", "wb") as log:
        server = subprocess.Popen(
            ending_with_us([*command, *options], by=signal.SIGINT),
            cwd=folder, stdout=log, stderr=log, start_new_session=True, **who,
        )  # fmt: skip
    try:
        _prepare_roles(server, folder, port, password)
        _extend_template(port, password, extensions)
        yield f"postgresql://{OWNER}:{password}@{ports.LOOPBACK}:{port}/postgres"
    finally:
        _stop(server)


def _unprivileged(folder: Path) -> dict[str, Any]:
    """Whom the server runs as: PostgreSQL refuses root, so root lends the folder to somebody without rights."""
    if os.geteuid() != 0:
        return {}
    user = next(entry for entry in map(_account, ("postgres", "nobody")) if entry)
    os.chown(folder, user.pw_uid, user.pw_gid)
    return {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}


def _account(name: str) -> pwd.struct_passwd | None:
    try:
        return pwd.getpwnam(name)
    except KeyError:
        return None


def _initialize(programs: Path, folder: Path, password: str, who: dict[str, Any]) -> None:
    secret = folder / "password"
    secret.write_text(password)
    if who:
        os.chown(secret, who["user"], who["group"])
    secret.chmod(0o600)
    arguments = ["-U", SUPERUSER, "--auth=scram-sha-256", f"--pwfile={secret}", "--encoding=UTF8", "--locale=C.UTF-8"]
    done = subprocess.run(
        [str(programs / "initdb"), "-D", str(folder / "data"), "--no-sync", *arguments],
        cwd=folder, capture_output=True, text=True, check=False, **who,
    )  # fmt: skip
    if done.returncode:
        raise ClusterFailed(f"initdb failed: {done.stderr.strip()[-500:]}")


def _prepare_roles(server: subprocess.Popen[bytes], folder: Path, port: int, password: str) -> None:
    """Once the server answers, make the role that migrates: it may make databases and roles, and bypasses nothing."""
    give_up = time.monotonic() + START_SECONDS
    while True:
        try:
            connection = psycopg.connect(
                host=ports.LOOPBACK, port=port, user=SUPERUSER, password=password, dbname="postgres", autocommit=True
            )
            break
        except psycopg.OperationalError:
            if server.poll() is not None or time.monotonic() > give_up:
                words = (folder / "log").read_text(errors="replace")[-500:]
                raise ClusterFailed(f"PostgreSQL did not start: {words}") from None
            time.sleep(0.05)
    with connection:
        role = sql.SQL("CREATE ROLE {} LOGIN CREATEDB CREATEROLE PASSWORD {}")
        connection.execute(role.format(sql.Identifier(OWNER), sql.Literal(password)))


def _extend_template(port: int, password: str, extensions: Sequence[str]) -> None:
    """What a superuser alone may make, in the template of the databases that the owner makes."""
    if not extensions:
        return
    with psycopg.connect(
        host=ports.LOOPBACK, port=port, user=SUPERUSER, password=password, dbname="template1", autocommit=True
    ) as connection:
        for name in extensions:
            connection.execute(sql.SQL("CREATE EXTENSION {}").format(sql.Identifier(name)))
        owner = sql.Identifier(OWNER)
        connection.execute(sql.SQL("GRANT pg_read_all_stats TO {}").format(owner))
        connection.execute(sql.SQL("GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA public TO {}").format(owner))


def _stop(server: subprocess.Popen[bytes]) -> None:
    server.send_signal(signal.SIGINT)  # PostgreSQL's fast shutdown
    try:
        server.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        server.send_signal(signal.SIGQUIT)
        server.wait(STOP_SECONDS)
