"""The installation's key for records, and signing with it.

Postroom makes a key and a certificate of its own when the first record is asked for: whoever has the certificate
(`manage.py signing_key certificate`) can tell that a record came from here and was not changed since. An operator whose
auditors ask for more brings a certificate of an authority. The key lies sealed in the database, like every secret.
"""

from __future__ import annotations

import io
from datetime import datetime, timedelta
from typing import Any, Final
from urllib.parse import urlsplit

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import pkcs12
from cryptography.x509.oid import NameOID
from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import QuerySet

from apps.approvals.errors import SigningKeyUnusable
from apps.approvals.models import SigningKey
from apps.core import clock, tenancy
from apps.core.encryption import CannotOpen
from apps.core.secrets import Secret

WHY: Final = "the key that signs records is the installation's"
OWN_YEARS: Final = 10
# A key of our own is followed by another one so long before its certificate ends.
RENEWED_BEFORE: Final = timedelta(days=90)
FIELD: Final = "Postroom"


class NotASigningKey(ValueError):
    """The file cannot sign; the message says why."""


def key_in_force() -> SigningKey:
    """What signs now. The first time, and before a certificate of our own ends, one is made."""
    now = clock.now()
    with tenancy.across_tenants(WHY):
        found: SigningKey | None = SigningKey.objects.filter(is_in_force=True).first()
        if found is not None and not (found.is_own and found.valid_until - RENEWED_BEFORE <= now):
            return found
        ending = SigningKey.objects.filter(pk=found.pk) if found else SigningKey.objects.none()
        return _put_in_force(_made(now), instead_of=ending)


def rotate() -> SigningKey:
    """Another key of our own."""
    with tenancy.across_tenants(WHY):
        return _put_in_force(_made(clock.now()), instead_of=SigningKey.objects.all())


def adopt(pkcs12_file: bytes, passphrase: Secret) -> SigningKey:
    """Sign with the operator's own key and certificate from now on; raises NotASigningKey."""
    try:
        key, certificate, others = pkcs12.load_key_and_certificates(pkcs12_file, passphrase.reveal().encode() or None)
    except ValueError as error:
        raise NotASigningKey("This is no PKCS #12 file, or its passphrase is another one.") from error
    if not isinstance(key, rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey) or certificate is None:
        raise NotASigningKey("The file needs an RSA or elliptic-curve key and its certificate.")
    if certificate.not_valid_after_utc <= clock.now():
        raise NotASigningKey(f"The certificate has ended on {certificate.not_valid_after_utc:%-d %B %Y}.")
    row = _row(key, certificate, is_own=False)
    row.chain = "".join(_pem(one) for one in others)
    with tenancy.across_tenants(WHY):
        return _put_in_force(row, instead_of=SigningKey.objects.all())


def signed(pdf: bytes, *, key: SigningKey, reason: str, at: datetime) -> bytes:
    """The document with a signature (PAdES) over all of it, which allows no later change. Raises SigningKeyUnusable."""
    from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
    from pyhanko.sign import PdfSignatureMetadata, PdfSigner
    from pyhanko.sign.fields import MDPPerm, SigSeedSubFilter

    require_usable(key, at=at)
    said = PdfSignatureMetadata(
        field_name=FIELD, reason=reason, name=key.subject, location=settings.PUBLIC_URL, md_algorithm="sha256",
        subfilter=SigSeedSubFilter.PADES, certify=True, docmdp_permissions=MDPPerm.NO_CHANGES,
    )  # fmt: skip
    out = io.BytesIO()
    PdfSigner(said, signer=_signer(key)).sign_pdf(IncrementalPdfFileWriter(io.BytesIO(pdf)), output=out)
    return out.getvalue()


def require_usable(key: SigningKey, *, at: datetime) -> None:
    """Raise SigningKeyUnusable, with what is wrong as its cause, unless the key can sign at this instant.

    A key that cannot be opened is never replaced without a person: it tells that the keyring lacks something, and those
    who check signatures are to hear of another certificate beforehand."""
    if words := what_is_wrong_with(key, at=at):
        raise SigningKeyUnusable from NotASigningKey(words)


def what_is_wrong_with(key: SigningKey, *, at: datetime) -> str:
    """For the operator: why the key cannot sign at this instant; "" where it can."""
    if key.valid_until <= at:
        return f"its certificate has ended on {key.valid_until:%-d %B %Y}"
    try:
        _signer(key)
    except CannotOpen as error:
        return f"it cannot be opened ({error}): put the missing key back into the keyring, or make another one"
    except ValueError as error:
        return f"it cannot be read ({error}): make another one"
    return ""


def _signer(key: SigningKey) -> Any:
    from asn1crypto import pem
    from asn1crypto import x509 as asn1_x509
    from asn1crypto.keys import PrivateKeyInfo
    from pyhanko.sign import SimpleSigner
    from pyhanko_certvalidator.registry import SimpleCertificateStore

    secret = key.private_key.reveal().encode()
    certificates = [
        asn1_x509.Certificate.load(der)
        for _, _, der in pem.unarmor(f"{key.certificate}{key.chain}".encode(), multiple=True)
    ]
    return SimpleSigner(
        signing_cert=certificates[0],
        signing_key=PrivateKeyInfo.load(pem.unarmor(secret)[2]),
        cert_registry=SimpleCertificateStore.from_certs(certificates),
    )


def _put_in_force(row: SigningKey, *, instead_of: QuerySet[SigningKey]) -> SigningKey:
    """Retire those before; of two who replace the same one at once, one finds the other's key."""
    try:
        with transaction.atomic():
            instead_of.filter(is_in_force=True).update(is_in_force=False, retired_at=clock.now())
            row.save(force_insert=True)
    except IntegrityError:
        return SigningKey.objects.get(is_in_force=True)
    return row


def _made(now: datetime) -> SigningKey:
    key = rsa.generate_private_key(public_exponent=65537, key_size=3072)
    host = urlsplit(settings.PUBLIC_URL).hostname or "postroom"
    name = x509.Name([
        x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Postroom"),
        x509.NameAttribute(NameOID.COMMON_NAME, f"Records of {host}"[:64]),
    ])  # fmt: skip
    usage = x509.KeyUsage(
        digital_signature=True, content_commitment=True, key_encipherment=False, data_encipherment=False,
        key_agreement=False, key_cert_sign=False, crl_sign=False, encipher_only=False, decipher_only=False,
    )  # fmt: skip
    built = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(minutes=5))
        .not_valid_after(now + timedelta(days=365 * OWN_YEARS))
        .add_extension(usage, critical=True)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    )
    return _row(key, built.sign(key, hashes.SHA256()), is_own=True)


def _row(key: Any, certificate: x509.Certificate, *, is_own: bool) -> SigningKey:
    plain = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ).decode()
    return SigningKey(
        certificate=_pem(certificate), private_key=Secret(plain), is_own=is_own,
        fingerprint=certificate.fingerprint(hashes.SHA256()).hex(), subject=certificate.subject.rfc4514_string()[:300],
        valid_until=certificate.not_valid_after_utc,
    )  # fmt: skip


def _pem(certificate: x509.Certificate) -> str:
    return certificate.public_bytes(serialization.Encoding.PEM).decode()
