"""A last net under careless log lines: what looks like a credential is masked before it is written."""

from __future__ import annotations

import logging
import re

from apps.core.secrets import MASK

_CREDENTIAL = re.compile(
    r"""(?ix)
    ( \b(?:bearer|dpop|basic)\s+ | \b(?:(?:[a-z]+_)?(?:token|secret|password|verifier|assertion)|code)
      ["']?\s*[=:]\s*["']? )
    [A-Za-z0-9._~+/=\-%]{6,}
    """
)
# Of the addresses of links, the last part is what lets somebody in.
_LINK = re.compile(r"(/(?:connect|review)/)[A-Za-z0-9_\-]{20,}")


def mask(text: str) -> str:
    return _LINK.sub(rf"\g<1>{MASK}", _CREDENTIAL.sub(lambda match: match.group(1) + MASK, text))


class NoSecrets(logging.Formatter):
    """Masks the finished line, so that arguments, formats and tracebacks are covered alike."""

    def format(self, record: logging.LogRecord) -> str:
        return mask(super().format(record))
