"""What the container starts: one Node process that gets the signals itself, never a package manager in front of it."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from typing import NamedTuple

from cdgen.repo.patterns import compiled
from cdgen.stacks.node.known import Known
from cdgen.stacks.node.package import Package

# programs of the packages that start a server, as the file that Node runs: from `bin` of each published package
PROGRAMS: Mapping[tuple[str, ...], tuple[str, ...]] = {
    ("next", "start"): ("node_modules/next/dist/bin/next", "start"),
    ("remix-serve",): ("node_modules/@remix-run/serve/dist/cli.js",),
    ("fastify", "start"): ("node_modules/fastify-cli/cli.js", "start"),
    ("strapi", "start"): ("node_modules/@strapi/strapi/bin/strapi.js", "start"),
    ("nuxt", "start"): (".output/server/index.mjs",),
    ("nuxt", "preview"): (".output/server/index.mjs",),
    ("nuxi", "preview"): (".output/server/index.mjs",),
    ("nest", "start"): ("dist/main.js",),
    ("astro", "preview"): ("dist/server/entry.mjs",),
}
SERVE_OLD, SERVE_NEW = "node_modules/@react-router/serve/bin.js", "node_modules/@react-router/serve/bin.cjs"  # before and since 7.5
# what writes the files that the start needs, by framework
OUTPUTS: Mapping[str, tuple[str, ...]] = {
    "nextjs": (".next",),
    "nuxt": (".output",),
    "remix": ("build",),
    "react-router": ("build",),
    "sveltekit": ("build",),
    "astro": ("dist",),
    "nestjs": ("dist",),
    "tanstack-start": (".output",),
    "solidstart": (".output",),
    "nitro": (".output",),
}
DEEP = 4
SHELL = r"[|&;<>()`\n]|\$"


class Entry(NamedTuple):
    """Arguments of `program`, the variables set before it, and the file it starts, relative to the service."""

    arguments: tuple[str, ...]
    environment: tuple[tuple[str, str], ...]
    file: str
    program: str = "node"  # or bun


def entry(start: str | None, package: Package) -> Entry | str:
    """How the image starts the service, or why that cannot be known."""
    if not start:
        return "it is not known what starts it"
    body = _body(start, package)
    words = _split(body)
    if words is None:
        return f"`{body}` needs a shell: say which program the image starts (commands: {{start: node ...}})"
    environment, words = _environment(words)
    if words[:1] == ["bun"]:
        words = [word for word in words[1:] if word not in ("run", "--bun")]
        file = next((word for word in words if not word.startswith("-")), "")
        if compiled(r"\.[cm]?[jt]sx?$").search(file):
            return Entry(tuple(words), environment, file.removeprefix("./"), "bun")
    found = _arguments(words, package)
    if isinstance(found, str):
        return found
    file = next((word for word in found if compiled(r"\.[cm]?[jt]s$").search(word)), "") or _path(found)
    return Entry(found, environment, file.removeprefix("./"))


def _path(arguments: tuple[str, ...]) -> str:
    """The first argument that is no option: what node starts when it is named without an ending."""
    options = ("-r", "--require", "--import", "--loader")
    values = (word for before, word in zip(("", *arguments), arguments, strict=False) if before not in options)
    return next((word for word in values if not word.startswith("-")), arguments[-1])


def _body(start: str, package: Package) -> str:
    """The text of the script that a command names, through scripts that only name another; any other command as it is."""
    body = start.strip()
    for _ in range(DEEP):
        built = compiled(r"^(?:(?:npm|pnpm|yarn|bun)\s+(?:run\s+)?(?:pre)?build[\w:-]*|tsc(?:\s[^&]*)?)\s*&&\s*").match(body)
        body = body[built.end() :] if built else body  # the image is built already
        named = compiled(r"^(?:npm|pnpm|yarn|bun)\s+(?:run\s+|run-script\s+)?([\w:.-]+)$").match(body)
        if named is None or named.group(1) not in package.scripts:
            break
        body = package.scripts[named.group(1)].strip()
    return body


def _split(body: str) -> list[str] | None:
    if compiled(SHELL).search(body):
        return None
    try:
        return shlex.split(body)
    except ValueError:
        return None


def _environment(words: list[str]) -> tuple[tuple[tuple[str, str], ...], list[str]]:
    """Leading `NAME=value` words, with or without cross-env or env before them."""
    words = words[1:] if words[:1] in (["cross-env"], ["env"], ["exec"]) else words
    pairs: list[tuple[str, str]] = []
    while words and (found := compiled(r"([A-Za-z_]\w*)=(.*)$").match(words[0])):
        pairs.append((found.group(1), found.group(2)))
        words = words[1:]
    return tuple(pairs), words


def _arguments(words: list[str], package: Package) -> tuple[str, ...] | str:
    program, rest = (words[0], words[1:]) if words else ("", [])
    if program == "bunx":
        return _arguments([word for word in rest if word != "--bun"], package)
    if program in ("npx", "pnpx") or words[:2] in (["pnpm", "exec"], ["npm", "exec"]):
        return _arguments(words[1:] if program in ("npx", "pnpx") else words[2:], package)
    if program == "node":
        return tuple(rest) if rest and "--watch" not in rest else "`node --watch` is for development"
    if program in ("pm2-runtime", "pm2-docker") and rest and compiled(r"\.[cm]?js$").search(rest[0]):
        return tuple(rest[:1])
    if program in ("tsx", "ts-node", "ts-node-esm"):
        return _typed(program, rest, package)
    if program == "react-router-serve":
        version = package.every_dependency.get("@react-router/serve", "")
        old = compiled(r"[\^~]?7\.[0-4]\.").match(version)
        return (SERVE_OLD if old else SERVE_NEW, *rest)
    for prefix, arguments in PROGRAMS.items():
        if tuple(words[: len(prefix)]) == prefix:
            return (*arguments, *rest[len(prefix) - 1 :])
    return f"`{' '.join(words)}` is not a program that node starts directly: say which one is (commands: {{start: node ...}})"


def _typed(program: str, rest: list[str], package: Package) -> tuple[str, ...] | str:
    """TypeScript that is compiled while it runs: possible where the compiler is installed in production."""
    loader = {"tsx": ("--import", "tsx"), "ts-node": ("-r", "ts-node/register"), "ts-node-esm": ("--loader", "ts-node/esm")}[
        program
    ]
    needed = "tsx" if program == "tsx" else "ts-node"
    if needed not in package.dependencies:
        return f"`{program}` starts it, and is a development dependency: build it, or move {needed} to dependencies"
    return (*loader, *(word for word in rest if word not in ("watch", "--transpile-only", "-T")))


def outputs(found: Entry, package: Package, used: tuple[Known, ...]) -> tuple[str, ...]:
    """Folders that the build writes and the program needs: the framework's, and the one it starts in when that is not in git."""
    named = tuple(folder for known in used[:1] for folder in OUTPUTS.get(known.name, ()))
    first = found.file.partition("/")[0]
    made = "/" in found.file and first != "node_modules" and not any(path.startswith(f"{first}/") for path in package.scope.files)
    return tuple(dict.fromkeys((*named, *((first,) if made else ()))))
