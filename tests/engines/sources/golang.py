"""Programs that are built from a module of the Go proxy; only the stripped binary is kept."""

from __future__ import annotations

import json
import shutil
import tempfile
from pathlib import Path

from tests.engines.lock import HERE, Tool, go_version
from tests.engines.sources.shell import StepFailed, step

FLAGS = ("-trimpath", "-ldflags", "-s -w")


def install(tool: Tool, place: Path) -> None:
    _need_go()
    build = _build_copy if tool.fields.get("replaced") else _go_install
    build(tool, place / "bin")


def install_control_plane(tool: Tool, place: Path) -> None:
    """One binary that is a whole control plane; it acts as the program by whose name it is called."""
    _need_go()
    version, minor = tool.version, tool.version.split(".")[1]
    stamp = {
        "k8s.io/component-base/version.gitVersion": version,
        "k8s.io/component-base/version.gitMajor": "1",
        "k8s.io/component-base/version.gitMinor": minor,
        "k8s.io/component-base/version.gitTreeState": "clean",
        "k8s.io/client-go/pkg/version.gitVersion": version,
    }
    flags = " ".join(["-s -w", *(f"-X {name}={value}" for name, value in stamp.items())])
    binary, *names = tool.programs
    argv: list[str | Path] = ["go", "build", "-mod=readonly", "-trimpath", "-ldflags", flags, "-o", place / "bin" / binary, "."]
    step(argv, cwd=HERE / "kubernetes", env={"CGO_ENABLED": "0", "GOWORK": "off"})
    for name in names:
        (place / "bin" / name).symlink_to(binary)
    _keep_stages(place)


def _keep_stages(place: Path) -> None:
    """The pod and node life cycles that kwok ships beside its code, so that nothing needs the module cache later."""
    module = Path(json.loads(step(["go", "list", "-m", "-json", "sigs.k8s.io/kwok"], cwd=HERE / "kubernetes"))["Dir"])
    shutil.copytree(module / "kustomize" / "stage", place / "stages", copy_function=shutil.copyfile)


def _need_go() -> None:
    if not go_version():
        raise StepFailed("needs Go on PATH")


def _go_install(tool: Tool, folder: Path) -> None:
    target = "/".join(part for part in (tool.text("module"), tool.text("package")) if part)
    step(["go", "install", *FLAGS, f"{target}@{tool.version}"], cwd=folder, env={"GOBIN": str(folder), "CGO_ENABLED": "0"})


def _build_copy(tool: Tool, folder: Path) -> None:
    """`go install` refuses a module with replace lines: build in a writable copy of the module instead."""
    module = json.loads(step(["go", "mod", "download", "-json", f"{tool.text('module')}@{tool.version}"], cwd=folder))
    with tempfile.TemporaryDirectory(prefix="cdgen-go-") as temporary:
        copy = Path(temporary, "module")
        shutil.copytree(module["Dir"], copy, copy_function=shutil.copyfile)
        for path in (copy, *copy.rglob("*")):
            path.chmod(0o755 if path.is_dir() else 0o644)
        argv: list[str | Path] = ["go", "build", "-mod=mod", *FLAGS, "-o", folder / tool.programs[0], f"./{tool.text('package')}"]
        step(argv, cwd=copy, env={"GOWORK": "off", "CGO_ENABLED": "0"})
