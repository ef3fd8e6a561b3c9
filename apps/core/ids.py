"""Identifiers: UUIDv7, so that rows sort by their birth and indexes stay dense."""

from uuid import UUID

import uuid_utils.compat


def new_id() -> UUID:
    return uuid_utils.compat.uuid7()
