"""Which files an image is built from: what the service reads when it runs, never the whole folder."""

from __future__ import annotations

from cdgen.repo.patterns import compiled
from cdgen.stacks.python.base.manifests import PYPROJECT
from cdgen.stacks.python.base.project import Project

# top-level folders and files that do not run the program
LEFT_OUT = (
    r"(?i)^(?:\..*|tests?|.*[-_]tests?|tests?[-_].*|testing|specs?|e2e|docs?|examples?|samples?|benchmarks?|coverage|htmlcov"
    r"|deploy(?:ment)?s?|k8s|kubernetes|helm\w*|charts?|infra(?:structure)?|_infra|terraform|docker|compose|node_modules|logs?|tmp"
    r"|requirements|build|dist|.*\.egg-info|.*\.(?:md|rst|markdown|log|lock|tf|sh|bat|ps1|ipynb|j2|dockerfile|mk)"
    r"|.*requirements.*\.(?:txt|in)|readme.*|licen[cs]e.*|copying.*|notice.*|changelog.*|changes.*|history.*|authors.*|contributing.*"
    r"|security.*|code_of_conduct.*|codeowners|makefile|taskfile.*|justfile|procfile.*|dockerfile.*|containerfile|vagrantfile|jenkinsfile"
    r"|(?:docker-)?compose.*\.ya?ml|cloudbuild.*|skaffold.*|catalog-info.*|cdgen\.yaml|manifest\.in|setup\.(?:py|cfg)|conftest\.py"
    r"|noxfile\.py|tox\.ini|pytest\.ini|mypy\.ini|ruff\.toml|pylintrc|runtime\.txt|pipfile.*|pyproject\.toml|poetry\.toml|pdm\.toml"
    r"|uv\.toml|codecov.*|sonar-.*|renovate\.json5?|app\.json|project\.toml|fly\.toml|render\.ya?ml|mkdocs\.ya?ml|mise\.toml"
    r"|package(?:-lock)?\.json|pnpm-.*|vercel\.json|netlify\.toml|environment\.ya?ml)$"
)
HIDDEN = frozenset({".streamlit"})  # hidden, and read by the program
PLAIN = r"[\w.@+=,%~-][\w.@+=,%~ -]*$"  # no character that a Dockerfile reads as a pattern
NAMED = r"[\"']([\w.-]+(?:/[\w.-]+)*)[\"']"


def sources(project: Project) -> tuple[str, ...]:
    """Top-level folders and files of the service that its program reads."""
    names = dict.fromkeys(path.partition("/")[0] for path in project.scope.files)
    return tuple(name for name in names if compiled(PLAIN).match(name) and (name in HIDDEN or not compiled(LEFT_OUT).match(name)))


def packaging(project: Project) -> tuple[str, ...]:
    """Files that building the project's own package reads: its manifests, and every file that these name (readme, licence)."""
    scope = project.scope
    manifests = [name for name in (PYPROJECT, "setup.py", "setup.cfg", "MANIFEST.in") if scope.has(name)]
    text = "\n".join(scope.text(name) or "" for name in manifests)
    named = [name for name in compiled(NAMED).findall(text) if "/" not in name and scope.has(name)]
    return tuple(dict.fromkeys((*manifests, *named)))
