"""The image of a PHP service: PHP-FPM behind nginx in one container, or the program alone where it listens itself."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from cdgen.model import facts as f
from cdgen.model.facts import Confidence, Fact, Origin, Source
from cdgen.model.road import ImagePin
from cdgen.model.service import ImageRecipe, Service
from cdgen.repo import Scope
from cdgen.repo.patterns import compiled
from cdgen.road.pins import Pins, version_key
from cdgen.stacks.base import SYNTAX_IMAGE
from cdgen.stacks.php.constraint import allows
from cdgen.stacks.php.frameworks import Known, know
from cdgen.stacks.php.project import Project
from cdgen.stacks.php.sources import Sources
from cdgen.stacks.php.versions import IMAGE

TEMPLATE = "image/php.Dockerfile.j2"
UID = 65532
STORAGE = "/tmp/storage"  # noqa: S108  (a path in the image)
# extensions that the official image has without more: `php -m` of it, https://hub.docker.com/_/php
BUILT_IN = frozenset(
    {"core", "ctype", "curl", "date", "dom", "fileinfo", "filter", "hash", "iconv", "json", "libxml", "mbstring", "mysqlnd"}
    | {"opcache", "openssl", "pcre", "pdo", "pdo_sqlite", "phar", "posix", "random", "readline", "reflection", "session"}
    | {"simplexml", "sodium", "spl", "sqlite3", "standard", "tokenizer", "xml", "xmlreader", "xmlwriter", "zlib", "zend-opcache"}
)
# extension -> packages of Alpine that compiling it takes, and those that it is loaded with; others come from PECL, by no lockfile
COMPILED: Mapping[str, tuple[str, str]] = {
    "bcmath": ("", ""),
    "calendar": ("", ""),
    "exif": ("", ""),
    "ftp": ("openssl-dev", ""),
    "gd": ("libpng-dev libjpeg-turbo-dev freetype-dev", "libpng libjpeg-turbo freetype"),
    "gettext": ("gettext-dev", "libintl"),
    "gmp": ("gmp-dev", "gmp"),
    "intl": ("icu-dev", "icu-libs"),
    "mysqli": ("", ""),
    "pcntl": ("", ""),
    "pdo_mysql": ("", ""),
    "pdo_pgsql": ("libpq-dev", "libpq"),
    "pgsql": ("libpq-dev", "libpq"),
    "soap": ("libxml2-dev", "libxml2"),
    "sockets": ("linux-headers", ""),
    "xsl": ("libxslt-dev", "libxslt"),
    "zip": ("libzip-dev", "libzip"),
}
DRIVERS = {"mysql": "pdo_mysql", "mariadb": "pdo_mysql", "postgresql": "pdo_pgsql"}
LEFT_OUT = (
    r"^(?:tests?|Tests|docs?|coverage|node_modules|vendor|deploy|charts|helm|k8s|examples|README.*|CHANGELOG.*|LICEN[CS]E.*|Dockerfile.*"
    r"|Makefile|Procfile.*|.*compose.*\.ya?ml|cdgen\.yaml|CODEOWNERS|Jenkinsfile|.*\.md"
    r"|phpunit.*|phpcs.*|phpstan.*|psalm.*|pint\.json|rector\.php|package.*\.json"
    r"|.*\.lock|.*\.config\.js|\..*)$"
)
# frameworks of which it is known what they write, and where: the container's file system is read-only
LARAVEL_STORAGE = 11  # the first Laravel that takes LARAVEL_STORAGE_PATH


def image_facts(project: Project | None, known: Known, sources: Sources) -> Iterator[Fact]:
    """Why no image can be written."""
    if sources.scope.glob("**/{Dockerfile,Dockerfile.*,*.Dockerfile,Containerfile}"):
        return
    reason = problem(project, known, sources)
    if reason:
        place = project.source() if project else Source(sources.scope.path(sources.files[0])) if sources.files else None
        yield Fact(f.NO_IMAGE, reason, place, Origin.MANIFEST, Confidence.INFERRED, "image")


def problem(project: Project | None, known: Known, sources: Sources) -> str | None:
    if known.listens is None and known.document_root is None:
        return "no image: it is not known what starts it"
    if known.framework in ("wordpress", "drupal", "magento", "typo3", "shopware"):
        return f"no image: {known.framework} writes below its own folder; write a Dockerfile that says where"
    if project is None:
        return None
    if project.lock is None and project.packages:
        return "no image: there is no composer.lock, so versions are not fixed; run `composer update`"
    if known.framework == "laravel" and version_key(project.version("laravel/framework") or "0")[:1] < (LARAVEL_STORAGE,):
        return "no image: Laravel before 11 writes below its own folder; write a Dockerfile that says where"
    if sources.scope.has(f"{project.root}package.json") and compiled(r'"build"\s*:').search(
        sources.scope.text(f"{project.root}package.json") or ""
    ):
        return "no image: its assets are built with Node.js; write a Dockerfile that has both"
    foreign = next((name for name in _extensions(project, ()) if name not in COMPILED), None)
    if foreign:
        return f"no image: the extension {foreign} is not part of PHP; write a Dockerfile that installs it"
    return None


def recipe(service: Service, scope: Scope, project: Project | None, pins: Pins) -> ImageRecipe | None:
    """None where `problem` says why, or where no pinned PHP fits."""
    sources = Sources(scope, project.root if project else "")
    known = know(project, sources)
    base = _base(service.language_version, project, pins, served=known.listens is None)
    composer, syntax = pins.image("composer"), pins.image(SYNTAX_IMAGE)
    if problem(project, known, sources) or base is None or composer is None or syntax is None or service.port is None:
        return None
    extensions = _extensions(project, tuple(backing.kind for backing in service.backing))
    if any(name not in COMPILED for name in extensions):
        return None
    manifests = tuple(name for name in ("composer.json", "composer.lock") if project and scope.has(name))
    own = _sources(scope)
    values: dict[str, Any] = {
        "packages": tuple(_packages(extensions, served=known.listens is None)),
        "settings": _settings(known),
        "manifests": ((*manifests, "./"),) if manifests else (),
        "install": INSTALL if project and project.packages else "",
        "sources": _copies(own, scope),
        "steps": tuple(_steps(known, scope)),
        "environment": _environment(service, known),
        "served": known.listens is None,
        "document_root": _document_root(known),
        "entrypoint": _entrypoint(known),
        "user": f"{UID}:{UID}",
        "port": service.port,
    }
    bases = {"syntax": syntax.reference, "composer": composer.reference if project else "", "runtime": base.reference}
    return ImageRecipe(TEMPLATE, values, bases, (*manifests, *own), UID)


INSTALL = "composer install --no-dev --no-interaction --no-progress --no-scripts --no-autoloader --prefer-dist"


def _base(stated: str | None, project: Project | None, pins: Pins, *, served: bool) -> ImagePin | None:
    """The newest pinned image whose PHP the project and all its locked packages take."""
    found = pins.image(IMAGE, r"\d+\.\d+(?:\.\d+)?-fpm-alpine") if served else None
    lines = [version for version in pins.versions(IMAGE) if version.count(".") == 2]
    candidates = [found] if served else [pins.image(IMAGE, rf"{version}-cli-alpine") for version in lines]
    for pin in candidates:
        version = pin.tag.split("-")[0] if pin else ""
        full = next((line for line in lines if line.startswith(version)), version)
        if pin and (stated is None or allows(stated, full)) and all(allows(each, full) for each in _required(project)):
            return pin
    return None


def _required(project: Project | None) -> Iterator[str]:
    """What the locked packages ask of PHP."""
    for package in project.locked() if project else ():
        needs = package.get("require")
        if isinstance(needs, dict) and isinstance(needs.get("php"), str):
            yield needs["php"]


def _extensions(project: Project | None, backing: tuple[str, ...]) -> tuple[str, ...]:
    """Extensions to install: those that composer.json and the locked packages ask for, and the drivers of the databases."""
    asked = [project.require] if project else []
    asked += [needs for package in (project.locked() if project else ()) if isinstance(needs := package.get("require"), dict)]
    named = [str(name).removeprefix("ext-") for needs in asked for name in needs if str(name).startswith("ext-")]
    named += [DRIVERS[kind] for kind in backing if kind in DRIVERS and not {"mysqli", "pgsql"} & set(named)]
    return tuple(sorted({name.lower() for name in named} - BUILT_IN))


def _packages(extensions: tuple[str, ...], *, served: bool) -> Iterator[str]:
    """`apk add` and `docker-php-ext-install`, which brings the compilers itself and removes them; what else compiling takes leaves
    in the same layer (https://github.com/docker-library/php/blob/master/docker-php-ext-install)."""
    loading = " ".join(dict.fromkeys(word for name in extensions for word in COMPILED[name][1].split()))
    kept = " ".join((*(("nginx",) if served else ()), *loading.split()))
    if kept:
        yield f"apk add --no-cache {kept}"
    if extensions:
        compiling = " ".join(dict.fromkeys(word for name in extensions for word in COMPILED[name][0].split()))
        before = [f"apk add --no-cache --virtual .compiling {compiling}"] if compiling else []
        configured = ["docker-php-ext-configure gd --with-freetype --with-jpeg"] if "gd" in extensions else []
        after = ["apk del .compiling"] if compiling else []
        yield " && ".join((*before, *configured, f"docker-php-ext-install -j2 {' '.join(extensions)}", *after))


def _settings(known: Known) -> tuple[tuple[str, str], ...]:
    found = {"COMPOSER_ALLOW_SUPERUSER": "1", "COMPOSER_HOME": "/root/.composer"}
    return tuple((found | ({"APP_ENV": "prod"} if known.framework == "symfony" else {})).items())


def _steps(known: Known, scope: Scope) -> Iterator[str]:
    yield "composer dump-autoload --no-dev --no-scripts --optimize"
    if known.framework == "laravel":
        yield "php artisan package:discover"
    elif known.framework == "symfony" and scope.has("bin/console"):
        yield "php bin/console cache:warmup"


def _environment(service: Service, known: Known) -> tuple[tuple[str, str], ...]:
    found: dict[str, str] = {}
    if known.framework == "laravel":
        found = {"APP_ENV": "production", "LOG_CHANNEL": "stderr", "LARAVEL_STORAGE_PATH": STORAGE}
    elif known.framework == "symfony":
        found = {"APP_ENV": "prod"}
    if service.port and any(variable.name == "PORT" for variable in service.env):
        found["PORT"] = str(service.port)
    return tuple(found.items())


def _document_root(known: Known) -> str:
    return f"/app/{known.document_root}".rstrip("/") if known.document_root is not None else "/app"


def _entrypoint(known: Known) -> tuple[str, ...]:
    """nginx is the first process: the container ends with it. Without PHP-FPM no request is answered, and the probe sees it."""
    if known.listens is not None:
        return ("php", known.listens[0])
    places = " ".join(f"{STORAGE}/{place}" for place in ("framework/views", "framework/cache/data", "framework/sessions", "logs"))
    folders = f"mkdir -p {places} && "
    before = folders if known.framework == "laravel" else ""
    return ("sh", "-c", f"{before}php-fpm -F & exec nginx -g 'daemon off;'")


def _sources(scope: Scope) -> tuple[str, ...]:
    """Files and folders at the top, but for tests, documents, linters and what others deploy with."""
    names = dict.fromkeys(path.partition("/")[0] for path in scope.files)
    return tuple(name for name in sorted(names) if not compiled(LEFT_OUT).match(name) and name != "composer.json")


def _copies(names: tuple[str, ...], scope: Scope) -> tuple[tuple[str, ...], ...]:
    files = [name for name in names if scope.has(name)]
    return (*([(*files, "./")] if files else []), *((f"{name}/", f"./{name}/") for name in names if name not in files))
