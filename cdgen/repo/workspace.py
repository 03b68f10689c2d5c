"""Where a repository without git begins: the topmost folder whose build files claim the folder that was asked for."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

CLAIMS = (
    "pom.xml",
    "settings.gradle",
    "settings.gradle.kts",
    "pnpm-workspace.yaml",
    "go.work",
    "nx.json",
    "package.json",
    "pyproject.toml",
    "Cargo.toml",
    "CMakeLists.txt",
)
MAX_CLIMB = 6


def workspace_root(start: Path) -> Path:
    """`start` itself, or the highest of its next parents that names the chain of folders down to it as members."""
    root = start
    for parent in list(start.parents)[:MAX_CLIMB]:
        named = any(_claims(parent / name, root) or _claims(parent / name, start) for name in CLAIMS)
        if named or _is_go_module_of(parent, start) or _is_dotnet_of(parent, start):
            root = parent
    return root


def _is_go_module_of(parent: Path, start: Path) -> bool:
    """Whether `start` holds Go sources and the nearest go.mod above it is the parent's: a package never names its module."""
    if not (parent / "go.mod").is_file():
        return False
    between = (start, *start.parents[: len(start.relative_to(parent).parts) - 1])
    return not any((folder / "go.mod").exists() for folder in between) and any(start.glob("*.go"))


def _is_dotnet_of(parent: Path, start: Path) -> bool:
    """Whether `start` holds a project of .NET that a solution of the parent lists, or that the parent's properties go into."""
    if not any(start.glob("*.??proj")):
        return False
    if any((parent / name).is_file() for name in ("Directory.Build.props", "Directory.Packages.props")):
        return True
    relative = start.relative_to(parent).as_posix() + "/"
    return any(relative in text.replace("\\", "/") for text in _solutions(parent))


def _solutions(folder: Path) -> Iterator[str]:
    for path in (*folder.glob("*.sln"), *folder.glob("*.slnx")):
        try:
            if not path.is_symlink() and path.is_file() and path.stat().st_size <= 1 << 20:
                yield path.read_text("utf-8", "replace")
        except OSError:
            continue


def _claims(manifest: Path, member: Path) -> bool:
    """Whether a build file lists the member's relative path (or its first folder with a wildcard) among its modules."""
    try:
        if manifest.is_symlink() or not manifest.is_file() or manifest.stat().st_size > 1 << 20:
            return False
        text = manifest.read_text("utf-8", "replace")
    except OSError:
        return False
    if manifest.name == "nx.json":
        # an Nx workspace does not list its projects: each names itself
        return (member / "project.json").is_file()
    relative = member.relative_to(manifest.parent).as_posix()
    if manifest.name == "CMakeLists.txt":
        # one folder claims the next: a chain of them leads down
        return f"add_subdirectory({relative})" in text.replace(" ", "")
    if manifest.name == "Cargo.toml" and "[workspace" not in text:
        return False
    if manifest.name == "pom.xml":
        return f"<module>{relative}</module>" in text
    if manifest.name in ("package.json", "pyproject.toml") and "workspaces" not in text and "[tool.uv.workspace]" not in text:
        return False
    folder = relative.split("/", 1)[0]
    names = (
        relative,
        f"./{relative}",
        f"{folder}/*",
        f"{folder}/**",
        ":" + relative.replace("/", ":"),
        f"packages/{relative}",
    )
    return any(f'"{name}"' in text or f"'{name}'" in text or f"- {name}\n" in text or f"\t{name}\n" in text for name in names)
