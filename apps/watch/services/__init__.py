"""The verbs of the night watch."""

from apps.watch.services.recording import record
from apps.watch.services.status_pages import (
    give_new_address,
    status_page_of,
    switch_status_page,
)
from apps.watch.services.watching import look

__all__ = ["give_new_address", "look", "record", "status_page_of", "switch_status_page"]
