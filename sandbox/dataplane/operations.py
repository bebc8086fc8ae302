"""What may be asked of an account, as Azure names it in texts, logs and roles."""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, kw_only=True)
class Operation:
    """One thing that may be asked of a model."""

    name: str
    """As Azure's texts and logs have it."""
    capability: str
    data_action: str
    path: str


OPENAI: Final = "Microsoft.CognitiveServices/accounts/OpenAI"
_ACTION: Final = OPENAI + "/deployments/{}/action"
_PATH: Final = "POST /openai/deployments/{{deployment-id}}/{}"

CHAT: Final = Operation(
    name="ChatCompletions_Create",
    capability="chatCompletion",
    data_action=_ACTION.format("chat/completions"),
    path=_PATH.format("chat/completions"),
)
COMPLETIONS: Final = Operation(
    name="Completions_Create",
    capability="completion",
    data_action=_ACTION.format("completions"),
    path=_PATH.format("completions"),
)
EMBEDDINGS: Final = Operation(
    name="Embeddings_Create",
    capability="embeddings",
    data_action=_ACTION.format("embeddings"),
    path=_PATH.format("embeddings"),
)
RESPONSES: Final = Operation(
    name="Responses_Create",
    capability="responses",
    data_action=f"{OPENAI}/responses/write",
    path="POST /openai/responses",
)


@dataclass(frozen=True, kw_only=True)
class Errand:
    """One thing that may be asked of an account without a model answering."""

    data_action: str
    path: str


def errand(method: str, collection: str, action: str, path: str = "") -> Errand:
    """E.g. reading a file. The action of batches is unverified."""
    return Errand(
        data_action=f"{OPENAI}/{collection}/{action}", path=f"{method} /openai/{path or collection}"
    )


def conversations(method: str, action: str) -> Errand:
    """Whoever may make responses may make conversations (unverified)."""
    return errand(method, "responses", action, "conversations")


MODELS_READ: Final = errand("GET", "models", "read")
RESPONSES_READ: Final = errand("GET", "responses", "read")
RESPONSES_WRITE: Final = errand("POST", "responses", "write")
RESPONSES_DELETE: Final = errand("DELETE", "responses", "delete")
FILES_READ: Final = errand("GET", "files", "read")
FILES_WRITE: Final = errand("POST", "files", "write")
FILES_DELETE: Final = errand("DELETE", "files", "delete")
JOBS_READ: Final = errand("GET", "fine-tunes", "read", "fine_tuning/jobs")
JOBS_WRITE: Final = errand("POST", "fine-tunes", "write", "fine_tuning/jobs")
JOBS_DELETE: Final = errand("DELETE", "fine-tunes", "delete", "fine_tuning/jobs")
BATCHES_READ: Final = errand("GET", "batch-jobs", "read", "batches")
BATCHES_WRITE: Final = errand("POST", "batch-jobs", "write", "batches")
