"""What a .NET server speaks: gRPC where that is all it offers, HTTP otherwise."""

from __future__ import annotations

from collections.abc import Iterator

from cdgen.model import facts as f
from cdgen.model.facts import Confidence, Fact, Origin
from cdgen.stacks.dotnet.code import Code, simple
from cdgen.stacks.dotnet.kinds import is_web
from cdgen.stacks.dotnet.ports import speaks_http2_only
from cdgen.stacks.dotnet.project import Project
from cdgen.stacks.dotnet.routes import grpc_services
from cdgen.stacks.dotnet.settings import Settings

# what makes a server of gRPC one of HTTP as well; a greeting at `/` and a health check do not
ALSO_HTTP = (
    "MapControllers",
    "MapControllerRoute",
    "MapDefaultControllerRoute",
    "MapRazorPages",
    "MapRazorComponents",
    "MapBlazorHub",
    "MapHub",
    "MapReverseProxy",
    "MapPost",
    "MapPut",
    "MapDelete",
    "MapGroup",
    "UseOcelot",
    "UseMvc",
    "EnableGrpcWeb",
)
HEALTH_SERVICES = ("Health", "HealthService", "HealthServiceImpl", "HealthCheckService")


def facts(own: Project, code: Code, settings: Settings) -> Iterator[Fact]:
    services = list(grpc_services(code))
    for name, call in services:
        if name in HEALTH_SERVICES:
            yield Fact(f.GRPC_HEALTH, True, call.source, Origin.CODE, Confidence.DECLARED, simple(call.types[0]))
        else:
            yield Fact(f.GRPC_SERVICE, name, call.source, Origin.CODE, Confidence.DECLARED, "MapGrpcService")
    for call in code.calls("MapGrpcHealthChecksService"):
        yield Fact(f.GRPC_HEALTH, True, call.source, Origin.CODE, Confidence.DECLARED, call.name)
    also = next(iter(code.calls(*ALSO_HTTP)), None)
    if services and (also is None or speaks_http2_only(code, settings)):
        yield Fact(f.PROTOCOL, "grpc", services[0][1].source, Origin.CODE, Confidence.DECLARED, "MapGrpcService")
    elif is_web(own):
        place = also.source if also else own.sdk_source
        yield Fact(f.PROTOCOL, "http", place, Origin.CODE if also else Origin.MANIFEST, Confidence.INFERRED, "ASP.NET Core")
