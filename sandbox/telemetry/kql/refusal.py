"""Why a query is not answered."""


class Refused(Exception):
    """A query outside the subset, or a wrong one; the message names what is the matter."""

    code = "SemanticError"


class NotUnderstood(Refused):
    """It does not read as a query of the subset."""

    code = "SyntaxError"
