"""Data flows one way: no module imports against the arrows of docs/architecture.md."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent / "cdgen"
# each layer may import those after it, and itself
ORDER = [
    ("cli", "front", "__main__"),
    ("app",),
    ("emitters", "policies", "output", "report"),
    ("render",),
    ("plan",),
    ("spec",),
    ("stacks", "detectors"),
    ("road",),
    ("repo",),
    ("errors",),
    ("model",),
]
RANK = {name: rank for rank, names in enumerate(ORDER) for name in names}
MODULES = sorted(ROOT.rglob("*.py"))


def imported(source: str) -> list[str]:
    """The second part of every `cdgen.x` that a text imports, at any depth of its functions."""
    found: list[str] = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.ImportFrom) and node.module == "cdgen":
            found += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and (node.module or "").startswith("cdgen."):
            found.append((node.module or "").split(".")[1])
        elif isinstance(node, ast.Import):
            found += [alias.name.split(".")[1] for alias in node.names if alias.name.startswith("cdgen.")]
    return [name for name in found if not name.startswith("__")]


def wrong(layer: str, source: str) -> list[str]:
    return [name for name in imported(source) if RANK[name] < RANK[layer]]


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_import_against_the_flow(path: Path) -> None:
    layer = path.relative_to(ROOT).parts[0].removesuffix(".py")
    if layer != "__init__":
        assert wrong(layer, path.read_text()) == []


@pytest.mark.parametrize(
    ("layer", "source", "names"),
    [
        ("model", "from cdgen.model.facts import Fact", []),
        ("spec", "from cdgen.stacks import stacks_for\nfrom cdgen.errors import InputError", []),
        ("repo", "from cdgen.spec.decide import decide", ["spec"]),
        ("plan", "def f():\n    from cdgen.emitters import emit", ["emitters"]),
        ("model", "import cdgen.errors", ["errors"]),
        ("stacks", "from cdgen import app", ["app"]),
    ],
)
def test_the_test_sees_a_wrong_arrow(layer: str, source: str, names: list[str]) -> None:
    assert wrong(layer, source) == names


def test_plug_ins_do_not_import_siblings() -> None:
    """A stack, detector or policy reads shared code from its family's base only."""
    for family in ("policies",):
        for path in (ROOT / family).glob("*.py"):
            if path.stem in ("__init__", "base"):
                continue
            siblings = {other.stem for other in (ROOT / family).glob("*.py")} - {"base", "__init__", path.stem}
            text = path.read_text()
            assert not [name for name in siblings if f"cdgen.{family}.{name} " in text], path.name
