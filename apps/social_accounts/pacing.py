"""How often a public form may be sent: so many times in a window, for each address and link."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from allauth.account.adapter import get_adapter
from django.core.cache import cache
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Pace:
    name: str
    most: int
    window: timedelta


BEGIN: Final = Pace("begin", 30, timedelta(minutes=10))
PASSWORD: Final = Pace("password", 6, timedelta(minutes=10))
CHOOSE: Final = Pace("choose", 30, timedelta(minutes=10))
REVIEW: Final = Pace("review", 300, timedelta(minutes=10))  # a month of posts, one by one, and talk about them


def is_too_often(request: HttpRequest, pace: Pace, *, of: object) -> bool:
    """Count one try, and say whether it is one too many. Without the cache nobody is kept out."""
    key = f"portal:{pace.name}:{of}:{_address(request)}"
    try:
        cache.add(key, 0, pace.window.total_seconds())
        return cache.incr(key) > pace.most
    except ValueError:  # The window ended between the two.
        return False
    except Exception:
        logger.exception("Tries cannot be counted: the cache does not answer")
        return False


def _address(request: HttpRequest) -> str:
    try:
        return str(get_adapter().get_client_ip(request))
    except PermissionDenied:  # The server in front of us told none.
        return ""
