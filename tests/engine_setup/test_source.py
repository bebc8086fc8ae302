"""Which engine a machine uses."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox.engine.cache import Cache
from sandbox.engine.source import Built, Own, choose, new_enough


@pytest.fixture
def cache(tmp_path: Path) -> Cache:
    return Cache(root=tmp_path / "cache")


def folder(at: Path, *programs: str) -> Path:
    at.mkdir(parents=True)
    for program in programs:
        (at / program).touch(mode=0o755)
    return at


COMPLETE = ("pulumi", "pulumi-language-python")


def test_a_new_enough_pulumi_with_its_host_is_the_persons_own(cache: Cache, tmp_path: Path) -> None:
    official = folder(tmp_path / "official", *COMPLETE)
    assert choose([official], cache, lambda _: "v3.260.1") == Own(official / "pulumi")


def test_a_link_to_a_pulumi_counts_with_the_host_beside_the_file(
    cache: Cache, tmp_path: Path
) -> None:
    official, links = folder(tmp_path / "official", *COMPLETE), folder(tmp_path / "links")
    (links / "pulumi").symlink_to(official / "pulumi")
    assert choose([links], cache, lambda _: "v3.259.0") == Own(links / "pulumi")


def test_an_old_pulumi_is_left_alone_and_ours_used(cache: Cache, tmp_path: Path) -> None:
    official = folder(tmp_path / "official", *COMPLETE)
    assert choose([official], cache, lambda _: "v3.258.9") == Built(cache)


def test_a_pulumi_without_its_python_host_does_not_serve(cache: Cache, tmp_path: Path) -> None:
    bare = folder(tmp_path / "bare", "pulumi")
    assert choose([bare], cache, lambda _: "v3.260.0") == Built(cache)


def test_a_pulumi_that_does_not_answer_does_not_serve(cache: Cache, tmp_path: Path) -> None:
    broken = folder(tmp_path / "broken", *COMPLETE)
    assert choose([broken], cache, lambda _: "") == Built(cache)


def test_our_own_engine_on_path_is_not_taken_for_the_persons(cache: Cache, tmp_path: Path) -> None:
    folder(cache.bin, *COMPLETE)
    other_way = tmp_path / "link"
    other_way.symlink_to(cache.bin)
    assert choose([cache.bin, other_way], cache, lambda _: "v3.259.0") == Built(cache)


def test_the_persons_own_is_found_behind_ours(cache: Cache, tmp_path: Path) -> None:
    folder(cache.bin, *COMPLETE)
    official = folder(tmp_path / "official", *COMPLETE)
    assert choose([cache.bin, official], cache, lambda _: "v4.0.0") == Own(official / "pulumi")


@given(st.tuples(*[st.integers(0, 999)] * 3), st.tuples(*[st.integers(0, 999)] * 3))
def test_versions_compare_by_number_not_by_letter(
    one: tuple[int, ...], other: tuple[int, ...]
) -> None:
    assert new_enough(f"v{'.'.join(map(str, one))}", ".".join(map(str, other))) == (one >= other)


@pytest.mark.parametrize(
    ("version", "least", "enough"),
    [
        ("go1.26", "1.25.11", True),
        ("go1.26rc1 linux/amd64", "1.25.11", True),
        ("go1.25.9 linux/amd64", "1.25.11", False),
        ("v3.260.0-alpha.1700000000+dirty", "3.259.0", True),
        ("", "3.259.0", False),
        ("devel", "3.259.0", False),
    ],
)
def test_a_version_is_understood_as_tools_print_it(version: str, least: str, enough: bool) -> None:
    assert new_enough(version, least) is enough
