import pytest

from scripts.exit import Exit, gravest


@pytest.mark.parametrize(
    ("codes", "answer"),
    [
        ([], 0),
        ([0, 0], 0),
        ([0, 3], 3),
        ([3, 4, 0], 4),
        ([3, 1, 4], 1),
        ([4, 2, 1, 3, 0], 2),
    ],
)
def test_of_several_codes_the_gravest_is_answered(codes, answer):
    assert gravest(map(Exit, codes)) == answer
