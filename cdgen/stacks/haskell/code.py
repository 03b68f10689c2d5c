"""Haskell code as tokens: imports, listeners, routes, environment variables."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from cdgen.model import facts as f
from cdgen.model.facts import Confidence, Fact, Origin, Route
from cdgen.repo import Scope
from cdgen.repo.patterns import compiled
from cdgen.repo.variables import variable
from cdgen.stacks.haskell.package import Package
from cdgen.stacks.tokens import Token, inside, tokens, unquoted

LANGUAGE = (
    r"(?P<skip>\s+|\{-(?s:.*?)-\}|--+(?![!#$%&*+./<=>?@\\^|~:])[^\n]*)"
    r"|(?P<string>\"(?:\\.|[^\"\\\n])*\")|(?P<number>\d[\w.]*)"
    r"|(?P<word>[A-Za-z_][\w']*(?:\.[A-Za-z_][\w']*)*)|(?P<mark><-|->|::|=>|[!#$%&*+./<=>?@\\^|~:-]+|[^\s\w])"
)
# functions that listen -> the module that they come from; the number stands first among what they are given
LISTENING = {
    "run": "Network.Wai.Handler.Warp",
    "runEnv": "Network.Wai.Handler.Warp",
    "setPort": "Network.Wai.Handler.Warp",
    "scotty": "Web.Scotty",
    "scottyT": "Web.Scotty",
    "runSpock": "Web.Spock",
    "warp": "Yesod",
    "warpEnv": "Yesod",
}
VERBS = {"get", "post", "put", "patch", "delete", "options"}
YESOD_ROUTES = ("config/routes", "config/routes.yesodroutes", "routes")


class File(NamedTuple):
    path: str  # relative to the service
    tokens: tuple[Token, ...]

    @property
    def imports(self) -> dict[str, int]:
        """Module -> line."""
        found: dict[str, int] = {}
        for place, token in enumerate(self.tokens):
            if token.text == "import" and token.kind == "word":
                after = self.tokens[place + 1 : place + 4]
                name = next((each for each in after if each.kind == "word" and each.text[0].isupper()), None)
                if name:
                    found.setdefault(name.text, token.line)
        return found

    def uses(self, module: str) -> bool:
        return any(name == module or name.startswith(f"{module}.") for name in self.imports)


def files(scope: Scope, package: Package) -> tuple[File, ...]:
    """Those of the library and the programs."""
    folders = {folder.strip("./") for each in package.of("library", "executable") for folder in each.folders}
    own = (path for path in scope.glob("**/*.hs") if any(not folder or path.startswith(f"{folder}/") for folder in folders))
    kept = (path for path in own if not compiled(r"(?:^|/)(?:tests?|bench|dist-newstyle)/|Spec\.hs$|^Setup\.hs$").search(path))
    return tuple(File(path, tokens(scope.text(path) or "", LANGUAGE)) for path in kept)


def listeners(scope: Scope, found: tuple[File, ...]) -> Iterator[Fact]:
    for file in found:
        for place, token in enumerate(file.tokens):
            name = token.text.rpartition(".")[2]
            module = LISTENING.get(name)
            if token.kind != "word" or module is None or not file.uses(module) or _is_defined(file, place):
                continue
            source = scope.line(file.path, token.line)
            yield Fact(f.PROTOCOL, "http", source, Origin.CODE, Confidence.INFERRED, f"{name} of {module}")
            number, sure = _number(file, place + 1)
            if number:
                sure = Confidence.INFERRED if name.endswith("Env") else sure
                yield Fact(f.PORT, number, source, Origin.CODE, sure, f"{name} of {module}")


def _is_defined(file: File, place: int) -> bool:
    """A type signature, an import list, the left side of a definition."""
    before = file.tokens[place - 1].text if place else ""
    after = file.tokens[place + 1].text if place + 1 < len(file.tokens) else ""
    return after in ("::", "=", ",", ")") or before in ("import", ",") or after in ("", "<-")


def _number(file: File, place: int) -> tuple[int | None, Confidence]:
    if place >= len(file.tokens):
        return None, Confidence.INFERRED
    first = file.tokens[place]
    if first.kind == "number" and first.text.isdigit():
        return int(first.text), Confidence.DECLARED
    if first.text == "(":
        numbers = [token.text for token in inside(file.tokens, place) if token.kind == "number" and token.text.isdigit()]
        return (int(numbers[0]), Confidence.INFERRED) if len(numbers) == 1 else (None, Confidence.INFERRED)
    return _bound(file, first.text), Confidence.INFERRED


def _bound(file: File, name: str) -> int | None:
    """`port = 8080`, `port <- maybe 8080 read <$> lookupEnv "PORT"`."""
    for place, token in enumerate(file.tokens[:-1]):
        if token.text == name and file.tokens[place + 1].text in ("=", "<-"):
            row = [each for each in file.tokens[place + 2 : place + 20] if each.line <= token.line + 1]
            numbers = [each.text.strip('"') for each in row if each.text.strip('"').isdigit()]
            if len(numbers) == 1:
                return int(numbers[0])
    return None


def environment(scope: Scope, found: tuple[File, ...]) -> Iterator[Fact]:
    """`getEnv "X"` ends the program without it, `lookupEnv "X"` does not."""
    for file in found:
        for token, given in zip(file.tokens, file.tokens[1:], strict=False):
            name = token.text.rpartition(".")[2]
            if (
                name in ("getEnv", "lookupEnv")
                and given.kind == "string"
                and compiled(r"[A-Z][A-Z0-9_]+").fullmatch(unquoted(given))
            ):
                value = variable(unquoted(given), None, required=name == "getEnv")
                yield Fact(f.ENV, value, scope.line(file.path, token.line), Origin.CODE, Confidence.DECLARED, f"reads {value.name}")


def routes(scope: Scope, found: tuple[File, ...]) -> Iterator[Fact]:
    """Scotty and Spock: `get "/users/:id" $ ...`; Yesod: its file of routes."""
    for file in found:
        if not file.uses("Web.Scotty") and not file.uses("Web.Spock"):
            continue
        for place, token in enumerate(file.tokens[:-1]):
            given = file.tokens[place + 1]
            if token.text.rpartition(".")[2] in VERBS and given.kind == "string" and unquoted(given).startswith("/"):
                method = token.text.rpartition(".")[2].upper()
                yield _route(scope, method, unquoted(given), file.path, token.line)
            elif token.text.rpartition(".")[2] in VERBS and given.text == "root":
                yield _route(scope, token.text.rpartition(".")[2].upper(), "/", file.path, token.line)
    for path in YESOD_ROUTES:
        for number, row in enumerate(scope.lines(path), 1):
            named = compiled(r"^(/\S*)\s+\w+R((?:\s+[A-Z]+)+)\s*(?:--.*)?$").match(row)
            for method in named.group(2).split() if named else ():
                yield _route(scope, method, named.group(1) if named else "", path, number)


def _route(scope: Scope, method: str, path: str, file: str, line: int) -> Fact:
    return Fact(f.ROUTE, Route(method, path), scope.line(file, line), Origin.CODE, Confidence.DECLARED, f"routes {path}")
