"""The command line tools of Clojure: projects with a deps.edn. Recognised, not paved."""

from __future__ import annotations

from collections.abc import Iterator

from cdgen.model import facts as f
from cdgen.model.facts import Confidence, Fact, Origin, Source
from cdgen.repo import Repo, Scope
from cdgen.stacks.base import Candidate
from cdgen.stacks.base import no_image as image
from cdgen.stacks.base import no_toolchain as toolchain
from cdgen.stacks.jvm import clojure, clojure_code
from cdgen.stacks.jvm.build import Dependency
from cdgen.stacks.jvm.clojure_reader import Form, read
from cdgen.stacks.jvm.leiningen import dependency

__all__ = ["detect", "facts", "family", "id", "image", "paved", "title", "toolchain"]

id = "clojure-cli"
family = "jvm"
title = "Clojure CLI"
paved = False

MANIFEST = "deps.edn"
EMPTY = Form("map", "", (), 0)
FOR_DEVELOPMENT = ("test", "dev", "build", "lint", "repl", "bench", "outdated", "format", "kondo")


def detect(repo: Repo) -> Iterator[Candidate]:
    """A project of Leiningen often has a deps.edn for its editor: the tool with a file of its own for building goes first."""
    for path in repo.glob(f"**/{MANIFEST}"):
        folder = path.rpartition("/")[0] or "."
        beside = "project.clj" if folder == "." else f"{folder}/project.clj"
        if not repo.has(beside):
            yield Candidate(id, folder, Source(path), 2)


def facts(scope: Scope) -> Iterator[Fact]:
    form = next((each for each in read(scope.text(MANIFEST) or "") if each.kind == "map"), EMPTY)
    path = scope.path(MANIFEST)
    project = clojure.Project(
        tool=id,
        path=path,
        name=scope.directory.rpartition("/")[2] if scope.directory != "." else scope.repo.name,
        dependencies=tuple(_dependencies(form, path)),
        main=_main(form),
    )
    yield from clojure.facts(scope, project)
    for folder, line in _local(form, scope):
        yield Fact(f.DEPENDS_ON, folder, Source(path, line), Origin.MANIFEST, Confidence.DECLARED, ":local/root")
    yield from _commands(scope, form, path)


def _aliases(form: Form) -> Iterator[tuple[str, Form]]:
    holder = form.get("aliases")
    items = holder.items if holder else ()
    for name, value in zip(items[::2], items[1::2], strict=False):
        yield name.text.lstrip(":"), value


def _dependencies(form: Form, path: str) -> Iterator[Dependency]:
    holders: list[tuple[Form | None, bool]] = [(form.get("deps"), False)]
    for called, alias in _aliases(form):
        holders += [(alias.get("extra-deps", "deps"), any(word in called for word in FOR_DEVELOPMENT))]
    for holder, test in holders:
        items = holder.items if holder else ()
        for name, value in zip(items[::2], items[1::2], strict=False):
            version = value.get("version")
            yield dependency(name.text, version.text if version else None, Source(path, name.line), test=test)


def _local(form: Form, scope: Scope) -> Iterator[tuple[str, int]]:
    """Folders of other projects of the repository, which stand relative to this one's."""
    holder = form.get("deps")
    for value in holder.items[1::2] if holder else ():
        root = value.get("root")
        parts: list[str] = [] if scope.directory == "." else scope.directory.split("/")
        for part in root.text.split("/") if root and root.kind == "string" else ():
            parts = parts[:-1] if part == ".." else [*parts, *([] if part in (".", "") else [part])]
        if root and parts and scope.repo.under("/".join(parts)):
            yield "/".join(parts), root.line


def _main(form: Form) -> str | None:
    """The namespace of `:main-opts ["-m" "app.core"]`, or of `:ns-default`."""
    for name, alias in _aliases(form):
        options = alias.get("main-opts")
        words = [item.text for item in options.items] if options else []
        if "-m" in words[:-1] and not any(word in name for word in FOR_DEVELOPMENT):
            return words[words.index("-m") + 1]
    return None


def _commands(scope: Scope, form: Form, path: str) -> Iterator[Fact]:
    aliases = dict(_aliases(form))
    place = Source(path)
    yield Fact(f.INSTALL, "clojure -P", place, Origin.MANIFEST, Confidence.INFERRED, "Clojure CLI")
    test = aliases.get("test")
    if test is not None and clojure_code.tests(scope):
        option = "-X:test" if test.get("exec-fn") else "-M:test"
        yield Fact(f.TEST, f"clojure {option}", Source(path, test.line), Origin.MANIFEST, Confidence.INFERRED, "alias :test")
    build = scope.text("build.clj")
    if "build" in aliases and build is not None:
        tasks = [form.items[1].text for form in read(build) if form.head == "defn" and len(form.items) > 1]
        task = next((name for name in ("uber", "uberjar", "ci", "all", "jar") if name in tasks), None)
        if task:
            yield Fact(
                f.BUILD,
                f"clojure -T:build {task}",
                Source(scope.path("build.clj")),
                Origin.SCRIPT,
                Confidence.INFERRED,
                "build.clj",
            )
    for name, alias in aliases.items():
        if name in ("run", "run-m", "start", "serve", "server", "main", "prod"):
            option = "-X" if alias.get("exec-fn") else "-M"
            yield Fact(
                f.START,
                f"clojure {option}:{name}",
                Source(path, alias.line),
                Origin.MANIFEST,
                Confidence.INFERRED,
                f"alias :{name}",
            )
            return
