"""What `road.yaml` may say: the same kind of table as that of `cdgen.yaml`."""

from __future__ import annotations

from cdgen.model.schema import Field

TEXT = r"^\S(.*\S)?$"
TIER = (
    Field("strategy", "text", "how production is updated", "rolling", allowed=("rolling", "canary"), required=True),
    Field("approvals", "integer", "people who approve production", 0, least=0, most=6, required=True),
    Field("replicas", "integer", "least replicas in production", 2, least=1, most=100, required=True),
    Field("coverage_floor", "integer", "least line coverage in percent", 70, least=0, most=100),
    Field("blocks_on", "list", "severities of findings that block", ["critical"], required=True),
)
GATE = (
    Field("blocking", "boolean", "whether it blocks a merge", True, required=True),
    Field("minutes", "integer", "time limit of the job", 10, least=1, most=360, required=True),
)
GATE_IDS = (
    "verify", "lint", "unit", "integration", "image-build", "ready-to-merge", "build", "deploy-staging", "deploy-production",
)  # fmt: skip
ROOT: tuple[Field, ...] = (
    Field("name", "text", "name of the road", "default", r"^[a-z][a-z0-9-]*$", "lower-case letters, digits and `-`", required=True),
    Field(
        "edition",
        "text",
        "edition: the same edition gives the same files",
        "2026.11",
        r"^\d{4}\.\d{1,2}$",
        "YEAR.NUMBER",
        required=True,
    ),
    Field("ci", "text", "CI system", "github", allowed=("github", "gitlab"), required=True),
    Field("main_branch", "text", "branch that is released", "main", r"^[\w./-]+$", "a branch name", required=True),
    Field(
        "registry",
        "text",
        "where images go; `{owner}` and `{repository}` are filled in",
        "ghcr.io/{owner}",
        r"^[a-z0-9.-]+(:\d+)?(/[\w{}.-]+)*$",
        "a registry host with a prefix",
        required=True,
    ),
    Field("kubernetes_version", "text", "version of the clusters", "1.36", r"^1\.3[4-7]$", "1.34 to 1.37", required=True),
    Field("cluster_access", "text", "how a deploy reaches the cluster", "kubectl-oidc", allowed=("kubectl-oidc",), required=True),
    Field(
        "environments",
        "table",
        "environments in the order of promotion",
        [],
        many=True,
        required=True,
        fields=(
            Field(
                "name",
                "text",
                "name of the environment",
                "staging",
                r"^[a-z][a-z0-9-]*$",
                "lower-case letters, digits and `-`",
                required=True,
            ),
            Field(
                "namespace",
                "text",
                "namespace; `{service}` is filled in",
                "{service}-staging",
                r"^[a-z0-9{}-]+$",
                "a namespace name",
                required=True,
            ),
            Field(
                "hostname",
                "text",
                "public name; `{service}` is filled in",
                "{service}.staging.example.org",
                r"^[a-z0-9{}.-]+$",
                "a DNS name",
            ),
            Field("replicas", "integer", "least replicas", 2, least=1, most=100, required=True),
        ),
    ),
    Field(
        "gateway",
        "table",
        "the Gateway that exposes services",
        {},
        required=True,
        fields=(
            Field("name", "text", "its name", "public", TEXT, "a name", required=True),
            Field("namespace", "text", "its namespace", "gateway", TEXT, "a name", required=True),
            Field("section", "text", "its listener", "https", TEXT, "a name"),
        ),
    ),
    Field("monitoring_namespace", "text", "namespace of the metrics collector", "monitoring", TEXT, "a name", required=True),
    Field(
        "network_policy_stage",
        "text",
        "whether traffic is only described or cut",
        "audit",
        allowed=("audit", "enforce"),
        required=True,
    ),
    Field("cpu_limit", "boolean", "whether containers get a CPU limit beside their request", True),
    Field(
        "default_tier",
        "text",
        "tier of a service that names none",
        "bronze",
        allowed=("platinum", "gold", "silver", "bronze"),
        required=True,
    ),
    Field(
        "tiers",
        "table",
        "what each tier demands",
        {},
        required=True,
        fields=tuple(
            Field(name, "table", f"tier {name}", {}, fields=TIER, required=True)
            for name in ("platinum", "gold", "silver", "bronze")
        ),
    ),
    Field(
        "gates",
        "table",
        "gates: blocking or not, and time limit",
        {},
        required=True,
        fields=tuple(Field(name, "table", f"gate {name}", {}, fields=GATE, required=True) for name in GATE_IDS),
    ),
    Field("runner", "text", "public runner label", "ubuntu-24.04", r"^[\w.-]+$", "a runner label", required=True),
    Field("runners", "map", "public runner label -> own label", {"ubuntu-24.04": "own-linux"}),
    Field("images", "map", "prefix of a public image -> own mirror; `*` for all others", {"docker.io": "registry.example.org/hub"}),
    Field("actions", "map", "owner/repository of a public action -> own copy", {"actions/checkout": "own/checkout"}),
    Field("indexes", "map", "npm, pypi, go, maven, hex -> own package index", {"npm": "https://packages.example.org/npm"}),
    Field(
        "tool",
        "table",
        "where the verify job installs cdgen from",
        {},
        fields=(
            Field("source", "text", "package index or git URL", "https://packages.example.org/simple", TEXT, "a URL"),
            Field("version", "text", "version", "0.1.0", r"^[\w.]+$", "a version"),
            Field("sha256", "text", "digest of the wheel", "0" * 64, r"^[0-9a-f]{64}$", "64 hexadecimal digits"),
        ),
    ),
)
