"""Which Ruby: every place that names one, and the pinned release that fits."""

from __future__ import annotations

from collections.abc import Iterator

from cdgen.model import facts as f
from cdgen.model.facts import Confidence, Fact, Origin, Version
from cdgen.model.service import Service, Toolchain
from cdgen.repo import Scope
from cdgen.repo.patterns import compiled
from cdgen.road.pins import Pins, version_key
from cdgen.stacks.ruby.gemfile import Gemfile, gemspec_ruby

IMAGE = "ruby"
VERSION_FILES: tuple[tuple[str, str], ...] = (
    (".ruby-version", r"^\s*(?:ruby-)?(\d[\w.]*(?:-(?:rc|preview)\d+)?)\s*$"),
    (".tool-versions", r"^\s*ruby\s+(\d[\w.]*)"),
    ("mise.toml", r"^\s*ruby\s*=\s*[\"'](\d[\w.]*)"),
    (".mise.toml", r"^\s*ruby\s*=\s*[\"'](\d[\w.]*)"),
    (".rvmrc", r"^\s*rvm(?: use)?\s+(?:--\w+\s+)*(?:ruby-)?(\d[\w.]*)"),
)
OPERATORS = ("~>", ">=", "<=", "!=", "=", ">", "<")


def version_facts(scope: Scope, gemfile: Gemfile | None) -> Iterator[Fact]:
    if gemfile is not None and gemfile.ruby and compiled(r"^[\s~<>=!]*\d").match(gemfile.ruby[0][0]):
        texts, number = gemfile.ruby
        place = scope.line(gemfile.path, number)
        yield Fact(f.LANGUAGE_VERSION, Version(", ".join(texts)), place, Origin.MANIFEST, Confidence.DECLARED, gemfile.path)
    yield from _files(scope, gemfile)
    if gemfile is not None and gemfile.lock and gemfile.lock.ruby:
        text, number = gemfile.lock.ruby
        place = scope.line(gemfile.lock.path, number)
        yield Fact(f.LANGUAGE_VERSION, Version(text), place, Origin.LOCKFILE, Confidence.INFERRED, gemfile.lock.path)
    declared = gemspec_ruby(scope)
    if declared:
        version, place = Version(declared[0]), declared[1]
        yield Fact(f.LANGUAGE_VERSION, version, place, Origin.CONFIG, Confidence.INFERRED, "required_ruby_version")


def _files(scope: Scope, gemfile: Gemfile | None) -> Iterator[Fact]:
    """Version files of the folder; where it has none, those above it, which a version manager reads too."""
    named = gemfile.ruby_file[0] if gemfile and gemfile.ruby_file else None
    patterns = dict(VERSION_FILES)
    own = [scope.path(name) for name in dict.fromkeys((*([named] if named else []), *patterns)) if scope.has(name)]
    above = [path for name in patterns for path in scope.above(name)[:1]]
    seen = False
    for path in (*own, *(above if not own else ())):
        pattern = patterns.get(path.rpartition("/")[2], VERSION_FILES[0][1])
        for number, text in enumerate(scope.repo.lines(path), 1):
            found = compiled(pattern).match(text)
            if found:
                place = f.Source(path, number)
                sure = Confidence.DECLARED if not seen else Confidence.INFERRED
                yield Fact(f.LANGUAGE_VERSION, Version(found.group(1)), place, Origin.VERSION_FILE, sure, path.rpartition("/")[2])
                seen = True
                break


def satisfies(version: str, requirement: str) -> bool:
    """Whether a release meets a requirement of RubyGems: `3.4.1`, `~> 3.3`, `>= 3.1, < 5`.

    A plain version stands for its whole minor line: the set-up and the image take the newest patch release of it.
    https://guides.rubygems.org/patterns/#declaring-dependencies
    """
    return all(_meets(version_key(version), part.strip()) for part in requirement.split(",") if part.strip())


def _meets(have: tuple[int, ...], part: str) -> bool:
    operator = next((each for each in OPERATORS if part.startswith(each)), "")
    wanted = version_key(part.removeprefix(operator).strip())
    if not wanted:
        return False
    if operator in ("", "="):
        return have[: min(2, len(wanted))] == wanted[:2]
    if operator == "~>":
        head = wanted[:-1] or wanted
        return have >= wanted and have[: len(head)] == head
    padded = have + (0,) * (len(wanted) - len(have))
    tests = {">=": padded >= wanted, "<=": padded <= wanted, "!=": padded != wanted, ">": padded > wanted, "<": padded < wanted}
    return tests[operator]


def release(stated: str | None, pins: Pins) -> str | None:
    """The newest pinned release that a requirement allows; without one the newest there is. None when none fits."""
    offered = [version for version in pins.versions(IMAGE) if version.count(".") == 2]
    return next((version for version in offered if stated is None or satisfies(version, stated)), None)


def resolve(service: Service, pins: Pins) -> Toolchain:
    decision = service.provenance.get(f.LANGUAGE_VERSION.name)
    sources = decision.sources if decision else ()
    names = ("Gemfile", ".ruby-version", ".tool-versions", "mise.toml")
    file = next((source.path for source in sources if source.path.rpartition("/")[2] in names), None)
    tool = service.provenance.get(f.BUILD_TOOL.name)
    locks = tuple(each.path for each in (tool.sources if tool else ()) if each.path.endswith((".lock", ".locked")))
    stated = service.language_version
    plain = stated if stated and compiled(r"\d+\.\d+(\.\d+)?$").match(stated) else None
    return Toolchain(
        language="ruby",
        # an exact version is what the team runs, pinned image or not: the set-up action has them all
        version=plain or release(stated, pins) or _line(stated),
        version_file=file,
        package_manager="bundler",
        lockfiles=tuple(dict.fromkeys(locks)),
    )


def _line(stated: str | None) -> str | None:
    """The newest line that a requirement names: the set-up action has those that no pinned image has."""
    named = compiled(r"\d+\.\d+").findall(stated or "")
    return max(named, key=version_key, default=None)
