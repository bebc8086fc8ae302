"""Why a query is not answered."""

from typing import Any


class Refused(Exception):
    """A query outside the subset, or a wrong one; the message names what is the matter."""

    code = "SemanticError"
    summary = "A semantic error occurred."
    detail = "SEM0100"

    def body(self) -> dict[str, Any]:
        """As Log Analytics answers it. Its codes are finer than these."""
        said = {"code": self.detail, "message": str(self)}
        return {
            "error": {
                "message": "The request had some invalid properties",
                "code": "BadArgumentError",
                "innererror": {"code": self.code, "message": self.summary, "innererror": said},
            }
        }


class NotUnderstood(Refused):
    """It does not read as a query of the subset."""

    code = "SyntaxError"
    summary = "A recognition error occurred in the query."
    detail = "SYN0002"
