"""Swift, Zig and Crystal: recognised with their facts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from cdgen.model import facts as f
from cdgen.model.facts import FactSet
from cdgen.repo import Scope
from cdgen.stacks import shards, zig
from cdgen.stacks.swift import swiftpm
from tests.conftest import MakeRepo

SWIFT = '// swift-tools-version:5.9\nlet package = Package(name: "shop", targets: [.executableTarget(name: "App")])\n'
ZIG = 'const exe = b.addExecutable(.{ .name = "shop", .root_source_file = x });\n'
SHARD = "name: shop\nversion: 0.1.0\ntargets:\n  shop:\n    main: src/shop.cr\n"
KEYS = (f.LANGUAGE_VERSION, f.FRAMEWORK, f.KIND, f.PROTOCOL, f.PORT, f.START, f.TEST)


def told(stack: Any, make_repo: MakeRepo, files: Mapping[str, str]) -> dict[str, Any]:
    """The first value of each key that is seen."""
    found = FactSet(stack.facts(Scope(make_repo(files), ".", (), stack.family)))
    first = {key.name: found.all(key)[0].value for key in KEYS if found.all(key)}
    return {
        name: getattr(value, "name", None) or (str(value) if name == f.LANGUAGE_VERSION.name else value)
        for name, value in first.items()
    }


@pytest.mark.parametrize(
    ("stack", "path"),
    [
        (swiftpm, ".build/checkouts/vapor/Package.swift"),
        (zig, "deps/zap/build.zig"),
        (shards, "lib/kemal/shard.yml"),
    ],
)
def test_carried_along_is_no_claim(make_repo: MakeRepo, stack: Any, path: str) -> None:
    assert list(stack.detect(make_repo({path: ""}))) == []


@pytest.mark.parametrize(
    ("stack", "files", "expected"),
    [
        pytest.param(
            swiftpm,
            {"Package.swift": '// swift-tools-version:5.9\nlet p = Package(name: "x")\n', "Sources/X/X.swift": "// import Vapor\n"},
            {"language.version": "5.9", "kind": "library"},
            id="Swift library",
        ),
        pytest.param(
            swiftpm,
            {
                "Package.swift": SWIFT,
                "Sources/App/main.swift": 'import Vapor\napp.http.server.configuration.port = Int(Environment.get("PORT") ?? "3000")!\n',
                "Tests/AppTests/A.swift": "",
            },
            {
                "language.version": "5.9",
                "framework": "vapor",
                "kind": "service",
                "protocol": "http",
                "port": 3000,
                "command.start": ".build/release/App",
                "command.test": "swift test",
            },
            id="Vapor",
        ),
        pytest.param(
            swiftpm,
            {
                "Package.swift": SWIFT,
                "Sources/App/App.swift": 'import Hummingbird\n@main\nlet c = x(address: .hostname("0.0.0.0", port: 3000))\n',
            },
            {
                "language.version": "5.9",
                "framework": "hummingbird",
                "kind": "service",
                "protocol": "http",
                "port": 3000,
                "command.start": ".build/release/App",
            },
            id="Hummingbird",
        ),
        pytest.param(
            zig, {"build.zig": ZIG, "src/main.zig": "// listen .port = 3000\n"}, {"command.start": "./zig-out/bin/shop"}, id="Zig"
        ),
        pytest.param(
            zig,
            {
                "build.zig": ZIG + 'const t = b.step("test", "");\n',
                "build.zig.zon": '.{ .minimum_zig_version = "0.14.0" }\n',
                "src/main.zig": 'const zap = @import("zap");\nvar l = zap.HttpListener.init(.{ .port = 3000 });\n',
            },
            {
                "language.version": "0.14.0",
                "framework": "zap",
                "kind": "service",
                "protocol": "http",
                "port": 3000,
                "command.start": "./zig-out/bin/shop",
                "command.test": "zig build test",
            },
            id="zap",
        ),
        pytest.param(
            shards,
            {"shard.yml": SHARD, "src/shop.cr": "puts 1 # HTTP::Server.new\n"},
            {"command.start": "./bin/shop"},
            id="Crystal",
        ),
        pytest.param(
            shards,
            {
                "shard.yml": SHARD + "crystal: 1.14.0\ndependencies:\n  kemal:\n    github: kemalcr/kemal\n",
                "src/shop.cr": 'require "kemal"\nKemal.run\n',
                "spec/shop_spec.cr": "",
            },
            {
                "language.version": "1.14.0",
                "framework": "kemal",
                "kind": "service",
                "protocol": "http",
                "port": 3000,
                "command.start": "./bin/shop",
                "command.test": "crystal spec",
            },
            id="Kemal",
        ),
    ],
)
def test_facts(make_repo: MakeRepo, stack: Any, files: Mapping[str, str], expected: Mapping[str, Any]) -> None:
    assert told(stack, make_repo, files) == expected
