"""What an account keeps beside its deployments: responses, files, jobs, batches."""

import json
from typing import Final, Literal

from sandbox.store import Body, Store

Kind = Literal["response", "conversation", "file", "part", "upload", "job", "batch"]
PART: Final = "part"
"""What is written to a file bit by bit: a row each, so that none is written twice."""


class Objects:
    """Rows of one table; an account's are its own."""

    def __init__(self, store: Store) -> None:
        self.store = store

    def add(self, account_id: str, kind: Kind, body: Body, content: bytes | None = None) -> None:
        """Keep what has its id in its body."""
        self.store.execute(
            "INSERT INTO objects (account_lc, kind, id, body, content) VALUES (?, ?, ?, ?, ?)",
            (account_id.lower(), kind, body["id"], json.dumps(body), content),
        )

    def change(self, account_id: str, kind: Kind, body: Body) -> None:
        self.store.execute(
            "UPDATE objects SET body = ? WHERE account_lc = ? AND kind = ? AND id = ?",
            (json.dumps(body), account_id.lower(), kind, body["id"]),
        )

    def get(self, account_id: str, kind: Kind, id: str) -> Body | None:
        rows = self.store.execute(
            "SELECT body FROM objects WHERE account_lc = ? AND kind = ? AND id = ?",
            (account_id.lower(), kind, id),
        )
        return _body(rows[0]["body"]) if rows else None

    def append(self, account_id: str, id: str, at: int, content: bytes) -> None:
        """Write the next part of a file; `at` grows from part to part."""
        self.store.execute(
            "INSERT INTO objects (account_lc, kind, id, body, content) VALUES (?, ?, ?, '{}', ?)",
            (account_id.lower(), PART, f"{id}/{at:012}", content),
        )

    def part(self, account_id: str, id: str, at: int) -> bytes:
        return self.content(account_id, PART, f"{id}/{at:012}")

    def content(self, account_id: str, kind: Kind, id: str) -> bytes:
        """All of a file, its parts in their order."""
        rows = self.store.execute(
            "SELECT content FROM objects WHERE account_lc = ? AND kind = ? AND id = ? "
            "UNION ALL SELECT content FROM (SELECT content FROM objects "
            "WHERE account_lc = ? AND kind = ? AND id > ? AND id < ? ORDER BY id)",
            (account_id.lower(), kind, id, account_id.lower(), PART, *_beneath(id)),
        )
        return b"".join(row["content"] or b"" for row in rows)

    def size(self, account_id: str, kind: Kind, id: str) -> int:
        """Bytes, without reading them."""
        rows = self.store.execute(
            "SELECT sum(length(content)) FROM objects WHERE account_lc = ? "
            "AND (kind = ? AND id = ? OR kind = ? AND id > ? AND id < ?)",
            (account_id.lower(), kind, id, PART, *_beneath(id)),
        )
        return int(rows[0][0] or 0)

    def all(self, account_id: str, kind: Kind) -> list[Body]:
        """Those of an account, newest first."""
        rows = self.store.execute(
            "SELECT body FROM objects WHERE account_lc = ? AND kind = ? ORDER BY number DESC",
            (account_id.lower(), kind),
        )
        return [_body(row["body"]) for row in rows]

    def mentioning(self, account_id: str, kind: Kind, text: str) -> Body | None:
        """The newest that has a text anywhere in it."""
        rows = self.store.execute(
            "SELECT body FROM objects WHERE account_lc = ? AND kind = ? AND instr(body, ?) > 0 "
            "ORDER BY number DESC LIMIT 1",
            (account_id.lower(), kind, text),
        )
        return _body(rows[0]["body"]) if rows else None

    def remove(self, account_id: str, kind: Kind, id: str) -> None:
        self.store.execute(
            "DELETE FROM objects WHERE account_lc = ? "
            "AND (kind = ? AND id = ? OR kind = ? AND id > ? AND id < ?)",
            (account_id.lower(), kind, id, PART, *_beneath(id)),
        )

    def everywhere(self, kind: Kind) -> list[tuple[str, Body]]:
        """Those of all accounts, each with its account's id in lower case; the oldest first."""
        rows = self.store.execute(
            "SELECT account_lc, body FROM objects WHERE kind = ? ORDER BY number", (kind,)
        )
        return [(row["account_lc"], _body(row["body"])) for row in rows]


def _beneath(id: str) -> tuple[str, str]:
    """Parts of a file, as a range: "/" is followed by "0"."""
    return f"{id}/", f"{id}0"


def _body(text: str) -> Body:
    body: Body = json.loads(text)
    return body
