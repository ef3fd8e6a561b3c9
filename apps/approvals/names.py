"""What stands where somebody has no name, or has none any more: pages and records that guests read say it too."""

from __future__ import annotations

from typing import Final

from django.utils.translation import gettext_noop

SOMEBODY: Final = gettext_noop("somebody who has left")
FORGOTTEN: Final = gettext_noop("a guest who was forgotten")
GUEST: Final = gettext_noop("A guest")
POLICY: Final = gettext_noop("The policy")
PROGRAM: Final = gettext_noop("A program")
