"""mv-expand: a row for each element of an array."""

from sandbox.telemetry.kql import tree
from sandbox.telemetry.kql.expressions import scalar
from sandbox.telemetry.kql.sql import ORDER, Scope, Sql, one_of
from sandbox.telemetry.kql.steps import Column, Rows, Steps, distinct_names
from sandbox.telemetry.kql.summarize import name_of


def expanded(steps: Steps, operator: tree.MvExpand, rows: Rows, scope: Scope) -> Rows:
    """Several columns are taken apart side by side; what one has too few of is null."""
    made = dict(rows.values)
    arrays = []
    for at, each in enumerate(operator.columns, 1):
        array = scalar(each.column.expression, scope)
        one_of(array, ("dynamic",), "what it takes apart", scope)
        arrays.append(array.text)
        element = f"json_extract(e.value, '$[{at - 1}]')"
        cast = element if each.type == "dynamic" else f"kql_cast({element}, '{each.type}')"
        made[each.column.name or name_of(each.column.expression, at)] = Sql(cast, each.type)
    if operator.index:
        made[operator.index] = Sql("e.key", "long")
    columns = tuple(Column(name, value.type) for name, value in made.items())
    distinct_names(columns)
    limit = "NULL" if operator.limit is None else str(operator.limit)
    pairs = "1" if operator.pairs else "0"
    elements = f"json_each(kql_elements({pairs}, {limit}, {', '.join(arrays)})) AS e"
    values = ", ".join(value.text for value in made.values())
    if not rows.ordered:
        return steps.next(columns, f"SELECT {values} FROM {rows.name}, {elements}", ordered=False)
    by = f"ROW_NUMBER() OVER (ORDER BY {ORDER}, e.key)"
    return steps.next(columns, f"SELECT {values}, {by} FROM {rows.name}, {elements}", ordered=True)
