"""Where a text may replace what has a name."""

import pytest

from loopscope.rules.support.replacements import is_undone, replacements, sounds_like_replacing


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('patch("app.client.send")', [True]),
        ('monkeypatch.setattr(Client, "send", print)', [True]),
        ("mocker.patch.object(Client, 'send')", [True]),
        ('mocker.spy(Client, "send")', []),
        ('mocker.spy(Client, "send"); mocker.patch("send")', [True]),
        ("client.send = print", [False]),
        ("client.send: Any = print", [False]),
        ("client.send == print", []),
        ('patch("resend")', []),
        ('patch("other"); assert kind == "app.send"', []),
        ('patch("other"); """Of the "send" of it."""', []),
        ('return "send"', [True]),
        ('kind = "send"\nmonkeypatch.setattr(Client, kind, print)', [True]),
    ],
)
def test_replacements(text: str, expected: list[bool]) -> None:
    assert [is_quoted for _, is_quoted in replacements(text, "send")] == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('return "send"  # patch', True),
        ("monkeypatch.setattr(Client, kind, print)", True),
        ("class FakeClient: ...", True),
        ('kind = "send"', False),
    ],
)
def test_what_sounds_like_replacing(text: str, expected: bool) -> None:
    assert sounds_like_replacing(text) is expected


@pytest.mark.parametrize(
    ("test", "expected"),
    [
        ('with patch("app.send"): ...', True),
        ('monkeypatch.setattr(Client, "send", print)', True),
        ('setattr(Client, "send", print)', False),
        ('patch("app.send").start()', False),
        ('session_mocker.patch("app.send")', False),
    ],
)
def test_what_is_put_back(test: str, expected: bool) -> None:
    assert is_undone(test) is expected
