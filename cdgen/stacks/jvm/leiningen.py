"""Leiningen: Clojure projects with a project.clj. Recognised, not paved."""

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

__all__ = ["detect", "facts", "family", "id", "image", "paved", "title", "toolchain"]

id = "leiningen"
family = "jvm"
title = "Leiningen"
paved = False

MANIFEST = "project.clj"
EMPTY = Form("list", "", (), 0)
LINTERS = {
    "lein-cljfmt": "cljfmt check",
    "dev.weavejester/lein-cljfmt": "cljfmt check",
    "jonase/eastwood": "eastwood",
    "lein-kibit": "kibit",
}


def detect(repo: Repo) -> Iterator[Candidate]:
    for path in repo.glob(f"**/{MANIFEST}"):
        if "/src/" not in f"/{path}" and "/resources/" not in f"/{path}":
            yield Candidate(id, path.rpartition("/")[0] or ".", Source(path), 2)


def facts(scope: Scope) -> Iterator[Fact]:
    form = _project(scope)
    ring = form.get("ring")
    path = scope.path(MANIFEST)
    port = ring.get("port") if ring else None
    main = form.get("main")
    yield from clojure.facts(
        scope,
        clojure.Project(
            tool=id,
            path=path,
            name=_name(form),
            dependencies=tuple(_dependencies(form, path)),
            main=next((each.text for each in main.walk() if each.kind == "symbol"), None) if main else None,
            port=(int(port.text), Source(path, port.line)) if port and port.text.isdigit() else None,
            web=Source(path, ring.line) if ring else None,
        ),
    )
    yield from _commands(scope, form, path)


def _project(scope: Scope) -> Form:
    forms = read(scope.text(MANIFEST) or "")
    return next((form for form in forms if form.head == "defproject"), EMPTY)


def _name(form: Form) -> str:
    return form.items[1].text.rpartition("/")[2] if len(form.items) > 1 else ""


def _dependencies(form: Form, path: str) -> Iterator[Dependency]:
    """Those of the project, and those of its profiles for development and tests."""
    profiles = form.get("profiles")
    places = [(form.get("dependencies"), False)]
    places += [(each.get("dependencies"), True) for each in (profiles.items if profiles else ()) if each.kind == "map"]
    for holder, test in places:
        for each in holder.items if holder else ():
            if each.kind == "vector" and each.items and each.items[0].kind == "symbol":
                version = next((item.text for item in each.items[1:2] if item.kind == "string"), None)
                yield dependency(each.items[0].text, version, Source(path, each.line), test=test)


def dependency(name: str, version: str | None, place: Source, *, test: bool) -> Dependency:
    """`ring/ring-core`, or `environ` for a group of the same name."""
    group, _, artifact = name.rpartition("/")
    return Dependency(group or artifact, artifact, version, test, place)


def _commands(scope: Scope, form: Form, path: str) -> Iterator[Fact]:
    place = Source(path)
    runs = form.get("main") is not None
    served = form.get("ring") is not None
    yield Fact(f.INSTALL, "lein deps", place, Origin.MANIFEST, Confidence.INFERRED, "Leiningen")
    if clojure_code.tests(scope):
        yield Fact(f.TEST, "lein test", place, Origin.MANIFEST, Confidence.INFERRED, "tests of the project")
    plugins = form.get("plugins")
    names = [each.items[0].text for each in (plugins.items if plugins else ()) if each.items]
    lint = next((LINTERS[name] for name in names if name in LINTERS), None)
    if lint:
        yield Fact(f.LINT, f"lein {lint}", place, Origin.MANIFEST, Confidence.DECLARED, "linter of project.clj")
    if "lein-cloverage" in names and clojure_code.tests(scope):
        yield Fact(f.COVERAGE, "lein cloverage", place, Origin.MANIFEST, Confidence.INFERRED, "lein-cloverage")
    if runs or served:
        build = "lein uberjar" if runs else "lein ring uberjar"
        yield Fact(f.BUILD, build, place, Origin.MANIFEST, Confidence.INFERRED, "Leiningen")
        yield Fact(f.START, f"java -jar {_archive(form)}", place, Origin.MANIFEST, Confidence.INFERRED, "what the build packages")


def _archive(form: Form) -> str:
    """Its name carries the version, which changes with every release."""
    named = next((value for each in form.walk() if (value := each.get("uberjar-name"))), None)
    target = form.get("target-path")
    folder = target.text.removesuffix("%s/").strip("/") if target and target.kind == "string" else "target"
    return f"{folder}/{named.text if named else f'{_name(form)}-*-standalone.jar'}"
