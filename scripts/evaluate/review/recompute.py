"""The numbers of a review, made again from what its folder holds."""

from pathlib import Path
from typing import Any, Final

from scripts.evaluate.review import key, ratings
from scripts.evaluate.review.result import Reviewed, reviewed

RATINGS: Final = "ratings.csv"


def review_of(folder: Path) -> Reviewed:
    """What the key and the sheet in a folder say together.

    Raises:
        NoKey: there is none.
        WrongRatings: the sheet was changed since, and is none any more.
    """
    found = key.read(folder)
    file = folder / RATINGS
    try:
        content = file.read_bytes()
    except OSError as error:
        raise ratings.WrongRatings(f"{file}: {error.strerror}") from None
    return reviewed(found, ratings.read(content, found, str(file)), content)


def recompute(folder: Path) -> dict[str, Any]:
    """The data of the `humanReview` entry that the review in this folder proves.

    Raises:
        NoKey, WrongRatings: as above.
        ValueError: kappa is nothing that these ratings tell.
    """
    return review_of(folder).as_evidence()
