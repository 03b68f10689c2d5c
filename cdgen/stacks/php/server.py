"""How PHP is served, and where: by a web server around PHP-FPM, by Apache, by PHP itself, by a program that listens."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from cdgen.model import facts as f
from cdgen.model.facts import Confidence, Fact, Origin
from cdgen.repo.patterns import compiled
from cdgen.repo.syntax import line, literal, text
from cdgen.stacks.base import matches
from cdgen.stacks.php.sources import Sources, dockerfile
from cdgen.stacks.php.tree import Call, calls, variable_read, walk

WEB_PORT = 8080  # of the web server in the generated image, which runs without root


class Served(NamedTuple):
    """An image that brings a server: what its name holds, the kind of server, where it listens, what it starts."""

    pattern: str
    kind: str
    port: int
    start: str | None


# each by the documentation of the image: https://hub.docker.com/_/php, https://dockerfile.readthedocs.io (webdevops),
# https://serversideup.net/open-source/docker-php, https://frankenphp.dev/docs/docker, https://github.com/TrafeX/docker-php-nginx
OFFICIAL = r"^(?:docker\.io/)?(?:library/)?"
IMAGES: tuple[Served, ...] = (
    Served(rf"{OFFICIAL}php:[\w.-]*apache", "apache", 80, "apache2-foreground"),
    Served(rf"{OFFICIAL}php:[\w.-]*fpm", "fpm", 9000, "php-fpm"),
    Served(r"(?:^|/)(?:wordpress|drupal|joomla|matomo|moodle-php-apache):(?![\w.-]*fpm)", "apache", 80, "apache2-foreground"),
    Served(r"webdevops/php-(?:apache|nginx)", "nginx", 80, None),
    Served(r"serversideup/php:[\w.-]*(?:fpm-nginx|fpm-apache|frankenphp)", "nginx", 8080, None),
    Served(r"trafex/(?:php|alpine)-nginx", "nginx", 8080, None),
    Served(r"richarvey/nginx-php-fpm", "nginx", 80, None),
    Served(r"thecodingmachine/php:[\w.-]*apache", "apache", 80, None),
    Served(r"dunglas/frankenphp", "frankenphp", 80, None),
)
CONFIGURATIONS = (
    "{,docker/,.docker/,conf/,config/,nginx/,deploy/,build/,etc/}{,**/}{nginx,default,site,app,vhost,server,www}{,*}.conf"
)
LISTEN = r"(?m)^\s*listen\s+(?:\[::\]:|\*:|0\.0\.0\.0:)?(\d{2,5})\b([^;\n]*);"
APACHE = r"(?mi)^\s*(?:Listen\s+(?:\S*:)?|<VirtualHost\s+\S+:)(\d{2,5})\b"
# constructors and functions that open a listening socket
SOCKETS = ("SocketServer", "TcpServer", "Server", "stream_socket_server", "socket_create_listen", "Worker", "HttpServer")
ADDRESS = r":(\d{2,5})$"


def served(sources: Sources) -> tuple[Served, int] | None:
    """The server that the base image of the last stage brings, with its line."""
    from cdgen.detectors.dockerfile_text import parse

    stages = parse(dockerfile(sources.scope.repo, sources.scope.directory))
    for stage in reversed(stages[-1:]):
        base = next((other.base for other in stages[:-1] if other.name == stage.base), stage.base)
        found = next((image for image in IMAGES if compiled(image.pattern).search(base)), None)
        return (found, stage.line) if found else None
    return None


def port_facts(sources: Sources) -> Iterator[Fact]:
    yield from _of_image(sources)
    yield from _configured(sources)
    yield from _opened(sources)
    yield from _procfile(sources)


def _of_image(sources: Sources) -> Iterator[Fact]:
    found = served(sources)
    if found is None:
        return
    image, number = found
    place = sources.scope.line("Dockerfile", number)
    sure = Confidence.DEFAULT if image.kind == "fpm" else Confidence.INFERRED  # FastCGI is behind somebody else's port
    yield Fact(f.PORT, image.port, place, Origin.DOCKERFILE, sure, "the base image listens there")
    if image.start and not compiled(r"(?m)^\s*(?:CMD|ENTRYPOINT)\b").search(
        dockerfile(sources.scope.repo, sources.scope.directory)
    ):
        yield Fact(f.START, image.start, place, Origin.DOCKERFILE, Confidence.DEFAULT, "the base image starts it")


def _configured(sources: Sources) -> Iterator[Fact]:
    """`listen 8080;` of nginx, `Listen 8080` of Apache, in a file that an image takes with it."""
    named = dockerfile(sources.scope.repo, sources.scope.directory)
    if not compiled(r"nginx|apache|httpd").search(named):
        return
    for path in sources.scope.glob(CONFIGURATIONS):
        content = sources.scope.text(path) or ""
        plain = compiled(r"(?m)#.*$").sub("", content)
        for pattern in (LISTEN, APACHE):
            for match in matches(pattern, plain):
                if "ssl" in match.group(0) or match.group(1) == "443":
                    continue
                place = sources.scope.line(path, content.count("\n", 0, match.start(1)) + 1)
                yield Fact(f.PORT, int(match.group(1)), place, Origin.CONFIG, Confidence.INFERRED, "the web server listens there")
                return


def listeners(sources: Sources) -> Iterator[tuple[str, Call]]:
    """Calls by which a PHP program opens a listening socket itself: ReactPHP, Swoole, Workerman, Amp."""
    for path, syntax in sources.having(*SOCKETS):
        if not compiled(r"React\\|Swoole\\|Workerman\\|Amp\\|OpenSwoole|stream_socket_server").search(
            sources.scope.text(path) or ""
        ):
            continue
        for call in calls(syntax.root):
            name = call.on.rpartition("\\")[2] if call.name == "new" else call.name
            if name in SOCKETS and call.arguments and name != "HttpServer":
                yield path, call


def _opened(sources: Sources) -> Iterator[Fact]:
    """`new SocketServer('0.0.0.0:8080')`, `new Server('0.0.0.0', 9501)`."""
    for path, call in listeners(sources):
        number = _number(call)
        if number is not None:
            port, sure = number
            place = sources.scope.line(path, line(call.node))
            yield Fact(f.PORT, port, place, Origin.CODE, sure, "it listens here")


def _number(call: Call) -> tuple[int, Confidence] | None:
    for node in call.arguments[:2]:
        whole = literal(node)
        if node.type == "integer" and text(node).isdecimal():
            return int(text(node)), Confidence.DECLARED
        found = compiled(ADDRESS).search(whole) if whole else None
        if found:
            return int(found.group(1)), Confidence.DECLARED
        reads = walk(node, "function_call_expression", "subscript_expression")
        for each in walk(node, "integer"):  # getenv('PORT') ?: 8080
            if text(each).isdecimal() and any(variable_read(other) for other in reads):
                return int(text(each)), Confidence.INFERRED
    return None


def _procfile(sources: Sources) -> Iterator[Fact]:
    """`php -S 0.0.0.0:${PORT:-8080}` of the web process."""
    for count, content in enumerate(sources.scope.lines("Procfile"), 1):
        found = compiled(r"^web:.*\$\{PORT:-(\d{2,5})\}").match(content)
        if found:
            place = sources.scope.line("Procfile", count)
            yield Fact(f.PORT, int(found.group(1)), place, Origin.COMMAND, Confidence.INFERRED, "unless PORT says otherwise")
