"""Go modules: what is claimed, which program is the service, its version, libraries, commands, variables, toolchain and image."""

from __future__ import annotations

import pytest

from cdgen import app
from cdgen.model import facts as f
from cdgen.model.facts import BackingService, Confidence, EnvVar, FactSet, Framework, PrivateRegistry
from cdgen.model.service import Service
from cdgen.repo import Scope
from cdgen.stacks import go
from cdgen.stacks.go.toolchain import release
from tests.conftest import MakeRepo

MODULE = "module example.org/acme/shop\n\ngo 1.26.0\n"
MAIN = "package main\n\nfunc main() {}\n"
SERVER = 'package main\n\nimport "net/http"\n\nfunc main() {\n\thttp.ListenAndServe(":8080", nil)\n}\n'
LIBRARY = "package shop\n\nfunc Sell() {}\n"
TEST = "package shop\n"


def seen(make_repo: MakeRepo, files: dict[str, str], directory: str = ".") -> FactSet:
    return FactSet(go.facts(Scope(make_repo(files), directory)))


def service(make_repo: MakeRepo, files: dict[str, str]) -> Service:
    (found,) = app.inspect(make_repo(files).root).services
    return found


CLAIMS: dict[str, tuple[dict[str, str], list[tuple[str, int, bool]]]] = {
    "nothing": ({"README.md": ""}, []),
    "a vendored module": ({"vendor/x/go.mod": "module x", "vendor/x/x.go": MAIN}, []),
    "test data": ({"testdata/m/go.mod": "module x"}, []),
    "tools of the repository": ({".bingo/go.mod": "module x", "_tools/go.mod": "module x"}, []),
    "a script without a module": ({"package.json": "{}", "scripts/gen.go": MAIN}, []),
    "packages without a program": ({"a/a.go": LIBRARY}, []),
    "module": ({"go.mod": MODULE, "main.go": MAIN}, [(".", 2, False)]),
    "locked module": ({"go.mod": MODULE, "go.sum": "", "main.go": MAIN}, [(".", 3, False)]),
    "two modules": ({"a/go.mod": MODULE, "b/go.mod": MODULE}, [("a", 2, False), ("b", 2, False)]),
    "several programs, one image": (
        {"go.mod": MODULE, "cmd/a/main.go": MAIN, "cmd/b/main.go": MAIN, "Dockerfile": 'FROM x\nENTRYPOINT ["/a"]\n'},
        [(".", 2, False)],
    ),
    "an image for each program": (
        {
            "go.mod": MODULE,
            "cmd/a/main.go": MAIN,
            "cmd/b/main.go": MAIN,
            "cmd/c/main.go": MAIN,
            "a.Dockerfile": 'FROM x\nENTRYPOINT ["/bin/a"]\n',
            "b.Dockerfile": "FROM x\nCMD ./b --serve\n",
        },
        [(".", 2, True), ("cmd/a", 2, False), ("cmd/b", 2, False)],
    ),
    "an entry in compose for each program": (
        {
            "go.mod": MODULE,
            "cmd/a/main.go": MAIN,
            "cmd/b/main.go": MAIN,
            "compose.yaml": "services:\n  a:\n    entrypoint: a\n  b:\n    entrypoint: [b]\n",
        },
        [(".", 2, True), ("cmd/a", 2, False), ("cmd/b", 2, False)],
    ),
    "a program without a module": ({"x/main.go": MAIN, "x/y/y.go": LIBRARY}, [("x", 1, False)]),
    "a dead tool": ({"main.go": MAIN, "Gopkg.toml": ""}, [(".", 2, False)]),
}


@pytest.mark.parametrize("name", CLAIMS)
def test_claims(make_repo: MakeRepo, name: str) -> None:
    files, expected = CLAIMS[name]
    claims = go.detect(make_repo(files))
    assert sorted((each.directory, each.strength, each.root_only) for each in claims) == expected


DEAD = {
    "Gopkg.toml": "dep",
    "glide.yaml": "glide",
    "vendor/manifest": "gvt",
    "vendor/vendor.json": "govendor",
    "Godeps/Godeps.json": "godep",
}


@pytest.mark.parametrize("file", DEAD)
def test_a_dead_tool_is_named_and_refused(make_repo: MakeRepo, file: str) -> None:
    facts = seen(make_repo, {file: "{}", "main.go": SERVER})
    assert facts.values(f.BUILD_TOOL) == (DEAD[file],)
    assert f"managed by {DEAD[file]}" in facts.values(f.UNSUPPORTED)[0]
    assert facts.values(f.TEST) == facts.values(f.BUILD) == ()


def test_sources_without_a_module_are_refused(make_repo: MakeRepo) -> None:
    facts = seen(make_repo, {"main.go": SERVER})
    assert facts.values(f.BUILD_TOOL) == ("go",)
    assert "no go.mod" in facts.values(f.UNSUPPORTED)[0]


def test_a_module_beside_its_vendored_dependencies_is_fine(make_repo: MakeRepo) -> None:
    facts = seen(make_repo, {"go.mod": MODULE + "require x.org/y v1.0.0\n", "vendor/modules.txt": "", "main.go": SERVER})
    assert facts.values(f.UNSUPPORTED) == ()
    assert facts.values(f.INSTALL) == ()  # there is nothing to fetch


VERSIONS = {
    "none": ("module x\n", None, None),
    "the go line": ("module x\n\ngo 1.24\n", "1.24 go.mod:3", None),
    "with a patch": ("module x\ngo 1.24.3\n", "1.24.3 go.mod:2", None),
    "a toolchain is no language": ("module x\ngo 1.24\ntoolchain go1.25.1\n", "1.24 go.mod:2", "1.25.1"),
    "the default toolchain": ("module x\ngo 1.24\ntoolchain default\n", "1.24 go.mod:2", None),
    "in a comment": ("module x\n// go 1.20\n", None, None),
}


@pytest.mark.parametrize("name", VERSIONS)
def test_version(make_repo: MakeRepo, name: str) -> None:
    text, language, tool = VERSIONS[name]
    facts = seen(make_repo, {"go.mod": text, "main.go": MAIN})
    assert [f"{fact.value} {fact.source}" for fact in facts.all(f.LANGUAGE_VERSION)] == ([language] if language else [])
    assert facts.values(f.BUILD_TOOL_VERSION) == ((tool,) if tool else ())


PROGRAMS: dict[str, tuple[list[str], str | None, str | None]] = {
    "no program": (["shop.go"], "go build ./...", None),
    "the root": (["main.go"], "go build .", "./shop"),
    "the only one": (["cmd/api/main.go"], "go build ./cmd/api", "./api"),
    "the root before others": (["main.go", "cmd/tool/main.go"], "go build .", "./shop"),
    "a tool beside it": (["cmd/api/main.go", "cmd/apictl/main.go", "cmd/migrate/main.go"], "go build ./cmd/api", "./api"),
    "support": (["cmd/api/main.go", "hack/x/main.go", "examples/y/main.go"], "go build ./cmd/api", "./api"),
    "named as the module": (["cmd/shop/main.go", "cmd/other/main.go"], "go build ./cmd/shop", "./shop"),
    "the usual name": (["cmd/server/main.go", "cmd/other/main.go"], "go build ./cmd/server", "./server"),
}


@pytest.mark.parametrize("name", PROGRAMS)
def test_the_program(make_repo: MakeRepo, name: str) -> None:
    paths, build, start = PROGRAMS[name]
    facts = seen(make_repo, {"go.mod": MODULE, **{path: MAIN if path.endswith("main.go") else LIBRARY for path in paths}})
    assert facts.values(f.BUILD) == (build,)
    assert facts.values(f.START) == ((start,) if start else ())


TWO = {"go.mod": MODULE, "cmd/one/main.go": SERVER, "cmd/two/main.go": SERVER.replace("8080", "9090")}


def test_two_programs_with_an_equal_claim_are_no_answer(make_repo: MakeRepo) -> None:
    made = service(make_repo, TWO)
    start = made.provenance[f.START.name]
    assert (start.value, {value for value, _ in start.candidates}) == (None, {"./one", "./two"})
    assert start.settle == "commands: {start: ...}"
    assert (made.port, made.recipe, made.commands.build) == (None, None, "go build ./...")


def test_the_start_command_settles_which_program_it_is(make_repo: MakeRepo) -> None:
    config = "services:\n  - path: .\n    service: shop\n    commands: {start: ./two}\n"
    recipe = service(make_repo, {**TWO, "cdgen.yaml": "road: default@2026.11\n" + config}).recipe
    assert recipe is not None
    assert recipe.values["package"] == "./cmd/two"


def test_the_one_program_that_runs_on_is_the_service(make_repo: MakeRepo) -> None:
    facts = seen(make_repo, {**TWO, "cmd/two/main.go": MAIN})
    assert facts.values(f.START) == ("./one",)


def test_the_image_names_the_program(make_repo: MakeRepo) -> None:
    files = {"go.mod": MODULE, "cmd/one/main.go": MAIN, "cmd/two/main.go": MAIN}
    assert seen(make_repo, {**files, "Dockerfile": "FROM golang\nRUN go build -o /x ./cmd/two\n"}).values(f.START) == ("./two",)


TESTS: dict[str, tuple[dict[str, str], str | None, str | None]] = {
    "none": ({}, None, None),
    "unit": ({"shop_test.go": TEST}, "go test ./...", None),
    "another system": ({"shop_test.go": "//go:build windows\n\npackage shop\n"}, "go test ./...", None),
    "integration only": (
        {"store/store_test.go": "//go:build integration\n\npackage store\n"},
        None,
        "go test -tags=integration -count=1 ./store",
    ),
    "both": (
        {"shop_test.go": TEST, "store/store_test.go": "//go:build integration\n\npackage store\n"},
        "go test ./...",
        "go test -tags=integration -count=1 ./store",
    ),
    "a tag of its own": ({"shop_test.go": TEST, "slow_test.go": "//go:build slow\n\npackage shop\n"}, "go test ./...", None),
}


@pytest.mark.parametrize("name", TESTS)
def test_tests(make_repo: MakeRepo, name: str) -> None:
    files, unit, integration = TESTS[name]
    facts = seen(make_repo, {"go.mod": MODULE, "main.go": MAIN, **files})
    assert facts.values(f.TEST) == ((unit,) if unit else ())
    assert facts.values(f.INTEGRATION) == ((integration,) if integration else ())


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (TEST, ()),
        ('package shop\n\nvar _ = os.Getenv("HOME")\n', ()),
        ("//go:build integration\n\npackage shop\n", ("shop_test.go",)),
        ('package shop\n\nvar _ = os.Getenv("DATABASE_URL")\n', ("shop_test.go",)),
        ('package shop\n\nimport "github.com/testcontainers/testcontainers-go"\n', ("shop_test.go",)),
    ],
)
def test_tests_that_need_a_service(make_repo: MakeRepo, text: str, found: tuple[str, ...]) -> None:
    facts = seen(make_repo, {"go.mod": MODULE, "main.go": MAIN, "shop_test.go": text})
    assert facts.values(f.INTEGRATION_TESTS) == found


def test_a_program_inside_a_module_is_tested_with_the_module(make_repo: MakeRepo) -> None:
    main = 'package main\n\nimport _ "example.org/acme/shop/store"\n\nfunc main() {}\n'
    files = {
        "go.mod": MODULE,
        "cmd/api/main.go": main,
        "store/store.go": "package store\n",
        "store/store_test.go": "package store\n",
    }
    facts = seen(make_repo, files, "cmd/api")
    assert facts.values(f.TEST) == ("go -C ../.. test ./...",)
    assert facts.values(f.BUILD) == ("go build .",)
    lonely = seen(make_repo, {**files, "cmd/other/main.go": MAIN}, "cmd/other")
    assert lonely.values(f.TEST) == ()


@pytest.mark.parametrize(
    ("files", "command"),
    [
        ({}, ()),
        ({".golangci.yml": ""}, ("golangci-lint run",)),
        (
            {".golangci.toml": "", "go.mod": MODULE + "tool github.com/golangci/golangci-lint/v2/cmd/golangci-lint\n"},
            ("go tool golangci-lint run",),
        ),
    ],
)
def test_lint(make_repo: MakeRepo, files: dict[str, str], command: tuple[str, ...]) -> None:
    assert seen(make_repo, {"go.mod": MODULE, "main.go": MAIN, **files}).values(f.LINT) == command


IMPORTS_MISSING = 'package main\n\nimport _ "example.org/acme/shop/gen/api"\n\nfunc main() {}\n'
GENERATED: dict[str, tuple[dict[str, str], tuple[str, ...]]] = {
    "committed": ({"gen/api/api.pb.go": "package api\n", "buf.gen.yaml": ""}, ()),
    "buf": ({"buf.gen.yaml": ""}, ("buf generate",)),
    "a target": ({"buf.gen.yaml": "", "Makefile": "proto:\n\tbuf generate\n"}, ("make proto",)),
    "a directive": ({"gen.go": "package main\n\n//go:generate oapi-codegen x\n"}, ("go generate ./...",)),
}


@pytest.mark.parametrize("name", GENERATED)
def test_code_is_generated_only_when_it_is_missing(make_repo: MakeRepo, name: str) -> None:
    files, commands = GENERATED[name]
    assert seen(make_repo, {"go.mod": MODULE, "main.go": IMPORTS_MISSING, **files}).values(f.CODEGEN) == commands


def test_a_nested_module_is_not_missing(make_repo: MakeRepo) -> None:
    nested = {"gen/api/go.mod": "module example.org/acme/shop/gen/api\n", "gen/api/api.go": "package api\n"}
    assert seen(make_repo, {"go.mod": MODULE, "main.go": IMPORTS_MISSING, **nested}).values(f.UNSUPPORTED) == ()
    required = MODULE + "require example.org/acme/shop/gen v1.0.0\n"
    assert seen(make_repo, {"go.mod": required, "main.go": IMPORTS_MISSING}).values(f.UNSUPPORTED) == ()


def test_code_that_nothing_makes_is_refused(make_repo: MakeRepo) -> None:
    facts = seen(make_repo, {"go.mod": MODULE, "main.go": IMPORTS_MISSING})
    assert facts.values(f.UNSUPPORTED) == ("gen/api is imported and not in the repository",)


def importing(*names: str, body: str = "") -> str:
    return "package main\n\nimport (\n" + "".join(f'\t_ "{name}"\n' for name in names) + f")\n\nfunc main() {{}}\n{body}"


LIBRARIES: dict[str, tuple[str, tuple[Framework, ...], tuple[str, ...]]] = {
    "none": (MAIN, (), ()),
    "another package of the same name": (importing("github.com/gin-gonic/gin-contrib"), (), ()),
    "sqlite needs no service": (importing("github.com/mattn/go-sqlite3"), (), ()),
    "gin": (importing("github.com/gin-gonic/gin"), (Framework("gin", "1.10.0"),), ()),
    "a major version": (importing("github.com/labstack/echo/v4/middleware"), (Framework("echo", "4.12.0"),), ()),
    "a kit before its router": (
        importing("github.com/gorilla/mux", "github.com/go-kit/kit/endpoint"),
        (Framework("go-kit", None), Framework("gorilla-mux", None)),
        (),
    ),
    "drivers": (
        importing("github.com/jackc/pgx/v5/pgxpool", "github.com/redis/go-redis/v9", "gopkg.in/mgo.v2", "github.com/lib/pq"),
        (),
        ("postgresql", "mongodb", "redis"),
    ),
}


@pytest.mark.parametrize("name", LIBRARIES)
def test_libraries(make_repo: MakeRepo, name: str) -> None:
    text, frameworks, backing = LIBRARIES[name]
    module = MODULE + "require (\n\tgithub.com/gin-gonic/gin v1.10.0\n\tgithub.com/labstack/echo/v4 v4.12.0\n)\n"
    facts = seen(make_repo, {"go.mod": module, "main.go": text})
    assert facts.values(f.FRAMEWORK) == frameworks
    assert tuple(each.kind for each in facts.values(f.BACKING)) == backing


CACHE = 'package cache\n\nimport "github.com/redis/go-redis/v9"\n\nfunc New() *redis.Client { return nil }\n'
USES = 'package main\n\nimport "example.org/acme/shop/cache"\n\nfunc main() { cache.%s() }\n'


@pytest.mark.parametrize(("call", "kinds"), [("Other", ()), ("New", ("redis",))])
def test_a_driver_that_a_shared_package_only_offers(make_repo: MakeRepo, call: str, kinds: tuple[str, ...]) -> None:
    facts = seen(make_repo, {"go.mod": MODULE, "main.go": USES % call, "cache/cache.go": CACHE})
    assert tuple(each.kind for each in facts.values(f.BACKING)) == kinds


def test_a_client_of_a_protocol_is_only_likely(make_repo: MakeRepo) -> None:
    facts = seen(make_repo, {"go.mod": MODULE, "main.go": importing("github.com/Azure/go-amqp")})
    assert [(fact.value.kind, fact.confidence) for fact in facts.all(f.BACKING)] == [("rabbitmq", Confidence.DEFAULT)]


def test_a_driver_of_another_program_is_not_this_one_s(make_repo: MakeRepo) -> None:
    files = {"go.mod": MODULE, "cmd/api/main.go": SERVER, "cmd/migrate/main.go": importing("github.com/lib/pq")}
    assert seen(make_repo, files).values(f.BACKING) == ()


def test_a_module_beside_it_that_replaces_a_required_one(make_repo: MakeRepo) -> None:
    module = "module example.org/acme/api\n\ngo 1.26\nrequire example.org/acme/common v0.0.0\nreplace example.org/acme/common => ../common\n"
    main = 'package main\n\nimport "example.org/acme/common/server"\n\nfunc main() { server.Run() }\n'
    shared = {
        "common/go.mod": "module example.org/acme/common\n",
        "common/server/server.go": SERVER.replace("package main", "package server"),
    }
    facts = seen(make_repo, {"api/go.mod": module, "api/main.go": main, **shared}, "api")
    assert [str(fact.source) for fact in facts.all(f.PORT)] == ["common/server/server.go:6"]


def test_a_container_of_a_test_states_the_version(make_repo: MakeRepo) -> None:
    test = 'package main\n\nimport "github.com/testcontainers/testcontainers-go/modules/postgres"\n\nvar _ = "postgres:16-alpine"\n'
    facts = seen(make_repo, {"go.mod": MODULE, "main.go": importing("github.com/lib/pq"), "main_test.go": test})
    assert BackingService("postgresql", "16", "postgres:16-alpine") in facts.values(f.BACKING)


@pytest.mark.parametrize(
    ("files", "migrations"),
    [
        ({"main.go": MAIN, "schema.sql": ""}, ()),
        ({"main.go": MAIN, "db/000001_a.up.sql": ""}, ("golang-migrate: db",)),
        ({"main.go": importing("github.com/golang-migrate/migrate/v4"), "m/1_a.up.sql": ""}, ("golang-migrate: m",)),
        ({"main.go": importing("github.com/pressly/goose/v3"), "migrations/00001_a.sql": ""}, ("goose: migrations",)),
    ],
)
def test_migrations(make_repo: MakeRepo, files: dict[str, str], migrations: tuple[str, ...]) -> None:
    assert seen(make_repo, {"go.mod": MODULE, **files}).values(f.MIGRATIONS) == migrations


VARIABLES: dict[str, tuple[str, tuple[EnvVar, ...]]] = {
    "none": ('_ = os.Args; os.Setenv("X_Y", "1")', ()),
    "optional": ('_ = os.Getenv("LOG_LEVEL")', (EnvVar("LOG_LEVEL", None, False, False),)),
    "with a default": ('_ = getEnv("LOG_LEVEL", "info")', (EnvVar("LOG_LEVEL", "info", False, False),)),
    "required": (
        'dsn := os.Getenv("STORE")\n\tif dsn == "" {\n\t\tlog.Fatal("STORE")\n\t}',
        (EnvVar("STORE", None, True, False),),
    ),
    "mapped": ('mustMapEnv(&svc.addr, "CART_ADDR")', (EnvVar("CART_ADDR", None, True, False),)),
    "a secret hides its default": ('_ = getEnv("API_TOKEN", "dev-token")', (EnvVar("API_TOKEN", None, False, True),)),
}


@pytest.mark.parametrize("name", VARIABLES)
def test_variables(make_repo: MakeRepo, name: str) -> None:
    body, expected = VARIABLES[name]
    facts = seen(make_repo, {"go.mod": MODULE, "main.go": f"package main\n\nfunc main() {{\n\t{body}\n}}\n"})
    assert facts.values(f.ENV) == expected


def test_variables_of_struct_tags(make_repo: MakeRepo) -> None:
    config = 'package main\n\ntype C struct {\n\tA string `env:"A_NAME,required"`\n\tB int `envconfig:"B_NAME" default:"5"`\n}\n\nfunc main() {}\n'
    facts = seen(make_repo, {"go.mod": MODULE, "main.go": config})
    assert facts.values(f.ENV) == (EnvVar("A_NAME", None, True, False), EnvVar("B_NAME", "5", False, False))


KINDS: dict[str, tuple[str, str | None]] = {
    "prints and ends": (MAIN, None),
    "a library": (LIBRARY, "library"),
    "a service": (SERVER, "service"),
    "reads a queue": (importing("github.com/segmentio/kafka-go"), "worker"),
    "until told to stop": (importing("os/signal", body="\nfunc run() { signal.Notify(c) }\n"), "worker"),
    "a command line": (importing("github.com/spf13/cobra"), "cli"),
}


@pytest.mark.parametrize("name", KINDS)
def test_kind(make_repo: MakeRepo, name: str) -> None:
    text, kind = KINDS[name]
    facts = seen(make_repo, {"go.mod": MODULE, "main.go": text})
    assert facts.values(f.KIND) == ((kind,) if kind else ())


@pytest.mark.parametrize(
    ("text", "registries"),
    [
        ("FROM golang\n", ()),
        ("ENV GOPRIVATE=github.com/acme/*\n", (PrivateRegistry("go", "github.com/acme", "GO_MODULES_TOKEN"),)),
        (
            "ENV GOPRIVATE=git.acme.test\n"
            'RUN git config --global url."https://x:${GIT_TOKEN}@git.acme.test".insteadOf https://git.acme.test\n',
            (PrivateRegistry("go", "git.acme.test", "GIT_TOKEN"),),
        ),
    ],
)
def test_private_modules(make_repo: MakeRepo, text: str, registries: tuple[PrivateRegistry, ...]) -> None:
    assert seen(make_repo, {"go.mod": MODULE, "main.go": MAIN, "Dockerfile": text}).values(f.REGISTRY) == registries


OFFERED = ("1.27.1", "1.27.0", "1.26.6")


@pytest.mark.parametrize(
    ("required", "version"),
    [(None, "1.27.1"), ("1.18", "1.27.1"), ("1.26", "1.26.6"), ("1.26.6", "1.26.6"), ("1.26.7", "1.27.1"), ("1.27.2", None)],
)
def test_release(required: str | None, version: str | None) -> None:
    assert release(required, OFFERED) == version


LOCKED = {"go.mod": MODULE + "require x.org/y v1.0.0\n", "go.sum": ""}


def test_toolchain(make_repo: MakeRepo) -> None:
    made = service(make_repo, {**LOCKED, "main.go": SERVER}).toolchain
    assert (made.language, made.version, made.version_file, made.lockfiles) == ("go", "1.26.6", "go.mod", ("go.sum",))


def test_image(make_repo: MakeRepo) -> None:
    main = SERVER.replace("func main() {", 'func main() {\n\topen("static/index.html")')
    files = {
        **LOCKED,
        "cmd/api/main.go": main,
        "static/index.html": "",
        "notes/plan.txt": "",
        "cmd/api/main_test.go": "package main\n",
    }
    recipe = service(make_repo, files).recipe
    assert recipe is not None
    assert recipe.include == ("go.mod", "go.sum", "cmd", "static")
    assert recipe.bases["runtime"].startswith("gcr.io/distroless/static-debian13:nonroot@sha256:")
    assert recipe.values["entrypoint"] == ("/app/api",)
    assert dict(recipe.values["settings"])["CGO_ENABLED"] == "0"


def test_image_with_c_code(make_repo: MakeRepo) -> None:
    recipe = service(
        make_repo, {**LOCKED, "main.go": SERVER.replace('"net/http"', '(\n\t"net/http"\n\t_ "github.com/mattn/go-sqlite3"\n)')}
    ).recipe
    assert recipe is not None
    assert dict(recipe.values["settings"])["CGO_ENABLED"] == "1"
    assert "/base" in recipe.bases["runtime"]


NO_IMAGE = {
    "a folder outside": {**LOCKED, "go.mod": MODULE + "replace x.org/y => ../y\n", "main.go": SERVER},
    "newer than every pin": {"go.mod": "module x\n\ngo 1.99\n", "main.go": SERVER},
}


@pytest.mark.parametrize("name", NO_IMAGE)
def test_no_image_rather_than_one_that_cannot_be_built(make_repo: MakeRepo, name: str) -> None:
    assert service(make_repo, NO_IMAGE[name]).recipe is None


def test_the_credential_of_private_modules_stays_out_of_every_layer(make_repo: MakeRepo) -> None:
    files = {**LOCKED, "main.go": SERVER, "Makefile": "export GOPRIVATE=git.acme.test\n# https://x:${GIT_TOKEN}@git.acme.test\n"}
    recipe = service(make_repo, files).recipe
    assert recipe is not None
    assert recipe.values["secrets"] == ("GIT_TOKEN",)
    assert recipe.values["download"] == (
        "GOPRIVATE=git.acme.test GIT_CONFIG_COUNT=1 "
        'GIT_CONFIG_KEY_0="url.https://oauth2:${GIT_TOKEN}@git.acme.test.insteadOf" GIT_CONFIG_VALUE_0=https://git.acme.test go mod download'
    )
