"""Calls of a run, made up."""

import itertools

from scripts.load.call import Answer, Call, Tokens

NUMBERS = itertools.count()


def call(at=0.0, took_s=0.5, outcome="ok", *, sent_late_s=0.0, **answered):
    answer = Answer(outcome=outcome, tokens=Tokens(prompt=100, answer=20), **answered)
    return Call(
        number=next(NUMBERS),
        intended_s=at,
        sent_s=at + sent_late_s,
        ended_s=at + took_s,
        answer=answer,
    )


def dropped(at=0.0):
    return Call(number=next(NUMBERS), intended_s=at, sent_s=None, ended_s=None, answer=None)


def unfinished(at=0.0):
    return Call(number=next(NUMBERS), intended_s=at, sent_s=at, ended_s=None, answer=None)


def many(count, **each):
    """Calls at even distances over a minute."""
    return [call(at=number * 60 / count, **each) for number in range(count)]
