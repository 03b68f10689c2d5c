"""What a .NET project is: its framework, whether it serves, works, or is there for others to build with."""

from __future__ import annotations

from collections.abc import Iterator

from cdgen.model import facts as f
from cdgen.model.facts import Confidence, Fact, Framework, Origin, Source
from cdgen.repo import Repo
from cdgen.repo.patterns import compiled
from cdgen.repo.syntax import line, text
from cdgen.stacks.dotnet.code import Code, enclosing
from cdgen.stacks.dotnet.project import Project, is_development_host, is_test, readable

ASPNET_PACKAGES = r"Microsoft\.AspNetCore\.(?:App|All)|Microsoft\.AspNetCore"
FUNCTIONAL = (("giraffe", r"Giraffe"), ("saturn", r"Saturn"), ("falco", r"Falco"), ("suave", r"Suave"))
FUNCTIONS = (
    ("azure-functions", r"Microsoft\.Azure\.Functions\.Worker(?:\.Sdk)?|Microsoft\.NET\.Sdk\.Functions"),
    ("functions-framework", r"Google\.Cloud\.Functions\.(?:Hosting|Framework)"),
    ("aws-lambda", r"Amazon\.Lambda\.(?:AspNetCoreServer|RuntimeSupport|Core|Annotations)"),
)
HOSTED = r"AddHostedService|BackgroundService|IHostedService|RunConsoleAsync"
CONSUMERS = (
    r"Microsoft\.Extensions\.Hosting|MassTransit.*|NServiceBus.*|Topshelf.*|Quartz.*|Hangfire.*|Rebus.*|KafkaFlow.*|WolverineFx.*"
)
COMMAND_LINES = (
    r"System\.CommandLine|Spectre\.Console\.Cli|CommandLineParser|McMaster\.Extensions\.CommandLineUtils"
    r"|Cocona.*|ConsoleAppFramework"
)
JOBS = r"dbup.*|Evolve|FluentMigrator\.Runner.*"
OLD_WEB = "{349C5851-65DF-11DA-9384-00065B846F21}"  # how older tools mark a web application
MIGRATOR = r"(?i)migrat|dbup|schema"  # in the name of a program
LOADS = r"NBomber(?:\..*)?|BenchmarkDotNet"
# listeners without ASP.NET Core
SERVERS = r"HttpListener|TcpListener|WebSocketServer|WebServer"
ENDLESS = "(while_statement condition: (_) @truth) @loop"
DESKTOP = ("usewpf", "usewindowsforms", "usemaui")


def framework(each: Project) -> Iterator[Fact]:
    """The web framework; F# libraries on top of it come first."""
    for name, pattern in FUNCTIONAL if each.language == "fsharp" else ():
        found = each.package(pattern)
        if found:
            yield Fact(f.FRAMEWORK, Framework(name, found.version), found.source, Origin.MANIFEST, Confidence.DECLARED, found.name)
    for name, pattern in FUNCTIONS:
        found = each.package(pattern)
        if found:
            yield Fact(f.FRAMEWORK, Framework(name, found.version), found.source, Origin.MANIFEST, Confidence.DECLARED, found.name)
    version = each.targets[-1].version if each.targets and each.targets[-1].kind == "core" else None
    sdk = each.sdk.lower()
    if "blazorwebassembly" in sdk:
        yield Fact(f.FRAMEWORK, Framework("blazor", version), each.sdk_source, Origin.MANIFEST, Confidence.DECLARED, each.sdk)
    elif is_web(each) and not is_test(each):
        yield Fact(f.FRAMEWORK, Framework("aspnetcore", version), each.sdk_source, Origin.MANIFEST, Confidence.DECLARED, each.sdk)


def is_web(each: Project) -> bool:
    """Whether it runs ASP.NET Core: by its SDK, or a program that refers to it."""
    if "microsoft.net.sdk.web" in each.sdk.lower():
        return True
    refers = any(name.startswith("Microsoft.AspNetCore.App") for name in each.frameworks) or each.package(ASPNET_PACKAGES)
    return runs(each) and bool(refers)


def runs(each: Project) -> bool:
    """Whether the build leaves a program."""
    stated = each.properties.get("outputtype", "").lower()
    sdk = each.sdk.lower()
    return stated in ("exe", "winexe") or (not stated and any(part in sdk for part in (".web", ".worker")))


def is_program(each: Project) -> bool:
    """Whether it runs somewhere else than on a developer's machine."""
    return runs(each) and not is_test(each) and not is_development_host(each)


def kind(each: Project, code: Code, repo: Repo, kinds: frozenset[str], served: Source | None) -> Iterator[Fact]:
    """Nothing when the project does not say. `kinds` are the services behind it, `served` where gRPC or HTTP is registered."""
    marked = _marked(each)
    functions = any(each.package(pattern) for _, pattern in FUNCTIONS)
    if marked:
        yield _fact(each, *marked)
    elif "blazorwebassembly" in each.sdk.lower():
        yield _pages(each, repo)
    elif not runs(each) and not functions:
        # an old project that is not of the SDK says what it builds only by its output type
        if each.sdk or each.properties.get("outputtype"):
            yield _fact(each, "library", "it builds a library")
    elif is_web(each) or functions:
        yield _fact(each, "service", each.sdk)
    elif _migrates(each, code):
        yield _fact(each, "job", "it migrates a database and ends", Confidence.INFERRED)
    elif ".worker" in each.sdk.lower():
        yield _fact(each, "service" if served else "worker", each.sdk)
    else:
        yield from _program(each, code, repo, kinds)


def _fact(each: Project, what: str, note: str, sure: Confidence = Confidence.DECLARED) -> Fact:
    return Fact(f.KIND, what, each.sdk_source, Origin.MANIFEST, sure, note)


def _marked(each: Project) -> tuple[str, str] | None:
    """(kind, why) of a project that its file marks as something."""
    if is_test(each):
        return "test-suite", "a test project"
    if is_development_host(each):
        return "development-host", "starts the other projects on a developer's machine"
    if any(each.is_true(name) for name in DESKTOP):
        return "app", "a desktop application"
    if OLD_WEB in each.properties.get("projecttypeguids", "").upper():
        return "service", "a web application of the .NET Framework"
    return None


def _pages(each: Project, repo: Repo) -> Fact:
    """A site of its own, or a part of the web project that serves it."""
    hosted = next((other for other in readable(repo) if each.path in other.references and is_web(other)), None)
    note = f"served by {hosted.path}" if hosted else each.sdk
    return _fact(each, "library" if hosted else "static-site", note, Confidence.INFERRED)


def _program(each: Project, code: Code, repo: Repo, kinds: frozenset[str]) -> Iterator[Fact]:
    """A console program: what it is built with and how its code goes on."""

    def fact(what: str, where: Source | None, note: str) -> Fact:
        return Fact(f.KIND, what, where, Origin.CODE, Confidence.INFERRED, note)

    for what, pattern in (("load-generator", LOADS), ("cli", COMMAND_LINES)):
        found = each.package(pattern)
        if found:
            yield fact(what, found.source, found.name)
            return
    if each.is_true("PackAsTool"):
        yield fact("cli", each.places["packastool"], "PackAsTool")
        return
    server = code.named(SERVERS, "HttpListener", "TcpListener", "WebSocketServer", "WebServer")
    if server or _grpc_server(code):
        yield fact("service", server or _grpc_server(code), "it listens")
        return
    hosted = code.named(HOSTED, "AddHostedService", "HostedService", "BackgroundService", "RunConsoleAsync")
    loop = _endless(code)
    if each.package(JOBS) and not hosted and not loop:
        yield fact("job", each.sdk_source, "it migrates a database and ends")
    elif hosted or (loop and (kinds or _has_image(each, repo))):
        yield fact("worker", hosted or loop, "runs until it is told to stop, and does not listen")
    elif each.package(CONSUMERS) and kinds:
        yield fact("worker", each.sdk_source, "a host that reads its queue")
    elif not kinds and not _has_image(each, repo):
        yield fact("cli", each.sdk_source, "a console program that ends")


def _migrates(each: Project, code: Code) -> bool:
    """Whether a program is there for the schema of a database, by its name and by what it calls."""
    named = compiled(MIGRATOR).search(each.name) is not None
    return named and any(True for _ in code.calls("Migrate", "MigrateAsync", "PerformUpgrade", "MigrateUp"))


def _has_image(each: Project, repo: Repo) -> bool:
    return repo.has("Dockerfile" if each.folder == "." else f"{each.folder}/Dockerfile")


def _grpc_server(code: Code) -> Source | None:
    """A server of Grpc.Core, which needs no ASP.NET Core."""
    query = '(object_creation_expression type: (identifier) @type (#eq? @type "Server") initializer: (_) @init) @made'
    for file, nodes in code.matches(query, "Grpc.Core"):
        if "Services" in text(nodes["init"]):
            return Source(file.path, line(nodes["made"]))
    return None


def _endless(code: Code) -> Source | None:
    for file, nodes in code.matches(ENDLESS, "while"):
        truth = text(nodes["truth"])
        goes_on = truth == "true" or "IsCancellationRequested" in truth
        if goes_on and enclosing(nodes["loop"], "method_declaration", "global_statement", "local_function_statement"):
            return Source(file.path, line(nodes["loop"]))
    return None
