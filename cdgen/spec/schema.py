"""What `cdgen.yaml` may say: one table, from which the validation, the JSON schema and the reference page are made."""

from __future__ import annotations

from cdgen.model import facts as f
from cdgen.model.schema import Field
from cdgen.stacks import stack_ids

NAME = r"^[a-z][a-z0-9-]{1,40}$"  # a DNS label with room for an environment suffix
OWNER = r"^[A-Za-z0-9][A-Za-z0-9._/-]{0,99}$"
FOLDER = r"^(?!/)(?!.*(?:^|/)\.\.(?:/|$))[^\\\x00-\x1f]+$"
HTTP_PATH = r"^/[A-Za-z0-9._~!$&'()*+,;=:@%/-]*$"
DATE = r"^\d{4}-\d{2}-\d{2}$"
TIERS = ("platinum", "gold", "silver", "bronze")
STACKS = tuple(sorted(stack_ids()))
KINDS = ("service", "worker", "library", "cli", "job", "static-site", "load-generator")

COMMANDS = tuple(
    Field(name, "text", f"the {key.title} command, run from the service's folder", example, fact=key.name)
    for name, key, example in (
        ("install", f.INSTALL, "npm ci"),
        ("lint", f.LINT, "make lint"),
        ("test", f.TEST, "make test"),
        ("coverage", f.COVERAGE, "make coverage"),
        ("integration", f.INTEGRATION, "make test-integration"),
        ("build", f.BUILD, "make build"),
        ("start", f.START, "./server"),
    )
)
SERVICE: tuple[Field, ...] = (
    Field(
        "service",
        "text",
        "name of the service, also its system code",
        "payments",
        NAME,
        "lower-case letters, digits and `-`, 2 to 41 of them",
    ),
    Field("description", "text", "what it does, in one sentence", "Takes card payments for the shop"),
    Field("owner", "text", "team that answers for it", "team-payments", OWNER, "letters, digits and `._/-`"),
    Field("tier", "text", "how much depends on it", "gold", allowed=TIERS),
    Field("business_functions", "list", "what the business loses without it", ["sell", "refund"]),
    Field(
        "slo",
        "table",
        "service level objective",
        {"availability": 99.9},
        fields=(
            Field("availability", "number", "percent of good requests in 30 days", 99.9),
            Field(
                "latency",
                "table",
                "latency objective",
                {"quantile": 0.99, "ms": 300},
                fields=(
                    Field("quantile", "number", "share of requests", 0.99),
                    Field("ms", "integer", "milliseconds", 300, least=1, most=600_000),
                ),
            ),
        ),
    ),
    Field("callers", "list", "services that may call it", ["checkout"]),
    Field("coverage", "integer", "ratchet: CI fails below this percentage of covered lines", 81, least=0, most=100),
    Field(
        "deploy",
        "text",
        "folder of its manifests, when `deploy` is taken",
        "cdgen-deploy",
        FOLDER,
        "a folder inside the repository",
    ),
    Field(
        "hostname",
        "text",
        "public name; `{service}` and `{environment}` are filled in",
        "payments.{environment}.example.org",
        r"^[a-z0-9{}.-]+$",
        "a DNS name",
    ),
    Field("stack", "text", "build tool to use, when the repository shows two", "npm", allowed=STACKS, fact="stack"),
    Field("kind", "text", "what it is, when that cannot be seen", "worker", allowed=KINDS, fact=f.KIND.name),
    Field("protocol", "text", "what it serves", "http", allowed=("http", "grpc"), fact=f.PROTOCOL.name),
    Field(
        "language_version",
        "text",
        "version of the language",
        "3.13",
        r"^[\w.<>=~^*, |-]{1,40}$",
        "a version or range",
        fact=f.LANGUAGE_VERSION.name,
    ),
    Field("port", "integer", "port it listens on in its container", 8080, least=1, most=65535, fact=f.PORT.name),
    Field("metrics_port", "integer", "port of its metrics, when another", 9090, least=1, most=65535, fact=f.METRICS_PORT.name),
    Field(
        "health",
        "text",
        "path that answers 200 while the process is healthy",
        "/healthz",
        HTTP_PATH,
        "an absolute HTTP path",
        fact=f.HEALTH_PATH.name,
    ),
    Field(
        "readiness",
        "text",
        "path that answers 200 when it can take traffic",
        "/readyz",
        HTTP_PATH,
        "an absolute HTTP path",
        fact=f.READINESS_PATH.name,
    ),
    Field(
        "metrics",
        "text",
        "path of its Prometheus metrics",
        "/metrics",
        HTTP_PATH,
        "an absolute HTTP path",
        fact=f.METRICS_PATH.name,
    ),
    Field("commands", "table", "commands that differ from what was detected", {"test": "make test"}, fields=COMMANDS),
)
EXCEPTION: tuple[Field, ...] = (
    Field("rule", "text", "rule or gate that is waived", "image-runs-as-root", r"^[a-z][a-z0-9-]*$", "a rule id", required=True),
    Field("path", "text", "file or folder it is waived for", "Dockerfile", FOLDER, "a path inside the repository", required=True),
    Field("reason", "text", "why", "base image cannot change before the migration", required=True),
    Field("owner", "text", "who answers for it", "team-payments", OWNER, "letters, digits and `._/-`", required=True),
    Field("until", "date", "last day, at most 90 days ahead", "2026-12-15", DATE, "a day, YYYY-MM-DD", required=True),
)
ROOT: tuple[Field, ...] = (
    Field(
        "road",
        "text",
        "the paved road and its edition",
        "default@2026.11",
        r"^\S+$",
        "name@edition, ./folder, or a git URL@tag",
        required=True,
    ),
    Field("required-version", "text", "the one cdgen version this repository uses", "0.1.0", r"^[\d.]+$", "a version"),
    Field("ci", "text", "CI system, when not the road's", "github", allowed=("github", "gitlab")),
    *SERVICE,
    Field(
        "services",
        "table",
        "the services of a repository with several",
        [{"path": "services/cart", "service": "cart"}],
        many=True,
        fields=(
            Field(
                "path", "text", "folder of the service", "services/cart", FOLDER, "a folder inside the repository", required=True
            ),
            *SERVICE,
        ),
    ),
    Field(
        "places",
        "map",
        "path a generated file would have -> the place it took instead",
        {"docs/path-to-production.md": "docs/cdgen.md"},
    ),
    Field("exceptions", "table", "gates and rules that are waived for a time", [], many=True, fields=EXCEPTION),
)
