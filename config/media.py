"""Where files lie: on this machine's disk, or in a bucket that speaks S3."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from config import env

MEBIBYTE = 1024 * 1024


@dataclass(frozen=True, slots=True)
class BucketSettings:
    """A bucket. Without an `endpoint` it is Amazon's; without keys they are found as boto3 finds them (a role)."""

    name: str
    endpoint: str = ""
    region: str = "us-east-1"
    access_key: str = ""
    secret_key: str = ""
    prefix: str = ""
    public_url: str = ""

    @property
    def is_amazons(self) -> bool:
        return not self.endpoint

    @property
    def origin(self) -> str:
        """Where presigned addresses lead, for the content security policy of pages."""
        return f"https://{self.name}.s3.{self.region}.amazonaws.com" if self.is_amazons else self.endpoint

    def storage(self) -> dict[str, Any]:
        """The entry of Django's STORAGES. Objects get no ACL: the bucket is private and stays so."""
        from boto3.s3.transfer import TransferConfig
        from botocore.config import Config

        # Amazon's name of the bucket is part of the host; elsewhere certificates seldom reach that far.
        style = "virtual" if self.is_amazons else "path"
        client = Config(
            signature_version="s3v4",
            s3={"addressing_style": style},
            connect_timeout=5,
            read_timeout=60,
            retries={"mode": "standard", "total_max_attempts": 4},
            # The newer checksums are unknown to many servers, and would be signed into addresses for browsers.
            request_checksum_calculation="when_required",
            response_checksum_validation="when_required",
        )
        options = {
            "bucket_name": self.name,
            "endpoint_url": self.endpoint or f"https://s3.{self.region}.amazonaws.com",
            "region_name": self.region,
            "location": self.prefix,
            "client_config": client,
            # Two parts of 8 MB in the air at a time bound the memory.
            "transfer_config": TransferConfig(multipart_chunksize=8 * MEBIBYTE, max_concurrency=2),
            "default_acl": None,
            "file_overwrite": False,
            "querystring_auth": True,
            "max_memory_size": MEBIBYTE,
        }
        if self.access_key:
            options |= {"access_key": self.access_key, "secret_key": self.secret_key}
        return {"BACKEND": "storages.backends.s3.S3Storage", "OPTIONS": options}


def read() -> BucketSettings | None:
    """From the environment; None where files lie on the disk."""
    found = BucketSettings(
        name=env.text("MEDIA_S3_BUCKET", ""),
        endpoint=env.origin("MEDIA_S3_ENDPOINT", ""),
        region=env.text("MEDIA_S3_REGION", "us-east-1"),
        access_key=env.text("MEDIA_S3_ACCESS_KEY", ""),
        secret_key=env.text("MEDIA_S3_SECRET_KEY", ""),
        prefix=env.text("MEDIA_S3_PREFIX", "").strip("/"),
        public_url=env.text("MEDIA_S3_PUBLIC_URL", "").rstrip("/"),
    )
    return found if found.name else None


def storages(bucket: BucketSettings | None, *, static: str) -> dict[str, Any]:
    """Django's STORAGES."""
    files = bucket.storage() if bucket else {"BACKEND": "django.core.files.storage.FileSystemStorage"}
    return {"default": files, "staticfiles": {"BACKEND": static}}


def origins(media_origin: str, bucket: BucketSettings | None) -> list[str]:
    """The origins besides our own that pages load pictures and videos from."""
    return [origin for origin in (media_origin, bucket.origin if bucket else "") if origin]
