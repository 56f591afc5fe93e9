"""Rules of the house that no linter knows."""

import ast
import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SOURCES = sorted((ROOT / "server").rglob("*.py"))
RULES = ROOT / "server" / "loopscope" / "rules"
FRAME = ("__init__.py", "context.py", "docs.py", "model.py")


def test_no_module_outgrows_one_subject() -> None:
    """Nothing is left out: the examples of a rule that would be longer stand beside it, in `rules/examples`."""
    lengths = {str(path.relative_to(ROOT)): path.read_text().count("\n") for path in SOURCES}
    assert {name: lines for name, lines in lengths.items() if lines > 400} == {}


def test_the_code_of_a_rule_is_short() -> None:
    rules = [path for path in RULES.glob("*.py") if path.name not in FRAME]
    assert {path.name: lines for path in rules if (lines := _logic(path)) > 180} == {}


def test_examples_beside_a_rule_are_its_own() -> None:
    beside = {path.stem for path in (RULES / "examples").iterdir() if not path.name.startswith("__")}
    asking = {path.stem for path in RULES.glob("*.py") if "= examples_of(__name__)" in path.read_text()}
    assert beside == asking


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
