"""What a Go program is built with: modules and packages of its repository, dependencies, code generators, its test runner."""

from __future__ import annotations

from collections.abc import Iterator

from cdgen.model import facts as f
from cdgen.model.facts import Confidence, Fact, Origin, Source
from cdgen.repo.patterns import compiled
from cdgen.stacks.base import matches
from cdgen.stacks.go.module import Module
from cdgen.stacks.go.packages import Program, Sources, is_generated, without_comments

# words of a `//go:generate` line -> what they generate from
GENERATORS = (
    (r"\b(?:protoc|buf)\b", "protobuf"),
    (r"\bsqlc\b", "sqlc"),
    (r"\b(?:oapi-codegen|openapi-generator(?:-cli)?|ogen|swagger|swag)\b", "openapi"),
    (r"\b(?:gqlgen|genqlient)\b", "graphql"),
    (r"\b(?:mockgen|mockery|moq|counterfeiter|minimock)\b", "mocks"),
    (r"\bent\b.*\bgenerate\b", "ent"),
    (r"\bwire\b", "wire"),
)
# files that hold such lines and are no part of the program
DIRECTIVES = "{tools,generate,gen,doc,main}.go,**/{tools,generate,gen,doc}.go"
RUNNERS = (("gotestsum", r"(?m)^[^#\n]*\bgotestsum\b(?!@)"), ("ginkgo", r"(?m)^[^#\n]*\bginkgo\s+(?:run\b|-|\./)"))
PLACES = ("Makefile", "Taskfile.yml", "Taskfile.yaml", "justfile", "magefile.go")
GINKGO = "github.com/onsi/ginkgo"
MOST_FOLDERS = 40  # packages of a module that a program is told to depend on


def facts(sources: Sources, module: Module, program: Program) -> Iterator[Fact]:
    if module.file is not None:
        direct = sum(not each.indirect for each in module.requires)
        yield Fact(
            f.DEPENDENCIES, direct, Source(module.file), Origin.MANIFEST, Confidence.DECLARED, "direct requirements of go.mod"
        )
    yield from _depends_on(sources, module, program)
    yield from _generators(sources, program)
    yield from _runner(sources)


def _depends_on(sources: Sources, module: Module, program: Program) -> Iterator[Fact]:
    """Modules beside it that the program imports; of its own module the packages outside the service's folder."""
    folders: dict[str, Source] = {}
    for name, file in program.names.items():
        beside = next((place for place in module.local if name == place[0] or name.startswith(place[0] + "/")), None)
        if beside and beside[1] in _folders(sources):
            folders.setdefault(beside[1], _import(file.path, file.text, name))
    own = sources.scope.directory
    for file in program.files:
        inside = own == "." or file.folder == own or file.folder.startswith(own + "/")
        known = any(file.folder == folder or file.folder.startswith(folder + "/") for folder in folders)
        if not inside and not known and file.folder != module.directory:
            folders[file.folder] = Source(file.path)
    for folder, place in list(folders.items())[:MOST_FOLDERS]:
        yield Fact(f.DEPENDS_ON, folder, place, Origin.CODE, Confidence.DECLARED, "imported by the program")


def _folders(sources: Sources) -> frozenset[str]:
    """The folders of replaced modules that the repository holds."""
    local = [folder for _, folder in sources.module.local]
    return frozenset(folder for folder in local if any(path == folder or path.startswith(f"{folder}/") for path in sources.folders))


def _import(path: str, text: str, name: str) -> Source:
    return Source(path, text.count("\n", 0, max(text.find(f'"{name}"'), 0)) + 1)


def _generators(sources: Sources, program: Program) -> Iterator[Fact]:
    """`//go:generate` lines, the first of each kind."""
    texts = {file.path: file.text for file in program.files if "//go:generate" in file.text and not is_generated(file)}
    for name in sources.scope.glob("{" + DIRECTIVES + "}"):
        path = sources.scope.path(name)
        text = sources.repo.text(path) or ""
        if path not in texts and "//go:generate" in text:
            texts[path] = without_comments(text)
    seen: set[str] = set()
    for path, text in texts.items():
        for match in matches(r"(?m)^//go:generate[ \t]+(.+)$", text):
            kind = next((kind for words, kind in GENERATORS if compiled(words).search(match.group(1))), None)
            if kind and kind not in seen:
                seen.add(kind)
                place = Source(path, text.count("\n", 0, match.start()) + 1)
                yield Fact(f.GENERATOR, kind, place, Origin.CODE, Confidence.DECLARED, "go:generate")


def _runner(sources: Sources) -> Iterator[Fact]:
    """What runs the tests: a runner that the repository names, Ginkgo where tests are written for it, else `go test`."""
    if not sources.tests:
        return
    for place in PLACES:
        text = sources.scope.text(place) or "" if sources.scope.has(place) else ""
        for name, words in RUNNERS:
            if found := compiled(words).search(text):
                line = text.count("\n", 0, found.start()) + 1
                yield Fact(f.TEST_RUNNER, name, sources.scope.line(place, line), Origin.MAKEFILE, Confidence.DECLARED, place)
                return
    for path in sources.tests:
        text = sources.repo.text(path) or ""
        if f'"{GINKGO}' in text:
            yield Fact(f.TEST_RUNNER, "ginkgo", Source(path), Origin.CODE, Confidence.INFERRED, f"imports {GINKGO}")
            return
    yield Fact(f.TEST_RUNNER, "go test", Source(sources.tests[0]), Origin.LAYOUT, Confidence.INFERRED, "test files")
