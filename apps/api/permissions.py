"""Nobody without a key; what the key may do is asked by each operation."""

from __future__ import annotations

from typing import Any

from rest_framework.permissions import BasePermission

from apps.tenants.callers import Caller


class HasKey(BasePermission):
    def has_permission(self, request: Any, view: Any) -> bool:
        return isinstance(request.user, Caller)
