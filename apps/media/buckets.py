"""What a bucket can do beyond Django's storage API: presigned addresses, uploads in parts, ranges.

Names are those that Django's storage uses; the bucket's prefix is put before them here. Calls wait for the network, so
they are made outside of any tenancy scope.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final, cast
from urllib.parse import quote

from botocore.auth import SIGV4_TIMESTAMP, S3SigV4QueryAuth
from botocore.awsrequest import AWSRequest
from botocore.exceptions import ClientError

LONGEST_PRESIGNED: Final = timedelta(days=7)  # S3's own limit
_GONE: Final = frozenset({404, "404", "NoSuchKey", "NoSuchUpload", "NotFound"})


@dataclass(frozen=True, slots=True)
class StoredPart:
    number: int
    size: int
    etag: str


class UploadGone(Exception):
    """The bucket knows no such upload in parts: it was completed, aborted, or has ended."""


class _SignedThen(S3SigV4QueryAuth):
    """Signs as of a given instant, so that the same address comes out until the next one."""

    def __init__(self, *args: Any, at: datetime, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._at = at

    def add_auth(self, request: AWSRequest) -> None:
        request.context["timestamp"] = self._at.strftime(SIGV4_TIMESTAMP)
        self._modify_request_before_signing(request)
        canonical = self.canonical_request(request)
        self._inject_signature_to_request(request, self.signature(self.string_to_sign(request, canonical), request))


class Bucket:
    """The bucket behind a storage of django-storages."""

    def __init__(self, storage: Any, *, public_url: str = "") -> None:
        self._storage = storage
        self._client = storage.connection.meta.client
        self._public_url = public_url

    def _key(self, name: str) -> dict[str, str]:
        # django-storages has no public way to put its prefix before a name.
        return {"Bucket": self._storage.bucket_name, "Key": self._storage._normalize_name(name)}

    # Reading

    def size(self, name: str) -> int:
        """Raises FileNotFoundError."""
        try:
            return int(self._client.head_object(**self._key(name))["ContentLength"])
        except ClientError as error:
            raise _translated(error, name) from error

    def read_from(self, name: str, start: int, end: int | None = None) -> Any:
        """The body from byte `start` up to and without `end`, as a stream with `read` and `close`."""
        last = "" if end is None else str(end - 1)
        try:
            return self._client.get_object(**self._key(name), Range=f"bytes={start}-{last}")["Body"]
        except ClientError as error:
            raise _translated(error, name) from error

    def listing(self, prefix: str, after: str) -> Iterator[tuple[str, datetime]]:
        """Names below `prefix` behind `after`, in their order, with the time of their last change."""
        root = self._key("")["Key"].rstrip("/")
        cut = len(root) + 1 if root else 0
        start = {"StartAfter": self._key(after)["Key"]} if after else {}
        pages = self._client.get_paginator("list_objects_v2").paginate(
            Bucket=self._storage.bucket_name, Prefix=self._key(prefix)["Key"].rstrip("/") + "/", **start
        )
        for page in pages:
            for entry in page.get("Contents", ()):
                yield entry["Key"][cut:], entry["LastModified"].astimezone(UTC)

    # Addresses

    def public_address(self, name: str, *, mime_type: str, at: datetime, lifetime: timedelta) -> str:
        """Where anybody who holds it may fetch a file: from the CDN, or presigned as of `at`."""
        if self._public_url:
            return f"{self._public_url}/{quote(self._key(name)['Key'])}"
        return self._signed_get(name, at=at, lifetime=lifetime, told={"response-content-type": mime_type})

    def member_address(self, name: str, *, at: datetime, lifetime: timedelta, told: Mapping[str, str]) -> str:
        """A presigned address for a member's browser; `told` are S3's names of headers that the answer shall have."""
        return self._signed_get(name, at=at, lifetime=lifetime, told=told)

    def _signed_get(self, name: str, *, at: datetime, lifetime: timedelta, told: Mapping[str, str]) -> str:
        plain = self._client.generate_presigned_url("get_object", Params=self._key(name), ExpiresIn=60)
        request = AWSRequest(method="GET", url=plain.partition("?")[0], params=dict(told))
        session = self._client._request_signer
        seconds = int(min(lifetime, LONGEST_PRESIGNED).total_seconds())
        signer = _SignedThen(session._credentials, "s3", session.region_name, seconds, at=at)
        signer.add_auth(request)
        return cast(str, request.url)

    def put_address(self, name: str, *, size: int, lifetime: timedelta) -> str:
        """Where one PUT of exactly `size` bytes is taken."""
        return self._presigned("put_object", lifetime, **self._key(name), ContentLength=size)

    def part_address(self, name: str, upload: str, number: int, *, size: int, lifetime: timedelta) -> str:
        """Where one part of exactly `size` bytes is taken."""
        wanted = {"UploadId": upload, "PartNumber": number, "ContentLength": size}
        return self._presigned("upload_part", lifetime, **self._key(name), **wanted)

    def _presigned(self, operation: str, lifetime: timedelta, **params: Any) -> str:
        seconds = int(lifetime.total_seconds())
        return cast(str, self._client.generate_presigned_url(operation, Params=params, ExpiresIn=seconds))

    # Uploads in parts

    def begin_parts(self, name: str) -> str:
        return cast(str, self._client.create_multipart_upload(**self._key(name))["UploadId"])

    def parts(self, name: str, upload: str) -> list[StoredPart]:
        """What has arrived, by number; raises UploadGone."""
        found: list[StoredPart] = []
        marker = 0
        while True:
            try:
                page = self._client.list_parts(**self._key(name), UploadId=upload, PartNumberMarker=marker)
            except ClientError as error:
                raise _gone_or(error) from error
            for part in page.get("Parts", ()):
                found.append(StoredPart(part["PartNumber"], part["Size"], part["ETag"].strip('"')))
            if not page.get("IsTruncated"):
                return sorted(found, key=lambda part: part.number)
            marker = page["NextPartNumberMarker"]

    def join_parts(self, name: str, upload: str, parts: list[StoredPart]) -> None:
        """Make one object of the parts; raises UploadGone."""
        listed = [{"PartNumber": part.number, "ETag": part.etag} for part in parts]
        try:
            self._client.complete_multipart_upload(
                **self._key(name), UploadId=upload, MultipartUpload={"Parts": listed}
            )
        except ClientError as error:
            raise _gone_or(error) from error

    def drop_parts(self, name: str, upload: str) -> None:
        """Forget an upload in parts and what has arrived of it; nothing to forget is fine too."""
        try:
            self._client.abort_multipart_upload(**self._key(name), UploadId=upload)
        except ClientError as error:
            if not isinstance(_gone_or(error), UploadGone):
                raise


def _is_gone(error: ClientError) -> bool:
    told = {error.response.get("Error", {}).get("Code"), error.response["ResponseMetadata"].get("HTTPStatusCode")}
    return bool(told & _GONE)


def _gone_or(error: ClientError) -> Exception:
    return UploadGone(str(error)) if _is_gone(error) else error


def _translated(error: ClientError, name: str) -> Exception:
    return FileNotFoundError(name) if _is_gone(error) else error
