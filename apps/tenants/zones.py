"""Time zones by their IANA names."""

from functools import cache
from zoneinfo import available_timezones

from django.core.exceptions import ValidationError


@cache
def known_zones() -> frozenset[str]:
    """Looked up once: to find them all, Python reads the machine's folders of zones."""
    return frozenset(available_timezones())


def validate_zone(name: str) -> None:
    if name not in known_zones():
        raise ValidationError(f"{name} is not a time zone: choose one such as Europe/Berlin.")
