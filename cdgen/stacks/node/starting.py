"""What starts the program in production: a script, the file that Node or Bun would start, what a build target leaves."""

from __future__ import annotations

from collections.abc import Iterator
from shlex import quote
from typing import NamedTuple

from cdgen.model import facts as f
from cdgen.model.facts import Confidence, Fact, Origin
from cdgen.repo.patterns import compiled
from cdgen.stacks.node.frameworks import is_program
from cdgen.stacks.node.package import Package
from cdgen.stacks.node.workspace import tool_of

# a server for people at work, which no container starts
DEVELOPMENT = (
    r"\b(?:nodemon|ts-node-dev|tsnd|react-scripts start|vue-cli-service serve|ng serve|nx serve|webpack(?:-dev-server| serve)"
    r"|vite(?! preview)(?: dev| serve)?(?:\s|$)"
    r"|next dev|nuxt dev|nuxi dev|remix dev|remix vite:dev|gatsby develop|astro dev|parcel(?! build)|expo|craco start"
    r"|rsbuild dev|tsx watch"
    r"|node --watch|bun (?:run )?--(?:watch|hot)"
    r"|concurrently|docusaurus start|start-storybook|turbo run dev|nest start --watch|vitepress dev"
    r"|eleventy --serve|ember serve)"
)


class Runner(NamedTuple):
    """How one package manager says things."""

    stack: str

    def script(self, name: str) -> str:
        """`npm test`, `npm start`, otherwise `npm run x`; `bun test` is Bun's own runner and no script."""
        tool = tool_of(self.stack)
        plain = name in ("test", "start") and self.stack != "bun"
        return f"{tool} {name}" if plain else f"{tool} run {quote(name)}"

    def script_with(self, name: str, arguments: str) -> str:
        """Only npm wants `--` before what goes to the script."""
        return f"{self.script(name)} -- {arguments}" if self.stack == "npm" else f"{self.script(name)} {arguments}"

    def tool(self, command: str) -> str:
        """A program of the installed packages."""
        return {"npm": "npx", "pnpm": "pnpm exec", "yarn": "yarn run", "yarn-berry": "yarn run", "bun": "bunx"}[
            self.stack
        ] + f" {command}"


def up(package: Package) -> str:
    """The way from the service's folder to its workspace."""
    below = package.scope.directory if package.root == "." else package.scope.directory[len(package.root) + 1 :]
    return "/".join([".."] * (below.count("/") + 1))


def start_facts(package: Package, runner: Runner) -> Iterator[Fact]:
    """What runs in production: the script for it, else the file that Node would start."""
    body = package.scripts.get("start", "")
    for name in ("start:prod", "start:production", "start-prod", "serve:prod", "prod"):
        if name in package.scripts and (not body or compiled(DEVELOPMENT + r"|\bnest start\b").search(body)):
            yield Fact(f.START, runner.script(name), package.source(name), Origin.SCRIPT, Confidence.INFERRED, f"script {name}")
            return
    if body and not compiled(DEVELOPMENT).search(body):
        yield Fact(f.START, runner.script("start"), package.source("start"), Origin.SCRIPT, Confidence.INFERRED, "script start")
        return
    yield from _built(package)
    if package.own and (not body or body.startswith(("nodemon", "./node_modules/.bin/nodemon"))):
        yield from _bun_main(package) if runner.stack == "bun" else _main(package, body)


def _main(package: Package, watched: str) -> Iterator[Fact]:
    """`main`, or the file that a start script watches, where it is a program: `npm start` without a script runs server.js."""
    if package.data.get("bin") or any(package.data.get(key) for key in ("exports", "types", "module", "files")):
        return
    named = compiled(r"\s(?:\./)?([\w./-]+\.[cm]?js)\b").search(watched)
    main = named.group(1) if named else package.text("main").removeprefix("./")
    for name in dict.fromkeys((main, "server.js", "index.js", "app.js", "src/index.js", "src/server.js")):
        if is_program(package, name):
            note = "main of package.json" if name == main else "the file that is there"
            source = package.source("main") if name == main else package.scope.source(name)
            yield Fact(f.START, f"node {quote(name)}", source, Origin.LAYOUT, Confidence.INFERRED, note)
            return


def _bun_main(package: Package) -> Iterator[Fact]:
    """The file that `bun init` names `module` and starts, where it serves: Bun runs TypeScript as it is."""
    if package.data.get("bin") or package.data.get("exports"):
        return
    named = (package.text("module"), package.text("main"), "index.ts", "src/index.ts", "server.ts", "src/server.ts", "index.js")
    for name in dict.fromkeys(each.removeprefix("./") for each in named if each):
        text = package.scope.text(name) or ""
        if compiled(r"\bBun\.serve\b|\.listen\(|export default (?:app|server|\{)").search(text):
            yield Fact(f.START, f"bun {quote(name)}", package.scope.source(name), Origin.LAYOUT, Confidence.INFERRED, "it serves")
            return


def _built(package: Package) -> Iterator[Fact]:
    """What the build target of an Nx project leaves."""
    target = ((package.project or {}).get("targets") or {}).get("build") or {}
    options = target.get("options") if isinstance(target, dict) else None
    if isinstance(target, dict) and compiled(r"angular|browser|vite|:web|/web|next").search(str(target.get("executor"))):
        return  # pages, which nothing starts
    if not isinstance(options, dict) or not isinstance(options.get("outputPath"), str) or not isinstance(options.get("main"), str):
        return
    built = compiled(r"\.[cm]?ts$").sub(".js", options["main"].rpartition("/")[2])
    path = f"{options['outputPath']}/{built}"
    if package.is_member:
        path = f"{up(package)}/{path}"
    source = package.scope.repo.source(package.scope.path("project.json"), '"outputPath"')
    yield Fact(f.START, f"node {quote(path)}", source, Origin.MANIFEST, Confidence.INFERRED, "what the build target leaves")
