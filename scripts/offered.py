"""What the shell may complete: the names that stand in this checkout."""


def stacks() -> list[str]:
    """Every stack with a file here."""
    # Here and below, not above: only a completion has use for it.
    from components import stack_file

    return list(stack_file.stacks(stack_file.ROOT))


def rules() -> list[str]:
    """Every rule of the gate."""
    from policies.registry import RULES

    return list(RULES)
