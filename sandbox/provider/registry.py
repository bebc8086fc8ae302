"""Every resource type that the stand-in knows, derived once and kept on disk."""

from __future__ import annotations

import hashlib
import inspect
import os
import tempfile
import threading
from contextlib import suppress
from importlib.metadata import version
from pathlib import Path

from pydantic import ValidationError

from sandbox.provider import metadata, models, paths
from sandbox.provider.metadata import Declared
from sandbox.provider.paths import PLACES

_MODEL_PACKAGES = (
    "azure-mgmt-appconfiguration",
    "azure-mgmt-applicationinsights",
    "azure-mgmt-authorization",
    "azure-mgmt-consumption",
    "azure-mgmt-loganalytics",
    "azure-mgmt-monitor",
    "azure-mgmt-network",
    "azure-mgmt-privatedns",
)


def default_folder() -> Path:
    """Where what was derived is kept: one folder a user, for each set of versions another."""
    home = os.environ.get("XDG_CACHE_HOME", "")
    # The XDG specification: a relative path there counts as not set.
    base = Path(home) if home.startswith("/") else Path.home() / ".cache"
    return base / "plumb" / "azure-native" / _version()


def _version() -> str:
    """The SDK's version, and a digest of all else that what is derived depends on."""
    digest = hashlib.sha256()
    for module in (metadata, models, paths):
        digest.update(inspect.getsource(module).encode())
    for package in _MODEL_PACKAGES:
        digest.update(version(package).encode())
    return f"{metadata.sdk_version()}-{digest.hexdigest()[:12]}"


class Registry:
    """What azure-native declares, with ARM's names."""

    def __init__(self, folder: Path | None = None) -> None:
        self._folder = folder or default_folder()
        self._known: dict[str, Declared] = {}
        self._lock = threading.Lock()

    def declared(self, token: str) -> Declared | None:
        """The type with this token; nothing for one that the stand-in does not know."""
        kind = paths.kind_of(token)
        if kind not in PLACES:
            return None
        with self._lock:
            if kind not in self._known:
                self._known[kind] = self._kept(kind) or self._derived(kind)
            return self._known[kind]

    def warm(self) -> None:
        """Derives all types, so that no one waits for it later."""
        for kind in PLACES:
            self.declared(kind)

    def _file(self, kind: str) -> Path:
        return self._folder / f"{kind.replace(':', '.')}.json"

    def _kept(self, kind: str) -> Declared | None:
        try:
            return Declared.model_validate_json(self._file(kind).read_bytes())
        except (OSError, ValidationError):
            return None

    def _derived(self, kind: str) -> Declared:
        found = metadata.declared(kind)
        if found is None:
            raise LookupError(f"{metadata.PACKAGE} {metadata.sdk_version()} has no {kind}")
        made = models.spelled(found, PLACES[kind])
        with suppress(OSError):  # without the file the next start derives it again
            self._keep(kind, made)
        return made

    def _keep(self, kind: str, declared: Declared) -> None:
        self._folder.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=self._folder)
        try:
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                file.write(declared.model_dump_json(exclude_defaults=True))
            os.replace(name, self._file(kind))
        except OSError:
            Path(name).unlink(missing_ok=True)
            raise
