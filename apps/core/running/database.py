"""Is the database there, and is its schema the one this code wants? Each answer that is no has a sentence."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from django.conf import settings
from django.core import checks
from django.db import DatabaseError, connection
from django.db.migrations.exceptions import InconsistentMigrationHistory
from django.db.migrations.executor import MigrationExecutor

from apps.core.running.errors import CannotStart

MANAGE = Path(settings.BASE_DIR) / "manage.py"


def bring_up_to_date() -> bool:
    """Migrate as the owner of the tables where it is needed, and say whether it was; CannotStart says what is wrong."""
    was_current = _is_current()
    if not was_current:
        _migrate()
        if not _is_current():
            raise CannotStart(
                f"{_name()} is not up to date even after migrating: run 'manage.py migrate' and read its words."
            )
    _check()
    connection.close()
    return not was_current


def _is_current() -> bool:
    try:
        executor = MigrationExecutor(connection)
        return not executor.migration_plan(executor.loader.graph.leaf_nodes())
    except InconsistentMigrationHistory as error:
        raise CannotStart(f"{_name()} was migrated by another version of Postroom: {error}") from error
    except DatabaseError as error:
        # A cluster that Postroom has never seen lacks the application's role, which migrating creates.
        if "role" in str(error) and "does not exist" in str(error):
            return False
        raise CannotStart(f"{_name()} cannot be used: {_first_line(error)}") from error


def _migrate() -> None:
    # In a process of its own, because the owner signs in with other settings.
    done = subprocess.run(
        [sys.executable, str(MANAGE), "migrate", "--verbosity", "0"], capture_output=True, text=True, check=False
    )
    if done.returncode:
        words = done.stderr.strip().splitlines() or ["it did not say why"]
        raise CannotStart(f"{_name()} cannot be migrated: {words[-1].removeprefix('CommandError: ')}")


def _check() -> None:
    errors = [
        found for found in checks.run_checks(tags=[checks.Tags.database], databases=["default"]) if found.is_serious()
    ]
    if errors:
        raise CannotStart(f"{_name()} is not safe to use: {errors[0].msg} {errors[0].hint or ''}".rstrip())


def _name() -> str:
    facts = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"The database file {facts['NAME']}"
    return f"The database {facts['NAME']} at {facts['HOST'] or 'the local socket'}:{facts['PORT'] or 5432}"


def _first_line(error: Exception) -> str:
    return str(error).strip().splitlines()[0]
