from pathlib import PurePath

import pytest

from loopscope.workspace.environment import Distribution, Environment, Release, normalised, release


def having(**versions: str) -> Environment:
    names = {normalised(name): version for name, version in versions.items()}
    return Environment(
        None, "venv", distributions={name: Distribution(name, text, PurePath("/x")) for name, text in names.items()}
    )


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("9.2.0", (9, 2, 0)),
        ("1!2.0rc1", (2, 0)),
        ("v1.5.0.post1+local", (1, 5, 0)),
        ("8", (8,)),
        ("dev", None),
        ("", None),
    ],
)
def test_release_numbers(text: str, numbers: tuple[int, ...] | None) -> None:
    assert release(text) == numbers


def test_a_release_of_absurd_length_is_no_error() -> None:
    assert release("9" * 10_000) is not None


def test_what_is_not_installed_is_assumed_to_be_the_newest() -> None:
    assert having().effective("pytest_asyncio") == Release((1, 5, 0), assumed=True)
    assert having(pytest_asyncio="0.21.2").effective("pytest-asyncio") == Release((0, 21, 2), assumed=False)
    assert having(pytest="unreadable").effective("pytest") == Release((9, 2, 0), assumed=True)
    assert having().effective("anyio") is None


def test_versions_compare_as_numbers() -> None:
    assert having(pytest="8.10").at_least("pytest", 8, 9)
    assert having(pytest="8").at_least("pytest", 8, 0, 0)
    assert not having(pytest="8.3.5").at_least("pytest", 8, 4)
    assert having().at_least("pytest", 9, 2)
    assert not having().at_least("anyio", 0)


def test_the_standard_library_comes_before_what_is_installed() -> None:
    site = PurePath("/v/site-packages")
    assert Environment(None, "venv", search_path=(site,)).import_roots == (site,)
    assert Environment(None, "venv", search_path=(site,), stdlib=PurePath("/l")).import_roots == (PurePath("/l"), site)
