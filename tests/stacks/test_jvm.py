"""What Maven and Gradle services share: where they listen, what they serve for probes, variables, kinds, tests that need a service."""

from __future__ import annotations

import pytest

from cdgen.model import facts as f
from cdgen.model.facts import BackingService, Confidence, EnvVar, FactSet, Key
from cdgen.repo import Scope
from cdgen.spec.decide import choose
from cdgen.stacks.jvm import gradle
from cdgen.stacks.jvm.base import jdk, major
from tests.conftest import MakeRepo

DECLARED, INFERRED, DEFAULT = Confidence.DECLARED, Confidence.INFERRED, Confidence.DEFAULT
SOURCE = "src/main/java/org/acme/Main.java"
PROPERTIES = "src/main/resources/application.properties"
YAML = "src/main/resources/application.yml"
APPLICATION = "package org.acme;\n\n@SpringBootApplication\npublic class Main {\n  public static void main(String[] args) {}\n}\n"
WEB = "org.springframework.boot:spring-boot-starter-web"
ACTUATOR = "org.springframework.boot:spring-boot-starter-actuator"
PROMETHEUS = "io.micrometer:micrometer-registry-prometheus"


def script(*parts: str, boot: str = "3.4.1") -> str:
    applied = f"plugins {{\n  id 'org.springframework.boot' version '{boot}'\n}}\n" if boot else ""
    return applied + "dependencies {\n" + "".join(f"  implementation '{part}'\n" for part in parts) + "}\n"


def seen(make_repo: MakeRepo, files: dict[str, str], *parts: str, boot: str = "3.4.1") -> FactSet:
    return FactSet(gradle.facts(Scope(make_repo({"build.gradle": script(*parts, boot=boot), SOURCE: APPLICATION, **files}), ".")))


def answer(facts: FactSet, key: Key[int]) -> tuple[object, Confidence | None]:
    made = choose(key, facts)
    return made.value, made.confidence


SPRING: dict[str, tuple[dict[str, str], tuple[int | None, Confidence | None]]] = {
    "told nothing": ({}, (8080, DEFAULT)),
    "properties": ({PROPERTIES: "server.port=9090\n"}, (9090, DECLARED)),
    "in a comment": ({PROPERTIES: "#server.port=9090\n"}, (8080, DEFAULT)),
    "a variable with a default": ({PROPERTIES: "server.port=${PORT:9090}\n"}, (9090, INFERRED)),
    "a default in a default": ({PROPERTIES: "server.port=${PORT:${HTTP_PORT:9090}}\n"}, (9090, INFERRED)),
    "a variable without": ({PROPERTIES: "server.port=${PORT}\n"}, (8080, DEFAULT)),
    "any free port": ({PROPERTIES: "server.port=0\n"}, (8080, DEFAULT)),
    "yaml": ({YAML: "server:\n  port: 9090\n"}, (9090, DECLARED)),
    "yaml, flat": ({YAML: "server.port: 9090\n"}, (9090, DECLARED)),
    "yaml with a token of the build": ({YAML: "info:\n  version: @project.version@\nserver:\n  port: 9090\n"}, (9090, DECLARED)),
    "yaml that is broken": ({YAML: "server:\n port: [9090\n"}, (8080, DEFAULT)),
    "bootstrap": ({"src/main/resources/bootstrap.yml": "server:\n  port: 9090\n"}, (9090, DECLARED)),
    "beside the build file": ({"config/application.yml": "server:\n  port: 9090\n"}, (9090, DECLARED)),
    "another profile": ({YAML: "a: 1\n---\nspring:\n  config.activate.on-profile: prod\nserver:\n  port: 9090\n"}, (8080, DEFAULT)),
    "another profile's file": ({"src/main/resources/application-prod.yml": "server:\n  port: 9090\n"}, (8080, DEFAULT)),
    "the tests'": ({"src/test/resources/application.yml": "server:\n  port: 9090\n"}, (8080, DEFAULT)),
    "in code": (
        {SOURCE: APPLICATION.replace("{}", '{ app.setDefaultProperties(Map.of("server.port", "9090")); }')},
        (9090, DECLARED),
    ),
    "a name of its own": (
        {
            SOURCE: APPLICATION.replace("{}", '{ System.setProperty("spring.config.name", "shop"); }'),
            "config/shop.yml": "server:\n  port: 9090\n",
        },
        (9090, DECLARED),
    ),
}


@pytest.mark.parametrize("name", SPRING)
def test_port_of_spring_boot(make_repo: MakeRepo, name: str) -> None:
    files, expected = SPRING[name]
    facts = seen(make_repo, files, WEB)
    assert answer(facts, f.PORT) == expected
    assert choose(f.PROTOCOL, facts).value == "http"


CONFIG_CLIENT = "org.springframework.cloud:spring-cloud-starter-config"


def test_a_client_of_a_configuration_server_has_no_default(make_repo: MakeRepo) -> None:
    assert seen(make_repo, {}, WEB, CONFIG_CLIENT).all(f.PORT) == ()


def test_a_configuration_server_in_the_same_repository(make_repo: MakeRepo) -> None:
    files = {
        "shop/build.gradle": script(WEB, CONFIG_CLIENT),
        f"shop/{SOURCE}": APPLICATION,
        f"shop/{PROPERTIES}": "spring.application.name=shop\n",
    }
    repo = make_repo(
        {
            **files,
            "settings.gradle": "include 'shop'\n",
            "config/src/main/resources/shared/shop.yml": "a: 1\nserver:\n  port: 9090\n",
        }
    )
    found = FactSet(gradle.facts(Scope(repo, "shop"))).all(f.PORT)
    assert [(fact.value, str(fact.source)) for fact in found] == [(9090, "config/src/main/resources/shared/shop.yml:3")]


def java(body: str, fields: str = "") -> str:
    return f"package org.acme;\n\npublic class Main {{\n  {fields}\n  public static void main(String[] args) {{\n    {body}\n  }}\n}}\n"


LISTEN = "HttpServer.create(new InetSocketAddress({}), 0).start();"
CODE: dict[str, tuple[tuple[str, ...], str, tuple[str | None, int | None, Confidence | None]]] = {
    "no listener": ((), java('System.out.println("8080");'), (None, None, None)),
    "the JDK's server": ((), java(LISTEN.format("9090")), ("http", 9090, DECLARED)),
    "a constant": ((), java(LISTEN.format("PORT"), "static final int PORT = 9090;"), ("http", 9090, DECLARED)),
    "the environment": (
        (),
        java('int port = Integer.parseInt(System.getenv().getOrDefault("PORT", "9090"));\n    ' + LISTEN.format("port")),
        ("http", 9090, INFERRED),
    ),
    "the environment, by choice": (
        (),
        java(
            'String p = System.getenv("PORT");\n    int port = p != null ? Integer.parseInt(p) : 9090;\n    '
            + LISTEN.format("port")
        ),
        ("http", 9090, INFERRED),
    ),
    "the environment alone": ((), java(LISTEN.format('Integer.parseInt(System.getenv("PORT"))')), ("http", None, None)),
    "Spark": (("com.sparkjava:spark-core:2.9",), "import static spark.Spark.*;\n" + java("port(9090);"), ("http", 9090, DECLARED)),
    "Spark, told nothing": (
        ("com.sparkjava:spark-core:2.9",),
        "import static spark.Spark.*;\n" + java('get("/", x);'),
        ("http", 4567, DEFAULT),
    ),
    "Javalin": (
        ("io.javalin:javalin:6",),
        "import io.javalin.Javalin;\n" + java("Javalin.create().start(9090);"),
        ("http", 9090, DECLARED),
    ),
    "gRPC": (("io.grpc:grpc-netty:1",), java("ServerBuilder.forPort(9090).build().start();"), ("grpc", 9090, DECLARED)),
}


@pytest.mark.parametrize("name", CODE)
def test_port_in_code(make_repo: MakeRepo, name: str) -> None:
    parts, text, expected = CODE[name]
    facts = seen(make_repo, {SOURCE: text}, *parts, boot="")
    assert (choose(f.PROTOCOL, facts).value, *answer(facts, f.PORT)) == expected


def test_ktor(make_repo: MakeRepo) -> None:
    main = 'import io.ktor.server.netty.*\n\nfun main() {\n  embeddedServer(Netty, port = System.getenv("PORT")?.toInt() ?: 9090) {\n    get("/health") {}\n  }\n}\n'
    files = {"build.gradle": script("io.ktor:ktor-server-netty:3.0.0", boot=""), "src/main/kotlin/Main.kt": main}
    facts = FactSet(gradle.facts(Scope(make_repo(files), ".")))
    assert (choose(f.LANGUAGE, facts).value, *answer(facts, f.PORT)) == ("kotlin", 9090, INFERRED)
    assert choose(f.HEALTH_PATH, facts).value == "/health"


LIBERTY = '<server>\n<featureManager>\n<feature>mpHealth-4.0</feature>\n</featureManager>\n<variable name="p" defaultValue="9081"/>\n<httpEndpoint httpPort="{}"/>\n</server>\n'


@pytest.mark.parametrize(("port", "expected"), [("9080", (9080, DECLARED)), ("${p}", (9081, INFERRED)), ("${q}", (9080, DEFAULT))])
def test_open_liberty(make_repo: MakeRepo, port: str, expected: tuple[int, Confidence]) -> None:
    facts = seen(make_repo, {"src/main/liberty/config/server.xml": LIBERTY.format(port)}, boot="")
    assert choose(f.FRAMEWORK, facts).value.name == "open-liberty"
    assert answer(facts, f.PORT) == expected
    assert choose(f.READINESS_PATH, facts).value == "/health/ready"


def test_a_package_called_example_or_test_is_code(make_repo: MakeRepo) -> None:
    files = {"src/main/java/org/example/test/Main.java": java(LISTEN.format("9090")).replace("org.acme", "org.example.test")}
    facts = FactSet(gradle.facts(Scope(make_repo({"build.gradle": "", **files}), ".")))
    assert choose(f.PORT, facts).value == 9090


HEALTH: dict[str, tuple[tuple[str, ...], str, dict[str, str], tuple[str | None, str | None, str | None]]] = {
    "nothing": ((), "3.4.1", {}, (None, None, None)),
    "Actuator": ((ACTUATOR,), "3.4.1", {}, ("/actuator/health", None, None)),
    "version 1": ((ACTUATOR,), "1.5.9.RELEASE", {}, ("/health", None, None)),
    "version 4 has probes": ((ACTUATOR,), "4.0.1", {}, ("/actuator/health/liveness", "/actuator/health/readiness", None)),
    "version 4 without": (
        (ACTUATOR,),
        "4.0.1",
        {PROPERTIES: "management.endpoint.health.probes.enabled=false\n"},
        ("/actuator/health", None, None),
    ),
    "probes": (
        (ACTUATOR,),
        "3.4.1",
        {PROPERTIES: "management.endpoint.health.probes.enabled=true\n"},
        ("/actuator/health/liveness", "/actuator/health/readiness", None),
    ),
    "another base": (
        (ACTUATOR,),
        "3.4.1",
        {PROPERTIES: "management.endpoints.web.base-path=/manage\n"},
        ("/manage/health", None, None),
    ),
    "no base, nor a direct dependency": ((), "3.4.1", {YAML: 'management.endpoints.web.base-path: ""\n'}, ("/health", None, None)),
    "a context path": (
        (ACTUATOR,),
        "3.4.1",
        {PROPERTIES: "server.servlet.context-path=/shop\n"},
        ("/shop/actuator/health", None, None),
    ),
    "a port of its own": ((ACTUATOR,), "3.4.1", {PROPERTIES: "management.server.port=8081\n"}, (None, None, None)),
    "switched off": ((ACTUATOR,), "3.4.1", {PROPERTIES: "management.endpoint.health.enabled=false\n"}, (None, None, None)),
    "metrics that are not exposed": ((ACTUATOR, PROMETHEUS), "3.4.1", {}, ("/actuator/health", None, None)),
    "metrics": (
        (ACTUATOR, PROMETHEUS),
        "3.4.1",
        {PROPERTIES: "management.endpoints.web.exposure.include=health,prometheus\n"},
        ("/actuator/health", None, "/actuator/prometheus"),
    ),
    "exposed without a registry": (
        (ACTUATOR,),
        "3.4.1",
        {PROPERTIES: "management.endpoints.web.exposure.include=*\n"},
        ("/actuator/health", None, None),
    ),
}


@pytest.mark.parametrize("name", HEALTH)
def test_endpoints_of_actuator(make_repo: MakeRepo, name: str) -> None:
    parts, version, files, expected = HEALTH[name]
    facts = seen(make_repo, files, WEB, *parts, boot=version)
    assert tuple(choose(key, facts).value for key in (f.HEALTH_PATH, f.READINESS_PATH, f.METRICS_PATH)) == expected


def test_the_port_of_management(make_repo: MakeRepo) -> None:
    facts = seen(make_repo, {PROPERTIES: "server.port=8080\nmanagement.server.port=8081\n"}, WEB, ACTUATOR)
    assert (choose(f.PORT, facts).value, choose(f.METRICS_PORT, facts).value) == (8080, 8081)


def controller(prefix: str, method: str) -> str:
    return f'package org.acme;\n\n{prefix}\npublic class Health {{\n  {method}\n  public String health() {{ return ""; }}\n}}\n'


ROUTES: dict[str, tuple[str, str, str | None]] = {
    "none": ("@RestController", '@GetMapping("/orders")', None),
    "not served to a GET": ("@RestController", '@RequestMapping(method = RequestMethod.POST, path = "/health")', None),
    "a method": ("@RestController", '@GetMapping("/health")', "/health"),
    "named arguments": ("@RestController", '@RequestMapping(method = RequestMethod.GET, path = "/health")', "/health"),
    "below its class": ('@RestController\n@RequestMapping("/api/v1")', '@GetMapping("health")', "/api/v1/health"),
    "class and nothing more": ('@RestController\n@RequestMapping("/health")', "@GetMapping", "/health"),
    "Jakarta": ('@Path("/")', '@GET\n  @Path("/health")', "/health"),
    "Jakarta, below its class": ('@Path("/api")', '@GET\n  @Path("/health")', "/api/health"),
}


@pytest.mark.parametrize("name", ROUTES)
def test_routes(make_repo: MakeRepo, name: str) -> None:
    prefix, method, expected = ROUTES[name]
    facts = seen(make_repo, {"src/main/java/org/acme/Health.java": controller(prefix, method)}, WEB)
    assert choose(f.HEALTH_PATH, facts).value == expected


VARIABLES: dict[str, tuple[dict[str, str], tuple[EnvVar, ...]]] = {
    "none": ({PROPERTIES: "a=${b:c}\n"}, ()),
    "of the configuration": ({PROPERTIES: "a=${LOG_LEVEL:info}\n"}, (EnvVar("LOG_LEVEL", "info", False, False),)),
    "required": ({PROPERTIES: "a=${STORE_URL}\n"}, (EnvVar("STORE_URL", None, True, False),)),
    "in code": ({SOURCE: java('System.getenv("STORE_URL");')}, (EnvVar("STORE_URL", None, False, False),)),
    "in code, with a default": (
        {SOURCE: java('System.getenv().getOrDefault("STORE_URL", "x");')},
        (EnvVar("STORE_URL", "x", False, False),),
    ),
    "a secret hides its default": ({PROPERTIES: "a=${DB_PASSWORD:dev}\n"}, (EnvVar("DB_PASSWORD", None, False, True),)),
}


@pytest.mark.parametrize("name", VARIABLES)
def test_variables(make_repo: MakeRepo, name: str) -> None:
    files, expected = VARIABLES[name]
    assert seen(make_repo, files, WEB).values(f.ENV) == expected


KINDS: dict[str, tuple[str, tuple[str, ...], str, str | None]] = {
    "prints and ends": ("", (), java(""), None),
    "a library": ("", (WEB,), "package org.acme;\n\npublic class Shop {}\n", "library"),
    "a function, started by its framework": (
        "",
        ("com.google.cloud.functions:functions-framework-api:1.1",),
        "package org.acme;\n\npublic class Shop implements HttpFunction {}\n",
        "service",
    ),
    "a service": ("3.4.1", (WEB,), APPLICATION, "service"),
    "a queue": (
        "3.4.1",
        ("org.springframework.boot:spring-boot-starter-amqp",),
        APPLICATION.replace("{}", '{}\n  @RabbitListener(queues = "q")\n  void on(String m) {}'),
        "worker",
    ),
    "told not to serve": ("3.4.1", ("org.springframework.boot:spring-boot-starter",), APPLICATION, None),
    "runs once": ("3.4.1", (), APPLICATION.replace("class Main", "class Main implements CommandLineRunner"), "job"),
}


def test_a_library_listens_nowhere(make_repo: MakeRepo) -> None:
    facts = seen(make_repo, {SOURCE: "package org.acme;\n\n@RestController\npublic class Shop {}\n"}, WEB, boot="")
    assert (facts.values(f.PROTOCOL), facts.values(f.PORT)) == ((), ())


@pytest.mark.parametrize(
    ("part", "text", "port"),
    [
        ("net.devh:grpc-server-spring-boot-starter", "", 9090),
        ("net.devh:grpc-server-spring-boot-starter", "grpc.server.port=9555\n", 9555),
        ("org.springframework.grpc:spring-grpc-spring-boot-starter", "spring.grpc.server.port=9555\n", 9555),
    ],
)
def test_port_of_grpc(make_repo: MakeRepo, part: str, text: str, port: int) -> None:
    facts = seen(make_repo, {PROPERTIES: text}, part)
    assert (choose(f.PROTOCOL, facts).value, choose(f.PORT, facts).value) == ("grpc", port)


@pytest.mark.parametrize("name", KINDS)
def test_kind(make_repo: MakeRepo, name: str) -> None:
    version, parts, text, kind = KINDS[name]
    assert seen(make_repo, {SOURCE: text}, *parts, boot=version).values(f.KIND) == ((kind,) if kind else ())


TESTS: dict[str, tuple[str, str, bool]] = {
    "a unit test": ("src/test/java/org/acme/ShopTest.java", "", False),
    "an acronym": ("src/test/java/org/acme/AUDIT.java", "", False),
    "by its name": ("src/test/java/org/acme/ShopIT.java", "", True),
    "by its long name": ("src/test/kotlin/ShopIntegrationTest.kt", "", True),
    "a source set of its own": ("src/integrationTest/java/org/acme/Shop.java", "", True),
    "a container": ("src/test/java/org/acme/ShopTest.java", "import org.testcontainers.containers.PostgreSQLContainer;\n", True),
    "not a test": ("src/main/java/org/acme/ShopIT.java", "", False),
}


@pytest.mark.parametrize("name", TESTS)
def test_tests_that_need_a_service(make_repo: MakeRepo, name: str) -> None:
    path, text, found = TESTS[name]
    assert seen(make_repo, {path: text}).values(f.INTEGRATION_TESTS) == ((path,) if found else ())


def test_a_container_of_a_test_states_the_version(make_repo: MakeRepo) -> None:
    text = 'import org.testcontainers.utility.DockerImageName;\nclass T { Object o = DockerImageName.parse("postgres:16.2"); }\n'
    facts = seen(make_repo, {"src/test/java/T.java": text}, "org.postgresql:postgresql:42")
    assert BackingService("postgresql", "16.2", "postgres:16.2") in facts.values(f.BACKING)


LETTUCE = "io.lettuce:lettuce-core:6.8.2.RELEASE"
CLIENTS = [
    ("a client that nothing opens", LETTUCE, {}, DEFAULT),
    ("a test alone opens it", LETTUCE, {"src/test/java/T.java": "import io.lettuce.core.RedisClient;\n"}, DEFAULT),
    ("code opens it", LETTUCE, {"src/main/java/org/acme/Cache.java": "import io.lettuce.core.RedisClient;\n"}, INFERRED),
    ("settings name it", LETTUCE, {PROPERTIES: "spring.data.redis.host=cache\n"}, INFERRED),
    ("a starter opens it", "org.springframework.boot:spring-boot-starter-data-redis:3.4.1", {}, INFERRED),
]


@pytest.mark.parametrize(("what", "part", "files", "sure"), CLIENTS, ids=[what for what, *_ in CLIENTS])
def test_a_client_counts_when_something_opens_it(
    make_repo: MakeRepo, what: str, part: str, files: dict[str, str], sure: Confidence
) -> None:
    facts = seen(make_repo, files, part).all(f.BACKING)
    assert [(fact.value.kind, fact.confidence) for fact in facts] == [("redis", sure)]


@pytest.mark.parametrize(
    ("part", "file", "migrations"),
    [
        ("org.flywaydb:flyway-core:10", "src/main/resources/schema.sql", ()),
        ("org.slf4j:slf4j-api:2", "src/main/resources/db/migration/V1__a.sql", ()),
        ("org.flywaydb:flyway-core:10", "src/main/resources/db/migration/V1__a.sql", ("flyway: src/main/resources/db/migration",)),
        (
            "org.liquibase:liquibase-core:4",
            "src/main/resources/db/changelog/master.yaml",
            ("liquibase: src/main/resources/db/changelog",),
        ),
    ],
)
def test_migrations(make_repo: MakeRepo, part: str, file: str, migrations: tuple[str, ...]) -> None:
    assert seen(make_repo, {file: ""}, part).values(f.MIGRATIONS) == migrations


@pytest.mark.parametrize(("text", "number"), [(None, None), ("1.8", 8), ("8", 8), ("17.0.9", 17), ("JavaVersion.VERSION_21", 21)])
def test_major(text: str | None, number: int | None) -> None:
    assert major(text) == number


@pytest.mark.parametrize(("text", "version"), [(None, None), ("1.8", 8), ("9", 11), ("17", 17), ("22", 25), ("30", None)])
def test_jdk(text: str | None, version: int | None) -> None:
    assert jdk(text) == version


REPEATED = {
    "variables of the configuration": {PROPERTIES: "a.b=${AAA_B:c}\n" * 20_000},
    "variables in code": {SOURCE: java('getenv("AAA_B");' * 20_000)},
    "listeners": {SOURCE: java(LISTEN.format("9090") * 5_000)},
    "brackets that are never closed": {SOURCE: "@GetMapping(\n" * 20_000, "build.gradle": "maven { credentials {\n" * 10_000},
    "comments that are never closed": {"build.gradle": "/*" * 100_000},
}


@pytest.mark.parametrize("name", REPEATED)
def test_a_file_of_nothing_else_is_left(make_repo: MakeRepo, name: str) -> None:
    repo = make_repo({"build.gradle": script(WEB), SOURCE: APPLICATION, **REPEATED[name]})
    assert len(tuple(gradle.facts(Scope(repo, ".")))) < 1_100
