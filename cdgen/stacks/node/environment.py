"""Variables that the program reads, and private package registries."""

from __future__ import annotations

from collections.abc import Iterator

from cdgen.model import facts as f
from cdgen.model.facts import Confidence, EnvVar, Fact, Origin, PrivateRegistry, Source
from cdgen.repo.patterns import compiled
from cdgen.repo.variables import variable
from cdgen.stacks.node.package import Package, join, strings
from cdgen.stacks.node.schemas import schema_reads
from cdgen.stacks.node.sources import Match, Sources
from cdgen.stacks.node.trees import Trees

READ = r"""(?:process|Bun)\.env(?:\.(?P<dot>[A-Z_][A-Z0-9_]*)\b|\[\s*["'`](?P<key>[A-Z_][A-Z0-9_]*)["'`]\s*\])"""
DEFAULT = r"""\s*(?:as string\s*)?\)?\s*(?:\|\||\?\?)\s*(?:["'`](?P<text>[^"'`\n$]*)["'`]|(?P<number>\d[\d._]*|true|false)\b)"""
DENO = r"""\bDeno\.env\.get\(\s*["'`](?P<name>[A-Z_][A-Z0-9_]*)["'`]\s*\)(?:\s*(?:\|\||\?\?)\s*["'`](?P<text>[^"'`\n$]*)["'`])?"""
DESTRUCTURED = r"""\{(?P<names>[^{}]*)\}\s*=\s*(?:globalThis\.)?process\.env\b"""
GETTER = (
    r"""(?P<call>[\w$.]+)(?:<[\w\s|]+>)?\(\s*["'`](?P<name>[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+|PORT"""
    r"""|HOST)["'`]\s*(?:,\s*["'`]?(?P<text>[^"'`,)\n{}]*)["'`]?)?"""
)
INSISTS = r"(?i)(?:^|\.)(?:getOrThrow|required|require[A-Z_]\w*|must\w*|mandatory\w*)$"  # `required("X")`, not `require("X")`
FAILS = r"^[^\n]{0,80}\)\s*\{?\s*(?:throw|process\.exit)|^\s*\)\s*throw"
# set by the runtime, the shell or the platform: nothing that a service is configured with
AMBIENT = frozenset(
    {"NODE_ENV", "HOME", "PATH", "PWD", "USER", "CI", "TZ", "SHELL", "TERM", "TMPDIR", "LANG", "DEBUG", "NODE_OPTIONS"}
)
PUBLIC = frozenset({"registry.npmjs.org", "registry.yarnpkg.com", "npmjs.org", "www.npmjs.com", "registry.npmjs.com", "npm.jsr.io"})


def env_facts(package: Package, sources: Sources, trees: Trees) -> Iterator[Fact]:
    """One fact per sighting of a variable; the default and whether the code stops without it as far as the line shows."""
    seen: set[EnvVar] = set()
    matched = ((match.path, match.line, read) for match, read in (*_reads(sources), *_destructured(sources), *_getters(sources)))
    for path, line, read in (*schema_reads(trees), *matched):
        tooling = compiled(r"(?:^|/)(?:scripts|tools|build)/").search(path)
        if tooling or read.name in AMBIENT or read.name.startswith("npm_") or read in seen:
            continue
        seen.add(read)
        yield Fact(f.ENV, read, package.scope.line(path, line), Origin.CODE, Confidence.DECLARED, "read by the code")


def _reads(sources: Sources) -> Iterator[tuple[Match, EnvVar]]:
    for match in sources.search(DENO, "Deno.env"):
        default = match.found.group("text")
        yield match, variable(match.found.group("name"), default, required=False)
    for match in sources.search(READ, "process.env", "Bun.env"):
        end = match.found.end()
        after = match.text[end : end + 200]
        given = compiled(DEFAULT).match(after)
        default = (given.group("text") if given.group("text") is not None else given.group("number")) if given else None
        negated = match.text[max(0, match.found.start() - 1) : match.found.start()] == "!"
        required = after.startswith("!") or (negated and bool(compiled(FAILS).match(after)))
        yield match, variable(match.found.group("dot") or match.found.group("key"), default, required=required)


def _destructured(sources: Sources) -> Iterator[tuple[Match, EnvVar]]:
    for match in sources.search(DESTRUCTURED, "process.env"):
        pattern = r"""(?:^|,)\s*([A-Z_][A-Z0-9_]*)\s*(?::\s*\w+\s*)?(?:=\s*["'`]?([^"'`,]*?)["'`]?\s*)?(?=,|$)"""
        for name, default in compiled(pattern).findall(match.found.group("names").strip()):
            yield match, variable(name, default or None)


def _getters(sources: Sources) -> Iterator[tuple[Match, EnvVar]]:
    """`get('REDIS_HOST', 'localhost')` in a file whose own function reads `process.env[name]`; Nest's `configService.get('X')`."""
    for match in sources.search(GETTER, "process.env[", "ConfigService", "configService"):
        dynamic = compiled(r"process\.env\[\s*[a-z]\w*\s*\]").search(match.text)
        call = match.found.group("call")
        nest = compiled(r"(?i)config(?:Service)?\.(?:get|getOrThrow)$").search(call)
        if not nest and not (dynamic and "." not in call):
            continue
        default = (match.found.group("text") or "").strip() or None
        yield match, variable(match.found.group("name"), default, required=bool(compiled(INSISTS).search(call)))


def registry_facts(package: Package) -> Iterator[Fact]:
    """Registries that need a credential, each with the variable that carries it."""
    for place in dict.fromkeys((package.scope.directory, package.root)):
        yield from _npmrc(package, join(place, ".npmrc"))
        yield from _yarnrc(package, join(place, ".yarnrc.yml"))


def _npmrc(package: Package, path: str) -> Iterator[Fact]:
    """Scoped and default registries of `.npmrc`; a token that stands there in clear is named, never read out."""
    lines = package.scope.repo.lines(path)
    tokens: dict[str, str] = {}
    hosts: dict[str, int] = {}
    for number, line in enumerate(lines, 1):
        token = compiled(r"^\s*//([^/:\s]+)\S*?:_(?:authToken|auth|password)\s*=\s*[\"']?(?:\$\{(\w+)[?}:]|\S)").match(line)
        registry = compiled(r"^\s*(?:@[\w.-]+:)?registry\s*=\s*[\"']?https?://([^/\s\"']+)").match(line)
        if token:
            tokens[token.group(1)] = token.group(2) or "NPM_TOKEN"
            hosts.setdefault(token.group(1), number)
        elif registry and registry.group(1) not in PUBLIC:
            hosts.setdefault(registry.group(1), number)
    for host, number in hosts.items():
        yield _registry(host, tokens.get(host, "NPM_TOKEN"), Source(path, number))


def _yarnrc(package: Package, path: str) -> Iterator[Fact]:
    """`npmScopes` and `npmRegistryServer` of yarn berry."""
    repo = package.scope.repo
    if not repo.has(path):
        return
    data = repo.yaml(path)
    if not isinstance(data, dict):
        return
    entries = [data, *(entry for entry in (data.get("npmScopes") or {}).values() if isinstance(entry, dict))]
    for entry in entries:
        server = compiled(r"https?://([^/\s]+)").match(strings(entry).get("npmRegistryServer", ""))
        token = strings(entry).get("npmAuthToken") or strings(entry).get("npmAuthIdent")
        if server and (server.group(1) not in PUBLIC or token):
            named = compiled(r"\$\{(\w+)").search(token or "")
            yield _registry(server.group(1), named.group(1) if named else "NPM_TOKEN", repo.source(path, "npmRegistryServer"))


def _registry(host: str, secret: str, source: Source) -> Fact:
    return Fact(f.REGISTRY, PrivateRegistry("npm", host, secret), source, Origin.CONFIG, Confidence.DECLARED, "private registry")
