"""Who answers the gRPC health service: only code that registers it, outside of tests."""

from __future__ import annotations

import pytest

from cdgen.detectors.grpc_health import detect
from cdgen.model.facts import GRPC_HEALTH
from cdgen.repo import Scope
from tests.conftest import MakeRepo

GO = {"go.mod": "module a\nrequire google.golang.org/grpc v1.76.0\n"}
NODE = {"package.json": '{"dependencies": {"@grpc/grpc-js": "1"}}'}


@pytest.mark.parametrize(
    ("files", "place"),
    [
        pytest.param({**GO, "main.go": "grpc.NewServer()\n"}, None, id="a server without it"),
        pytest.param({**GO, "main_test.go": "RegisterHealthServer(s, h)\n"}, None, id="only a test"),
        pytest.param({**GO, "client.go": "grpc_health_v1.NewHealthClient(c)\n"}, None, id="a client asks it"),
        pytest.param({"go.mod": "module a\n", "main.go": "RegisterHealthServer(s, h)\n"}, None, id="no gRPC in the manifest"),
        pytest.param({**NODE, "server.js": "server.addService(shop.Shop.service, {})\n"}, None, id="another service"),
        pytest.param({**GO, "main.go": "\nhealthpb.RegisterHealthServer(s, h)\n"}, "main.go:2", id="go"),
        pytest.param(
            {
                "requirements.txt": "grpcio-health-checking\n",
                "app/server.py": "health_pb2_grpc.add_HealthServicer_to_server(s, x)\n",
            },
            "app/server.py:1",
            id="python",
        ),
        pytest.param({**NODE, "server.js": "server.addService(healthProto.Health.service, {check});\n"}, "server.js:1", id="node"),
        pytest.param({**NODE, "src/health.ts": "const h = new HealthImplementation(map)\n"}, "src/health.ts:1", id="typescript"),
        pytest.param(
            {"pom.xml": "<artifactId>grpc-services</artifactId>", "src/main/java/S.java": "h = new HealthStatusManager();\n"},
            "src/main/java/S.java:1",
            id="java",
        ),
    ],
)
def test_where_it_is_registered(make_repo: MakeRepo, files: dict[str, str], place: str | None) -> None:
    found = list(detect(Scope(make_repo(files), ".")))
    assert [(fact.key, str(fact.source)) for fact in found] == ([(GRPC_HEALTH, place)] if place else [])


def test_the_manifest_above_counts(make_repo: MakeRepo) -> None:
    repo = make_repo({**GO, "cmd/a/main.go": "pb.RegisterHealthServer(s, h)\n"})
    assert [str(fact.source) for fact in detect(Scope(repo, "cmd/a"))] == ["cmd/a/main.go:1"]
