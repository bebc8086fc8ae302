"""An account's two keys, where the data plane looks them up too."""

import secrets

from sandbox.around import Around


def keys(around: Around, account_id: str) -> dict[str, str]:
    """Both keys, made when they are first asked for."""
    return _named(_kept(around, account_id))


def regenerate(around: Around, account_id: str, name: str) -> dict[str, str]:
    """Both keys, one of them new."""
    kept = _kept(around, account_id)
    kept[int(name == "key2")] = _fresh()
    around.settings.set(setting(account_id), kept)
    return _named(kept)


def setting(account_id: str) -> str:
    """Where the two keys stand, as a list."""
    return f"keys:{account_id.lower()}"


def _kept(around: Around, account_id: str) -> list[str]:
    kept: list[str] = around.settings.get(setting(account_id), [])
    if not kept:
        kept = [_fresh(), _fresh()]
        around.settings.set(setting(account_id), kept)
    return kept


def _named(kept: list[str]) -> dict[str, str]:
    return {"key1": kept[0], "key2": kept[1]}


def _fresh() -> str:
    return secrets.token_urlsafe(48)
