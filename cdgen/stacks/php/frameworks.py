"""What a PHP project is: its framework, what kind of program it makes, which protocol it speaks."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from cdgen.model import facts as f
from cdgen.model.facts import Confidence, Fact, Framework, Origin, Source
from cdgen.repo.patterns import compiled
from cdgen.stacks.php.project import Project
from cdgen.stacks.php.server import WEB_PORT, Served, listeners, served
from cdgen.stacks.php.sources import Sources

# framework -> packages that speak for it; what is built on another framework stands before it
WEB: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("drupal", ("drupal/core", "drupal/core-recommended", "drupal/recommended-project")),
    ("wordpress", ("roots/wordpress", "johnpbloch/wordpress", "johnpbloch/wordpress-core", "roots/wordpress-no-content")),
    ("magento", ("magento/product-community-edition", "magento/magento2-base", "mage-os/product-community-edition")),
    ("typo3", ("typo3/cms-core", "typo3/minimal")),
    ("shopware", ("shopware/core",)),
    ("lumen", ("laravel/lumen-framework",)),
    ("laravel", ("laravel/framework",)),
    ("symfony", ("symfony/framework-bundle", "symfony/symfony")),
    ("mezzio", ("mezzio/mezzio", "zendframework/zend-expressive")),
    ("laminas", ("laminas/laminas-mvc", "zendframework/zend-mvc", "zendframework/zendframework")),
    ("codeigniter", ("codeigniter4/framework", "codeigniter/framework", "codeigniter4/codeigniter4")),
    ("cakephp", ("cakephp/cakephp",)),
    ("yii", ("yiisoft/yii2", "yiisoft/yii", "yiisoft/yii-http", "yiisoft/yii-web")),
    ("hyperf", ("hyperf/framework", "hyperf/http-server")),
    ("spiral", ("spiral/framework",)),
    ("slim", ("slim/slim", "php-di/slim-bridge")),
    ("silex", ("silex/silex",)),
    ("flight", ("flightphp/core", "mikecao/flight")),
    ("fatfree", ("bcosca/fatfree", "bcosca/fatfree-core")),
    ("leaf", ("leafs/leaf",)),
    ("phalcon", ("ext-phalcon",)),
    ("webman", ("workerman/webman-framework",)),
)
LIBRARY = (
    r"^(?:library|metapackage|composer-plugin|symfony-bundle"
    r"|(?:[\w-]+-)?(?:plugin|module|theme|bundle|extension|standard|library|package))$"
)


class Known(NamedTuple):
    """What is known of a project before its subjects are asked."""

    framework: str | None
    package: str | None  # that speaks for the framework
    listens: tuple[str, int] | None  # where the program opens a socket itself
    server: Served | None  # that the base image brings
    document_root: str | None
    web: str | None  # the Procfile's web process


def know(project: Project | None, sources: Sources) -> Known:
    name, package = _framework(project, sources)
    opened = next(((path, call.node.start_point.row + 1) for path, call in listeners(sources)), None)
    brought = served(sources)
    web = next((text.partition(":")[2].strip() for text in sources.scope.lines("Procfile") if text.startswith("web:")), None)
    return Known(name, package, opened, brought[0] if brought else None, sources.document_root, web)


def _framework(project: Project | None, sources: Sources) -> tuple[str | None, str | None]:
    for name, packages in WEB if project else ():
        package = next((each for each in packages if project and each in project.require), None)
        if package:
            return name, package
    scope = sources.scope
    if scope.has("wp-config.php") or scope.has("wp-config-sample.php") or scope.has("wp-load.php"):
        return "wordpress", None
    if scope.has("system/core/CodeIgniter.php"):
        return "codeigniter", None
    return None, None


def framework_facts(project: Project | None, known: Known, sources: Sources) -> Iterator[Fact]:
    if known.framework is None:
        return
    if project is not None and known.package is not None:
        value = Framework(known.framework, project.version(known.package))
        yield Fact(f.FRAMEWORK, value, project.source(known.package), Origin.MANIFEST, Confidence.DECLARED, known.package)
    else:
        place = sources.scope.source(next(iter(sources.files), ""))
        yield Fact(f.FRAMEWORK, Framework(known.framework, None), place, Origin.LAYOUT, Confidence.INFERRED, "its files are here")


def kind_facts(project: Project | None, known: Known, sources: Sources) -> Iterator[Fact]:
    place = project.source("type" if project.data.get("type") else "") if project else _first(sources)
    kind, note = _kind(project, known, sources)
    if kind:
        yield Fact(f.KIND, kind, place, Origin.MANIFEST, Confidence.INFERRED, note)


def _kind(project: Project | None, known: Known, sources: Sources) -> tuple[str | None, str]:
    scope = sources.scope
    stated = str(project.data.get("type", "")) if project else ""
    shipped = known.web is not None or known.server is not None or known.listens is not None
    if shipped:
        return "service", "it is served"
    image = bool(scope.glob("{Dockerfile,Dockerfile.*,docker/Dockerfile,docker/*/Dockerfile}"))
    if compiled(LIBRARY).match(stated) and not image and not (known.framework and known.document_root is not None):
        return "library", f"type {stated}"
    if known.document_root is not None and (known.framework or _shows_pages(known, sources)):
        return "service", "it has an index.php"
    if known.framework in ("laravel", "symfony", "lumen", "drupal", "hyperf", "webman") and (image or _has_entry(sources)):
        return "service", f"a {known.framework} application"
    if project is not None and project.data.get("bin"):
        return "cli", "bin of composer.json"
    if project is not None and project.data.get("name") and "autoload" in project.data and not image and stated != "project":
        return "library", "it is loaded by others, and nothing starts it"
    return None, ""


def _shows_pages(known: Known, sources: Sources) -> bool:
    """An index.php of its own folder says nothing in a plug-in (`// Silence is golden`)."""
    content = sources.scope.text(f"{known.document_root}index.php") or ""
    return bool(compiled(r"<\?php|<\?|\?>|/\*[\s\S]*?\*/|(?://|#)[^\n]*").sub("", content).strip())


def _has_entry(sources: Sources) -> bool:
    return any(sources.scope.has(f"{sources.root}{name}") for name in ("artisan", "bin/console", "bin/hyperf.php"))


def protocol_facts(project: Project | None, known: Known, sources: Sources) -> Iterator[Fact]:
    if _kind(project, known, sources)[0] != "service":
        return
    place = project.source(known.package or "") if project else _first(sources)
    note = known.framework or ("it listens" if known.listens else "a web server runs it")
    yield Fact(f.PROTOCOL, "http", place, Origin.MANIFEST, Confidence.INFERRED, note)
    told = known.web is not None or known.server is not None or known.listens is not None
    if not told and known.document_root is not None:
        note = "the unprivileged web server of the generated image"
        yield Fact(f.PORT, WEB_PORT, place, Origin.DEFAULT, Confidence.DEFAULT, note)


def _first(sources: Sources) -> Source | None:
    return sources.scope.source(sources.files[0]) if sources.files else None
