"""Where the program listens: calls in the code, flags of the start script, defaults of the frameworks."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from cdgen.model import facts as f
from cdgen.model.facts import Confidence, Fact, Key, Origin
from cdgen.repo.patterns import compiled
from cdgen.stacks.node.expressions import PORT_VARIABLE, Port, argument, evaluate
from cdgen.stacks.node.frameworks import is_static
from cdgen.stacks.node.known import Known
from cdgen.stacks.node.package import Package
from cdgen.stacks.node.sources import Match, Sources

# calls that open a socket: (pattern, a word that every file with it holds)
LISTEN = (
    (r"\.\s*(?:listen|bindAsync)\s*\(\s*", ("listen", "bindAsync")),
    (r"\bserve\s*\(\s*", ("@hono/node-server",)),
    (r"\bBun\.serve\s*(?:<[^>]*>)?\(\s*|\bDeno\.serve\s*\(\s*", ("Bun.serve", "Deno.serve")),
    (r"\bstartStandaloneServer\s*\(\s*", ("startStandaloneServer",)),
    (r"\b(?:[hH]api\.(?:new )?|new )[sS]erver\s*\(\s*(?=\{)|\bserver\.connection\s*\(\s*(?=\{)", ("hapi", "Hapi")),
)
NOT_SOCKETS = frozenset({"io", "events", "emitter", "history", "socket", "fromEvent", "window", "store", "router", "unlisten"})
SECOND = r"(?i)internal|admin|metrics|prom|management|debug|health|probe|monitor|livereload|inspect"
METRICS = r"(?i)metrics|prom"
# documented defaults of servers that a command starts, in their own documentation
DEFAULTS: Mapping[str, int] = {
    "nextjs": 3000,
    "nuxt": 3000,
    "remix": 3000,
    "react-router": 3000,
    "sveltekit": 3000,
    "astro": 4321,
    "strapi": 1337,
    "adonisjs": 3333,
    "tanstack-start": 3000,
    "solidstart": 3000,
    "nitro": 3000,
    "fresh": 8000,
}
# of `Bun.serve` and `Deno.serve` without a port: https://bun.sh/docs/api/http, https://docs.deno.com/api/deno/~/Deno.serve
RUNTIME_DEFAULTS: Mapping[str, int] = {"Bun.serve": 3000, "Deno.serve": 8000, "export default": 3000}
STATIC_PORT = 8080  # the unprivileged web server of the generated image


def port_facts(package: Package, sources: Sources, used: tuple[Known, ...], opened: tuple[Match, ...]) -> Iterator[Fact]:
    """Every port that the code, the scripts or the framework's documentation names. `opened` are the calls that listen."""
    found = [*_listens(package, sources, opened), *_flags(package)]
    if opened and not any(fact.key is f.PORT for fact in found):
        found += _variables(package, sources)
    if not any(fact.key is f.PORT for fact in found):
        found += _runtime_default(package, opened)
        found += _defaults(package, used, bool(opened))
    yield from dict.fromkeys(found)


def sockets(sources: Sources) -> Iterator[Match]:
    """Calls by which the program opens a listening socket by itself; `io.listen(server)` does not."""
    for pattern, words in LISTEN:
        for match in sources.search(pattern, *words):
            if match.receiver not in NOT_SOCKETS or not match.found.group(0).startswith("."):
                yield match


def exported(package: Package, sources: Sources) -> Iterator[Match]:
    """`export default { port, fetch }` and `export default app`, which Bun serves; on other platforms that is no socket."""
    every = package.every_dependency
    if not {"@types/bun", "bun-types"} & every.keys() or "wrangler" in every:
        return
    for match in sources.search(r"(?m)^export default (?=\{|(?:app|server)\b)", "export default"):
        whole = match.text[match.found.end() : match.found.end() + 300]
        serves = "fetch" in whole or compiled(r"\bnew (?:Hono|OpenAPIHono)\b").search(match.text)
        if serves and compiled(r"(?:^|/)(?:index|server|main|app)\.[cm]?[jt]sx?$").search(match.path):
            yield match


def _listens(package: Package, sources: Sources, opened: tuple[Match, ...]) -> Iterator[Fact]:
    for match in opened:
        expression = _expression(match)
        port = evaluate(expression, sources, match.path, match.line) if expression else None
        if port is None:
            continue
        spoken = expression + (match.receiver if match.found.group(0).startswith(".") else "")
        second = bool(compiled(SECOND).search(spoken))
        metrics = second and bool(compiled(METRICS).search(spoken))
        yield _fact(package, port, f.METRICS_PORT if metrics else f.PORT, second)


def _runtime_default(package: Package, opened: tuple[Match, ...]) -> Iterator[Fact]:
    """`Bun.serve({ fetch })` and `Deno.serve(handler)`, where nothing in the file speaks of a port."""
    for match in opened:
        named = next((name for name in RUNTIME_DEFAULTS if match.found.group(0).startswith(name)), None)
        if named and not compiled(r"(?i)(?<!ex)(?<!im)port\b").search(match.text):
            source = package.scope.line(match.path, match.line)
            yield Fact(f.PORT, RUNTIME_DEFAULTS[named], source, Origin.DEFAULT, Confidence.DEFAULT, f"default of {named}")


def _expression(match: Match) -> str:
    start = match.found.end()
    first = argument(match.text, start)
    if match.found.group(0).startswith("startStandaloneServer"):
        return argument(match.text, start + len(first) + 1)
    return first


def _fact(package: Package, port: Port, key: Key[int], second: bool) -> Fact:
    sure = Confidence.DEFAULT if second else port.confidence
    note = "it listens here" if port.confidence is Confidence.DECLARED else "unless the environment says otherwise"
    return Fact(key, port.number, package.scope.line(port.path, port.line), Origin.CODE, sure, note)


def _flags(package: Package) -> Iterator[Fact]:
    """`PORT=8080 node x.js`, `next start -p 8080`."""
    for name in ("start", "start:prod", "serve:prod"):
        body = package.scripts.get(name, "")
        found = compiled(r"(?:^|\s)PORT=(\d{2,5})\b|(?:^|\s)(?:--port|-p|--listen|-l)[= ](?:tcp://[^:]*:)?(\d{2,5})\b").search(body)
        if found:
            number = int(found.group(1) or found.group(2))
            yield Fact(f.PORT, number, package.source(name), Origin.SCRIPT, Confidence.DECLARED, f"script {name}")
            return


def _variables(package: Package, sources: Sources) -> Iterator[Fact]:
    """A default of the usual variable anywhere in the code, then in an example of the environment."""
    pattern = rf"""process\.env(?:\.|\[["'])({PORT_VARIABLE})\b(?:["']\])?[^\n;,]{{0,20}}?(?:\|\||\?\?)\s*["'`]?(\d{{2,5}})\b"""
    seen = False
    for match in sources.search(pattern, "process.env"):
        seen = True
        source = package.scope.line(match.path, match.line)
        yield Fact(
            f.PORT, int(match.found.group(2)), source, Origin.CODE, Confidence.INFERRED, f"default of {match.found.group(1)}"
        )
    if seen:
        return
    for name in (".env", ".env.example", ".env.sample", ".env-example", "env.example", ".env.defaults", ".env.dist"):
        found = compiled(rf"""(?m)^(?:export )?{PORT_VARIABLE}\s*=\s*["']?(\d{{2,5}})\b""").search(package.scope.text(name) or "")
        if found:
            source = package.scope.source(name, rf"^(?:export )?{PORT_VARIABLE}\s*=")
            yield Fact(f.PORT, int(found.group(1)), source, Origin.CONFIG, Confidence.INFERRED, name)
            return


def _defaults(package: Package, used: tuple[Known, ...], listens: bool) -> Iterator[Fact]:
    if not used:
        return
    first = used[0]
    if is_static(package, used, listens):
        note = "static files, served by an unprivileged web server"
        yield Fact(f.PORT, STATIC_PORT, package.source(first.package), Origin.DEFAULT, Confidence.DEFAULT, note)
    elif first.name in DEFAULTS and not listens:
        source = package.source(first.package)
        yield Fact(f.PORT, DEFAULTS[first.name], source, Origin.DEFAULT, Confidence.DEFAULT, f"default of {first.name}")
    elif compiled(r"\bfastify start\b").search(package.scripts.get("start", "")):
        yield Fact(f.PORT, 3000, package.source("start"), Origin.DEFAULT, Confidence.DEFAULT, "default of fastify-cli")
