"""The image of a Go service: one static program on an image without a shell."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from cdgen.model.facts import PrivateRegistry
from cdgen.model.road import Road
from cdgen.model.service import ImageRecipe, Service
from cdgen.repo.patterns import compiled
from cdgen.road.pins import Pins
from cdgen.stacks.base import SYNTAX_IMAGE, matches
from cdgen.stacks.go.commands import binary, package_argument
from cdgen.stacks.go.libraries import CGO
from cdgen.stacks.go.packages import SUPPORT, Program, Sources

UID = 65532  # `nonroot` of the runtime images
TEMPLATE = "image/go.Dockerfile.j2"
STATIC = ("gcr.io/distroless/static-debian13", "gcr.io/distroless/static-debian12", "gcr.io/distroless/static")
WITH_C_LIBRARY = ("gcr.io/distroless/base-debian13", "gcr.io/distroless/base")
# a name that code opens, below the folder that it runs in
OPENED = r'"(?:\./)?([A-Za-z0-9_][\w.-]*(?:/[\w.*-]+)*/?)"'
NOT_ASSETS = SUPPORT | {"deploy", "charts", "helm", "build", "LICENSE", "Makefile", "Dockerfile", "README.md", "go.mod", "go.sum"}
EMBED = r"(?m)^//go:embed\s+(.+)$"


def recipe(service: Service, sources: Sources, program: Program, road: Road, pins: Pins) -> ImageRecipe | None:
    """None when the module is built with folders outside it, when code is missing, or when no pinned base fits.

    The build context is the module's folder, which may lie above the service's.
    """
    module = sources.module
    if module.file is None or module.reaches_outside or program.missing:
        return None
    needs_c = any(program.imports(name) for name in CGO)
    build = _build_base(service.toolchain.version, pins)
    runtime = next((pin for name in (WITH_C_LIBRARY if needs_c else STATIC) if (pin := pins.image(name, "nonroot"))), None)
    syntax = pins.image(SYNTAX_IMAGE)
    if build is None or runtime is None or syntax is None:
        return None
    vendored = sources.repo.has(module.inside("vendor/modules.txt"))
    mode = "vendor" if vendored else "readonly"
    settings = {"CGO_ENABLED": str(int(needs_c)), "GOFLAGS": f"-mod={mode}", "GOTOOLCHAIN": "local", **_proxy(road)}
    values = _values(service, sources, program) | {"settings": tuple(settings.items())}
    if vendored:
        values |= {"download": "", "copies": (*values["copies"], ("vendor/", "vendor/"))}
    include = _include(values)
    bases = {"syntax": syntax.reference, "build": build, "runtime": runtime.reference}
    context = None if module.directory == service.directory else module.directory
    return ImageRecipe(TEMPLATE, values, bases, include, UID, context)


def _proxy(road: Road) -> dict[str, str]:
    return {"GOPROXY": road.indexes["go"]} if "go" in road.indexes else {}


def _values(service: Service, sources: Sources, program: Program) -> dict[str, Any]:
    module = sources.module
    name = binary(module, program.folder)
    own = (("*.go", "./"),) if sources.folders.get(module.directory) else ()
    locked = sources.repo.has(module.inside("go.sum"))
    return {
        "manifests": ("go.mod", "go.sum", "./") if locked else ("go.mod", "./"),
        "download": _download(service.registries) if module.requires else "",
        "secrets": tuple(dict.fromkeys(registry.secret for registry in service.registries)),
        "copies": (*own, *((f"{folder}/", f"{folder}/") for folder in _folders(sources, program))),
        "assets": tuple((asset, asset.rpartition("/")[2]) for asset in _assets(sources, program)),
        "package": package_argument(module.directory, program.folder),
        "output": f"/out/{name}",
        "program": f"/app/{name}",
        "entrypoint": (f"/app/{name}",),
        "user": f"{UID}:{UID}",
        "port": service.port,
    }


def _include(values: dict[str, Any]) -> tuple[str, ...]:
    copied = [words[0].rstrip("/") for words in (*values["copies"], *values["assets"])]
    return tuple(dict.fromkeys((*values["manifests"][:-1], *copied)))


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
    """First folders, below the module's, of every package of the program and of what it embeds."""
    cut = 0 if sources.module.directory == "." else len(sources.module.directory) + 1
    names: dict[str, None] = {}
    for file in program.files:
        own = file.path[cut:]
        if "/" in own:
            names[own.partition("/")[0]] = None
        elif "//go:embed" in file.text:
            for directive in compiled(EMBED).findall(file.text):
                names |= dict.fromkeys(pattern.strip('"`').removeprefix("all:").partition("/")[0] for pattern in directive.split())
    yield from (name for name in sorted(names) if name and "*" not in name)


def _assets(sources: Sources, program: Program) -> Iterator[str]:
    """Folders and files without Go code that the program opens by a relative name: templates, static files, configuration.

    Relative names are seen from the folder that the program is started in: the service's, else the module's.
    """
    for home in dict.fromkeys((sources.scope.directory, sources.module.directory)):
        named = _named_assets(sources.repo.under(home), home, program)
        if named:
            cut = sources.module.directory
            yield from (
                name if home == cut else f"{home.removeprefix(cut).lstrip('/') if cut != '.' else home}/{name}" for name in named
            )
            return


def _named_assets(files: tuple[str, ...], home: str, program: Program) -> list[str]:
    own = [path if home == "." else path[len(home) + 1 :] for path in files]
    code = {path.partition("/")[0] for path in own if path.endswith(".go")}
    plain = {path.partition("/")[0]: "/" in path for path in own if path.partition("/")[0] not in code}
    named: dict[str, None] = {}
    for file in program.files:
        for match in matches(OPENED, _body(file.text)):
            first = match.group(1).partition("/")[0]
            # a name alone may be a file or a folder; one with a slash only a folder
            if first in plain and (plain[first] or "/" not in match.group(1)) and not first.startswith("."):
                named[first] = None
    return [name for name in sorted(named) if name not in NOT_ASSETS]


def _body(text: str) -> str:
    """Without imports and comments, whose names are none of files."""
    return compiled(r"(?ms)\A.*?^import\s*\(.*?^\)|//[^\n]*").sub("", text) if "import (" in text else text
