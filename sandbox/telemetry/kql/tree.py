"""What a query is made of, once it has been read."""

from dataclasses import dataclass
from typing import Literal as OneOf
from typing import TypeAlias

Type = OneOf["string", "int", "long", "real", "bool", "datetime", "timespan", "dynamic"]
"""Kusto's scalar types. A moment is microseconds since 1970, a timespan microseconds."""


@dataclass(frozen=True)
class Literal:
    value: str | int | float | None
    """A dynamic one is its JSON."""
    type: Type


@dataclass(frozen=True)
class Name:
    name: str


@dataclass(frozen=True)
class Member:
    """of.key, of["key"] or of[0]."""

    of: "Expression"
    key: str | int


@dataclass(frozen=True)
class Minus:
    operand: "Expression"


@dataclass(frozen=True)
class Binary:
    operator: str
    left: "Expression"
    right: "Expression"


@dataclass(frozen=True)
class Among:
    """in and in~, and what negates them."""

    operator: str
    operand: "Expression"
    values: tuple["Expression", ...]


@dataclass(frozen=True)
class Between:
    negated: bool
    operand: "Expression"
    low: "Expression"
    high: "Expression"


@dataclass(frozen=True)
class Call:
    function: str
    arguments: tuple["Expression", ...]


@dataclass(frozen=True)
class Star:
    """All columns."""


Expression = Literal | Name | Member | Minus | Binary | Among | Between | Call | Star


@dataclass(frozen=True)
class Named:
    """A column to be, with the name it was given, if it was."""

    name: str | None
    expression: Expression


@dataclass(frozen=True)
class SortKey:
    expression: Expression
    descending: bool
    nulls: OneOf["first", "last"]


@dataclass(frozen=True)
class Where:
    condition: Expression


@dataclass(frozen=True)
class Extend:
    columns: tuple[Named, ...]


@dataclass(frozen=True)
class Project:
    columns: tuple[Named, ...]


@dataclass(frozen=True)
class Choose:
    """project-away and project-keep."""

    columns: tuple[str, ...]
    kept: bool


@dataclass(frozen=True)
class Rename:
    columns: tuple[tuple[str, str], ...]
    """New and old."""


@dataclass(frozen=True)
class Summarize:
    aggregates: tuple[Named, ...]
    by: tuple[Named, ...]


@dataclass(frozen=True)
class Sort:
    keys: tuple[SortKey, ...]


@dataclass(frozen=True)
class Take:
    number: int


@dataclass(frozen=True)
class Count:
    pass


@dataclass(frozen=True)
class Distinct:
    columns: tuple[Named, ...]
    """None at all stands for every column."""


@dataclass(frozen=True)
class Lookup:
    kind: OneOf["leftouter", "inner"]
    table: "Pipeline"
    on: tuple[str, ...]


JoinKind = OneOf[
    "innerunique", "inner", "leftouter", "rightouter", "fullouter", "leftsemi", "leftanti"
]


@dataclass(frozen=True)
class Join:
    kind: JoinKind
    table: "Pipeline"
    on: tuple[tuple[str, str], ...]
    """Columns of the left, and of the right."""


@dataclass(frozen=True)
class Union:
    tables: tuple["Pipeline", ...]
    """Beside the rows that it is an operator on."""
    inner: bool = False
    """Only the columns that all have."""
    source: str | None = None
    """The column that names where a row came from."""
    fuzzy: bool = False
    """Tables that there are not are left out."""


@dataclass(frozen=True)
class Expanded:
    """One column that mv-expand takes apart, as what."""

    column: Named
    type: Type


@dataclass(frozen=True)
class MvExpand:
    columns: tuple[Expanded, ...]
    limit: int | None
    index: str | None
    pairs: bool
    """A bag's members as [key, value] instead of {key: value}."""


Operator = (
    Where
    | Extend
    | Project
    | Choose
    | Rename
    | Summarize
    | Sort
    | Take
    | Count
    | Distinct
    | Lookup
    | Join
    | Union
    | MvExpand
)


@dataclass(frozen=True)
class TableName:
    name: str


@dataclass(frozen=True)
class Invoked:
    """A function that yields rows."""

    function: str
    arguments: tuple[Expression, ...]


@dataclass(frozen=True)
class Print:
    columns: tuple[Named, ...]


@dataclass(frozen=True)
class DataTable:
    columns: tuple[tuple[str, Type], ...]
    rows: tuple[tuple[Literal, ...], ...]


Source: TypeAlias = "TableName | DataTable | Invoked | Print | Union | Pipeline"
"""What rows begin with."""


@dataclass(frozen=True)
class Pipeline:
    source: Source
    operators: tuple[Operator, ...] = ()


@dataclass(frozen=True)
class Parameter:
    name: str
    type: Type
    default: Literal | None


@dataclass(frozen=True)
class Function:
    parameters: tuple[Parameter, ...]
    lets: "Lets"
    body: "Pipeline | Expression"


Lets = tuple[tuple[str, "Pipeline | Expression | Function"], ...]
"""In order; each may use those before it."""


@dataclass(frozen=True)
class Query:
    lets: Lets
    main: Pipeline
