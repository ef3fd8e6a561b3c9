"""What pages of signing in ask about this deployment."""

from __future__ import annotations

from django import template
from django.conf import settings

register = template.Library()


@register.simple_tag
def signup_is_open() -> bool:
    """Whether anybody may make an account here."""
    return bool(settings.SIGNUP_OPEN)
