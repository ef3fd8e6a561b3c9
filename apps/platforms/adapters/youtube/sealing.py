"""The address of an upload lets whoever has it write to that upload, so a row remembers it sealed.

The key is made from our secret at Google: whoever has that needs no such address any more. Once the secret is changed,
what was sealed cannot be opened, and the upload begins anew.
"""

from __future__ import annotations

import base64
import hashlib
import hmac

from cryptography.fernet import Fernet, InvalidToken

from apps.core.secrets import Secret
from apps.platforms.contract import NO_SECRET

_PURPOSE = b"address of an upload to YouTube"


def sealed(address: Secret, key: Secret) -> str:
    return _box(key).encrypt(address.reveal().encode()).decode()


def opened(text: str, key: Secret) -> Secret:
    """What `sealed` closed; an empty secret where the key is another one."""
    try:
        return Secret(_box(key).decrypt(text.encode()).decode())
    except (InvalidToken, ValueError):
        return NO_SECRET


def _box(key: Secret) -> Fernet:
    return Fernet(base64.urlsafe_b64encode(hmac.new(key.reveal().encode(), _PURPOSE, hashlib.sha256).digest()))
