"""Project files: what they target, need, refer to, and what stands above them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from cdgen.errors import InputError
from cdgen.model import facts as f
from cdgen.model.facts import Confidence, Key
from cdgen.stacks import dotnet
from tests.conftest import MakeRepo
from tests.stacks.dotnet.conftest import Seen, told, web

PLAIN = '<Project Sdk="Microsoft.NET.Sdk"><PropertyGroup><TargetFramework>net10.0</TargetFramework>{}</PropertyGroup>{}</Project>'
PROPS = "<Project><PropertyGroup><TargetFramework>net9.0</TargetFramework></PropertyGroup></Project>"
EMPTY = '<Project Sdk="Microsoft.NET.Sdk.Web"></Project>'
OLD = (
    '<Project ToolsVersion="15.0" xmlns="http://schemas.microsoft.com/developer/msbuild/2003"><PropertyGroup>'
    "<OutputType>Exe</OutputType><TargetFrameworkVersion>v4.7.2</TargetFrameworkVersion></PropertyGroup></Project>"
)


@pytest.mark.parametrize(
    ("files", "folder", "key", "values"),
    [
        pytest.param({"a.csproj": EMPTY}, ".", f.LANGUAGE_VERSION, [], id="no target at all"),
        pytest.param({"a.csproj": EMPTY.replace("Web", "Web/1.0")}, ".", f.FRAMEWORK, [f.Framework("aspnetcore", None)], id="version of SDK"),
        pytest.param(
            {"a.csproj": web().replace("net10.0", "$(Unset)")}, ".", f.LANGUAGE_VERSION, [], id="a target that nothing sets"
        ),
        pytest.param({"a.csproj": web().replace("net10.0", "netcoreapp3.1")}, ".", f.LANGUAGE_VERSION, ["3.1"], id="old moniker"),
        pytest.param({"a.csproj": web().replace("net10.0", "net8.0-windows")}, ".", f.LANGUAGE_VERSION, ["8.0"], id="platform"),
        pytest.param({"a.csproj": OLD}, ".", f.LANGUAGE_VERSION, ["4.7.2"], id="project of an older tool"),
        pytest.param({"src/a/a.csproj": EMPTY, "Directory.Build.props": PROPS}, "src/a", f.LANGUAGE_VERSION, ["9.0"], id="above"),
        pytest.param(
            {"src/a/a.csproj": EMPTY, "Directory.Packages.props": PROPS}, "src/a", f.LANGUAGE_VERSION, ["9.0"], id="with packages"
        ),
        pytest.param(
            {"src/a/a.csproj": web(), "Directory.Build.props": PROPS}, "src/a", f.LANGUAGE_VERSION, ["10.0"], id="its own wins"
        ),
        pytest.param(
            {"src/a/a.csproj": EMPTY, "src/Directory.Build.props": "<Project></Project>", "Directory.Build.props": PROPS},
            "src/a", f.LANGUAGE_VERSION, [], id="only the nearest is read",
        ),
        pytest.param(
            {
                "src/a/a.csproj": EMPTY,
                "src/Directory.Build.props": "<Project><Import Project=\"$([MSBuild]::GetPathOfFileAbove('Directory.Build.props', "
                "'$(MSBuildThisFileDirectory)../'))\" /></Project>",
                "Directory.Build.props": PROPS,
            },
            "src/a", f.LANGUAGE_VERSION, ["9.0"], id="the nearest takes in the next",
        ),
        pytest.param(
            {"a.csproj": web(more="<PropertyGroup Condition=\"'$(X)' == 'y'\"><TargetFramework>net8.0</TargetFramework></PropertyGroup>")},
            ".", f.LANGUAGE_VERSION, ["10.0"], id="a condition that does not hold",
        ),
        pytest.param({"a.fsproj": web()}, ".", f.LANGUAGE, ["fsharp"], id="F#"),
        pytest.param({"a.csproj": web(), "global.json": '{"sdk": {"version": "10.0.100"}, // x\n}'}, ".", f.BUILD_TOOL_VERSION, ["10.0.100"], id="global.json"),
        pytest.param({"a.csproj": web(), "global.json": '{"sdk": {"version": 10}}'}, ".", f.BUILD_TOOL_VERSION, [], id="no version"),
        pytest.param(
            {"src/a/a.csproj": web(more='<ItemGroup><ProjectReference Include="..\\b\\b.csproj" /></ItemGroup>'), "src/b/b.csproj": EMPTY},
            "src/a", f.DEPENDS_ON, ["src/b"], id="a project beside",
        ),
        pytest.param(
            {"a.csproj": web(more='<ItemGroup><ProjectReference Include="..\\..\\b\\b.csproj" /></ItemGroup>')}, ".", f.DEPENDS_ON, [], id="outside"
        ),
        pytest.param({"a.csproj": web("A", "B", "a")}, ".", f.DEPENDENCIES, [2], id="packages count once"),
        pytest.param(
            {"a.csproj": web(more='<ItemGroup><PackageReference Include="Tool" PrivateAssets="all" /></ItemGroup>')}, ".", f.DEPENDENCIES, [0], id="a tool of the build"
        ),
    ],
)  # fmt: skip
def test_project(seen: Seen, files: Mapping[str, str], folder: str, key: Key[Any], values: list[Any]) -> None:
    found: list[Any] = [str(value) if isinstance(value, f.Version) else value for value in told(seen(files, folder), key)]
    if key is f.FRAMEWORK:
        found = [value._replace(version=None) for value in found]
    assert found == values


@pytest.mark.parametrize(
    ("project", "more", "kind"),
    [
        pytest.param(PLAIN.format("", ""), {}, "library", id="no output type"),
        pytest.param(PLAIN.format("<OutputType>Exe</OutputType>", ""), {"P.cs": 'Console.WriteLine("x");'}, "cli", id="ends"),
        pytest.param(
            PLAIN.format("<OutputType>Exe</OutputType>", ""),
            {"P.cs": "// while (true) {}\nvar s = \"while (true)\";"}, "cli", id="a loop in a comment and a string",
        ),
        pytest.param(
            PLAIN.format("<OutputType>Exe</OutputType>", ""),
            {"P.cs": "class P { static void Main() { while (true) { Work(); } } }", "Dockerfile": "FROM scratch\n"}, "worker", id="goes on",
        ),
        pytest.param(
            PLAIN.format("", "").replace('Sdk"', 'Sdk.Worker"') + "<!-- -->", {"P.cs": "context.Database.Migrate();"}, "worker", id="migrates beside its work"
        ),
        pytest.param(PLAIN.format("<OutputType>Exe</OutputType><PackAsTool>true</PackAsTool>", ""), {}, "cli", id="a tool"),
        pytest.param(PLAIN.format("", "").replace("Sdk\"", "Sdk.Worker\""), {}, "worker", id="worker"),
        pytest.param(web(), {}, "service", id="web"),
        pytest.param(web().replace("<TargetFramework>", "<OutputType>Library</OutputType><TargetFramework>"), {}, "library", id="web library"),
        pytest.param(
            PLAIN.format("", '<ItemGroup><PackageReference Include="Microsoft.NET.Test.Sdk" /></ItemGroup>'), {}, "test-suite", id="tests"
        ),
        pytest.param(PLAIN.format("<IsAspireHost>true</IsAspireHost><OutputType>Exe</OutputType>", ""), {}, "development-host", id="Aspire"),
        pytest.param(web().replace("Sdk.Web", "Sdk.BlazorWebAssembly"), {}, "static-site", id="pages"),
    ],
)  # fmt: skip
def test_kind(seen: Seen, project: str, more: Mapping[str, str], kind: str) -> None:
    assert told(seen({"a.csproj": project, **more}), f.KIND) == [kind]


def test_a_migrator_is_a_job(seen: Seen) -> None:
    text = PLAIN.format("", "").replace('Sdk"', 'Sdk.Worker"')
    assert told(seen({"Shop.Migrator.csproj": text, "P.cs": "context.Database.Migrate();"}), f.KIND) == ["job"]


def test_pages_that_another_project_serves(seen: Seen) -> None:
    host = web(more='<ItemGroup><ProjectReference Include="../Pages/Pages.csproj" /></ItemGroup>')
    files = {"Host/Host.csproj": host, "Pages/Pages.csproj": web().replace("Sdk.Web", "Sdk.BlazorWebAssembly")}
    assert told(seen(files, "Pages"), f.KIND) == ["library"]


def test_windows_only_is_refused(seen: Seen) -> None:
    [reason] = told(seen({"a.csproj": OLD}), f.UNSUPPORTED)
    assert "Windows only" in reason


def test_broken_project(seen: Seen) -> None:
    with pytest.raises(InputError, match="a.csproj"):
        seen({"a.csproj": "<Project><PropertyGroup></Project>"})


def test_a_circle_of_references_ends(seen: Seen) -> None:
    one = web(more='<ItemGroup><ProjectReference Include="../b/b.csproj" /></ItemGroup>')
    facts = seen({"a/a.csproj": one, "b/b.csproj": one.replace("../b/b", "../a/a")}, "a")
    assert told(facts, f.DEPENDS_ON) == ["b"]


SLN = 'Project("{9A19103F}") = "a", "src\\a\\a.csproj", "{1}"\nEndProject\n'
SLNX = '<Solution><Folder Name="/src/"><Project Path="src/a/a.csproj" /></Folder></Solution>'


@pytest.mark.parametrize(
    ("files", "claims"),
    [
        pytest.param({"a.sln": "nothing\n"}, [], id="an empty solution"),
        pytest.param({"obj/a.csproj": web()}, [], id="output of a build"),
        pytest.param({"a.sln": SLN, "src/a/a.csproj": web()}, [("src/a", False), (".", True)], id="sln"),
        pytest.param({"a.slnx": SLNX, "src/a/a.csproj": web()}, [("src/a", False), (".", True)], id="slnx"),
        pytest.param({"a.slnx": "<Solution>", "src/a/a.csproj": web()}, [("src/a", False)], id="a broken solution"),
        pytest.param({"a.sln": SLN, "a.csproj": web()}, [(".", False)], id="beside its project"),
        pytest.param({"a.sln": SLN, "src/a/a.csproj": web(), "Dockerfile": ""}, [(".", False)], id="one program, image above"),
        pytest.param(
            {"a.sln": SLN, "src/a/a.csproj": web(), "Dockerfile": "", "src/a/Dockerfile": ""},
            [("src/a", False), (".", True)],
            id="one program, image of its own",
        ),
    ],
)
def test_claims(make_repo: MakeRepo, files: Mapping[str, str], claims: list[tuple[str, bool]]) -> None:
    assert [(claim.directory, claim.root_only) for claim in dotnet.detect(make_repo(files))] == claims


def test_confidence_of_several_targets(seen: Seen) -> None:
    text = web().replace("<TargetFramework>net10.0</TargetFramework>", "<TargetFrameworks>net10.0;net8.0</TargetFrameworks>")
    [fact] = seen({"a.csproj": text}).all(f.LANGUAGE_VERSION)
    assert (str(fact.value), fact.confidence) == ("10.0", Confidence.INFERRED)


def doubled(times: int) -> str:
    return "".join(f"<P{n + 1}>$(P{n})$(P{n})</P{n + 1}>" for n in range(times))


@pytest.mark.parametrize(
    "files",
    [
        pytest.param({"a.csproj": web(more=f"<PropertyGroup><P0>xx</P0>{doubled(60)}</PropertyGroup>")}, id="doubling properties"),
        pytest.param({"a.csproj": web(more="<Choose><Otherwise>" * 1_500 + "</Otherwise></Choose>" * 1_500)}, id="deep choices"),
        pytest.param({"a.csproj": web().replace("net10.0", "net" + "9" * 5_000 + ".0")}, id="a long version"),
        pytest.param({"a.csproj": web(), "global.json": '{"sdk": {"version": "' + "9" * 5_000 + '.0.1"}}'}, id="a long SDK"),
        pytest.param(
            {"a.csproj": web(), "Program.cs": f"o.ListenAnyIP({'9' * 5_000}); app.UseMetricServer({'9' * 5_000});"}, id="ports"
        ),
        pytest.param({"a.csproj": web(), "Program.cs": 'app.Run("http://*:\u00b2\u00b2");'}, id="digits that are none"),
        pytest.param({"a.csproj": web(), "Program.cs": "var s = " + "(" * 3_000 + "1" + ")" * 3_000 + ";"}, id="deep code"),
        pytest.param(
            {"a.csproj": web(), "Program.cs": "app" + '.MapGroup("a")' * 900 + '.MapGet("/b", () => 1);'}, id="a long chain"
        ),
        pytest.param({"a.csproj": web(), "appsettings.json": "[" * 50_000}, id="deep settings"),
        pytest.param(
            {
                "a.csproj": web(more='<Import Project="a.csproj" /><Import Project="b.props" />'),
                "b.props": '<Project><Import Project="b.props" /></Project>',
            },
            id="imports in a circle",
        ),
    ],
)
def test_hostile_files_are_read_to_an_end(seen: Seen, files: Mapping[str, str]) -> None:
    assert told(seen(files), f.LANGUAGE) == ["csharp"]
