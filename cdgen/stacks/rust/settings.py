"""Configuration files of a Rust program: those that the crates `config`, `figment` and their like read, and Rocket's own."""

from __future__ import annotations

import re
from functools import cached_property
from typing import Any

from cdgen.errors import InputError
from cdgen.model.facts import Confidence, Origin, Source
from cdgen.repo import Repo
from cdgen.stacks.rust.expressions import Value
from cdgen.stacks.rust.manifest import Package

READERS = (
    "config",
    "figment",
    "toml",
    "serde_yaml",
    "serde_yml",
    "serde_norway",
    "confy",
    "twelf",
    "loco-rs",
    "rocket",
    "figment2",
)
PLACES = "{config,configuration,configs,conf,settings,cfg}/*.{yaml,yml,toml,json}"
TOP = "{config,Config,settings,Settings,configuration,App,app,default}.{yaml,yml,toml,json}"
# files of one folder that speak for the program as it is shipped, the strongest first; others are for one place or person
SHIPPED = ("production", "prod", "release", "base", "default", "config", "settings", "configuration", "app", "server", "common")
VARIABLES = (".env", ".env.example", ".env.sample", ".env.template", ".env.dist", "env.example", "example.env", "sample.env")


class Settings:
    """Values by the names that lead to them, each with its line."""

    def __init__(self, repo: Repo, package: Package) -> None:
        self.repo = repo
        self.package = package

    @cached_property
    def _files(self) -> tuple[str, ...]:
        if self.package.dependency(*READERS) is None:
            return ()
        homes = dict.fromkeys((self.package.directory, self.package.root))
        found = [path for home in homes for pattern in (PLACES, TOP) for path in self.repo.glob(pattern, home)]
        ranked = ((_rank(path), path) for path in found if _rank(path) is not None)
        return tuple(path for _, path in sorted(ranked, key=lambda each: each[0] or 0))

    @cached_property
    def _documents(self) -> tuple[tuple[str, dict[str, Any]], ...]:
        found = []
        for path in self._files:
            try:
                read = {"toml": self.repo.toml, "json": self.repo.json}.get(path.rpartition(".")[2], self.repo.yaml)
                data = read(path)
            except InputError:  # a template of a file is not a file
                continue
            if isinstance(data, dict):
                found.append((path, data))
        return tuple(found)

    @cached_property
    def tops(self) -> frozenset[str]:
        return frozenset(str(key) for _, data in self._documents for key in data)

    def at(self, names: list[str]) -> list[Value]:
        """What the strongest file says at a path of keys. Values that are filled in from outside are none."""
        for path, data in self._documents:
            found: Any = data
            for name in names:
                found = found.get(name, found.get(name.replace("_", "-"))) if isinstance(found, dict) else None
            if isinstance(found, (str, int)) and not isinstance(found, bool) and "{" not in str(found) and names:
                line = self._line(path, names)
                return [Value(str(found), Source(path, line), Confidence.DECLARED, Origin.CONFIG)]
        return []

    def named(self, places: tuple[tuple[str, str], ...]) -> list[Value]:
        """What the first of some files says at its path of keys: `("Rocket.toml", "release.port")`."""
        for file, keys in places:
            path = self.package.inside(file)
            data: Any = (self.repo.toml if path.endswith(".toml") else self.repo.yaml)(path) if self.repo.has(path) else None
            names = keys.split(".")
            for name in names:
                data = data.get(name) if isinstance(data, dict) else None
            shown = str(data).strip()
            if data is not None and shown.isdigit():
                return [Value(shown, Source(path, self._line(path, names)), Confidence.DECLARED, Origin.CONFIG)]
        return []

    def _line(self, path: str, names: list[str]) -> int:
        """The line of the last key, looked for below the lines of those that lead to it."""
        line = 1
        for name in names:
            key = re.escape(name).replace("_", "[_-]")
            line = self.repo.find_line(path, rf"""^\s*(?:\[(?:[\w.]+\.)?{key}\]|["']?{key}["']?\s*[:=])""", line) or line
        return line

    def variable(self, name: str) -> Value | None:
        """What a file of variables beside the program sets one to: the one that is read, or the example of it."""
        for home in dict.fromkeys((self.package.directory, self.package.root, ".")):
            for file in VARIABLES:
                path = file if home == "." else f"{home}/{file}"
                for number, line in enumerate(self.repo.lines(path) if self.repo.has(path) else (), 1):
                    key, equals, value = line.strip().removeprefix("export ").partition("=")
                    if equals and key.strip() == name and value.strip():
                        origin = Origin.CONFIG if file == ".env" else Origin.DOCS
                        return Value(value.strip().strip("\"'"), Source(path, number), Confidence.INFERRED, origin, name)
        return None


def _rank(path: str) -> int | None:
    stem = path.rpartition("/")[2].rpartition(".")[0].lower()
    return SHIPPED.index(stem) if stem in SHIPPED else None
