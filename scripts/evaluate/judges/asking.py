"""Asking a judge through the client: again where that helps, while its time for a row lasts."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

from scripts.client.outcome import Outcome, of_error
from scripts.evaluate.asking import OutOfTime, router
from scripts.evaluate.judges.reading import Said
from scripts.evaluate.row import Usage
from scripts.evaluate.timing import Timing

if TYPE_CHECKING:
    import httpx2

    from scripts.client.reply import Reply
    from scripts.client.target import Target

PROBLEM: Final = 300
"""Characters of what went wrong."""


DISCOURAGED: Final = 10
"""So many questions in a row without an answer, each with all its patience: it is gone."""

HURRIED_S: Final = 15.0
"""What each further question gets, until one is answered: enough for a judge that thinks."""


@dataclass
class Through:
    """Asks one deployment; several threads do at once."""

    target: "Target"
    time: Timing
    in_vain: int = 0
    """Questions in a row that had no answer."""

    def __call__(
        self, messages: list[dict[str, str]], options: Mapping[str, Any], left_s: float
    ) -> Said:
        patience_s = HURRIED_S if self.in_vain >= DISCOURAGED else left_s
        found = self._asked(messages, options, min(left_s, patience_s))
        gone = found.outcome not in ("ok", "filtered")
        self.in_vain = self.in_vain + 1 if gone else 0
        return found

    def _asked(
        self, messages: list[dict[str, str]], options: Mapping[str, Any], left_s: float
    ) -> Said:
        # Here, not above: the SDK takes a second to import.
        import openai
        from azure.core.exceptions import ClientAuthenticationError

        from scripts.client.reply import Cut

        now = self.time.clock()
        row = replace(self.time, until=min(self.time.until, now + left_s))
        try:
            return said(router(self.target, row, self._http).ask(messages, **options))
        except openai.APIError as error:
            return _none(of_error(error), str(error))
        except Cut as error:
            return _none("cut", str(error))
        except ClientAuthenticationError as error:
            return _none("request", f"no token: {error.message}")
        except OutOfTime:
            return _none("timeout", "the run ended while it waited to ask again")

    @cached_property
    def _http(self) -> "httpx2.Client":
        """One pool of connections, however many rows there are."""
        import openai

        return openai.DefaultHttpxClient()


def said(reply: "Reply") -> Said:
    """What an answer says, and how it ended."""
    message = reply.completion.choices[0].message if reply.completion else None
    used = reply.usage
    return Said(
        outcome=reply.outcome,
        text=reply.text,
        finish=reply.finish_reason or "",
        refusal=(message and message.refusal) or "",
        model=reply.model,
        usage=Usage(
            prompt=used.prompt, cached=used.cached, answer=used.answer, reasoning=used.reasoning
        )
        if used
        else Usage(),
    )


def _none(outcome: Outcome, problem: str) -> Said:
    return Said(outcome=outcome, problem=" ".join(problem.split())[:PROBLEM])
