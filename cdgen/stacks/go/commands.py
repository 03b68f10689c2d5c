"""How a Go module is installed, checked, tested and built, from the service's folder."""

from __future__ import annotations

from collections.abc import Iterator

from cdgen.model import facts as f
from cdgen.model.facts import Confidence, Fact, Origin, PrivateRegistry, Source
from cdgen.repo.patterns import compiled
from cdgen.stacks.go.module import Module
from cdgen.stacks.go.packages import Program, Sources

LINTER_FILES = (".golangci.yml", ".golangci.yaml", ".golangci.toml", ".golangci.json")
LINTER_PACKAGE = "golangci-lint/"
# build tags under which teams keep the tests that need a backing service
INTEGRATION_TAG = r"(?m)^//go:build\s+(?:.*\W)?(?P<tag>integration(?:_?tests?)?|integ|it|db|database)\b"
OTHER_TAG = r"(?m)^//go:build\s+(?!.*\b(?:linux|unix|darwin|windows|!|go1)).*\b(?P<tag>\w+)"
NEEDS_SERVICE = (
    r"testcontainers|dockertest|"
    r'\b(?:Getenv|LookupEnv)\("\w*(?:DATABASE|POSTGRES|PG|MYSQL|MONGO|REDIS|RABBIT|AMQP|KAFKA|NATS|DSN|DB)\w*"\)'
)
# a line of a Makefile: `go build ... -o OUT ... PACKAGE`, both in plain words
BUILT = r"(?m)^\t.*\bbuild\s(?:.*\s)?-o[ =]*(?P<out>[\w./-]+)\s(?:.*\s)?(?P<package>\.[\w./*-]*)\s*$"
GENERATE_TARGETS = ("generate", "gen", "codegen", "proto", "protos", "protoc")


def facts(sources: Sources, module: Module, program: Program | None, folders: list[str]) -> Iterator[Fact]:
    """`folders` are those of the main packages that may be the service: none for a library, several when the claim is equal."""
    if module.file is None:
        return
    manifest = Source(module.file)
    vendored = sources.repo.has(module.inside("vendor/modules.txt"))
    if not vendored and module.requires:
        yield Fact(f.INSTALL, _go(sources, module, "mod download"), manifest, Origin.MANIFEST, Confidence.INFERRED, "Go modules")
    yield from _lint(sources, module)
    yield from _tests(sources, module)
    yield from _codegen(sources, program)
    yield from _registries(sources, module)
    if len(folders) != 1:
        yield Fact(f.BUILD, _go(sources, module, "build ./..."), manifest, Origin.MANIFEST, Confidence.INFERRED, "Go modules")
    for folder in folders:
        target = package_argument(sources.scope.directory, folder)
        source = Source(next((path for path in sources.folders[folder] if path.endswith("/main.go")), sources.folders[folder][0]))
        if len(folders) == 1:
            yield Fact(f.BUILD, f"go build {target}", source, Origin.LAYOUT, Confidence.INFERRED, "the main package")
        yield _start(sources, binary(module, folder), target, source)


def _start(sources: Sources, name: str, package: str, source: Source) -> Fact:
    """The program where the Makefile's build puts it (`go build -o bin/shop ./cmd/shop`), else where `go build` does."""
    for path, line, match in sources.scope.search(("Makefile",), BUILT):
        if match["package"].removesuffix("/*.go").removesuffix("/") == package:
            out = match["out"].removeprefix("./") + (name if match["out"].endswith("/") else "")
            place = out if out.startswith("/") else f"./{out}"
            return Fact(f.START, place, sources.scope.line(path, line), Origin.MAKEFILE, Confidence.INFERRED, "go build -o")
    return Fact(f.START, f"./{name}", source, Origin.LAYOUT, Confidence.INFERRED, "what go build writes")


def package_argument(directory: str, folder: str) -> str:
    """How the go tool is told a package, from the service's directory."""
    if folder == directory:
        return "."
    return "./" + (folder if directory == "." else folder.removeprefix(directory + "/"))


def binary(module: Module, folder: str) -> str:
    """What `go build` calls the program: its folder, or the module for the root package."""
    return module.name if folder == module.directory else folder.rpartition("/")[2]


def _go(sources: Sources, module: Module, arguments: str) -> str:
    """`go ...`, in the module's folder when that is above the service's."""
    below = (
        sources.scope.directory if module.directory == "." else sources.scope.directory.removeprefix(module.directory).lstrip("/")
    )
    if sources.scope.directory == module.directory or below == ".":
        return f"go {arguments}"
    return f"go -C {'/'.join(['..'] * len(below.split('/')))} {arguments}"


def _lint(sources: Sources, module: Module) -> Iterator[Fact]:
    for name in LINTER_FILES:
        path = module.inside(name)
        if sources.repo.has(path):
            own = any(LINTER_PACKAGE in tool for tool in module.tools)
            command = "go tool golangci-lint run" if own else "golangci-lint run"
            yield Fact(f.LINT, command, Source(path), Origin.CONFIG, Confidence.DECLARED, "golangci-lint is configured")
            return


def _tests(sources: Sources, module: Module) -> Iterator[Fact]:
    """Unit tests are those without a build tag; a tag that says integration makes the others."""
    folders = _tested_folders(sources, module)
    inside = [path for path in sources.tests if folders is None or (path.rpartition("/")[0] or ".") in folders]
    unit: list[str] = []
    tags: dict[str, list[str]] = {}
    for path in inside:
        text = sources.repo.text(path) or ""
        tagged = compiled(INTEGRATION_TAG).search(text, 0, 2048)
        if tagged:
            tags.setdefault(tagged["tag"], []).append(path)
        elif not compiled(OTHER_TAG).search(text, 0, 2048):
            unit.append(path)
        if tagged or compiled(NEEDS_SERVICE).search(text):
            note = f"build tag {tagged['tag']}" if tagged else "needs a backing service"
            yield Fact(f.INTEGRATION_TESTS, path, Source(path), Origin.CODE, Confidence.INFERRED, note)
    if unit:
        command = _go(sources, module, "test ./...")
        yield Fact(f.TEST, command, Source(unit[0]), Origin.LAYOUT, Confidence.INFERRED, f"{len(unit)} test files")
        covered = _go(sources, module, "test -coverprofile=coverage.out ./...")
        yield Fact(f.COVERAGE, covered, Source(unit[0]), Origin.DEFAULT, Confidence.DEFAULT, "go test measures coverage")
    for tag, paths in tags.items():
        command = _go(sources, module, f"test -tags={tag} -count=1 {_packages(paths, module)}")
        yield Fact(f.INTEGRATION, command, Source(paths[0]), Origin.CODE, Confidence.INFERRED, f"build tag {tag}")


def _tested_folders(sources: Sources, module: Module) -> frozenset[str] | None:
    """All of the module (None); of a service inside a bigger module only the packages that it is made of."""
    directory = sources.scope.directory
    if directory == module.directory:
        return None
    return frozenset(file.folder for file in sources.program(directory).files)


def _packages(paths: list[str], module: Module) -> str:
    cut = 0 if module.directory == "." else len(module.directory) + 1
    folders = sorted({path[cut:].rpartition("/")[0] for path in paths})
    return " ".join(f"./{folder}" if folder else "." for folder in folders) if len(folders) < 4 else "./..."


def _codegen(sources: Sources, program: Program | None) -> Iterator[Fact]:
    """Only when the program imports a package that the repository does not hold: committed code needs no generator."""
    if program is None or not program.missing:
        return
    missing = program.missing[0]
    makefile = sources.scope.text("Makefile") or ""
    target = next((name for name in GENERATE_TARGETS if compiled(rf"(?m)^{name}:").search(makefile)), None)
    if target:
        yield Fact(
            f.CODEGEN, f"make {target}", sources.scope.source("Makefile", rf"^{target}:"), Origin.MAKEFILE, note=f"makes {missing}"
        )
    elif sources.scope.has("buf.gen.yaml"):
        yield Fact(f.CODEGEN, "buf generate", sources.scope.source("buf.gen.yaml"), Origin.CONFIG, note=f"makes {missing}")
    else:
        directive = next(sources.scope.search(sources.scope.glob("**/*.go"), r"(?m)^//go:generate "), None)
        if directive:
            place = sources.scope.line(directive[0], directive[1])
            yield Fact(f.CODEGEN, "go generate ./...", place, Origin.CODE, Confidence.INFERRED, f"makes {missing}")
        else:
            yield Fact(
                f.UNSUPPORTED, f"{missing} is imported and not in the repository", Source(program.files[0].path), Origin.CODE
            )


def _registries(sources: Sources, module: Module) -> Iterator[Fact]:
    """Private modules: the hosts that GOPRIVATE names, and the variable with which git is told the credential."""
    repo = sources.repo
    places = [module.inside(name) for name in ("Dockerfile", "Makefile", ".envrc", ".env.example")]
    places += [*repo.glob("{.github/workflows,.circleci}/*.{yml,yaml}"), ".gitlab-ci.yml"]
    for path in places:
        text = repo.text(path) or ""
        private = compiled(r"\bGOPRIVATE\b[\"']?\s*[=:]\s*[\"']?([\w.*/,-]+)").search(text)
        if private:
            secret = compiled(r"https://(?:[\w.-]+:)?\$\{?\{?\s*(?:secrets\.)?(\w+)[^@\n]{0,6}@").search(text)
            for host in dict.fromkeys(name.lstrip("*.").removesuffix("/*") for name in private.group(1).split(",") if name):
                place = Source(path, text.count("\n", 0, private.start()) + 1)
                registry = PrivateRegistry("go", host, secret.group(1) if secret else "GO_MODULES_TOKEN")
                yield Fact(f.REGISTRY, registry, place, Origin.CI if path.startswith(".") else Origin.CONFIG, note="GOPRIVATE")
            return
