"""What the stack's workbook shows: the questions of an on-call engineer, in order."""

from typing import Any

from components.queries import ERRORS, FILTERED, GROUNDEDNESS, LATENCY
from components.sections import ObjectiveSettings


def contents(objectives: ObjectiveSettings) -> dict[str, Any]:
    """The workbook's JSON, schema Notebook/1.0."""
    questions = [
        (f"Errors, % of calls (objective {objectives.error_rate:.0%})", ERRORS, "errPct"),
        (f"p95 latency in ms (objective {objectives.p95_latency_ms:g})", LATENCY, "p95"),
        ("Calls stopped by a content filter, %", FILTERED, "filteredPct"),
        (
            f"Groundedness, 1 to 5 (objective over {objectives.groundedness:g})",
            GROUNDEDNESS,
            "verdict",
        ),
    ]
    return {
        "version": "Notebook/1.0",
        "items": [
            {
                "type": 1,
                "name": "about",
                "content": {
                    "json": "Per deployment, from the callers' own spans. A deployment with too "
                    "few calls to judge is not listed."
                },
            },
            *(
                {
                    "type": 3,
                    "name": column,
                    "content": {
                        "version": "KqlItem/1.0",
                        "title": title,
                        "query": query,
                        "queryType": 0,
                        "resourceType": "microsoft.insights/components",
                        "timeContext": {"durationMs": 86_400_000},
                        "visualization": "table",
                        "size": 1,
                    },
                }
                for title, query, column in questions
            ),
        ],
        "fallbackResourceIds": [],
    }
