"""Rules of the house that no linter knows."""

import ast
import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SOURCES = sorted((ROOT / "server").rglob("*.py"))


RULES = ROOT / "server" / "loopscope" / "rules"


def test_no_module_outgrows_one_subject() -> None:
    """A rule's examples are its proof and may be many: for rules the rest counts."""
    long = {}
    for path in SOURCES:
        is_rule = path.parent == RULES and path.name not in ("__init__.py", "callees.py", "context.py", "model.py")
        lines = _logic(path) if is_rule else path.read_text().count("\n")
        if lines > (180 if is_rule else 400):
            long[str(path.relative_to(ROOT))] = lines
    assert not long


def _logic(path: Path) -> int:
    """The lines of a module without its docstring and what it assigns at its top level."""
    text = path.read_text()
    data = [node for node in ast.parse(text).body if isinstance(node, ast.Assign | ast.AnnAssign | ast.Expr)]
    return text.count("\n") - sum((node.end_lineno or 0) - node.lineno + 1 for node in data)


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT / "server")))
def test_every_module_says_what_it_is_for(path: Path) -> None:
    tree = ast.parse(path.read_text())
    assert ast.get_docstring(tree)
    assert not re.search(r"\b(TODO|FIXME|XXX)\b", path.read_text())


def test_the_readme_commands_exist() -> None:
    readme = (ROOT / "README.md").read_text()
    for command in re.findall(r"^python3 dev\.py (\w+)$", readme, re.MULTILINE):
        assert f'add_parser("{command}"' in (ROOT / "dev.py").read_text()
    assert "dev.py test" in (ROOT / ".ci" / "run").read_text()


def test_links_between_documents_lead_somewhere() -> None:
    listed = subprocess.run(["git", "ls-files", "*.md"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    broken = [
        f"{name}: {target}"
        for name in listed.split()
        for target in re.findall(r"\]\((?!https?:|#|mailto:)([^)#]+)", (ROOT / name).read_text())
        if not ((ROOT / name).parent / target).exists()
    ]
    assert not broken
