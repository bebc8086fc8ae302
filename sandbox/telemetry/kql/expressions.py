"""From an expression to SQL, with its type."""

from sandbox.telemetry.kql import tree
from sandbox.telemetry.kql.refusal import Refused
from sandbox.telemetry.kql.scalar_functions import FUNCTIONS
from sandbox.telemetry.kql.sql import NUMBERS, ORDERED, Scope, Sql, as_string, one_of


def scalar(expression: tree.Expression, scope: Scope) -> Sql:
    """The SQL of an expression.

    Raises:
        Refused: an unknown name or function, or types that do not fit.
    """
    if isinstance(expression, tree.Literal):
        return _literal(expression, scope)
    if isinstance(expression, tree.Name):
        return _name(expression, scope)
    if isinstance(expression, tree.Member):
        return _member(expression, scope)
    if isinstance(expression, tree.Minus):
        operand = scalar(expression.operand, scope)
        one_of(operand, (*NUMBERS, "timespan"), "-", scope)
        return Sql(f"(- {operand.text})", operand.type, operand.constant)
    if isinstance(expression, tree.Binary):
        return _binary(expression, scope)
    if isinstance(expression, tree.Among):
        return _among(expression, scope)
    if isinstance(expression, tree.Between):
        return _between(expression, scope)
    if isinstance(expression, tree.Call):
        return _call(expression, scope)
    raise Refused(f"'*' is no value in {scope.operator or 'this query'}")


def condition(expression: tree.Expression, scope: Scope) -> str:
    """The SQL of what must be true or false."""
    made = scalar(expression, scope)
    one_of(made, ("bool",), scope.operator or "a condition", scope)
    return made.text


def _literal(literal: tree.Literal, scope: Scope) -> Sql:
    if literal.value is None:
        return Sql("NULL", literal.type, True)
    return Sql(scope.parameters.add(literal.value), literal.type, True)


def _name(name: tree.Name, scope: Scope) -> Sql:
    found = scope.columns.get(name.name) or scope.values.get(name.name)
    if found is None and name.name in scope.functions:
        return scope.functions[name.name]((), scope)
    if found is None and name.name in scope.gone:
        raise Refused(f"'{name.name}' stands outside of an aggregate, and is not in by")
    if found is None:
        raise Refused(
            f"'{scope.operator}' operator: Failed to resolve column or scalar expression named "
            f"'{name.name}'"
        )
    return found


def _member(member: tree.Member, scope: Scope) -> Sql:
    of = scalar(member.of, scope)
    one_of(of, ("dynamic",), "a path", scope)
    return Sql(f"kql_member({of.text}, {scope.parameters.add(member.key)})", "dynamic")


def _binary(binary: tree.Binary, scope: Scope) -> Sql:
    operator = binary.operator
    if operator in ("and", "or"):
        return Sql(f"({f' {operator} '.join(_chain(binary, scope))})", "bool")
    left, right = scalar(binary.left, scope), scalar(binary.right, scope)
    if operator in ("+", "-", "*", "/", "%"):
        return _arithmetic(operator, left, right, scope)
    if operator in ("=~", "!~", "has", "!has", "contains", "!contains"):
        return _textual(operator, left, right, scope)
    if operator in ("startswith", "!startswith"):
        return _textual(operator, left, right, scope)
    return compared(operator, left, right, scope)


def _chain(binary: tree.Binary, scope: Scope) -> list[str]:
    """All that one and (or one or) joins, side by side: SQLite's parser has little depth."""
    left = binary.left
    if isinstance(left, tree.Binary) and left.operator == binary.operator:
        return [*_chain(left, scope), condition(binary.right, scope)]
    return [condition(left, scope), condition(binary.right, scope)]


def compared(operator: str, left: Sql, right: Sql, scope: Scope) -> Sql:
    """==, != and the like, where both sides are of one sort."""
    left, right = _alike(left, right)
    both = {left.type, right.type}
    if len(both) > 1 and not both <= set(NUMBERS):
        raise Refused(
            f"'{scope.operator}' operator: cannot compare values of types {left.type} and "
            f"{right.type}. Try adding explicit casts"
        )
    if operator in ("==", "!="):
        if left.type == "string":
            return Sql(f"({left.text} {'=' if operator == '==' else '<>'} {right.text})", "bool")
        equal = f"kql_equal({left.text}, {right.text})"
        return Sql(equal if operator == "==" else f"(NOT {equal})", "bool")
    one_of(left, ORDERED, operator, scope)
    return Sql(f"({left.text} {operator} {right.text})", "bool")


def _alike(left: Sql, right: Sql) -> tuple[Sql, Sql]:
    """A dynamic value is compared as what stands on the other side."""
    if left.type == "dynamic" and right.type == "dynamic":
        return as_string(left), as_string(right)
    if left.type == "dynamic":
        return _cast(left, right.type), right
    if right.type == "dynamic":
        return left, _cast(right, left.type)
    return left, right


def _cast(value: Sql, type: tree.Type) -> Sql:
    if type in NUMBERS:
        return Sql(f"kql_number(kql_text({value.text}, 'dynamic'))", "real")
    if type == "bool":
        words = as_string(value).text
        return Sql(f"(CASE {words} WHEN 'true' THEN 1 WHEN 'false' THEN 0 END)", "bool")
    return as_string(value)


def _textual(operator: str, left: Sql, right: Sql, scope: Scope) -> Sql:
    for side in (left, right):
        one_of(side, ("string", "dynamic"), operator, scope)
    one, other = as_string(left).text, as_string(right).text
    name = "=~" if operator == "!~" else operator.removeprefix("!")
    lower, wanted = f"kql_lower({one})", f"kql_lower({other})"
    made = {
        "=~": f"({lower} = {wanted})",
        "has": f"kql_has({one}, {other})",
        "contains": f"(instr({lower}, {wanted}) > 0)",
        "startswith": f"(instr({lower}, {wanted}) = 1)",
    }[name]
    return Sql(f"(NOT {made})" if operator.startswith("!") else made, "bool")


def _among(among: tree.Among, scope: Scope) -> Sql:
    operand = scalar(among.operand, scope)
    equals = "=~" if among.operator.endswith("~") else "=="
    tests = []
    for each in among.values:
        value = scalar(each, scope)
        if equals == "=~":
            tests.append(_textual("=~", operand, value, scope).text)
        else:
            tests.append(compared("==", operand, value, scope).text)
    found = f"({' OR '.join(tests)})"
    return Sql(f"(NOT {found})" if among.operator.startswith("!") else found, "bool")


def _between(between: tree.Between, scope: Scope) -> Sql:
    operand = scalar(between.operand, scope)
    low, high = scalar(between.low, scope), scalar(between.high, scope)
    if low.type == "datetime" and high.type == "timespan":
        high = _arithmetic("+", low, high, scope)
    tests = (
        compared(">=", operand, low, scope).text,
        compared("<=", operand, high, scope).text,
    )
    inside = f"({' AND '.join(tests)})"
    return Sql(f"(NOT {inside})" if between.negated else inside, "bool")


def _arithmetic(operator: str, left: Sql, right: Sql, scope: Scope) -> Sql:
    one, other = left.type, right.type
    constant = left.constant and right.constant
    plain = f"({left.text} {operator} {right.text})"
    if one in NUMBERS and other in NUMBERS:
        type: tree.Type = "real" if "real" in (one, other) else "long"
        if operator == "/":
            division = "kql_divide" if type == "real" else "kql_quotient"
            return Sql(f"{division}({left.text}, {right.text})", type, constant)
        if operator == "%":
            return Sql(f"kql_modulo({left.text}, {right.text})", type, constant)
        return Sql(plain, type, constant)
    if operator == "/" and (one, other) == ("timespan", "timespan"):
        return Sql(f"kql_divide({left.text}, {right.text})", "real", constant)
    if operator == "-" and (one, other) == ("datetime", "datetime"):
        return Sql(plain, "timespan", constant)
    if operator in ("+", "-") and other == "timespan" and one in ("datetime", "timespan"):
        return Sql(plain, left.type, constant)
    if operator == "+" and (one, other) == ("timespan", "datetime"):
        return Sql(plain, "datetime", constant)
    scaled = (operator in ("*", "/") and one == "timespan" and other in NUMBERS) or (
        operator == "*" and one in NUMBERS and other == "timespan"
    )
    if scaled:
        made = plain if operator == "*" else f"kql_divide({left.text}, {right.text})"
        return Sql(f"kql_whole({made})", "timespan", constant)
    raise Refused(
        f"'{scope.operator}' operator: '{operator}' is not defined between {one} and {other}; "
        "use todouble() or tolong()"
    )


def _call(call: tree.Call, scope: Scope) -> Sql:
    if scope.aggregate:
        aggregated = scope.aggregate(call, scope)
        if aggregated:
            return aggregated
    if call.function in scope.functions:
        return scope.functions[call.function](
            [scalar(each, scope) for each in call.arguments], scope
        )
    made = FUNCTIONS.get(call.function)
    if made is None:
        known = sorted({*FUNCTIONS, *scope.functions})
        raise Refused(
            f"function '{call.function}' is not in the subset here; it has {', '.join(known)}"
        )
    fewest, most, build = made
    if not fewest <= len(call.arguments) <= most:
        wanted = str(fewest) if fewest == most else f"{fewest} to {most}"
        raise Refused(
            f"function '{call.function}' expects {wanted} argument(s), not {len(call.arguments)}"
        )
    return build([scalar(each, scope) for each in call.arguments], scope, call.function)
