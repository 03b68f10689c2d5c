"""Language, target framework and SDK of a .NET project, each with the file that says so."""

from __future__ import annotations

from collections.abc import Iterator

from cdgen.model import facts as f
from cdgen.model.facts import Confidence, Fact, Origin, Source, Version
from cdgen.repo import Scope
from cdgen.repo.patterns import compiled
from cdgen.road.pins import version_key
from cdgen.stacks.dotnet.msbuild import nearest
from cdgen.stacks.dotnet.project import Project, Target
from cdgen.stacks.dotnet.settings import parsed


def facts(scope: Scope, own: Project) -> Iterator[Fact]:
    """An SDK that is newer than the target is no contradiction: it builds every older one. So it is the tool's version."""
    manifest = Source(own.path)
    yield Fact(f.LANGUAGE, own.language, manifest, Origin.MANIFEST, Confidence.DECLARED, own.path.rpartition("/")[2])
    yield Fact(f.BUILD_TOOL, "dotnet", manifest, Origin.MANIFEST, Confidence.DECLARED, "a project of .NET")
    yield Fact(f.SERVICE_NAME, own.name, manifest, Origin.MANIFEST, Confidence.INFERRED, "project file")
    newest = _newest(own.targets)
    if newest:
        sure = Confidence.DECLARED if len(own.targets) == 1 else Confidence.INFERRED
        yield Fact(f.LANGUAGE_VERSION, Version(newest.version), newest.source, Origin.MANIFEST, sure, newest.moniker)
    yield from _sdk(scope)
    if own.targets and all(target.kind == "framework" for target in own.targets):
        reason = f"{own.targets[0].moniker} is the .NET Framework, which runs on Windows only; target a current .NET"
        yield Fact(f.UNSUPPORTED, reason, own.targets[0].source, Origin.MANIFEST, Confidence.DECLARED, own.targets[0].moniker)


def _newest(targets: tuple[Target, ...]) -> Target | None:
    order = {"core": 2, "standard": 1, "framework": 0}
    return max(targets, key=lambda target: (order[target.kind], version_key(target.version)), default=None)


def _sdk(scope: Scope) -> Iterator[Fact]:
    """https://learn.microsoft.com/dotnet/core/tools/global-json"""
    path = nearest(scope.repo, scope.directory, "global.json")
    data = parsed(scope.repo, path) if path else None
    sdk = data.get("sdk") if isinstance(data, dict) else None
    version = sdk.get("version") if isinstance(sdk, dict) else None
    if path and isinstance(version, str) and compiled(r"\d{1,4}\.\d{1,4}(?:\.\w{1,9})?(?:-[\w.]{1,40})?$").match(version):
        place = scope.repo.source(path, r'"version"')
        yield Fact(f.BUILD_TOOL_VERSION, version, place, Origin.VERSION_FILE, Confidence.DECLARED, "global.json")
