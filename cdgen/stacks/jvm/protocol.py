"""What a JVM program speaks and what it is: HTTP, gRPC, a worker, a tool, a library."""

from __future__ import annotations

from collections.abc import Iterator

from cdgen.model import facts as f
from cdgen.model.facts import Confidence, Fact, Origin, Source
from cdgen.stacks.jvm.build import Build
from cdgen.stacks.jvm.frameworks import Known
from cdgen.stacks.jvm.settings import Settings
from cdgen.stacks.jvm.sources import Code

# parts that open an HTTP listener in programs of frameworks that can also do without one
HTTP_PARTS = (
    r"org\.springframework\.boot:spring-boot-starter-(?:web|webflux|webmvc|jersey|data-rest|graphql|hateoas|tomcat|jetty|undertow|reactor-netty)"
    r"|org\.springframework\.boot:spring-boot-(?:tomcat|jetty|webmvc|webflux)"
    r"|org\.springframework\.cloud:spring-cloud-(?:starter-)?(?:netflix-)?(?:gateway|zuul|config-server|eureka-server|turbine|hystrix-dashboard).*"
    r"|de\.codecentric:spring-boot-admin(?:-starter)?-server(?:-ui)?"
    r"|com\.netflix\.graphql\.dgs:.*-starter|org\.springdoc:springdoc-openapi-.*"
    r"|io\.quarkus(?:\.\w+)*:quarkus-(?:rest|resteasy|vertx-http|reactive-routes|undertow|spring-web|smallrye-graphql).*"
    r"|io\.micronaut(?:\.\w+)*:micronaut-(?:http-server|servlet).*"
)
ALWAYS_HTTP = frozenset(
    {
        "functions-framework",
        "dropwizard",
        "open-liberty",
        "grails",
        "ktor",
        "javalin",
        "jooby",
        "sparkjava",
        "http4k",
        "ratpack",
        "armeria",
        "play",
        "finatra",
        "scalatra",
        "cask",
        "zio-http",
        "akka-http",
        "pekko-http",
        "http4s",
    }
)
GRPC_PARTS = (
    r"net\.devh:grpc-(?:server-)?spring-boot-starter|org\.springframework\.grpc:.*"
    r"|io\.quarkus:quarkus-grpc|io\.micronaut\.grpc:.*server.*"
)
SERVES_HTTP = r"@(?:RestController|Controller|WebServlet|ApplicationPath)\b|\bextends\s+HttpServlet\b"
LISTENS_TO_QUEUE = r"@(?:RabbitListener|KafkaListener|JmsListener|SqsListener|StreamListener|Incoming|Scheduled|RabbitHandler)\b"
MAIN = (
    r"\b(?:public\s+static|static\s+public|static)\s+void\s+main\s*\(|\bfun\s+main\s*\(|\bdef\s+main\s*\("
    r"|@SpringBootApplication\b|@QuarkusMain\b|(?m:^)@main\b"
    r"|\bextends\s+(?:App|IOApp|IOWebApp|ResourceApp|ZIOApp\w*|zio\.App|TwitterServer|HttpServer|StreamApp|TaskApp|cask\.MainRoutes|cask\.Main)\b"
)
# frameworks that bring the main class: a launcher, an invoker
STARTED_BY_ITS_FRAMEWORK = r"io\.vertx:.*|com\.google\.cloud\.functions:.*"
PACKAGERS = (
    "spring-boot-maven-plugin",
    "org.springframework.boot",
    "quarkus-maven-plugin",
    "io.quarkus",
    "micronaut-maven-plugin",
    "io.micronaut.application",
    "liberty-maven-plugin",
    "function-maven-plugin",
    "war",
    "PlayScala",
    "PlayJava",
    "PlayService",
)
RUNS_ONCE = r"\bimplements\s+CommandLineRunner\b|\bApplicationRunner\b|@EnableBatchProcessing\b|\bpicocli\.|@Command\("


def of(build: Build, known: Known | None, settings: Settings, code: Code, calls: tuple[str, ...]) -> tuple[str, Source | None]:
    """("http" or "grpc" or "", the place that says so)."""
    if settings.text("spring.main.web-application-type").lower() == "none":
        return ("grpc", None) if "grpc" in calls else ("", None)
    part = build.find(HTTP_PARTS)
    if part:
        return "http", part.source
    if known and known.name in ALWAYS_HTTP:
        return "http", None
    grpc = build.find(GRPC_PARTS)
    if grpc or "grpc" in calls:
        return "grpc", grpc.source if grpc else None
    served = code.first(SERVES_HTTP) if known else None
    if served or "http" in calls:
        return "http", served
    port = settings.get("server.port") if known else None
    return ("http", port.source) if port else ("", None)


def library(code: Code, build: Build) -> Fact | None:
    """A module with code but nothing to start, and no plugin that packages a program."""
    packaged = build.plugin(*PACKAGERS) or build.find(STARTED_BY_ITS_FRAMEWORK)
    if not code.main or packaged or code.first(MAIN):
        return None
    place = Source(code.main[0].path)
    note = "nothing to start, and no plugin that packages a program"
    return Fact(f.KIND, "library", place, Origin.LAYOUT, Confidence.INFERRED, note)


def kind(speaks: str, place: Source | None, code: Code) -> Iterator[Fact]:
    """Nothing when the code does not say."""
    main = code.first(MAIN)
    if speaks:
        yield Fact(f.KIND, "service", place or main, Origin.CODE, Confidence.INFERRED, f"serves {speaks}")
        return
    queue = code.first(LISTENS_TO_QUEUE, "@")
    once = code.first(RUNS_ONCE)
    if queue and main:
        yield Fact(f.KIND, "worker", queue, Origin.CODE, Confidence.INFERRED, "listens to a queue or a clock, not to a port")
    elif once and main:
        yield Fact(f.KIND, "job", once, Origin.CODE, Confidence.INFERRED, "runs once and ends")
