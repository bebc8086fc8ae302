"""Asking the deployment that is evaluated: once a question, patiently, as its callers would."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Protocol

from scripts.client.outcome import Outcome, of_error
from scripts.client.retry import Patience
from scripts.evaluate.checks import checked
from scripts.evaluate.dataset import Item
from scripts.evaluate.prompt import Prompt
from scripts.evaluate.row import Answer, Usage
from scripts.evaluate.timing import Timing
from scripts.style import Style

if TYPE_CHECKING:
    import httpx2

    from scripts.client.reply import Reply
    from scripts.client.router import Router
    from scripts.client.target import Target

RETRIES: Final = 8
"""An evaluation can wait where a caller could not; what never answers is missing."""

READ_S: Final = 60.0

CHARACTERS_A_TOKEN: Final = 3
"""Fewer than in most languages: who overestimates a prompt is throttled less."""


class Ask(Protocol):
    """Asks a model, again where that may help."""

    def ask(self, question: Any, **options: Any) -> "Reply": ...


@dataclass(frozen=True, kw_only=True)
class Asking:
    """How one deployment is asked. Several threads do at once."""

    client: Ask
    prompt: Prompt
    style: Style | None
    most_tokens: int

    def ask(self, item: Item) -> Answer:
        """Whatever comes of a question: of an error it says that there is no answer, and why.

        Raises:
            WrongPrompt: the template wants something that a question has not.
        """
        # Here, not above: the SDK takes a second to import, and whoever recomputes needs none.
        import openai
        from azure.core.exceptions import ClientAuthenticationError

        from scripts.client.reply import Cut

        messages = self.prompt.messages(item)
        try:
            reply = self.client.ask(messages, **self._options(item))
        except openai.APIError as error:
            return _none(item, of_error(error), str(error))
        except Cut as error:
            return _none(item, "cut", str(error))
        except ClientAuthenticationError as error:
            return _none(item, "request", f"no token: {error.message}")
        except OutOfTime:
            return _none(item, "timeout", "the run ended while it waited to ask again")
        return self._read(item, reply)

    def cost(self, item: Item) -> int:
        """Tokens that the question takes at most: admission counts them all."""
        said = sum(len(str(each["content"])) for each in self.prompt.messages(item))
        return said // CHARACTERS_A_TOKEN + self.most_tokens

    def _options(self, item: Item) -> dict[str, Any]:
        options: dict[str, Any] = {"max_completion_tokens": self.most_tokens}
        if item.expect.json_schema is not None:
            form = {"name": "answer", "schema": item.expect.json_schema}
            options["response_format"] = {"type": "json_schema", "json_schema": form}
        return options

    def _read(self, item: Item, reply: "Reply") -> Answer:
        outcome = reply.outcome if reply.usage else "cut"
        refusal = reply.completion.choices[0].message.refusal if reply.completion else None
        text = (reply.text or refusal or "") if outcome == "ok" else ""
        finish = reply.finish_reason or ""
        usage = reply.usage
        return Answer(
            id=item.id,
            outcome=outcome,
            text=text,
            finish=finish,
            model=reply.model,
            usage=Usage(
                prompt=usage.prompt,
                cached=usage.cached,
                answer=usage.answer,
                reasoning=usage.reasoning,
            )
            if usage
            else Usage(),
            latency_ms=round(reply.latency_ms, 1),
            checks=checked(item, text, finish, self.style) if outcome == "ok" else {},
        )


class OutOfTime(Exception):
    """The run ends before the next try would begin."""


def router(target: "Target", time: Timing, http: "httpx2.Client | None" = None) -> "Router":
    """A client of one deployment, and of no other: what answers in its place proves nothing."""
    from scripts.client.route import Route
    from scripts.client.router import Router

    def sleep(seconds: float) -> None:
        if time.left_s <= seconds or time.wait(seconds):
            raise OutOfTime

    return Router(
        route=Route(name=target.name, fallback=[target]),
        patience=Patience(retries=RETRIES, deadline_s=time.left_s, read_s=READ_S),
        sleep=sleep,
        http=http,
    )


def _none(item: Item, outcome: Outcome, problem: str) -> Answer:
    return Answer(id=item.id, outcome=outcome, problem=" ".join(problem.split())[:300])
