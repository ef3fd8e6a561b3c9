"""How often keys may ask: the numbers of the deployment, or those of the organization's plan."""

from __future__ import annotations

from dataclasses import dataclass

from django.conf import settings

from apps.usage import selectors


@dataclass(frozen=True, slots=True)
class Window:
    """`most` requests of one key in `seconds`, and `whole` of all keys of its organization."""

    most: int
    seconds: int
    whole: int


def usual_windows() -> tuple[Window, ...]:
    """Those of the deployment: all keys of an organization may ask so many times what one may."""
    times = settings.API_RATE_ORGANIZATION
    return tuple(Window(most, seconds, most * times) for most, seconds in settings.API_RATE_WINDOWS)


def windows_in_force() -> tuple[Window, ...]:
    """Those of the organization in context, as its plan has them."""
    said, usual = selectors.requests_allowed(), usual_windows()
    of_key = said.get("key") or [window.most for window in usual]
    whole = said.get("organization") or [most * settings.API_RATE_ORGANIZATION for most in of_key]
    if len(usual) != len(of_key) or len(usual) != len(whole):
        return usual
    return tuple(
        Window(most, window.seconds, of_all) for window, most, of_all in zip(usual, of_key, whole, strict=True)
    )
