"""`Operations`: what all views of the API have in common."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, nullcontext
from typing import Any, ClassVar
from uuid import UUID

from django.conf import settings
from django.db import IntegrityError, connection, transaction
from django.db.models import QuerySet
from django.http import Http404
from rest_framework import serializers
from rest_framework.response import Response
from rest_framework.utils.encoders import JSONEncoder
from rest_framework.views import APIView

from apps.core.together import together
from apps.tenants.access import Door
from apps.tenants.callers import Caller
from apps.tenants.rest import expand, once, pages
from apps.tenants.rest.expand import Expansion, Expansions
from apps.tenants.rest.once import SAFE
from apps.tenants.rest.problems import Problem
from apps.tenants.rest.rendering import rendered_all
from apps.tenants.rest.shapes import checked


class Operations(APIView):
    """Who shows a key that holds what the method needs is let in, and the key's tenant is open around the handler.

    With `calls_network` the handler opens `with self.caller.scope():` itself and leaves its calls to platforms outside.
    A write is one transaction, and with an Idempotency-Key it happens once. With `writes_together` its rows are written
    by one statement at its end (`apps.core.together`), so that the handler answers from what it has in hand.
    """

    needs: ClassVar[Mapping[str, str]] = {}
    calls_network: ClassVar[bool] = False
    writes_together: ClassVar[bool] = False
    reads_bytes: ClassVar[bool] = False  # a file that comes in pieces, which are safe to repeat by themselves
    expands: ClassVar[Expansions] = {}  # what `?expand=` may name when it is read
    http_method_names: ClassVar[list[str]] = ["get", "head", "post", "put", "patch", "delete"]

    @classmethod
    def as_view(cls, **initial: Any) -> Any:
        view = super().as_view(**initial)
        view.door = Door("key")
        return view

    @property
    def caller(self) -> Caller:
        found: Caller = self.request.user
        return found

    def dispatch(self, request: Any, *args: Any, **kwargs: Any) -> Any:
        """As Django REST framework does it, with the tenant around the handler."""
        self.args, self.kwargs = args, kwargs
        self.headers = self.default_response_headers
        self.request = request = self.initialize_request(request, *args, **kwargs)
        try:
            self.initial(request, *args, **kwargs)
            known = request.method.lower() in self.http_method_names
            handler = getattr(self, request.method.lower(), None) if known else None
            response = self._answer(handler or self.http_method_not_allowed)
        except Exception as error:  # Each is told as a problem, or it is a mistake of ours and told as that.
            response = self.handle_exception(error)
        self.response = self.finalize_response(request, response, *args, **kwargs)
        # What one key may see is kept by nobody on the way.
        self.response["Cache-Control"] = "no-store"
        return self.response

    def initial(self, request: Any, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        if not self.reads_bytes and int(request.META.get("CONTENT_LENGTH") or 0) > (most := self.most_bytes()):
            raise Problem(413, "too_large", f"A request has up to {most} bytes.")
        if needed := self.needs.get("GET" if request.method == "HEAD" else request.method):
            self.caller.require(needed)

    def most_bytes(self) -> int:
        """How large a request may be."""
        most: int = settings.API_MAX_BODY_BYTES
        return most

    def fingerprint(self) -> str:
        """What tells this request from another one with the same Idempotency-Key."""
        request = self.request._request
        return once.fingerprint(request, request.body)

    # --- for handlers -------------------------------------------------------------------------------------------------

    def page(
        self,
        rows: QuerySet[Any],
        show: type[serializers.Serializer] | Callable[[list[Any]], list[Any]],
        orders: pages.Orders | None = None,
    ) -> Any:
        """A page of these rows, as the request asks; a function shows all of them at once."""
        wanted = self._to_expand()
        found, cursor = pages.page(rows, self.request.query_params, orders)
        data = rendered_all(show, found) if isinstance(show, type) else show(found)
        expand.expand(data, wanted)
        return Response({"data": data, "next_cursor": cursor, "has_more": cursor is not None})

    def one(self, data: Any, *, status: int = 200, location: str = "") -> Response:
        """One thing, with the tag that a later change may be held against."""
        headers = {"ETag": etag(data), **({"Location": location} if location else {})}
        expand.expand([data], self._to_expand())
        return Response(data, status=status, headers=headers)

    def body(self, serializer: type[serializers.Serializer], *, partial: bool = False) -> dict[str, Any]:
        """What the request says, checked; a fault is a problem with pointers."""
        return checked(serializer, self.request.data, context={"caller": self.caller}, partial=partial)

    def require_match(self, data: Any) -> None:
        """Keep to If-Match: what the caller believes to change is what is there, in a row that is `held`. Without the
        header anything goes."""
        wanted = self.request.headers.get("If-Match")
        if wanted is None or wanted.strip() == "*":
            return
        if etag(data) not in [tag.strip() for tag in wanted.split(",")]:
            raise Problem(412, "precondition_failed", "It has changed meanwhile. Read it again.")

    def refusal(self, error: Exception) -> dict[str, Any]:
        """The problem that an error is, for an answer that has several."""
        answer: dict[str, Any] = self.get_exception_handler()(error, {"request": self.request, "view": self}).data
        return answer

    def found(self, rows: QuerySet[Any], pk: UUID) -> Any:
        """The row with this id among those; a foreign one is as little there as one that nobody has."""
        row = rows.filter(pk=pk).first()
        if row is None:
            raise Http404
        return row

    def held(self, rows: QuerySet[Any], pk: UUID, *, no_key: bool = False) -> Any:
        """The same row, held for the rest of the transaction and read after that: whoever changes it at the same time
        comes before, and is seen by `require_match`, or after. Held before `require_match` in whatever changes."""
        rows.model.objects.select_for_update(no_key=no_key).filter(pk=pk).values_list("pk").first()
        return self.found(rows, pk)

    # ------------------------------------------------------------------------------------------------------------------

    def _to_expand(self) -> list[Expansion]:
        """What the request wants to see itself and not by its id. The key must be allowed to read each."""
        text = self.request.query_params.get("expand", "")
        if not text or not self.expands or self.request.method not in SAFE:
            return []
        wanted = expand.asked(text, self.expands)
        for one in wanted:
            if one.needs:
                self.caller.require(one.needs)
        return wanted

    def _answer(self, handler: Callable[..., Any]) -> Any:
        request, key = self.request, self.request.headers.get(once.HEADER)
        if request.method in SAFE or key is None or self.reads_bytes:
            return self._carry_out(handler, None)
        if self.calls_network:
            return once.answered(self.caller, self.fingerprint(), key, lambda keep: self._carry_out(handler, keep))
        return self._carry_out(handler, key)

    def _carry_out(self, handler: Callable[..., Any], keep: Any) -> Any:
        if self.calls_network:
            return self._carry_out_on_the_way(handler, keep)
        if self.request.method in SAFE:
            with self.caller.scope():
                return handler(self.request, *self.args, **self.kwargs)
        try:
            return self._write(handler, keep)
        except IntegrityError:
            # Somebody else has written the same since it was looked for; now it is found.
            return self._write(handler, keep)

    def _carry_out_on_the_way(self, handler: Callable[..., Any], keep: once.Keep | None) -> Any:
        response = handler(self.request, *self.args, **self.kwargs)
        if keep is not None:
            with self.caller.scope():
                keep(response)
        return response

    def _write(self, handler: Callable[..., Any], key: str | None) -> Any:
        """In one transaction, which keeps the answer too."""
        block = together() if self.writes_together else nullcontext()
        with self.caller.scope(), _transaction(), block:
            once_only = once.begin(self.caller, self.fingerprint(), key) if key is not None else None
            if once_only is not None and once_only.answer is not None:
                return once_only.answer
            response = handler(self.request, *self.args, **self.kwargs)
            if once_only is not None:
                once_only.keep(response)
            return response


def _transaction() -> AbstractContextManager[Any]:
    """On PostgreSQL a scope is one already."""
    return nullcontext() if connection.vendor == "postgresql" else transaction.atomic()


def etag(data: Any) -> str:
    """A tag of what is shown, so that whatever changes it changes the tag."""
    text = json.dumps(data, sort_keys=True, cls=JSONEncoder)
    return f'"{hashlib.sha256(text.encode()).hexdigest()[:32]}"'
