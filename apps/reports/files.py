"""Files of reports go after the rows that name them: nobody else names them."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import transaction

from apps.media import storage


def delete(names: Iterable[str]) -> None:
    for name in names:
        storage.delete(name)


def delete_after_commit(names: Iterable[str]) -> None:
    kept = list(names)
    transaction.on_commit(lambda: delete(kept), robust=True)
