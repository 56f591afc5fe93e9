from collections.abc import Iterator

import pytest

from rules.judges import Judges


@pytest.fixture(scope="session")
def judges() -> Iterator[Judges]:
    judges = Judges()
    yield judges
    judges.close()
