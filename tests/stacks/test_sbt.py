"""sbt builds: which folders are projects, what they state, what their code answers to probes."""

from __future__ import annotations

import pytest

from cdgen.model import facts as f
from cdgen.model.facts import BackingService, Confidence, FactSet, Framework, Version
from cdgen.repo import Scope
from cdgen.spec.decide import choose
from cdgen.stacks.jvm import sbt
from tests.conftest import MakeRepo

MAIN = "src/main/scala/Main.scala"
APP = {MAIN: "object Main extends App { println(1) }\n"}
PLUGINS = "project/plugins.sbt"
TWO = 'lazy val api = (project in file("api")).dependsOn(core)\nlazy val core = project.in(file("core"))\n'


def seen(make_repo: MakeRepo, files: dict[str, str], directory: str = ".") -> FactSet:
    return FactSet(sbt.facts(Scope(make_repo(files), directory)))


CLAIMS: dict[str, tuple[dict[str, str], list[tuple[str, bool]]]] = {
    "nothing": ({"README.md": ""}, []),
    "definitions of a build": ({"project/build.sbt": ""}, []),
    "one project": ({"build.sbt": "", **APP}, [(".", False)]),
    "projects in folders": (
        {"build.sbt": TWO, "api/" + MAIN: "object A extends App", "core/" + MAIN: "class B"},
        [(".", True), ("api", False), ("core", False)],
    ),
    "projects and one image": (
        {"build.sbt": TWO, "Dockerfile": "FROM scratch\n", "api/" + MAIN: "object A extends App", "core/" + MAIN: "class B"},
        [(".", False)],
    ),
    "projects and code beside them": ({"build.sbt": TWO, "api/" + MAIN: "object A extends App", **APP}, [(".", False)]),
}


@pytest.mark.parametrize("name", CLAIMS)
def test_claims(make_repo: MakeRepo, name: str) -> None:
    files, expected = CLAIMS[name]
    assert [(claim.directory, claim.root_only) for claim in sbt.detect(make_repo(files))] == expected


VERSIONS: dict[str, tuple[str, str | None]] = {
    "none": ("", None),
    "in a comment": ('// scalaVersion := "2.13.1"\n', None),
    "a setting": ('scalaVersion := "2.13.1"\n', "2.13.1"),
    "for the build": ('ThisBuild / scalaVersion := "3.3.1"\n', "3.3.1"),
    "behind a name": ('val v = "3.3.1"\nlazy val root = project.in(file(".")).settings(scalaVersion := v)\n', "3.3.1"),
    "computed": ("scalaVersion := sys.props(x)\n", None),
}


@pytest.mark.parametrize("name", VERSIONS)
def test_version(make_repo: MakeRepo, name: str) -> None:
    text, version = VERSIONS[name]
    value = choose(f.LANGUAGE_VERSION, seen(make_repo, {"build.sbt": text, **APP})).value
    assert value == (Version(version) if version else None)


def test_a_file_for_the_version_goes_first(make_repo: MakeRepo) -> None:
    facts = seen(make_repo, {"build.sbt": 'scalaVersion := "3.3.1"\n', ".scala-version": "3.4.0\n", **APP})
    assert choose(f.LANGUAGE_VERSION, facts).value == Version("3.4.0")


LIBRARIES: dict[str, tuple[dict[str, str], Framework | None, int | None]] = {
    "none": ({"build.sbt": ""}, None, None),
    "in a comment": ({"build.sbt": '// libraryDependencies += "org.http4s" %% "http4s-dsl" % "0.23"\n'}, None, None),
    "of tests": ({"build.sbt": 'libraryDependencies += "com.typesafe.akka" %% "akka-http" % "10.5.0" % Test\n'}, None, None),
    "a client": ({"build.sbt": 'libraryDependencies += "org.http4s" %% "http4s-ember-client" % "0.23"\n'}, None, None),
    "Akka HTTP": (
        {"build.sbt": 'val v = "10.5.0"\nlibraryDependencies ++= Seq("com.typesafe.akka" %% "akka-http" % v)\n'},
        Framework("akka-http", "10.5.0"),
        None,
    ),
    "Pekko HTTP in an object": (
        {
            "build.sbt": "libraryDependencies ++= Dependencies.all\n",
            "project/Dependencies.scala": 'object Dependencies { val all = Seq("org.apache.pekko" %% "pekko-http" % "1.0.1") }\n',
        },
        Framework("pekko-http", "1.0.1"),
        None,
    ),
    "ZIO HTTP": (
        {"build.sbt": 'libraryDependencies += "dev.zio" %% "zio-http" % "3.0.0"\n'},
        Framework("zio-http", "3.0.0"),
        8080,
    ),
    "Play": (
        {
            "build.sbt": 'lazy val root = (project in file(".")).enablePlugins(PlayScala)\n',
            PLUGINS: 'addSbtPlugin("com.typesafe.play" % "sbt-plugin" % "2.9.0")\n',
            "app/controllers/Home.scala": "class Home",
        },
        Framework("play", "2.9.0"),
        9000,
    ),
}


@pytest.mark.parametrize("name", LIBRARIES)
def test_libraries(make_repo: MakeRepo, name: str) -> None:
    files, framework, port = LIBRARIES[name]
    facts = seen(make_repo, {**APP, **files})
    assert choose(f.FRAMEWORK, facts).value == framework
    assert choose(f.PORT, facts).value == port


def test_routes_of_play(make_repo: MakeRepo) -> None:
    files = {
        "build.sbt": 'lazy val root = (project in file(".")).enablePlugins(PlayScala)\n',
        PLUGINS: 'addSbtPlugin("org.playframework" % "sbt-plugin" % "3.0.0")\n',
        "app/Home.scala": "class Home",
        "conf/routes": "# GET /no x.Y\nGET  /health  controllers.Home.health\n->  /v1  v1.Routes\n",
        "conf/v1.routes": "POST  /users  controllers.Users.add\n",
        "conf/application.conf": "play.server.http.port = 9001\nplay.server.http.port = ${?PORT}\n",
    }
    facts = seen(make_repo, files)
    assert [(route.method, route.path) for route in facts.values(f.ROUTE)] == [("GET", "/health"), ("POST", "/v1/users")]
    assert choose(f.HEALTH_PATH, facts).value == "/health"
    assert (choose(f.PORT, facts).value, choose(f.PORT, facts).confidence) == (9001, Confidence.INFERRED)


PORTS: dict[str, tuple[dict[str, str], int | None]] = {
    "a comment": ({MAIN: 'object M extends App { // Http().newServerAt("0.0.0.0", 8081)\n }'}, None),
    "of a database": ({"src/main/resources/application.conf": "db { port = 5432 }\n"}, None),
    "Akka HTTP": ({MAIN: 'object M extends App { Http().newServerAt("0.0.0.0", 8081).bind(r) }'}, 8081),
    "http4s": (
        {
            MAIN: 'import org.http4s.ember.server._\nobject M extends IOApp { EmberServerBuilder.default[IO].withPort(port"8081").build }'
        },
        8081,
    ),
    "Blaze": (
        {MAIN: 'import org.http4s.blaze.server._\nobject M extends IOApp { BlazeServerBuilder[IO].bindHttp(8081, "0.0.0.0") }'},
        8081,
    ),
    "the configuration": (
        {"src/main/resources/application.conf": 'http {\n  host = "x"\n  port = 8081\n}\ndb.port = 5432\n'},
        8081,
    ),
}


@pytest.mark.parametrize("name", PORTS)
def test_port(make_repo: MakeRepo, name: str) -> None:
    files, port = PORTS[name]
    text = 'libraryDependencies += "com.typesafe.akka" %% "akka-http" % "10.5.0"\n'
    assert choose(f.PORT, seen(make_repo, {"build.sbt": text, **APP, **files})).value == port


COMMANDS: dict[str, tuple[dict[str, str], dict[str, str | None]]] = {
    "bare": ({}, {"command.build": "sbt compile", "command.test": None, "command.start": None, "command.lint": None}),
    "with tests": ({"src/test/scala/ATest.scala": "class ATest"}, {"command.test": "sbt test"}),
    "packaged": (
        {"build.sbt": 'lazy val root = (project in file(".")).settings(name := "My Shop").enablePlugins(JavaAppPackaging)\n'},
        {"command.build": "sbt stage", "command.start": "target/universal/stage/bin/my-shop"},
    ),
    "assembled": ({PLUGINS: 'addSbtPlugin("com.eed3si9n" % "sbt-assembly" % "2.1.0")\n'}, {"command.build": "sbt assembly"}),
    "formatted": (
        {PLUGINS: 'addSbtPlugin("org.scalameta" % "sbt-scalafmt" % "2.5.0")\n'},
        {"command.lint": "sbt scalafmtCheckAll"},
    ),
}


@pytest.mark.parametrize("name", COMMANDS)
def test_commands(make_repo: MakeRepo, name: str) -> None:
    files, expected = COMMANDS[name]
    facts = seen(make_repo, {"build.sbt": "", **APP, **files})
    made = {key.name: choose(key, facts).value for key in (f.BUILD, f.TEST, f.START, f.LINT)}
    assert {name: made[name] for name in expected} == expected


def test_a_project_of_a_build(make_repo: MakeRepo) -> None:
    text = TWO + 'libraryDependencies += "org.postgresql" % "postgresql" % "42.7.0"\n'
    files = {"build.sbt": text, "api/" + MAIN: "object A extends App", "core/" + MAIN: "class B"}
    files |= {"api/src/test/scala/ATest.scala": "import munit.FunSuite\nclass ATest extends FunSuite"}
    facts = seen(make_repo, files, "api")
    assert facts.values(f.DEPENDS_ON) == ("core",)
    assert choose(f.TEST, facts).value == "sbt api/test"
    assert facts.values(f.TEST_RUNNER) == ("munit",)
    assert facts.values(f.BACKING) == (BackingService("postgresql"),)
    assert choose(f.LANGUAGE, facts).value == "scala"


def test_the_tool_s_own_version(make_repo: MakeRepo) -> None:
    facts = seen(make_repo, {"build.sbt": "", "project/build.properties": "sbt.version=1.9.7\n", **APP})
    assert choose(f.BUILD_TOOL_VERSION, facts).value == "1.9.7"
