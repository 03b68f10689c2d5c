"""The image of a Go service: one static program on an image without a shell."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from cdgen.model.facts import PrivateRegistry
from cdgen.model.service import ImageRecipe, Service
from cdgen.repo.snapshot import compiled
from cdgen.road.pins import Pins
from cdgen.stacks.base import SYNTAX_IMAGE
from cdgen.stacks.go.commands import binary, package_argument
from cdgen.stacks.go.libraries import CGO
from cdgen.stacks.go.packages import SUPPORT, Program, Sources

UID = 65532  # `nonroot` of the runtime images
PLAIN = r"[A-Za-z0-9_][\w.+-]*\Z"  # what stands in a COPY line without quotes
TEMPLATE = "image/go.Dockerfile.j2"
STATIC = ("gcr.io/distroless/static-debian13", "gcr.io/distroless/static-debian12", "gcr.io/distroless/static")
WITH_C_LIBRARY = ("gcr.io/distroless/base-debian13", "gcr.io/distroless/base")
# a name that code opens, below the folder that it runs in
OPENED = r'"(?:\./)?([A-Za-z0-9_][\w.-]*(?:/[\w.*-]+)*/?)"'
NOT_ASSETS = SUPPORT | {"deploy", "charts", "helm", "build", "LICENSE", "Makefile", "Dockerfile", "README.md", "go.mod", "go.sum"}
EMBED = r"(?m)^//go:embed\s+(.+)$"


def recipe(service: Service, sources: Sources, program: Program, pins: Pins) -> ImageRecipe | None:
    """None when the module begins above the service's folder, is built with folders outside it, or no pinned base fits."""
    module = sources.module
    if module.file is None or module.directory != service.directory or module.local_replaces or program.missing:
        return None
    needs_c = any(program.imports(name) for name in CGO)
    build = _build_base(service.toolchain.version, pins)
    runtime = next((pin for name in (WITH_C_LIBRARY if needs_c else STATIC) if (pin := pins.image(name, "nonroot"))), None)
    syntax = pins.image(SYNTAX_IMAGE)
    if build is None or runtime is None or syntax is None:
        return None
    folders, assets = tuple(_folders(sources, program)), tuple(_assets(sources, program))
    if not all(compiled(PLAIN).match(name) for name in (*folders, *assets)):
        return None
    values = _values(service, sources, program) | {"cgo": int(needs_c), "folders": folders, "assets": assets}
    if sources.repo.has(module.inside("vendor/modules.txt")):
        values |= {"mode": "vendor", "download": "", "folders": (*folders, "vendor")}
    include = (*values["manifests"], *values["sources"], *values["folders"], *assets)
    bases = {"syntax": syntax.reference, "build": build, "runtime": runtime.reference}
    return ImageRecipe(TEMPLATE, values, bases, include)


def _values(service: Service, sources: Sources, program: Program) -> dict[str, Any]:
    module = sources.module
    name = binary(module, program.folder)
    return {
        "mode": "readonly",
        "manifests": ("go.mod", "go.sum") if sources.scope.has("go.sum") else ("go.mod",),
        "download": _download(service.registries) if module.requires else "",
        "secrets": tuple(dict.fromkeys(registry.secret for registry in service.registries)),
        "sources": ("*.go",) if sources.folders.get(module.directory) else (),
        "package": package_argument(service.directory, program.folder),
        "output": f"/out/{name}",
        "program": f"/app/{name}",
        "entrypoint": (f"/app/{name}",),
        "user": f"{UID}:{UID}",
        "port": service.port,
    }


def _download(registries: tuple[PrivateRegistry, ...]) -> str:
    """`go mod download`; for private hosts git is told the credential by its environment alone, so that no layer keeps it."""
    if not registries:
        return "go mod download"
    settings = [f"GOPRIVATE={','.join(registry.host for registry in registries)}", f"GIT_CONFIG_COUNT={len(registries)}"]
    for number, registry in enumerate(registries):
        settings.append(f'GIT_CONFIG_KEY_{number}="url.https://oauth2:${{{registry.secret}}}@{registry.host}.insteadOf"')
        settings.append(f"GIT_CONFIG_VALUE_{number}=https://{registry.host}")
    return " ".join([*settings, "go mod download"])


def _build_base(version: str | None, pins: Pins) -> str | None:
    """Debian's image, not Alpine's: the same C library as the runtime image when C code is linked."""
    import re

    pin = pins.image("golang", rf"{re.escape(version)}(?:-bookworm|-trixie)?\Z") if version else None
    return pin.reference if pin else None


def _folders(sources: Sources, program: Program) -> Iterator[str]:
    """First folders, below the service's, of every package of the program and of what it embeds."""
    cut = 0 if sources.scope.directory == "." else len(sources.scope.directory) + 1
    names: dict[str, None] = {}
    for file in program.files:
        own = file.path[cut:]
        if "/" in own:
            names[own.partition("/")[0]] = None
        elif "//go:embed" in file.text:
            for directive in compiled(EMBED).findall(file.text):
                for pattern in directive.split():
                    names[pattern.strip('"`').removeprefix("all:").partition("/")[0]] = None
    yield from (name for name in sorted(names) if name and "*" not in name)


def _assets(sources: Sources, program: Program) -> Iterator[str]:
    """Folders and files without Go code that the program opens by a relative name: templates, static files, configuration."""
    scope = sources.scope
    code = {path.partition("/")[0] for path in scope.files if path.endswith(".go")}
    plain = {path.partition("/")[0]: "/" in path for path in scope.files if path.partition("/")[0] not in code}
    named: dict[str, None] = {}
    for file in program.files:
        text = compiled(r"(?s)\A.*?^import\s*\(.*?^\)|//[^\n]*").sub("", file.text) if "import (" in file.text else file.text
        for match in compiled(OPENED).finditer(text):
            first = match.group(1).partition("/")[0]
            if first in plain and (plain[first] == ("/" in match.group(1)) or plain[first]) and not first.startswith("."):
                named[first] = None
    yield from (name for name in sorted(named) if name not in NOT_ASSETS)
