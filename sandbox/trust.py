"""The sandbox's own certificate authority. It never enters the system's store."""

import os
import ssl
from datetime import UTC, datetime, timedelta
from pathlib import Path

import certifi
import trustme

LEAF_LIFETIME = timedelta(days=7)
HOSTS = ("127.0.0.1", "localhost")


class WrongAuthority(Exception):
    """The CA's files cannot be used; the text says what to do."""


class Trust:
    """A CA kept as long as the folder, and a leaf made anew at each start."""

    def __init__(self, folder: Path) -> None:
        self.ca_file = folder / "ca.pem"
        self.bundle_file = folder / "ca-bundle.pem"
        self._leaf_file = folder / "leaf.pem"
        key_file = folder / "ca-key.pem"
        if self.ca_file.exists() and key_file.exists():
            try:
                self._ca = trustme.CA.from_pem(self.ca_file.read_bytes(), key_file.read_bytes())
            except (ValueError, TypeError):
                raise WrongAuthority(
                    f"{self.ca_file} or {key_file.name} is not as it was written. Fix: delete "
                    "both; new ones are made."
                ) from None
        else:
            self._ca = trustme.CA(organization_name="Plumbline sandbox")
            write_private(key_file, self._ca.private_key_pem.bytes())
            write_private(self.ca_file, self._ca.cert_pem.bytes())
        bundle = Path(certifi.where()).read_bytes() + b"\n" + self.ca_file.read_bytes()
        write_private(self.bundle_file, bundle)

    def context(self) -> ssl.SSLContext:
        """What the HTTPS listener shows."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        self.renew(context)
        return context

    def renew(self, context: ssl.SSLContext) -> None:
        """A new leaf for connections to come."""
        leaf = self._ca.issue_cert(*HOSTS, not_after=datetime.now(UTC) + LEAF_LIFETIME)
        write_private(self._leaf_file, leaf.private_key_and_cert_chain_pem.bytes())
        context.load_cert_chain(self._leaf_file)


def write_private(path: Path, content: bytes) -> None:
    """Write a file for this user only, whole or not at all."""
    half = path.with_name(path.name + ".tmp")
    descriptor = os.open(half, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
    half.replace(path)
