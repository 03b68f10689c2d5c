"""Dockerfiles of the repository: stages, base, user, ports, entry point. Read as evidence, never changed."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

from cdgen.detectors.dockerfile_text import Instruction, Stage, command_text, entry_point, environment_of, expand, inherited, parse
from cdgen.detectors.start_command import port_argument
from cdgen.model import facts as f
from cdgen.model.facts import Confidence, ExistingImage, Fact, Origin, Source, Version
from cdgen.repo import Scope
from cdgen.repo.patterns import compiled, matcher
from cdgen.stacks import FAMILIES, base_image

BESIDE = "{*.Dockerfile,Dockerfile.*,*.dockerfile,Containerfile}"
FOLDERS = "{docker,build,deploy,.docker,src,images,dockerfiles,build/package}"
BELOW = f"{FOLDERS}/{{,*/}}Dockerfile"
NAMED_BELOW = f"{FOLDERS}/{{,*/}}{BESIDE}"
NOT_AN_IMAGE = r"(?i)\.(?:dockerignore|j2|tmpl)$|^\.|(?:^|[._-])(?:dev|test|tests|ci|local|debug|gitpod)(?:[._-]|$)"
NOT_SHIPPED = r"(?i)(?:^|/)(?:tests?|testdata|e2e|examples?|samples?|docs|\.devcontainer|fixtures|hack|benchmarks?)/"
RELEASED = r"(?i)prod|release|^Containerfile$"  # names of the one that is shipped
OUTPUT = r"^(?:.*/)?(?:target|build|dist|out|publish)(?:/|$)|\.(?:jar|war)$"  # where build tools leave their work
PORT_NAMES = ("PORT", "SERVER_PORT", "HTTP_PORT", "APP_PORT", "ROCKET_PORT")


def detect(scope: Scope) -> Iterator[Fact]:
    """The Dockerfile of this service, and what its last stage says."""
    for path, own in places(scope):
        text = scope.repo.text(path)
        if text is None:
            continue
        stages = parse(text)
        if not stages:
            continue
        yield from _image(path, stages, scope, own)
        if own is Confidence.DECLARED:
            yield from _languages(path, stages, scope)


def image_at(path: str, scope: Scope, confidence: Confidence) -> Iterator[Fact]:
    """What a Dockerfile elsewhere in the repository says of this service; `path` is that of the repository."""
    stages = parse(scope.repo.text(path) or "")
    if stages:
        yield from _image(path, stages, scope, confidence)


def is_beside(path: str, directory: str) -> bool:
    """Whether a Dockerfile stands in a folder, or in one below it that is for such files, and not with something else."""
    own = path if directory == "." else path.removeprefix(f"{directory}/")
    if own.startswith("src/"):
        return False  # what stands there is the image of the code beside it
    return own == "Dockerfile" or any(matcher(pattern)(own) for pattern in (BESIDE, BELOW, NAMED_BELOW))


@lru_cache(maxsize=1)
def places(scope: Scope) -> tuple[tuple[str, Confidence], ...]:
    """`Dockerfile` in the service's folder; else the one below it that builds this language, of several the shortest path.

    Kept for the service that is looked at: its stack and several detectors ask.
    """
    if scope.has("Dockerfile"):
        return ((scope.path("Dockerfile"), Confidence.DECLARED),)
    if not any("ockerfile" in path or path.endswith("Containerfile") for path in scope.files):
        return ()
    near = [path for path in scope.glob(BESIDE) if not compiled(NOT_AN_IMAGE).search(path)]
    near += scope.glob(BELOW)
    near = near or [path for path in scope.glob(NAMED_BELOW) if not compiled(NOT_AN_IMAGE).search(path.rpartition("/")[2])]
    near = near or [path for path in scope.glob("**/Dockerfile") if not compiled(NOT_SHIPPED).search(path)]
    building = [path for path in near if _builds_family(scope, path)] or near
    preferred = [path for path in building if compiled(RELEASED).search(path)] or building
    if not preferred:
        return ()
    sure = Confidence.DECLARED if len(preferred) == 1 or len(preferred) < len(building) else Confidence.INFERRED
    return ((scope.path(min(preferred, key=lambda path: (len(path), path))), sure),)


def _builds_family(scope: Scope, path: str) -> bool:
    """Whether a stage starts from an image of the language that is looked for."""
    stages = parse(scope.text(path) or "")
    known = (base_image(_image_name(stage.base)[0]) for stage in stages)
    return any(each is not None and each[0].name == scope.family for each in known)


def _image_name(reference: str) -> tuple[str, str]:
    """Last path segment and tag of an image reference."""
    name, _, tag = reference.split("@")[0].rpartition("/")[2].partition(":")
    return name, tag


def _image(path: str, stages: tuple[Stage, ...], scope: Scope, confidence: Confidence) -> Iterator[Fact]:
    final = inherited(stages)
    environment = environment_of(final)
    ports = tuple(port for item in final if item.word == "EXPOSE" for port in _ports(item.text, environment))
    user = next((item for item in reversed(final) if item.word == "USER"), None)
    entry = entry_point(final, stages[-1].base)
    context = scope.directory if path.startswith(scope.path("")) or scope.directory == "." else "."
    image = ExistingImage(
        path=path,
        context=context,
        user=user.text if user else None,
        user_line=user.line if user else 0,
        ports=ports,
        entrypoint=entry,
        base=stages[-1].base,
        copies_output=_copies_output(stages, context, scope),
    )
    yield Fact(f.DOCKERFILE, image, Source(path, stages[-1].line), Origin.DOCKERFILE, confidence, "your Dockerfile")
    yield from _port_facts(path, final, environment, confidence)
    if entry:
        place = next(item.line for item in reversed(final) if item.word in ("ENTRYPOINT", "CMD"))
        command = command_text(entry)
        yield Fact(f.START, command, Source(path, place), Origin.DOCKERFILE, confidence, "the image's entry point")
        port = port_argument(command)
        if port:
            yield Fact(f.PORT, port, Source(path, place), Origin.COMMAND, confidence, "argument of the image's entry point")
    for item in final:
        if item.word == "HEALTHCHECK" and (found := compiled(r"https?://[^/\s\"']+(/[\w./-]+)").search(item.text)):
            yield Fact(
                f.HEALTH_PATH, found.group(1), Source(path, item.line), Origin.DOCKERFILE, Confidence.INFERRED, "HEALTHCHECK"
            )


def _copies_output(stages: tuple[Stage, ...], context: str, scope: Scope) -> bool:
    """Whether a COPY takes from the build context what the repository does not hold and a build would leave there."""
    for stage in stages:
        for item in stage.instructions:
            words = item.text.split()
            if item.word not in ("COPY", "ADD") or any(word.startswith("--from") for word in words):
                continue
            sources = [word.removeprefix("./") for word in words[:-1] if not word.startswith(("--", "[", "http"))]
            if any(compiled(OUTPUT).search(source) and not _is_tracked(source, context, scope) for source in sources):
                return True
    return False


def _is_tracked(source: str, context: str, scope: Scope) -> bool:
    place = source if context == "." else f"{context}/{source}"
    return scope.repo.has(place) or bool(scope.repo.under(place.rstrip("/"))) or bool(scope.repo.glob(place))


def _port_facts(path: str, final: tuple[Instruction, ...], environment: dict[str, str], confidence: Confidence) -> Iterator[Fact]:
    """ENV PORT is what the process is told; the first EXPOSE is what the image promises."""
    for item in final:
        name = next(
            (name for name in PORT_NAMES if item.word == "ENV" and compiled(rf"(?:^|\s){name}[=\s]").search(item.text)), None
        )
        if name and environment.get(name, "").isdigit():
            yield Fact(
                f.PORT, int(environment[name]), Source(path, item.line), Origin.DOCKERFILE, confidence, f"ENV {name} of the image"
            )
            return
    exposed = [(item.line, port) for item in final if item.word == "EXPOSE" for port in _ports(item.text, environment)]
    if exposed:
        # one port is a promise; of several the first is only the likelier one
        sure = confidence if len({port for _, port in exposed}) == 1 else Confidence.INFERRED
        yield Fact(f.PORT, exposed[0][1], Source(path, exposed[0][0]), Origin.DOCKERFILE, sure, "EXPOSE of the image")


def _ports(text: str, environment: dict[str, str]) -> Iterator[int]:
    for word in expand(text, environment).split():
        number = word.split("/")[0].split("-")[0]
        if number.isdigit() and 0 < int(number) < 65536:
            yield int(number)


def _languages(path: str, stages: tuple[Stage, ...], scope: Scope) -> Iterator[Fact]:
    """What the base images say about the language, and for the family that is looked for, its version and build tool."""
    for stage in stages:
        name, tag = _image_name(stage.base)
        known = base_image(name)
        if known is None:
            continue
        family, image = known
        place, note = Source(path, stage.line), f"FROM {stage.base}"
        yield Fact(f.LANGUAGE, image.language, place, Origin.DOCKERFILE, Confidence.DEFAULT, note)
        version = _version(tag, tagged=image.tagged)
        if family.name == scope.family and version:
            yield Fact(f.LANGUAGE_VERSION, Version(version), place, Origin.DOCKERFILE, Confidence.INFERRED, note)
    tools = [tool for each in FAMILIES for tool in each.tools]
    for item in (item for stage in stages for item in stage.instructions if item.word == "RUN"):
        for tool, pattern in tools:
            if compiled(pattern).search(item.text):
                place = Source(path, item.line)
                yield Fact(f.BUILD_TOOL, tool, place, Origin.DOCKERFILE, Confidence.DEFAULT, "RUN of the image")


def _version(tag: str, *, tagged: bool) -> str | None:
    """The version of the language that a tag names: at its start, or after a name (`3.9-eclipse-temurin-21`, `rust-1.80.1`)."""
    named = r"(?:jdk|temurin|openjdk|corretto)-?(\d+)|\brust-(\d+(?:\.\d+)+)"
    found = compiled(r"(\d+(?:\.\d+)*)").match(tag) if tagged else compiled(named).search(tag)
    return next(filter(None, found.groups())) if found else None
