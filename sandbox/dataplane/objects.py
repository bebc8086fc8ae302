"""What an account keeps beside its deployments: responses, files, jobs, batches."""

import json
from typing import Literal

from sandbox.store import Body, Store

Kind = Literal["response", "file", "job", "batch"]


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

    def content(self, account_id: str, kind: Kind, id: str) -> bytes:
        rows = self.store.execute(
            "SELECT content FROM objects WHERE account_lc = ? AND kind = ? AND id = ?",
            (account_id.lower(), kind, id),
        )
        return bytes(rows[0]["content"] or b"") if rows else b""

    def all(self, account_id: str, kind: Kind) -> list[Body]:
        """Those of an account, newest first."""
        rows = self.store.execute(
            "SELECT body FROM objects WHERE account_lc = ? AND kind = ? ORDER BY number DESC",
            (account_id.lower(), kind),
        )
        return [_body(row["body"]) for row in rows]

    def remove(self, account_id: str, kind: Kind, id: str) -> None:
        self.store.execute(
            "DELETE FROM objects WHERE account_lc = ? AND kind = ? AND id = ?",
            (account_id.lower(), kind, id),
        )


def _body(text: str) -> Body:
    body: Body = json.loads(text)
    return body
