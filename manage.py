#!/usr/bin/env python
"""The one door for commands."""

import os
import sys

# These change the schema or the roles, and so sign in as the owner of the tables instead of the application's role.
OWNER_COMMANDS = frozenset({"migrate", "sqlmigrate", "test"})


def main() -> None:
    command = sys.argv[1] if len(sys.argv) > 1 else ""
    settings = "config.settings.test" if command == "test" else "config.settings.development"
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", settings)
    if command in OWNER_COMMANDS:
        os.environ.setdefault("POSTROOM_DATABASE_OWNER", "1")
    try:
        from django.core.exceptions import ImproperlyConfigured
        from django.core.management import execute_from_command_line
    except ImportError as error:
        raise SystemExit("Django is not installed here: `make run` and `make test` set everything up.") from error
    try:
        execute_from_command_line(sys.argv)
    except ImproperlyConfigured as error:
        raise SystemExit(str(error)) from None


if __name__ == "__main__":
    main()
