"""Commands from the service's folder, the image of a service, and the SDK that both take."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from cdgen import app
from cdgen.model import facts as f
from cdgen.model.facts import Confidence, Key
from cdgen.repo import open_repo
from tests.conftest import MakeRepo
from tests.stacks.dotnet.conftest import Seen, told, web

PROGRAM = 'var app = WebApplication.Create(args);\napp.MapGet("/health", () => "ok");\napp.Run();\n'


def suite(*packages: str, refers: str = "../../src/shop/shop.csproj") -> str:
    listed = "".join(f'<PackageReference Include="{name}" />' for name in ("Microsoft.NET.Test.Sdk", "xunit", *packages))
    return (
        '<Project Sdk="Microsoft.NET.Sdk"><PropertyGroup><TargetFramework>net10.0</TargetFramework></PropertyGroup>'
        f'<ItemGroup>{listed}<ProjectReference Include="{refers}" /></ItemGroup></Project>'
    )


SHOP = {"src/shop/shop.csproj": web(), "src/shop/Program.cs": PROGRAM}
UNIT = {"tests/unit/Shop.Tests.csproj": suite()}
MARKED = '[Trait("Category", "Integration")]\npublic class StoreTests { [Fact] public void A() { } }\n'


@pytest.mark.parametrize(
    ("more", "key", "values"),
    [
        pytest.param({}, f.TEST, [], id="no tests"),
        pytest.param({"tests/unit/T.csproj": suite(refers="../../src/other/other.csproj")}, f.TEST, [], id="tests of another"),
        pytest.param({"tests/unit/T.csproj": "<Project>"}, f.TEST, [], id="broken tests"),
        pytest.param(UNIT, f.TEST, ["dotnet test ../../tests/unit"], id="tests"),
        pytest.param(UNIT, f.TEST_RUNNER, ["xunit"], id="runner"),
        pytest.param(UNIT, f.COVERAGE, [], id="nothing measures"),
        pytest.param(
            {"tests/unit/T.csproj": suite("coverlet.collector")}, f.COVERAGE,
            ['dotnet test ../../tests/unit --collect "XPlat Code Coverage" --results-directory TestResults'], id="coverage",
        ),
        pytest.param({**UNIT, "tests/unit/a.sln": ""}, f.TEST, ["dotnet test ../../tests/unit/Shop.Tests.csproj"], id="two to choose from"),
        pytest.param({"tests/a/Shop.IntegrationTests.csproj": suite()}, f.TEST, [], id="integration by its name"),
        pytest.param(
            {**UNIT, "tests/a/Shop.IntegrationTests.csproj": suite()}, f.INTEGRATION, ["dotnet test ../../tests/a"], id="and unit tests"
        ),
        pytest.param({"tests/a/Shop.Tests.csproj": suite("Testcontainers.PostgreSql")}, f.INTEGRATION, ["dotnet test ../../tests/a"], id="containers"),
        pytest.param(
            {"tests/a/Shop.FunctionalTests.csproj": suite("Microsoft.AspNetCore.Mvc.Testing")}, f.TEST, ["dotnet test ../../tests/a"], id="in one process"
        ),
        pytest.param(
            {**UNIT, "tests/unit/S.cs": MARKED}, f.TEST, ["dotnet test ../../tests/unit --filter 'Category!=Integration'"], id="without a trait"
        ),
        pytest.param(
            {**UNIT, "tests/unit/S.cs": MARKED}, f.INTEGRATION, ["dotnet test ../../tests/unit --filter Category=Integration"], id="with a trait"
        ),
        pytest.param({**UNIT, "tests/unit/S.cs": MARKED}, f.INTEGRATION_TESTS, ["tests/unit/S.cs"], id="files with a trait"),
        pytest.param({**UNIT, "tests/unit/S.cs": "// " + MARKED.replace("\n", " ")}, f.INTEGRATION, [], id="trait in a comment"),
        pytest.param({}, f.INSTALL, ["dotnet restore"], id="restore"),
        pytest.param({"src/shop/packages.lock.json": "{}"}, f.INSTALL, ["dotnet restore --locked-mode"], id="locked"),
        pytest.param({"src/shop/shop.sln": ""}, f.BUILD, ["dotnet build shop.csproj --configuration Release"], id="a solution beside"),
        pytest.param({".editorconfig": "[*]\nindent_size = 4\n"}, f.LINT, [], id="no rules of style"),
        pytest.param({".editorconfig": "[*.cs]\ncsharp_x = y:warning\n"}, f.LINT, ["dotnet format --verify-no-changes"], id="style"),
        pytest.param({}, f.START, ["dotnet shop.dll"], id="start"),
        pytest.param(
            {"docker/Dockerfile": 'FROM x\nENTRYPOINT ["dotnet", "other.dll"]\n'}, f.DOCKERFILE, [], id="an image of another"
        ),
    ],
)  # fmt: skip
def test_commands(seen: Seen, more: Mapping[str, str], key: Key[Any], values: list[Any]) -> None:
    assert told(seen({**SHOP, **more}, "src/shop"), key) == values


def test_an_image_above(seen: Seen) -> None:
    facts = seen(
        {**SHOP, "Dockerfile": 'FROM mcr.microsoft.com/dotnet/aspnet:10.0\nENTRYPOINT ["dotnet", "shop.dll"]\n'}, "src/shop"
    )
    assert [fact.value.path for fact in facts.all(f.DOCKERFILE)] == ["Dockerfile"]


def test_a_suite_of_several_programs(seen: Seen) -> None:
    tests = suite().replace("</ItemGroup>", '<ProjectReference Include="../../src/stock/stock.csproj" /></ItemGroup>')
    files = {**SHOP, "src/stock/stock.csproj": web(), "tests/a/Stock.Tests.csproj": tests}
    assert (told(seen(files, "src/stock"), f.TEST), told(seen(files, "src/shop"), f.TEST)) == (["dotnet test ../../tests/a"], [])


@pytest.mark.parametrize(
    ("more", "context", "manifests"),
    [
        pytest.param({}, None, [("shop.csproj", "./")], id="alone"),
        pytest.param(
            {"Directory.Packages.props": "<Project />"}, ".", [("Directory.Packages.props", "./"), ("src/shop/shop.csproj", "src/shop/")], id="properties above"
        ),
        pytest.param(
            {
                "src/shop/shop.csproj": web(more='<ItemGroup><ProjectReference Include="../parts/parts.csproj" /></ItemGroup>'),
                "src/parts/parts.csproj": web().replace("Sdk.Web", "Sdk"),
            },
            "src", [("shop/shop.csproj", "shop/"), ("parts/parts.csproj", "parts/")], id="a project beside",
        ),
    ],
)  # fmt: skip
def test_image(make_repo: MakeRepo, more: Mapping[str, str], context: str | None, manifests: list[tuple[str, ...]]) -> None:
    [service] = [each for each in app.inspect(make_repo({**SHOP, **more}).root).services if each.directory == "src/shop"]
    assert service.recipe is not None
    assert (service.recipe.context, list(service.recipe.values["manifests"])) == (context, manifests)
    assert service.recipe.values["entrypoint"] == ("dotnet", "shop.dll")
    assert service.recipe.bases["build"].startswith("mcr.microsoft.com/dotnet/sdk:10.0.")
    assert service.toolchain.version is not None
    assert service.toolchain.version.startswith("10.0.")


@pytest.mark.parametrize(
    ("more", "reason"),
    [
        pytest.param({"src/shop/shop.csproj": web().replace("net10.0", "net8.0")}, ".NET 8.0", id="no runtime pinned"),
        pytest.param({"global.json": '{"sdk": {"version": "99.0.100"}}'}, "99.0.100", id="a newer SDK"),
        pytest.param(
            {"src/shop/shop.csproj": web(more="<PropertyGroup><PublishAot>true</PublishAot></PropertyGroup>")}, "native", id="native"
        ),
        pytest.param(
            {"src/shop/shop.csproj": web(more='<ItemGroup><ProjectReference Include="../x/x.csproj" /></ItemGroup>')}, "not in the repository", id="missing"
        ),
    ],
)  # fmt: skip
def test_no_image(make_repo: MakeRepo, more: Mapping[str, str], reason: str) -> None:
    [service] = app.inspect(make_repo({**SHOP, **more}).root).services
    assert service.recipe is None
    assert reason in " ".join(service.no_image)


@pytest.mark.parametrize(
    ("files", "version", "file"),
    [
        pytest.param({"shop.csproj": web().replace("net10.0", "net8.0")}, "8.0.x", None, id="an older line"),
        pytest.param({"shop.csproj": web(), "global.json": '{"sdk": {"version": "10.0.100"}}'}, None, "global.json", id="fixed"),
        pytest.param({"shop.csproj": web().replace("net10.0", "net48")}, None, None, id="Windows only"),
    ],
)
def test_toolchain(make_repo: MakeRepo, files: Mapping[str, str], version: str | None, file: str | None) -> None:
    [service] = app.inspect(make_repo(files).root).services
    assert (service.toolchain.version, service.toolchain.version_file) == (version, file)


@pytest.mark.parametrize(
    ("above", "root"),
    [
        pytest.param({"x.sln": 'Project("{1}") = "other", "src\\other\\other.csproj", "{2}"\n'}, "shop", id="a solution of others"),
        pytest.param({"x.sln": 'Project("{1}") = "shop", "src\\shop\\shop.csproj", "{2}"\n'}, ".", id="its solution"),
        pytest.param({"Directory.Build.props": "<Project />"}, ".", id="properties"),
    ],
)
def test_root_without_git(make_repo: MakeRepo, above: Mapping[str, str], root: str) -> None:
    made = make_repo({**SHOP, **above}).root
    found, _ = open_repo(made / "src" / "shop")
    assert found.root == (made if root == "." else made / "src" / "shop")


def test_connection_of_the_pipeline(make_repo: MakeRepo) -> None:
    """Integration tests find their container by the connection string that the code reads."""
    program = 'new NpgsqlConnection(builder.Configuration.GetConnectionString("Db"));\n' + PROGRAM
    files = {**SHOP, **UNIT, "src/shop/shop.csproj": web("Npgsql"), "src/shop/Program.cs": program, "tests/unit/S.cs": MARKED}
    plan = app.generate(app.inspect(make_repo(files).root)).plan
    jobs = [job for pipeline in plan.pipelines for job in pipeline.jobs if job.gate == "integration"]
    values = [str(value) for job in jobs for container in job.containers for name, value in container.exports if "Db" in name]
    assert values
    assert values[0].startswith("Host={host};Port=5432;Username=")


COMPOSE = "services:\n  shop:\n    build: src/shop\n    environment:\n      - {}\n"


@pytest.mark.parametrize(
    ("variable", "ports"),
    [
        pytest.param("ASPNETCORE_ENVIRONMENT=http://x:1", [], id="another variable"),
        pytest.param("ASPNETCORE_URLS=https://+:5001", [], id="TLS alone"),
        pytest.param("ASPNETCORE_URLS=http://+:5000", [5000], id="address"),
        pytest.param("ASPNETCORE_HTTP_PORTS=5000", [5000], id="port"),
    ],
)
def test_what_compose_tells_the_host(make_repo: MakeRepo, variable: str, ports: list[int]) -> None:
    [service] = app.inspect(make_repo({**SHOP, "compose.yaml": COMPOSE.format(variable)}).root).services
    assert service.port == (ports[0] if ports else 8080)


WORKFLOW = "on: push\njobs:\n  a:\n    runs-on: x\n    steps:\n      - run: {}\n"


@pytest.mark.parametrize(
    ("line", "command"),
    [
        pytest.param("dotnet test --no-build", None, id="what was built before"),
        pytest.param("dotnet test --configuration Release", "dotnet test --configuration Release", id="on its own"),
    ],
)
def test_tests_of_the_pipeline(make_repo: MakeRepo, line: str, command: str | None) -> None:
    files = {"shop.csproj": web(), "Program.cs": PROGRAM, ".github/workflows/ci.yml": WORKFLOW.format(line)}
    [service] = app.inspect(make_repo(files).root).services
    assert service.commands.test == command


def test_default_port_is_only_a_default(seen: Seen) -> None:
    [fact] = seen(SHOP, "src/shop").all(f.PORT)
    assert (fact.value, fact.confidence) == (8080, Confidence.DEFAULT)


@pytest.mark.parametrize(("guard", "path"), [("", "/alive"), ("if (app.Environment.IsDevelopment()) ", None)])
def test_no_probe_asks_what_only_a_developer_is_answered(make_repo: MakeRepo, guard: str, path: str | None) -> None:
    program = f'var app = WebApplication.Create(args);\n{guard}{{ app.MapHealthChecks("/alive"); }}\napp.Run();\n'
    plan = app.generate(app.inspect(make_repo({**SHOP, "src/shop/Program.cs": program}).root)).plan
    [probe] = {workload.readiness.path for workload in plan.workloads if workload.readiness}
    assert probe == path
