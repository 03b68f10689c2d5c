"""The image of a Ruby service: gems compiled in one stage, and only what runs in the other."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from cdgen.model import facts as f
from cdgen.model.facts import Confidence, Fact, Origin
from cdgen.model.service import ImageRecipe, Service
from cdgen.repo import Scope
from cdgen.repo.patterns import compiled
from cdgen.road.pins import Pins
from cdgen.stacks.base import SYNTAX_IMAGE
from cdgen.stacks.ruby.gemfile import Gemfile
from cdgen.stacks.ruby.ports import PUMA
from cdgen.stacks.ruby.versions import IMAGE, release

TEMPLATE = "image/ruby.Dockerfile.j2"
UID = 65532
# locked gem -> packages of Alpine that compiling it takes, and those that it is loaded with
LIBRARIES: tuple[tuple[str, str, str], ...] = (
    ("pg", "postgresql-dev", "libpq"),
    ("mysql2", "mariadb-dev", "mariadb-connector-c"),
    ("trilogy", "openssl-dev", ""),
    ("sqlite3", "sqlite-dev", "sqlite-libs"),
    ("psych", "yaml-dev", "yaml"),
    ("ffi", "libffi-dev", "libffi"),
    ("ethon", "", "libcurl"),
    ("curb", "curl-dev", "libcurl"),
    ("tzinfo", "", "tzdata"),
)
# gems whose native code takes more than a compiler and these libraries
HEAVY = (
    "rmagick",
    "grpc",
    "rdkafka",
    "rugged",
    "charlock_holmes",
    "tiny_tds",
    "ruby-vips",
    "therubyracer",
    "mini_racer",
    "libv8-node",
)
# gems whose assets are built by Node.js
NODE = ("jsbundling-rails", "cssbundling-rails", "shakapacker", "webpacker", "vite_rails", "vite_ruby")
# what no running program needs
LEFT_OUT = (
    r"^(?:spec|specs|tests?|features|docs?|coverage|log|tmp|storage|node_modules|deploy|charts|helm|k8s|examples|sorbet|README.*|CHANGELOG.*|LICEN[CS]E.*"
    r"|Dockerfile.*|Makefile|Procfile.*|.*compose.*\.ya?ml|cdgen\.yaml|CODEOWNERS|Jenkinsfile|.*\.md|Guardfile|\..*)$"
)
MIGRATES = r"^(?:bundle exec )?(?:bin/)?(?:rake|rails) db:(?:migrate|prepare)\S*\s*&&\s*"


class Start(NamedTuple):
    """The words of the start command, and the variables that stood before them."""

    words: tuple[str, ...]
    environment: tuple[tuple[str, str], ...]


def image_facts(gemfile: Gemfile) -> Iterator[Fact]:
    """Why no image can be written, whatever starts the service."""
    if gemfile.scope.glob("**/{Dockerfile,Dockerfile.*,*.Dockerfile,Containerfile}"):
        return
    reason = problem(gemfile)
    if reason:
        yield Fact(f.NO_IMAGE, reason, gemfile.source(), Origin.MANIFEST, Confidence.INFERRED, "image")


def problem(gemfile: Gemfile) -> str | None:
    lock = gemfile.lock
    if lock is None:
        return "no image: there is no Gemfile.lock, so versions are not fixed; run `bundle lock`"
    if not any(name == "ruby" or name.endswith("-musl") for name in lock.platforms):
        return "no image: Gemfile.lock is not made for Alpine; run `bundle lock --add-platform ruby`"
    heavy = next((name for name in HEAVY if name in lock.versions), None)
    if heavy:
        return f"no image: {heavy} needs libraries that the pinned base does not have"
    if gemfile.has(*NODE):
        return "no image: its assets are built with Node.js; write a Dockerfile that has both"
    outside = next((gem.name for gem in gemfile.gems.values() if gem.path and gem.path.startswith(("..", "/"))), None)
    if outside:
        return f"no image: {outside} lies outside the folder that the image is built from"
    text = gemfile.scope.text(lock.path) or ""
    if compiled(r"(?m)^ {2}remote: (?!https://rubygems\.org/?$|\.|\w+(?:/|$)|https://github\.com/|https://gitlab\.com/)").search(
        text
    ):
        return "no image: gems come from another server than rubygems.org; write a Dockerfile that logs in there"
    return None


def recipe(service: Service, gemfile: Gemfile, pins: Pins) -> ImageRecipe | None:
    """None where `problem` says why, where no pinned Ruby fits, or where the start command cannot stand without a shell."""
    version = release(service.language_version, pins)
    start = entry(service, gemfile.scope)
    base = pins.image(IMAGE, rf"{re.escape(version)}-alpine") if version else None
    syntax = pins.image(SYNTAX_IMAGE)
    if problem(gemfile) or start is None or base is None or syntax is None or gemfile.lock is None:
        return None
    locked = gemfile.lock.versions
    compiling = " ".join(["build-base", *(dev for gem, dev, _ in LIBRARIES if gem in locked and dev), *_git(gemfile)])
    loading = " ".join(library for gem, _, library in LIBRARIES if gem in locked and library)
    manifests, sources = _manifests(gemfile), _sources(gemfile)
    settings = (("BUNDLE_DEPLOYMENT", "1"), ("BUNDLE_PATH", "/usr/local/bundle"), ("BUNDLE_WITHOUT", "development:test"))
    values = {
        "settings": settings,
        "packages": f"apk add --no-cache {compiling}",
        "libraries": f"apk add --no-cache {loading}" if loading else "",
        "manifests": _copies(manifests, gemfile.scope),
        "install": "bundle install --jobs 4 --retry 3",
        "sources": _copies(sources, gemfile.scope),
        "steps": (service.commands.build,) if service.commands.build else (),
        "environment": (*settings, *_environment(service, gemfile), *start.environment),
        "entrypoint": start.words,
        "user": f"{UID}:{UID}",
        "port": service.port,
    }
    bases = {"syntax": syntax.reference, "build": base.reference, "runtime": base.reference}
    return ImageRecipe(TEMPLATE, values, bases, (*manifests, *sources), UID)


def _git(gemfile: Gemfile) -> tuple[str, ...]:
    text = gemfile.scope.text(gemfile.lock.path) or "" if gemfile.lock else ""
    return ("git",) if compiled(r"(?m)^GIT$").search(text) else ()


def entry(service: Service, scope: Scope) -> Start | None:
    """The start command as words: variables before it apart, `$PORT` as the port that is known; None when it needs a shell."""
    import shlex

    port = str(service.port) if service.port else ""
    command = compiled(MIGRATES).sub("", service.commands.start or "")  # the road migrates before it starts the new version
    if port:
        command = compiled(r"\$\{PORT:-\d+\}|\$\{?PORT\}?").sub(port, command)
    if not command or compiled(r"[$&|;<>`*]").search(command):
        return None
    words = shlex.split(command)
    environment = []
    while words and (found := compiled(r"([A-Z_][A-Z0-9_]*)=(.*)$").match(words[0])):
        environment.append((found.group(1), found.group(2)))
        words = words[1:]
    if words[:2] == ["bundle", "exec"]:
        words = words[2:]
    if words and words[0].rpartition("/")[2] == "rails" and words[1:2] in (["server"], ["s"]):
        words = _puma(port, scope)
    return Start(("bundle", "exec", *words), tuple(environment)) if words else None


def _puma(port: str, scope: Scope) -> list[str]:
    """What `rails server` starts, without its file below tmp/: nothing can be written there."""
    listening = [] if any(scope.has(path) for path in PUMA) else ["--bind", f"tcp://0.0.0.0:{port or 3000}"]
    return ["puma", *listening]


def _environment(service: Service, gemfile: Gemfile) -> tuple[tuple[str, str], ...]:
    """Production, and nothing that is written below the program's own folder."""
    found = {"HOME": "/tmp", "RACK_ENV": "production", "APP_ENV": "production"}  # noqa: S108  (where Bundler may write)
    if gemfile.has("rails", "railties"):
        found |= {
            "RAILS_ENV": "production",
            "RAILS_LOG_TO_STDOUT": "1",
            "RAILS_SERVE_STATIC_FILES": "1",
            "PIDFILE": "/tmp/server.pid",  # noqa: S108  (a path in the image)
            "BOOTSNAP_READONLY": "1",
        }
    if service.port and any(variable.name == "PORT" for variable in service.env):
        found["PORT"] = str(service.port)
    return tuple(found.items())


def _manifests(gemfile: Gemfile) -> tuple[str, ...]:
    """What `bundle install` reads: also a gemspec, a version file that the Gemfile names, gems of the repository."""
    lock = gemfile.lock.path if gemfile.lock else ""
    named = [
        gemfile.path,
        lock,
        *([gemfile.ruby_file[0]] if gemfile.ruby_file else []),
        *([gemfile.gemspec] if gemfile.gemspec else []),
    ]
    folders = [gem.path.strip("./") for gem in gemfile.gems.values() if gem.path and gem.path.strip("./")]
    return tuple(dict.fromkeys((*(name for name in named if name and gemfile.scope.has(name)), *folders)))


def _sources(gemfile: Gemfile) -> tuple[str, ...]:
    """Files and folders at the top, but for tests, documents and what others deploy with."""
    known = set(_manifests(gemfile))
    names = dict.fromkeys(path.partition("/")[0] for path in gemfile.scope.files)
    return tuple(name for name in sorted(names) if not compiled(LEFT_OUT).match(name) and name not in known)


def _copies(names: tuple[str, ...], scope: Scope) -> tuple[tuple[str, ...], ...]:
    """Words of COPY lines: files of the top together, folders each to their own place."""
    files = [name for name in names if scope.has(name) and "/" not in name]
    folders = [(f"{name}/", f"./{name}/") for name in names if not scope.has(name)]
    deeper = [(name, f"./{name}") for name in names if scope.has(name) and "/" in name]
    return (*([(*files, "./")] if files else []), *deeper, *folders)
