"""Frameworks of the JVM: how each is recognised, and where it listens when it is told nothing."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from cdgen.model import facts as f
from cdgen.model.facts import Confidence, Fact, Framework, Origin, Source
from cdgen.repo import Repo
from cdgen.repo.patterns import compiled
from cdgen.stacks.jvm.build import Build, Dependency


class Known(NamedTuple):
    """`parts` and `version` match `group:artifact`; `plugins` are of either build tool. `port` None: it has no default."""

    name: str
    parts: str
    plugins: tuple[str, ...] = ()
    version: str = ""
    port: int | None = None
    where: str = ""  # what the default port is called in the framework's documentation
    by_plugin: bool = True  # False: programs that only use the framework's client apply the plugin too


# the shape of the program first, the library that serves inside it last
FRAMEWORKS = (
    Known(
        "quarkus",
        r"io\.quarkus(?:\.platform)?:quarkus-.*",
        ("quarkus-maven-plugin", "io.quarkus"),
        r"io\.quarkus(?:\.platform)?:(?:quarkus-bom|quarkus-universe-bom)",
        8080,
        "quarkus.http.port",
    ),
    Known(
        "micronaut",
        r"io\.micronaut(?:\.\w+)*:micronaut-.*",
        ("micronaut-maven-plugin", "io.micronaut.application", "io.micronaut.minimal.application"),
        r"io\.micronaut(?:\.platform)?:micronaut-(?:parent|bom|platform)",
        8080,
        "micronaut.server.port",
    ),
    Known(
        "spring-boot",
        r"org\.springframework\.boot:.*",
        ("spring-boot-maven-plugin", "org.springframework.boot", "spring-boot"),
        r"org\.springframework\.boot:(?:spring-boot-starter-parent|spring-boot-dependencies|spring-boot-gradle-plugin|spring-boot.*)",
        8080,
        "server.port",
    ),
    Known(
        "functions-framework",
        r"com\.google\.cloud\.functions:functions-framework-api",
        ("function-maven-plugin",),
        r"com\.google\.cloud\.functions:functions-framework-api",
        8080,
        "PORT",
    ),
    Known("dropwizard", r"io\.dropwizard:dropwizard-.*", (), r"io\.dropwizard:dropwizard-.*", 8080, "applicationConnectors"),
    Known("helidon", r"io\.helidon(?:\.\w+)*:helidon-.*", (), r"io\.helidon.*:helidon-.*", 8080, "server.port"),
    Known(
        "open-liberty",
        r"io\.openliberty(?:\.\w+)*:.*",
        ("liberty-maven-plugin", "io.openliberty.tools.gradle.Liberty", "liberty"),
        r"io\.openliberty:openliberty-.*",
        9080,
        "httpEndpoint",
    ),
    Known("grails", r"org\.grails:grails-core", ("org.grails.grails-web",), r"org\.grails:grails-core", 8080, "server.port"),
    Known(
        "play",
        r"(?:com\.typesafe\.play|org\.playframework):play(?:-java|-guice|-server|-pekko-http-server|-akka-http-server|-netty-server)?(?:_[\d.]+)?",
        ("com.typesafe.play:sbt-plugin", "org.playframework:sbt-plugin", "org.gradle.playframework"),
        "",
        9000,
        "play.server.http.port",
    ),
    Known("ktor", r"io\.ktor:ktor-server-.*", ("io.ktor.plugin",), r"io\.ktor:ktor-(?:server-.*|bom)", by_plugin=False),
    Known("javalin", r"io\.javalin:javalin(?:-bundle)?", (), r"io\.javalin:javalin.*", 8080, "Javalin.start()"),
    Known("jooby", r"(?:io|org)\.jooby:jooby.*", (), r"(?:io|org)\.jooby:jooby.*", 8080, "server.port"),
    Known("sparkjava", r"com\.sparkjava:spark-(?:core|kotlin)", (), r"com\.sparkjava:spark-.*", 4567, "port()"),
    Known("http4k", r"org\.http4k:http4k-.*", (), r"org\.http4k:http4k-.*"),
    Known("vertx", r"io\.vertx:vertx-(?:web|core|stack-depchain|lang-kotlin)", ("io.vertx.vertx-plugin",), r"io\.vertx:vertx-.*"),
    Known("ratpack", r"io\.ratpack:ratpack-core", ("io.ratpack.ratpack-java",), r"io\.ratpack:ratpack-.*", 5050, "server.port"),
    Known("armeria", r"com\.linecorp\.armeria:armeria(?:-.*)?", (), r"com\.linecorp\.armeria:armeria.*"),
    Known("finatra", r"com\.twitter:finatra-http(?:-server)?(?:_[\d.]+)?", (), r"com\.twitter:finatra-.*", 8888, "http.port"),
    Known("scalatra", r"org\.scalatra:scalatra(?:-\w+)?(?:_[\d.]+)?", (), r"org\.scalatra:scalatra.*"),
    Known("cask", r"com\.lihaoyi:cask(?:_[\d.]+)?", (), r"com\.lihaoyi:cask.*", 8080, "port"),
    Known(
        "zio-http",
        r"dev\.zio:zio-http(?:_[\d.]+)?|io\.d11:zhttp(?:_[\d.]+)?",
        (),
        r"dev\.zio:zio-http.*|io\.d11:zhttp.*",
        8080,
        "Server.Config",
    ),
    Known("akka-http", r"com\.typesafe\.akka:akka-http(?:_[\d.]+)?", (), r"com\.typesafe\.akka:akka-http(?:_[\d.]+)?"),
    Known("pekko-http", r"org\.apache\.pekko:pekko-http(?:_[\d.]+)?", (), r"org\.apache\.pekko:pekko-http(?:_[\d.]+)?"),
    Known("http4s", r"org\.http4s:http4s-(?:\w+-server|dsl)(?:_[\d.]+)?", (), r"org\.http4s:http4s-.*"),
)
# a word in the names of a framework's parts, where it is not the framework's own name
WORDS = {"spring-boot": "springframework", "open-liberty": "openliberty", "sparkjava": "sparkjava", "zio-http": "http"}
LIBERTY_CONFIG = r"(?:^|/)server\.xml$"
OPTIONAL = r"(?:spring-boot-(?:configuration-processor|devtools|autoconfigure-processor)|.*-test|.*-junit\d?)$"


def of(build: Build, repo: Repo) -> tuple[Known, Source] | None:
    """The framework that shapes the program, and the place that says so."""
    names = build.names()
    for known in FRAMEWORKS:
        applied = build.plugin(*known.plugins) if known.by_plugin else None
        found = applied or (_part(build, known) if WORDS.get(known.name, known.name) in names else None)
        if found:
            return known, found.source
    boot = next((each for each in build.managed if each.artifact == "spring-boot-starter-parent"), None)
    if boot and build.find(r"org\.springframework(?:\.\w+)*:.*"):
        return next(each for each in FRAMEWORKS if each.name == "spring-boot"), boot.source
    for member in build.members:
        for path in repo.under(member):
            if compiled(LIBERTY_CONFIG).search(path) and "<featureManager" in (repo.text(path) or ""):
                known = next(each for each in FRAMEWORKS if each.name == "open-liberty")
                return known, repo.source(path, "<featureManager")
    return None


def _part(build: Build, known: Known) -> Dependency | None:
    return next((each for each in build.all(known.parts) if not compiled(OPTIONAL).match(each.artifact)), None)


def facts(build: Build, repo: Repo) -> Iterator[Fact]:
    found = of(build, repo)
    if found:
        known, source = found
        value = Framework(known.name, version(build, known))
        yield Fact(f.FRAMEWORK, value, source, Origin.MANIFEST, Confidence.DECLARED, f"{known.name} in the build file")


def version(build: Build, known: Known) -> str | None:
    plugin = build.plugin(*known.plugins)
    stated = build.version_of(known.version) if known.version else None
    return stated or (plugin.version if plugin else None)
