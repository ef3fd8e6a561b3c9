"""A last net under careless log lines: what looks like a credential is masked before it is written."""

from __future__ import annotations

import logging
import re

from apps.core.secrets import MASK

_CREDENTIAL = re.compile(
    r"""(?ix)
    ( \b(?:bearer|dpop|basic)\s+ | \b(?:access_token|refresh_token|client_secret|password|code|code_verifier|id_token)
      ["']?\s*[=:]\s*["']? )
    [A-Za-z0-9._~+/=\-%]{6,}
    """
)


def mask(text: str) -> str:
    return _CREDENTIAL.sub(lambda match: match.group(1) + MASK, text)


class NoSecrets(logging.Filter):
    """Masks the finished message, so that arguments and formats are covered alike."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.msg, record.args = mask(record.getMessage()), ()
        return True
