"""What Clojure code does, read as nested forms: where it listens, which requests it answers, what it reads from its environment."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from cdgen.model.facts import Confidence, EnvVar, Route, Source
from cdgen.repo import Repo, Scope
from cdgen.repo.patterns import compiled
from cdgen.repo.variables import variable
from cdgen.stacks.jvm.clojure_reader import LONGEST, Form, read

NOT_CODE = r"(?:^|/)(?:test|tests|test-resources|dev|env/(?:dev|test)|target|doc|docs|examples?|checkouts|classes|cljs)/"
TEST = r"(?:^|/)(?:test|tests)/|_test\.cljc?$"
VERBS = frozenset({"GET", "POST", "PUT", "DELETE", "PATCH", "HEAD", "OPTIONS", "ANY"})
VERB_KEYS = frozenset({":get", ":post", ":put", ":delete", ":patch", ":head", ":options", ":any"})
# calls that begin to listen: Jetty's and Undertow's adapters, http-kit, Aleph, Luminus, Immutant
SERVERS = frozenset({"run-jetty", "run-server", "start-server", "run-undertow", "run-adapter", "start"})
WORDS = r"run-jetty|run-server|start-server|run-undertow|run-adapter|immutant|luminus|::?(?:\w+/)?port\b"
MOST_FILES = 600  # of one service; more adds time and no evidence
DEEPEST = 4  # names that stand for names
NOT_A_PORT = 100  # a smaller number near a listener is a number of threads


class ClojureFile(NamedTuple):
    """A file of code, its path relative to the repository root."""

    path: str
    text: str

    @property
    def forms(self) -> tuple[Form, ...]:
        return _forms(self.text)


class Listener(NamedTuple):
    port: int | None
    sure: Confidence
    source: Source


@lru_cache(maxsize=1024)
def _forms(text: str) -> tuple[Form, ...]:
    return read(text)


def files(scope: Scope) -> Iterator[ClojureFile]:
    """What runs. ClojureScript runs in a browser."""
    paths = (path for path in scope.files if path.endswith((".clj", ".cljc", ".bb")) and not _is_aside(path))
    for number, path in enumerate(paths):
        text = scope.text(path) if number < MOST_FILES else None
        if (
            text is not None
            and len(text) <= LONGEST
            and path.rpartition("/")[2] not in ("project.clj", "build.clj", "profiles.clj")
        ):
            yield ClojureFile(scope.path(path), text)


def _is_aside(path: str) -> bool:
    """What lies below `src` are namespaces: `compojure.api.examples` there is no example."""
    head, found, _ = f"/{path}".partition("/src/")
    return compiled(NOT_CODE).search(f"{head[1:]}/" if found else path) is not None or path.endswith("_test.clj")


def tests(scope: Scope) -> tuple[str, ...]:
    return tuple(scope.path(path) for path in scope.files if path.endswith((".clj", ".cljc")) and compiled(TEST).search(f"/{path}"))


def listeners(code: tuple[ClojureFile, ...]) -> Iterator[Listener]:
    """Calls of servers, and Pedestal's map of a service. Without a port that can be known, the call itself still listens."""
    for file in code:
        if not compiled(WORDS).search(file.text):
            continue
        for form in (form for top in file.forms for form in top.walk()):
            served = form.head in SERVERS and (form.head != "start" or "luminus" in file.text) and len(form.items) > 1
            options = form if form.kind == "map" and _is_pedestal(form) else None
            if served:
                options = next(
                    (inner for item in form.items for inner in item.walk() if inner.kind == "map" and inner.get("port")), None
                )
            if served or options:
                stated = options.get("port") if options else None
                found = _number(stated, code, file, DEEPEST) if stated else None
                place = Source(file.path, (stated or form).line)
                yield Listener(*found, place) if found else Listener(None, Confidence.INFERRED, place)


def _is_pedestal(form: Form) -> bool:
    return any(
        item.kind == "keyword" and item.text in ("::http/port", ":io.pedestal.http/port", "::server/port") for item in form.items
    )


def _number(form: Form, code: tuple[ClojureFile, ...], file: ClojureFile, depth: int) -> tuple[int, Confidence] | None:
    """A port that an expression gives: a number that stands in it, or what its name is defined as."""
    if form.kind == "number":
        return (int(form.text), Confidence.DECLARED) if compiled(r"\d{2,5}\Z").match(form.text) else None
    inside = list(form.walk())
    told = any(each.text.endswith(("getenv", "env")) or each.head in ("env", "parse-port") for each in inside)
    for each in inside:
        plain = each.kind in ("number", "string") and compiled(r"\d{3,5}\Z").match(each.text)
        if plain and NOT_A_PORT < int(each.text) < 65536:
            return int(each.text), Confidence.INFERRED if told or len(inside) > 1 else Confidence.DECLARED
    if depth and form.kind == "symbol":
        for other in (file, *(each for each in code if each is not file)):
            value = _defined(form.text.rpartition("/")[2], other)
            found = _number(value, code, other, depth - 1) if value else None
            if found:
                return found
    return None


def _defined(name: str, file: ClojureFile) -> Form | None:
    """What `def`, `let` or a destructured default calls by a name."""
    if not name or name not in file.text:
        return None
    for form in (form for top in file.forms for form in top.walk()):
        if form.head in ("def", "defonce") and any(item.text == name for item in form.items[1:-1]):
            return form.items[-1]
        if form.head in ("let", "if-let", "when-let") and len(form.items) > 1:
            bound = form.items[1].items
            for key, value in zip(bound[::2], bound[1::2], strict=False):
                if key.text == name:
                    return value
    return None


def routes(code: tuple[ClojureFile, ...]) -> Iterator[tuple[Route, Source]]:
    """Compojure's macros, Reitit's and Pedestal's tables."""
    for file in code:
        if compiled(r"compojure|reitit|pedestal|bidi|ataraxy").search(file.text):
            for top in file.forms:
                yield from _routes(top, "", file.path)


def _routes(form: Form, prefix: str, path: str) -> Iterator[tuple[Route, Source]]:
    pending = [(form, prefix)]
    while pending:
        each, before = pending.pop()
        first = each.items[1] if len(each.items) > 1 else None
        below = before
        if each.head in VERBS and first is not None and _path(first) is not None:
            yield (
                Route(
                    "*" if each.head == "ANY" else each.head,
                    _joined(before, _path(first) or ""),
                ),
                Source(path, each.line),
            )
            continue
        if each.head == "context" and first is not None and _path(first) is not None:
            below = _joined(before, _path(first) or "")
        elif each.kind == "vector" and each.items and each.items[0].kind == "string" and each.items[0].text[:1] in ("/", ""):
            below = _joined(before, each.items[0].text)
            yield from ((Route(verb, below or "/"), Source(path, each.line)) for verb in _verbs(each))
        pending.extend((item, below) for item in reversed(each.items))


def _path(form: Form) -> str | None:
    """A path, also of Compojure's `["/x/:id" :id #"[0-9]+"]`."""
    if form.kind == "string":
        return form.text
    return form.items[0].text if form.kind == "vector" and form.items and form.items[0].kind == "string" else None


def _verbs(entry: Form) -> Iterator[str]:
    """`["/x" :get handler]` of Pedestal, `["/x" {:get ...}]` of Reitit."""
    rest = entry.items[1:]
    keys = [item.text for item in rest if item.kind == "keyword"]
    keys += [item.text for form in rest if form.kind == "map" for item in form.items[::2]]
    yield from ("*" if key == ":any" else key[1:].upper() for key in dict.fromkeys(keys) if key in VERB_KEYS)


def _joined(prefix: str, path: str) -> str:
    return prefix.rstrip("/") + ("/" + path.strip("/") if path.strip("/") else "") or "/"


def variables(code: tuple[ClojureFile, ...]) -> Iterator[tuple[EnvVar, Source]]:
    """`(System/getenv "X")` and Environ's `(env :database-url)`; what an `or` around it offers is its default."""
    for file in code:
        if "getenv" not in file.text and "environ" not in file.text:
            continue
        environ = "environ" in file.text
        with_default: set[int] = set()  # forms that the `or` around them was read with
        for form in (form for top in file.forms for form in top.walk()):
            if form.head == "or":
                with_default |= {id(each) for each in form.items}
            elif id(form) in with_default:
                continue
            yield from _variable(form, file.path, environ=environ)


def _variable(form: Form, path: str, *, environ: bool) -> Iterator[tuple[EnvVar, Source]]:
    inner = form.items[1:] if form.head == "or" else (form,)
    default = next((item.text for item in inner[1:] if item.kind in ("string", "number")), None) if form.head == "or" else None
    for each in inner:
        name = each.items[1] if each.head in ("getenv", "env") and len(each.items) > 1 else None
        if name is not None and name.kind == "string" and each.head == "getenv":
            yield variable(name.text, default), Source(path, each.line)
        elif name is not None and name.kind == "keyword" and environ and each.head == "env":
            stated = each.items[2] if len(each.items) > 2 and each.items[2].kind in ("string", "number") else None
            shown = name.text.lstrip(":").upper().replace("-", "_")
            yield variable(shown, stated.text if stated else default), Source(path, each.line)


def configured_port(repo: Repo, scope: Scope) -> tuple[int, Source] | None:
    """`:port` of the configuration that is read in production."""
    for path in scope.files:
        if path.endswith(".edn") and compiled(
            r"(?:^|/)(?:resources|config|env/prod/resources)/[\w-]*(?:config|system)[\w-]*\.edn$"
        ).search(path):
            for form in (form for top in read(repo.text(scope.path(path)) or "") for form in top.walk()):
                port = form.get("port") if form.kind == "map" else None
                number = next((each for each in port.walk() if compiled(r"\d{3,5}\Z").match(each.text)), None) if port else None
                if number is not None:
                    return int(number.text), Source(scope.path(path), number.line)
    return None
