"""composer.json and composer.lock: what a PHP project asks for, and what it gets."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from cdgen.model.facts import Source
from cdgen.repo import Scope
from cdgen.repo.patterns import compiled

PLATFORM = r"^(?:php(?:-64bit|-zts|-ipv6)?|hhvm|composer(?:-\w+)*|(?:ext|lib)-.*)$"


class Project(NamedTuple):
    """`root` is the folder of composer.json relative to the service: "" when it is the service's own."""

    scope: Scope
    root: str
    data: Mapping[str, Any]
    lock: Mapping[str, Any] | None

    @property
    def path(self) -> str:
        return f"{self.root}composer.json"

    @property
    def lock_path(self) -> str | None:
        return f"{self.root}composer.lock" if self.lock is not None else None

    @property
    def require(self) -> Mapping[str, str]:
        return _texts(self.data.get("require"))

    @property
    def development(self) -> Mapping[str, str]:
        return _texts(self.data.get("require-dev"))

    @property
    def scripts(self) -> Mapping[str, Any]:
        value = self.data.get("scripts")
        return value if isinstance(value, dict) else {}

    @property
    def platform(self) -> Mapping[str, str]:
        """Versions that Composer is told the platform has."""
        config = self.data.get("config")
        return _texts(config.get("platform")) if isinstance(config, dict) else {}

    @property
    def packages(self) -> tuple[str, ...]:
        """Packages that are there at run time, without PHP itself and its extensions."""
        return tuple(name for name in self.require if not compiled(PLATFORM).match(name))

    @property
    def extensions(self) -> tuple[str, ...]:
        return tuple(name.removeprefix("ext-") for name in self.require if name.startswith("ext-"))

    def any(self, *names: str) -> str | None:
        """The first of these packages that the project asks for, also for its tests."""
        return next((name for name in names if name in self.require or name in self.development), None)

    def version(self, name: str) -> str | None:
        """The locked version, else what composer.json asks for."""
        for part in ("packages", "packages-dev"):
            for package in self.locked(part):
                if package.get("name") == name:
                    return str(package.get("version", "")).removeprefix("v")
        return self.require.get(name) or self.development.get(name)

    def locked(self, part: str = "packages") -> tuple[Mapping[str, Any], ...]:
        packages = self.lock.get(part) if self.lock else None
        return tuple(each for each in packages if isinstance(each, dict)) if isinstance(packages, list) else ()

    def source(self, key: str = "") -> Source:
        return self.scope.source(self.path, rf'"{key}"\s*:' if key else None)


def read(scope: Scope) -> Project | None:
    """The project of a folder; None where there is no composer.json. Raises InputError when it is broken."""
    places = [""] if scope.has("composer.json") else [path.removesuffix("composer.json") for path in scope.glob("*/composer.json")]
    if len(places) != 1:
        return None
    root = places[0]
    data = scope.json(f"{root}composer.json")
    lock = scope.json(f"{root}composer.lock") if scope.has(f"{root}composer.lock") else None
    return Project(scope, root, data if isinstance(data, dict) else {}, lock if isinstance(lock, dict) else None)


def _texts(value: Any) -> Mapping[str, str]:
    return {str(key): str(text) for key, text in value.items()} if isinstance(value, dict) else {}
