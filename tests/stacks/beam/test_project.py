"""mix.exs and what lies around it: claims, dependencies, versions, commands, kinds, umbrellas."""

from __future__ import annotations

import pytest

from cdgen.model import facts as f
from cdgen.model.facts import BackingService, EnvVar, Framework, Origin
from cdgen.stacks.beam import mix
from cdgen.stacks.beam.project import read
from tests.conftest import MakeRepo
from tests.stacks.beam.seen import APPLICATION, project, seen, values

UMBRELLA = project("", 'apps_path: "apps",', module=False)
SHIPPED = project("", 'apps_path: "apps", releases: [shop: [applications: [web: :permanent]]],', module=False)
WEB = project("{:core, in_umbrella: true}", app="web")
CORE = project(module=False, app="core")

CLAIMS: dict[str, tuple[dict[str, str], list[tuple[str, int, bool]]]] = {
    "nothing": ({"README.md": "", "lib/a.ex": "defmodule A do\nend\n"}, []),
    "fetched packages": ({"deps/plug/mix.exs": project(), "priv/templates/mix.exs": project()}, []),
    "project": ({"mix.exs": project()}, [(".", 2, False)]),
    "locked project": ({"mix.exs": project(), "mix.lock": "%{}\n"}, [(".", 3, False)]),
    "umbrella": (
        {"mix.exs": UMBRELLA, "apps/web/mix.exs": WEB, "apps/core/mix.exs": CORE},
        [("apps/core", 2, False), ("apps/web", 2, False), (".", 2, True)],
    ),
    "umbrella that is shipped as one": ({"mix.exs": SHIPPED, "apps/web/mix.exs": WEB}, [("apps/web", 2, False), (".", 2, False)]),
}


@pytest.mark.parametrize("case", CLAIMS)
def test_claims(make_repo: MakeRepo, case: str) -> None:
    files, expected = CLAIMS[case]
    found = [(each.directory, each.strength, each.root_only) for each in mix.detect(make_repo(files))]
    assert sorted(found) == sorted(expected)


DEPENDENCIES: dict[str, tuple[str, list[tuple[str, str | None, str]]]] = {
    "none": ("defp deps do\n    []\n  end", []),
    "a comment is none": ('defp deps do\n    [\n      # {:plug, "~> 1.0"}\n    ]\n  end', []),
    "from Hex": ('defp deps do\n    [{:plug, "~> 1.18"}]\n  end', [("plug", "~> 1.18", "hex")]),
    "inline": ('defp deps, do: [{:plug, ">= 0.0.0"}]', [("plug", ">= 0.0.0", "hex")]),
    "from git": (
        'defp deps do\n    [{:a, github: "x/a"}, {:b, "~> 1.0", git: "https://x"}]\n  end',
        [("a", None, "git"), ("b", "~> 1.0", "git")],
    ),
    "from a folder": ('defp deps do\n    [{:a, path: "../a"}]\n  end', [("a", None, "path")]),
    "joined lists": (
        'defp deps, do: [{:a, "1.0.0"}] ++ more()\n  defp more, do: [{:b, "2.0.0"}]',
        [("a", "1.0.0", "hex"), ("b", "2.0.0", "hex")],
    ),
}


@pytest.mark.parametrize("case", DEPENDENCIES)
def test_dependencies(make_repo: MakeRepo, case: str) -> None:
    text, expected = DEPENDENCIES[case]
    before = "defmodule M do\n  use Mix.Project\n  def project do\n    [app: :m, deps: deps()]\n  end\n  "
    found = read(make_repo({"mix.exs": f"{before}{text}\nend\n"}), ".")
    assert found is not None
    assert [(each.name, each.requirement, each.kind) for each in found.dependencies] == expected


VERSIONS: dict[str, tuple[dict[str, str], list[tuple[str, Origin]]]] = {
    "mix.exs": ({}, [("~> 1.14", Origin.MANIFEST)]),
    "another tool's line": ({".tool-versions": "erlang 27.1\nnodejs 22.1.0\n"}, [("~> 1.14", Origin.MANIFEST)]),
    "asdf": ({".tool-versions": "elixir 1.17.2-otp-27\n"}, [("~> 1.14", Origin.MANIFEST), ("1.17.2", Origin.VERSION_FILE)]),
    "mise": ({"mise.toml": '[tools]\nelixir = "1.18"\n'}, [("~> 1.14", Origin.MANIFEST), ("1.18", Origin.VERSION_FILE)]),
    "a broken file of mise": ({"mise.toml": "[tools\n"}, [("~> 1.14", Origin.MANIFEST)]),
    "exenv": ({".elixir-version": "1.15.7\n"}, [("~> 1.14", Origin.MANIFEST), ("1.15.7", Origin.VERSION_FILE)]),
    "Heroku": (
        {"elixir_buildpack.config": "elixir_version=1.16.2\n"},
        [("~> 1.14", Origin.MANIFEST), ("1.16.2", Origin.VERSION_FILE)],
    ),
}


@pytest.mark.parametrize("case", VERSIONS)
def test_versions(make_repo: MakeRepo, case: str) -> None:
    files, expected = VERSIONS[case]
    found = seen(make_repo, {"mix.exs": project(), **files})
    assert [(str(fact.value), fact.origin) for fact in found.all(f.LANGUAGE_VERSION)] == expected


def test_a_version_that_stands_in_an_attribute(make_repo: MakeRepo) -> None:
    text = 'defmodule M do\n  use Mix.Project\n  @wanted "~> 1.16"\n  def project do\n    [app: :m, elixir: @wanted]\n  end\nend\n'
    assert [str(value) for value in seen(make_repo, {"mix.exs": text}).values(f.LANGUAGE_VERSION)] == ["~> 1.16"]


USED = "defmodule Shop.Repo do\n  use Ecto.Repo, otp_app: :shop, adapter: Ecto.Adapters.Postgres\nend\n"
BACKING: dict[str, tuple[str, str, list[tuple[str, bool]]]] = {
    "none": ("", "", []),
    "an embedded one": ('{:ecto_sqlite3, "~> 0.17"}', "", []),
    "for tests alone": ('{:postgrex, "~> 0.19", only: :test}', USED, []),
    "a driver that nobody uses": ('{:redix, "~> 1.5"}', "# Redix.command\n", [("redis", False)]),
    "Ecto": ('{:postgrex, "~> 0.19"}', USED, [("postgresql", True)]),
    "a module inside": ('{:amqp, "~> 4.0"}', "defmodule A do\n  def a, do: AMQP.Connection.open()\nend\n", [("rabbitmq", True)]),
    "an Erlang module": ('{:brod, "~> 4.0"}', "defmodule A do\n  def a, do: :brod.start_client([])\nend\n", [("kafka", True)]),
}


@pytest.mark.parametrize("case", BACKING)
def test_backing(make_repo: MakeRepo, case: str) -> None:
    deps, code, expected = BACKING[case]
    found = seen(make_repo, {"mix.exs": project(deps), "lib/a.ex": code}).all(f.BACKING)
    assert [(fact.value.kind, fact.confidence >= f.Confidence.INFERRED) for fact in found] == expected


def test_settings_of_production_name_the_driver(make_repo: MakeRepo) -> None:
    config = "import Config\nconfig :shop, Shop.Repo, adapter: Ecto.Adapters.MyXQL\n"
    files = {"mix.exs": project('{:myxql, "~> 0.7"}'), "config/config.exs": config}
    assert seen(make_repo, files).values(f.BACKING) == (BackingService("mysql"),)


ENVIRONMENT: dict[str, tuple[str, str, list[EnvVar]]] = {
    "documentation": (
        "lib/a.ex",
        'defmodule A do\n  @doc """\n  System.get_env("A_B")\n  """\n  # System.get_env("C_D")\nend\n',
        [],
    ),
    "settings of tests": ("config/test.exs", 'import Config\nconfig :a, b: System.get_env("A_B")\n', []),
    "all of it": ("lib/a.ex", "defmodule A do\n  def a, do: System.get_env()\nend\n", []),
    "optional": ("lib/a.ex", 'defmodule A do\n  def a, do: System.get_env("A_B")\nend\n', [EnvVar("A_B", None, False, False)]),
    "default": (
        "config/runtime.exs",
        'import Config\nconfig :a, b: System.get_env("A_B", "4")\n',
        [EnvVar("A_B", "4", False, False)],
    ),
    "otherwise": (
        "config/runtime.exs",
        'import Config\nconfig :a, b: System.get_env("A_B") || "c"\n',
        [EnvVar("A_B", "c", False, False)],
    ),
    "must": ("config/runtime.exs", 'import Config\nconfig :a, b: System.fetch_env!("A_B")\n', [EnvVar("A_B", None, True, False)]),
    "raises": (
        "config/runtime.exs",
        'import Config\na = System.get_env("A_B") || raise "no"\n',
        [EnvVar("A_B", None, True, False)],
    ),
    "tuple": ("config/prod.exs", 'import Config\nconfig :a, b: {:system, "A_B"}\n', [EnvVar("A_B", None, False, False)]),
    "secret": (
        "config/runtime.exs",
        'import Config\nconfig :a, b: System.get_env("A_TOKEN", "x")\n',
        [EnvVar("A_TOKEN", None, False, True)],
    ),
}


@pytest.mark.parametrize("case", ENVIRONMENT)
def test_environment(make_repo: MakeRepo, case: str) -> None:
    path, text, expected = ENVIRONMENT[case]
    assert values(make_repo, {path: text}, f.ENV) == expected


TEST = "defmodule ATest do\n  use ExUnit.Case\nend\n"
COMMANDS: dict[str, tuple[dict[str, str], f.Key[str], list[str]]] = {
    "nothing to fetch": ({}, f.INSTALL, []),
    "no tests": ({"test/test_helper.exs": "ExUnit.start()\n"}, f.TEST, []),
    "no linter": ({}, f.LINT, []),
    "measures nothing": ({"test/a_test.exs": TEST}, f.COVERAGE, []),
    "unlocked": ({"mix.exs": project('{:plug, "~> 1.18"}')}, f.INSTALL, ["mix deps.get"]),
    "locked": ({"mix.exs": project('{:plug, "~> 1.18"}'), "mix.lock": "%{}\n"}, f.INSTALL, ["mix deps.get --check-locked"]),
    "locked, an Elixir without the check": (
        {"mix.exs": project('{:plug, "~> 1.18"}'), "mix.lock": "%{}\n", ".tool-versions": "elixir 1.14.5\n"},
        f.INSTALL,
        ["mix deps.get"],
    ),
    "locked, a requirement of one old series": (
        {"mix.exs": project('{:plug, "~> 1.18"}').replace("~> 1.14", "~> 1.14.2"), "mix.lock": "%{}\n"},
        f.INSTALL,
        ["mix deps.get"],
    ),
    "formatter": ({".formatter.exs": "[]\n"}, f.LINT, ["mix format --check-formatted"]),
    "credo": (
        {
            "mix.exs": project('{:credo, "~> 1.7", only: :dev}'),
            ".formatter.exs": "[]\n",
            ".credo.exs": "%{configs: [%{\n  strict: true\n}]}\n",
        },
        f.LINT,
        ["mix format --check-formatted && mix credo --strict"],
    ),
    "alias": ({"mix.exs": project("", 'aliases: [lint: ["format --check-formatted", "credo"]],')}, f.LINT, ["mix lint"]),
    "alias that tests": ({"mix.exs": project("", 'aliases: [check: ["format", "test"]],')}, f.LINT, []),
    "tests": ({"test/a_test.exs": TEST}, f.TEST, ["mix test"]),
    "excoveralls": (
        {"mix.exs": project('{:excoveralls, "~> 0.18", only: :test}'), "test/a_test.exs": TEST},
        f.COVERAGE,
        ["mix coveralls"],
    ),
    "test_coverage": ({"mix.exs": project("", "test_coverage: [],"), "test/a_test.exs": TEST}, f.COVERAGE, ["mix test --cover"]),
    "a tag that is left out": (
        {
            "test/test_helper.exs": "ExUnit.start(exclude: [:integration])\n",
            "test/b_test.exs": "defmodule B do\n  @moduletag :integration\nend\n",
        },
        f.INTEGRATION,
        ["mix test --only integration"],
    ),
    "release": ({"mix.exs": project("", "releases: [shop: []],")}, f.START, ["_build/prod/rel/shop/bin/shop start"]),
    "several releases": ({"mix.exs": project("", "releases: [a: [], b: []],")}, f.BUILD, ["mix compile"]),
    "escript": ({"mix.exs": project("", "escript: [main_module: A],", module=False)}, f.BUILD, ["mix escript.build"]),
}


@pytest.mark.parametrize("case", COMMANDS)
def test_commands(make_repo: MakeRepo, case: str) -> None:
    files, key, expected = COMMANDS[case]
    assert values(make_repo, files, key) == expected


def test_tests_that_open_a_database(make_repo: MakeRepo) -> None:
    uses = "defmodule BTest do\n  use Shop.DataCase\nend\n"
    files = {"mix.exs": project('{:ecto_sql, "~> 3.12"}'), "test/a_test.exs": TEST, "test/b_test.exs": uses}
    assert seen(make_repo, files).values(f.INTEGRATION_TESTS) == ("test/b_test.exs",)


SERVER = APPLICATION % "{Bandit, plug: Shop.Router, port: 4001}"
KINDS: dict[str, tuple[str, dict[str, str], list[str]]] = {
    "processes that may be anything": (project(), {"lib/a.ex": APPLICATION % "Shop.Repo"}, []),
    "no processes": (project(module=False), {}, ["library"]),
    "a package that listens for others": (project("", "package: [],"), {"lib/a.ex": SERVER}, ["library"]),
    "a package that is deployed": (project("", "package: [],"), {"lib/a.ex": SERVER, "Dockerfile": "FROM x\n"}, ["service"]),
    "command line tool": (project("", "escript: [main_module: A],", module=False), {}, ["cli"]),
    "it listens": (project(), {"lib/a.ex": SERVER}, ["service"]),
    "jobs": (project('{:oban, "~> 2.18"}'), {"lib/a.ex": APPLICATION % "{Oban, queues: [a: 1]}"}, ["worker"]),
    "a device": (project('{:nerves, "~> 1.11"}, {:oban, "~> 2.18"}'), {"lib/a.ex": APPLICATION % "{Oban, []}"}, []),
}


@pytest.mark.parametrize("case", KINDS)
def test_kinds(make_repo: MakeRepo, case: str) -> None:
    manifest, files, expected = KINDS[case]
    assert list(seen(make_repo, {"mix.exs": manifest, **files}).values(f.KIND)) == expected


def test_the_framework_is_named_once_and_as_locked(make_repo: MakeRepo) -> None:
    lock = '%{\n  "phoenix": {:hex, :phoenix, "1.8.1", "ab", [:mix], [], "hexpm", "cd"},\n}\n'
    files = {
        "mix.exs": project('{:phoenix, "~> 1.8"}, {:plug_cowboy, "~> 2.7"}'),
        "mix.lock": lock,
        "lib/a.ex": "defmodule A do\n  use Phoenix.Endpoint, otp_app: :shop\n  plug Plug.Head\nend\n",
    }
    assert seen(make_repo, files).values(f.FRAMEWORK) == (Framework("phoenix", "1.8.1"),)


def test_an_umbrella_without_a_release_is_its_apps(make_repo: MakeRepo) -> None:
    repo = {
        "mix.exs": UMBRELLA,
        "mix.lock": "%{}\n",
        "config/runtime.exs": 'import Config\nconfig :web, Web.Endpoint, http: [port: String.to_integer(System.get_env("PORT", "4000"))]\n',
        "apps/web/mix.exs": WEB,
        "apps/web/lib/web.ex": "defmodule Web.Endpoint do\n  use Phoenix.Endpoint, otp_app: :web\nend\n",
        "apps/core/mix.exs": CORE,
    }
    web = seen(make_repo, repo, "apps/web")
    assert web.values(f.DEPENDS_ON) == ("apps/core",)
    assert web.values(f.PORT) == (4000,) and web.values(f.KIND) == ("service",)
    assert seen(make_repo, repo, "apps/core").values(f.KIND) == ("library",)


def test_the_apps_of_a_shipped_umbrella_are_its_parts(make_repo: MakeRepo) -> None:
    files = {"mix.exs": SHIPPED, "apps/web/mix.exs": WEB, "apps/core/mix.exs": CORE, "apps/web/lib/a.ex": SERVER}
    whole = seen(make_repo, files)
    assert whole.values(f.DEPENDS_ON) == ("apps/core", "apps/web")
    assert whole.values(f.PORT) == (4001,) and whole.values(f.KIND) == ("service",)
    assert seen(make_repo, files, "apps/web").values(f.KIND) == ("library",)


def test_migrations(make_repo: MakeRepo) -> None:
    files = {"priv/repo/migrations/20260101_a.exs": "", "priv/repo/seeds.exs": ""}
    assert values(make_repo, files, f.MIGRATIONS) == ["ecto: priv/repo/migrations"]


@pytest.mark.parametrize("text", ["", "defmodule M do\n", "[app: :x", "%{", "defmodule M do\n  def project, do: nil\nend\n"])
def test_what_is_no_project_says_nothing_more(make_repo: MakeRepo, text: str) -> None:
    found = seen(make_repo, {"mix.exs": text})
    assert {fact.key.name for fact in found} <= {"language", "build.tool"}
