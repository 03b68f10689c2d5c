"""What an imported package says about a Go program: its framework, the services it needs, how its schema is migrated."""

from __future__ import annotations

from collections.abc import Iterator

from cdgen.model import facts as f
from cdgen.model.facts import BackingService, Confidence, Fact, Framework, Origin, Source
from cdgen.repo.patterns import compiled
from cdgen.stacks.base import matches
from cdgen.stacks.go.module import Module
from cdgen.stacks.go.packages import GoFile, Program, Sources, is_generated

# what gives a program its shape comes before the router that it may use inside
FRAMEWORKS = (
    ("github.com/GoogleCloudPlatform/functions-framework-go", "functions-framework"),
    ("github.com/gin-gonic/gin", "gin"),
    ("github.com/labstack/echo", "echo"),
    ("github.com/gofiber/fiber", "fiber"),
    ("github.com/go-kit/kit", "go-kit"),
    ("github.com/go-kratos/kratos", "kratos"),
    ("github.com/zeromicro/go-zero", "go-zero"),
    ("go-micro.dev", "go-micro"),
    ("github.com/micro/go-micro", "go-micro"),
    ("gofr.dev", "gofr"),
    ("github.com/gobuffalo/buffalo", "buffalo"),
    ("github.com/beego/beego", "beego"),
    ("github.com/astaxie/beego", "beego"),
    ("github.com/kataras/iris", "iris"),
    ("github.com/revel/revel", "revel"),
    ("github.com/cloudwego/hertz", "hertz"),
    ("github.com/danielgtaylor/huma", "huma"),
    ("goa.design/goa", "goa"),
    ("encore.dev", "encore"),
    ("github.com/go-chi/chi", "chi"),
    ("github.com/gorilla/mux", "gorilla-mux"),
    ("github.com/go-martini/martini", "martini"),
)

DRIVERS = (
    ("github.com/lib/pq", "postgresql"),
    ("github.com/jackc/pgx", "postgresql"),
    ("github.com/jackc/pgconn", "postgresql"),
    ("github.com/go-pg/pg", "postgresql"),
    ("github.com/uptrace/bun/driver/pgdriver", "postgresql"),
    ("gorm.io/driver/postgres", "postgresql"),
    ("github.com/jinzhu/gorm/dialects/postgres", "postgresql"),
    ("github.com/go-sql-driver/mysql", "mysql"),
    ("gorm.io/driver/mysql", "mysql"),
    ("github.com/jinzhu/gorm/dialects/mysql", "mysql"),
    ("github.com/microsoft/go-mssqldb", "sqlserver"),
    ("github.com/denisenkom/go-mssqldb", "sqlserver"),
    ("gorm.io/driver/sqlserver", "sqlserver"),
    ("go.mongodb.org/mongo-driver", "mongodb"),
    ("gopkg.in/mgo.v2", "mongodb"),
    ("github.com/globalsign/mgo", "mongodb"),
    ("github.com/redis/go-redis", "redis"),
    ("github.com/go-redis/redis", "redis"),
    ("github.com/redis/rueidis", "redis"),
    ("github.com/gomodule/redigo", "redis"),
    ("github.com/garyburd/redigo", "redis"),
    ("github.com/valkey-io/valkey-go", "redis"),
    ("github.com/bradfitz/gomemcache", "memcached"),
    ("github.com/rabbitmq/amqp091-go", "rabbitmq"),
    ("github.com/streadway/amqp", "rabbitmq"),
    ("github.com/segmentio/kafka-go", "kafka"),
    ("github.com/IBM/sarama", "kafka"),
    ("github.com/Shopify/sarama", "kafka"),
    ("github.com/confluentinc/confluent-kafka-go", "kafka"),
    ("github.com/twmb/franz-go", "kafka"),
    ("github.com/nats-io/nats.go", "nats"),
    ("github.com/elastic/go-elasticsearch", "elasticsearch"),
    ("github.com/olivere/elastic", "elasticsearch"),
    ("github.com/opensearch-project/opensearch-go", "opensearch"),
    ("github.com/gocql/gocql", "cassandra"),
    ("go.etcd.io/etcd/client", "etcd"),
    ("github.com/hashicorp/consul/api", "consul"),
    ("github.com/hashicorp/vault/api", "vault"),
    ("github.com/aws/aws-sdk-go-v2/service/dynamodb", "dynamodb"),
    ("github.com/aws/aws-sdk-go/service/dynamodb", "dynamodb"),
    ("github.com/aws/aws-sdk-go-v2/service/s3", "s3"),
    ("github.com/aws/aws-sdk-go/service/s3", "s3"),
    ("github.com/minio/minio-go", "s3"),
    ("github.com/aws/aws-sdk-go-v2/service/sqs", "sqs"),
    ("github.com/aws/aws-sdk-go/service/sqs", "sqs"),
    ("cloud.google.com/go/pubsub", "pubsub"),
)
# clients of a protocol that several servers speak: the one that stands beside the service is meant
PROTOCOLS = (
    ("github.com/Azure/go-amqp", "rabbitmq"),
    ("pack.ag/amqp", "rabbitmq"),
)
QUEUES = frozenset({"rabbitmq", "kafka", "nats", "sqs", "pubsub"})

# import or folder content -> tool
MIGRATORS = (
    ("github.com/golang-migrate/migrate", "golang-migrate"),
    ("github.com/pressly/goose", "goose"),
    ("github.com/rubenv/sql-migrate", "sql-migrate"),
    ("github.com/amacneil/dbmate", "dbmate"),
    ("ariga.io/atlas", "atlas"),
    ("github.com/jackc/tern", "tern"),
)
# programs that C code is needed for: the image then needs a C library
CGO = ("github.com/mattn/go-sqlite3", "github.com/confluentinc/confluent-kafka-go", "github.com/DataDog/zstd", "C")


def facts(program: Program, module: Module, sources: Sources) -> Iterator[Fact]:
    yield from _framework(program, module)
    yield from _backing(program)
    yield from _test_containers(sources)
    yield from _migrations(program, sources)


def _framework(program: Program, module: Module) -> Iterator[Fact]:
    for prefix, name in FRAMEWORKS:
        path = program.imported(prefix)
        if path:
            required = module.require(path)
            version = required.version.lstrip("v").removesuffix("+incompatible") if required else None
            source = Source(module.file, required.line) if module.file and required else place_of(program, path)
            origin = Origin.MANIFEST if required else Origin.CODE
            yield Fact(f.FRAMEWORK, Framework(name, version), source, origin, Confidence.DECLARED, f"imports {path}")


def place_of(program: Program, name: str) -> Source:
    file = next((file for file in program.files if name in file.imports and not is_generated(file)), program.names[name])
    return Source(file.path, file.line(max(file.text.find(f'"{name}"'), 0)))


def _backing(program: Program) -> Iterator[Fact]:
    for prefix, kind in DRIVERS:
        path = program.imported(prefix)
        if path and _is_used(program, path):
            yield Fact(
                f.BACKING, BackingService(kind), place_of(program, path), Origin.CODE, Confidence.INFERRED, f"imports {path}"
            )
    for prefix, kind in PROTOCOLS:
        path = program.imported(prefix)
        if path:
            note = f"imports {path}, which speaks to others too"
            yield Fact(f.BACKING, BackingService(kind), place_of(program, path), Origin.CODE, Confidence.DEFAULT, note)


def backing_kinds(program: Program) -> frozenset[str]:
    return frozenset(kind for prefix, kind in DRIVERS if (path := program.imported(prefix)) and _is_used(program, path))


def _is_used(program: Program, path: str) -> bool:
    """Whether a driver is more than a shared package's offer: a function that uses it is called, or it is used outside functions.

    A package that several programs share may offer a cache client of which only some make use.
    """
    users = [file for file in program.files if path in file.imports and not is_generated(file)]
    if any(file.folder == program.folder or not _only_offered(file, path) for file in users):
        return True
    calls = (name for file in users for name in _users_of(file, path))
    return any(_calls(file, name) for name in calls for file in program.files)


def _calls(file: GoFile, name: str) -> bool:
    found = matches(rf"(?<!func )\b{name}\(", file.text) if name in file.text else ()
    return any(not file.is_comment(match.start()) for match in found)


def _only_offered(file: GoFile, path: str) -> bool:
    """Whether the package is used in plain top-level functions alone (`func NewClient(...)`), which somebody has to call."""
    name = _local_name(file, path)
    found = matches(rf"\b{name}\.", file.text) if name else ()
    uses = [match.start() for match in found if not file.is_comment(match.start())]
    return bool(uses) and all(_function_at(file, use) for use in uses)


def _users_of(file: GoFile, path: str) -> Iterator[str]:
    for match in matches(rf"\b{_local_name(file, path)}\.", file.text):
        name = _function_at(file, match.start())
        if name:
            yield name


def _function_at(file: GoFile, position: int) -> str | None:
    """The plain function around a position; its own signature counts as inside. None for methods, `init` and everything else."""
    start = file.text.rfind("\nfunc ", 0, position) + 1
    head = compiled(r"func (\w+)[(\[]").match(file.text, start) if start else None
    end = file.text.find("\n}", start)
    inside = head is not None and (end == -1 or position < end)
    return head.group(1) if head and inside and head.group(1) not in ("init", "main") else None


def _local_name(file: GoFile, path: str) -> str:
    """What the file calls a package: its alias, else the last element without what only paths have. Empty for a blank import."""
    alias = compiled(rf'(?m)^\s*(?:import\s+)?([\w.]+)\s+"{path}"').search(file.text)
    if alias and alias.group(1) != "import":
        return "" if alias.group(1) in ("_", ".") else alias.group(1)
    parts = [part for part in path.split("/") if not compiled(r"v\d+$").match(part)]
    return compiled(r"^go-|[.-]go$|\.v\d+$").sub("", parts[-1])


def _test_containers(sources: Sources) -> Iterator[Fact]:
    """A container that tests start names the version the team works with: `postgres.Run(ctx, "postgres:16-alpine")`."""
    for path in sources.tests:
        text = sources.repo.text(path) or ""
        if "testcontainers" not in text and "dockertest" not in text:
            continue
        for match in matches(r'"(?:docker\.io/)?(?:library/|bitnami/)?(\w+):(v?\d[\w.-]*)"', text):
            kind = IMAGES.get(match.group(1))
            if kind:
                line = text.count("\n", 0, match.start()) + 1
                version = compiled(r"\d+(?:\.\d+)*").search(match.group(2))
                service = BackingService(kind, version.group() if version else None, match.group(0).strip('"'))
                yield Fact(f.BACKING, service, Source(path, line), Origin.CODE, Confidence.INFERRED, "container of a test")


IMAGES = {
    "postgres": "postgresql",
    "postgresql": "postgresql",
    "mysql": "mysql",
    "mariadb": "mariadb",
    "mongo": "mongodb",
    "redis": "redis",
    "valkey": "redis",
    "memcached": "memcached",
    "rabbitmq": "rabbitmq",
    "kafka": "kafka",
    "nats": "nats",
    "elasticsearch": "elasticsearch",
    "opensearch": "opensearch",
    "cassandra": "cassandra",
}


def _migrations(program: Program, sources: Sources) -> Iterator[Fact]:
    """The tool by its import, else by the shape of the files; the folder by what it holds."""
    places = {
        "golang-migrate": r"\.up\.sql$",
        "goose": r"(?:^|/)(?:migrations?|goose)/(?:.*/)?\d+_\w+\.(?:sql|go)$",
        "": r"(?:^|/)(?:migrations?|db/migrate)/(?:.*/)?\w+\.sql$",
    }
    for prefix, tool in MIGRATORS:
        if program.imports(prefix):
            folder = _folder(sources, places.get(tool, places[""])) or _folder(sources, places[""])
            if folder:
                yield _migration(tool, folder, sources, Confidence.DECLARED)
                return
    folder = _folder(sources, places["golang-migrate"])
    if folder:
        yield _migration("golang-migrate", folder, sources, Confidence.INFERRED)
    else:
        yield from _marked(sources, places[""])


# how the files of a tool are marked: https://github.com/pressly/goose, https://github.com/amacneil/dbmate,
# https://github.com/rubenv/sql-migrate, https://github.com/jackc/tern
MARKS = (
    ("goose", r"(?m)^--\s*\+goose Up"),
    ("dbmate", r"(?m)^--\s*migrate:up"),
    ("sql-migrate", r"(?m)^--\s*\+migrate Up"),
    ("tern", r"(?m)^---- create above / drop below ----"),
)


def _marked(sources: Sources, pattern: str) -> Iterator[Fact]:
    """The tool by the marks in the first file of the folder, by Atlas' list of files, or by Atlas' configuration."""
    scope = sources.scope
    first = next((path for path in scope.files if compiled(pattern).search(path)), None)
    if first is None:
        return
    folder, text = first.rpartition("/")[0], scope.text(first) or ""
    tool = next((tool for tool, mark in MARKS if compiled(mark).search(text)), None)
    tool = tool or ("atlas" if scope.has(f"{folder}/atlas.sum") or scope.has("atlas.hcl") else None)
    if tool:
        yield _migration(tool, folder, sources, Confidence.INFERRED)


def _migration(tool: str, folder: str, sources: Sources, sure: Confidence) -> Fact:
    return Fact(f.MIGRATIONS, f"{tool}: {folder}", Source(sources.scope.path(folder)), Origin.LAYOUT, sure, f"migrations of {tool}")


def _folder(sources: Sources, pattern: str) -> str | None:
    found = next((path for path in sources.scope.files if compiled(pattern).search(path)), None)
    return found.rpartition("/")[0] if found else None
