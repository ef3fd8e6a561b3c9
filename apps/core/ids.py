"""Identifiers: UUIDv7, so that rows sort by their birth and indexes stay dense."""

from datetime import datetime
from uuid import UUID

import uuid_utils.compat


def new_id() -> UUID:
    return uuid_utils.compat.uuid7()


def first_id(at: datetime) -> UUID:
    """The smallest id that a row born at `at` may have: where to begin reading a table by its key."""
    return UUID(int=(int(at.timestamp() * 1000) << 80) | (0x7 << 76) | (0x2 << 62))
