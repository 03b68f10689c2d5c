"""What each language-neutral detector sees, and what it must stay silent about."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from cdgen.detectors import DETECTORS
from cdgen.model import facts as f
from cdgen.repo import Scope
from tests.conftest import MakeRepo

ALL = dict(DETECTORS)


def seen(
    make_repo: MakeRepo, files: Mapping[str, str], name: str, directory: str = ".", family: str = "node"
) -> list[tuple[str, Any]]:
    """(key, value) of every fact, the value of an existing image or pipeline shortened to what the case is about."""
    scope = Scope(make_repo(files), directory, (), family)
    short = {f.ExistingImage: lambda value: (value.path, value.user, value.base), f.ExistingPipeline: lambda value: value.gates}
    return [(fact.key.name, short.get(type(fact.value), lambda value: value)(fact.value)) for fact in ALL[name](scope)]


SILENT: list[tuple[str, str, dict[str, str]]] = [
    ("dockerfile", "a Dockerfile without FROM", {"Dockerfile": "# nothing\n"}),
    ("dockerfile", "a template of one", {"Dockerfile.j2": "FROM node:24\n"}),
    ("makefile", "variables and pattern rules", {"Makefile": "TEST := x\n%.o: %.c\n\tcc\n"}),
    ("makefile", "a target that only starts containers", {"Makefile": "test:\n\tdocker run x make test\n"}),
    ("procfile", "two processes, none for the web", {"Procfile": "clock: a\nurgent: b\n"}),
    ("compose", "a file of other services", {"deploy/compose.yaml": "services:\n  db: {image: postgres:16}\n  x: {build: ./x}\n"}),
    ("compose", "a list at the top", {"compose.yaml": "- a\n"}),
    ("dockerfile", "a file for development only", {".gitpod.Dockerfile": "FROM x\n", "Dockerfile.dev": "FROM y\n"}),
    ("ci-files", "our own workflows", {".github/workflows/cdgen-main.yml": "jobs: {a: {steps: [{run: make test}]}}\n"}),
    ("owners", "a line for another folder", {"CODEOWNERS": "/web/ @shop/web\n"}),
    ("kubernetes", "a chart's template", {"charts/a/templates/deployment.yaml": "kind: Deployment\nname: {{ .x }}\n"}),
    ("pre-commit", "no file", {"README.md": "x"}),
    (
        "purpose",
        "load in the second sentence",
        {"README.md": "# a\n\nA shop. It generates traffic for shops.\n\nSimulates users.\n"},
    ),
    ("nginx", "settings that no image takes", {"nginx.conf": "location /health { return 200; }\n", "Dockerfile": "FROM nginx\n"}),
    (
        "kubernetes",
        "a port of another name",
        {"k8s/a.yaml": "kind: Deployment\nspec: {template: {spec: {containers: [{env: []}]}}}\n"},
    ),
]


@pytest.mark.parametrize(("name", "what", "files"), SILENT, ids=[f"{name}: {what}" for name, what, _ in SILENT])
def test_is_silent(make_repo: MakeRepo, name: str, what: str, files: dict[str, str]) -> None:
    assert [fact for fact in seen(make_repo, files, name) if fact[0] != "kubernetes"] in ([], [("pipeline", ())])


DOCKERFILE = """\
ARG NODE=24
FROM node:${NODE}-slim AS build
RUN npm ci
FROM build AS tested
RUN echo 'EXPOSE 1'
FROM node:24-slim
# a comment
ENV PORT=4000 \\
    # inside a continuation
    X=1
EXPOSE $PORT/tcp
USER 1000
ENTRYPOINT ["node"]
CMD ["server.js", "--a b"]
HEALTHCHECK CMD curl -f http://localhost:4000/healthz
"""
FOUND: list[tuple[str, str, dict[str, str], list[tuple[str, Any]]]] = [
    (
        "dockerfile",
        "stages, variables, continuation",
        {"Dockerfile": DOCKERFILE},
        [
            ("dockerfile", ("Dockerfile", "1000", "node:24-slim")),
            ("port", 4000),
            ("command.start", "node server.js '--a b'"),
            ("health.path", "/healthz"),
            ("language", "javascript"),
            ("language.version", f.Version("24")),
            ("language", "javascript"),
            ("language.version", f.Version("24")),
            ("build.tool", "npm"),
        ],
    ),
    (
        "dockerfile",
        "a here-document is no instruction",
        {"Dockerfile": "FROM alpine\nRUN <<EOF\nEXPOSE 1\nEOF\nEXPOSE 8080\nCMD ./a && ./b\n"},
        [("dockerfile", ("Dockerfile", None, "alpine")), ("port", 8080), ("command.start", "./a && ./b")],
    ),
    (
        "dockerfile",
        "what the base image starts",
        {"Dockerfile": 'FROM gcr.io/distroless/nodejs24-debian13\nCMD ["index.js"]\n', ".gitpod.Dockerfile": "FROM x\n"},
        [("dockerfile", ("Dockerfile", None, "gcr.io/distroless/nodejs24-debian13")), ("command.start", "node index.js")],
    ),
    (
        "dockerfile",
        "the one that builds this language",
        {"docker/db/Dockerfile": "FROM mysql\n", "docker/cart/Dockerfile": "FROM node:24\nCMD node a\n"},
        [
            ("dockerfile", ("docker/cart/Dockerfile", None, "node:24")),
            ("command.start", "node a"),
            ("language", "javascript"),
            ("language.version", f.Version("24")),
        ],
    ),
    (
        "dockerfile",
        "a named one in a folder of Dockerfiles, and none for development",
        {"docker/images/Dockerfile.prod": "FROM node:24\nCMD node a\n", "docker/images/Dockerfile.dev": "FROM node:20\n"},
        [
            ("dockerfile", ("docker/images/Dockerfile.prod", None, "node:24")),
            ("command.start", "node a"),
            ("language", "javascript"),
            ("language.version", f.Version("24")),
        ],
    ),
    (
        "makefile",
        "targets",
        {"Makefile": ".PHONY: test\ntest: deps ## run\n\tgo test ./...\nlint:\n\tgo vet\nbuild test-cover: x\n\tgo build\n"},
        [
            ("command.lint", "make lint"),
            ("command.test", "make test"),
            ("command.coverage", "make test-cover"),
            ("command.build", "make build"),
        ],
    ),
    ("makefile", "a task file", {"Taskfile.yml": "tasks:\n  test:\n    cmds: [x]\n"}, [("command.test", "task test")]),
    (
        "procfile",
        "web",
        {"Procfile": "web: gunicorn app:app --port 9000\n"},
        [("command.start", "gunicorn app:app --port 9000"), ("port", 9000)],
    ),
    (
        "procfile",
        "a worker alone",
        {"Procfile": "worker: python run.py\n"},
        [("command.start", "python run.py"), ("kind", "worker")],
    ),
    (
        "compose",
        "the service built here and what it depends on",
        {
            "compose.yaml": "services:\n  api:\n    build: .\n    ports: ['80:3000']\n"
            "    depends_on: [db]\n    environment:\n      - MODE=x\n"
            "      - API_TOKEN\n  db:\n    image: postgres:16.2-alpine\n  other:\n    image: redis:7\n"
        },
        [
            ("compose", "compose.yaml"),
            ("port", 3000),
            ("env", f.EnvVar("MODE", "x", False, False)),
            ("env", f.EnvVar("API_TOKEN", None, False, True)),
            ("backing", f.BackingService("postgresql", "16.2", "postgres:16.2-alpine")),
        ],
    ),
    (
        "compose",
        "a file with nothing but images beside the only service",
        {"docker-compose.yml": "services:\n  cache: {image: 'valkey/valkey:8'}\n  web: {image: nginx}\n"},
        [("backing", f.BackingService("redis", "8", "valkey/valkey:8"))],
    ),
    (
        "compose",
        "of two built here, the one that is reached from outside; its command, which the image leaves open",
        {
            "compose.yaml": "services:\n  seed: {build: ., command: node seed.js}\n"
            "  api:\n    build: .\n    ports: ['80:3000']\n    command: [node, a.js]\n",
            "Dockerfile": "FROM node:24\n",
        },
        [("compose", "compose.yaml"), ("port", 3000), ("command.start", "node a.js")],
    ),
    (
        "compose",
        "an image that knows its command",
        {
            "compose.yaml": "services:\n  api: {build: ., ports: ['80:3000'], command: nodemon}\n",
            "Dockerfile": "FROM node:24\nCMD node a\n",
        },
        [("compose", "compose.yaml"), ("port", 3000)],
    ),
    (
        "ci-files",
        "the name of an action is no command",
        {".github/workflows/ci.yml": "jobs:\n  a:\n    steps:\n    - uses: x/jest-action@v1\n    - run: npm test\n"},
        [("pipeline", (("unit", 4),)), ("command.test", "npm test")],
    ),
    (
        "ci-files",
        "gates and commands",
        {
            ".github/workflows/ci.yml": "jobs:\n  a:\n    steps:\n    - run: npm ci\n"
            "    - run: |\n        npm run lint\n        npm test\n"
            "    - run: docker build .\n"
        },
        [
            ("pipeline", (("lint", 6), ("unit", 7), ("image-build", 8))),
            ("build.tool", "npm"),
            ("command.lint", "npm run lint"),
            ("command.test", "npm test"),
        ],
    ),
    (
        "ci-files",
        "variables of the CI system are no use elsewhere",
        {".travis.yml": "script:\n- npm test -- $TRAVIS_ARGS\n- travis_retry pip install tox\n"},
        [("pipeline", (("unit", 2),))],
    ),
    ("owners", "the last line that matches", {"CODEOWNERS": "* @shop/all\n# x\n* @shop/platform @b\n"}, [("owner", "platform")]),
    (
        "kubernetes",
        "port and probes of the one workload",
        {
            "k8s/a.yaml": "kind: Deployment\nspec:\n  template:\n    spec:\n"
            "      containers:\n      - ports: [{containerPort: 7000}]\n"
            "        readinessProbe: {httpGet: {path: /ready, port: 7000}}\n"
        },
        [("kubernetes", "k8s"), ("port", 7000), ("readiness.path", "/ready")],
    ),
    (
        "compose",
        "what others need beside it, in the file of the folder: it may be theirs",
        {"compose.yaml": "services:\n  cache: {image: redis}\n  api: {build: ../api, depends_on: [cache]}\n"},
        [("backing", f.BackingService("redis", None, "redis"))],
    ),
    (
        "kubernetes",
        "the port that the process is told",
        {
            "k8s/a.yaml": "kind: Deployment\nspec:\n  template:\n    spec:\n      containers:\n"
            "      - env: [{name: DEBUG_PORT, value: '9'}, {name: PORT, value: '7000'}]\n"
        },
        [("kubernetes", "k8s"), ("port", 7000)],
    ),
    (
        "nginx",
        "a location that answers, of the settings that the image takes",
        {
            "Dockerfile": "FROM node AS b\nFROM nginx\nCOPY --chown=1 web.conf /etc/nginx/conf.d/default.conf\n",
            "web.conf": "server {\n  # location /livez { return 200; }\n  location / { try_files $uri /index.html; }\n"
            '  location = /healthz {\n    return 200 \'{"version": "${VERSION}"}\';\n  }\n  location /health { proxy_pass http://api; }\n}\n',
            "other.conf": "location /ping { return 200; }\n",
        },
        [("health.path", "/healthz")],
    ),
    (
        "purpose",
        "a program that makes load, by the first sentence of its README",
        {"README.md": "# shop-users\n\n![x](y)\n\nSimulates shoppers that buy.\n\nIt generates traffic.\n"},
        [("kind", "load-generator")],
    ),
    ("pre-commit", "the file", {".pre-commit-config.yaml": "repos: []\n"}, [("pre-commit", ".pre-commit-config.yaml")]),
]


@pytest.mark.parametrize(("name", "what", "files", "facts"), FOUND, ids=[f"{name}: {what}" for name, what, *_ in FOUND])
def test_sees(make_repo: MakeRepo, name: str, what: str, files: dict[str, str], facts: list[tuple[str, Any]]) -> None:
    assert seen(make_repo, files, name) == facts


def test_a_step_in_another_folder_is_not_this_services(make_repo: MakeRepo) -> None:
    workflow = "jobs:\n  a:\n    defaults: {run: {working-directory: api}}\n"
    workflow += "    steps:\n    - run: make test\n    - run: cd ../web && npm test\n"
    files = {".github/workflows/ci.yml": workflow, "api/x": "", "web/x": ""}
    assert ("command.test", "make test") in seen(make_repo, files, "ci-files", "api")
    assert ("command.test", "npm test") in seen(make_repo, files, "ci-files", "web")
    assert ("command.test", "make test") not in seen(make_repo, files, "ci-files", "web")


def test_every_fact_names_a_line_that_exists(make_repo: MakeRepo) -> None:
    for name, _, files, _ in FOUND:
        repo = make_repo(files)
        for fact in ALL[name](Scope(repo, ".", (), "node")):
            assert fact.source is not None
            assert fact.source.line <= len(repo.lines(fact.source.path))


COPIES = [
    ("FROM x AS b\nRUN mvn package\nFROM y\nCOPY --from=b /src/target/a.jar .\n", {}, False),
    ("FROM y\nCOPY src/ src/\n", {"src/a.js": ""}, False),
    ("FROM y\nCOPY dist/ dist/\n", {"dist/kept.js": ""}, True),  # `dist` is never evidence: what is tracked there is old output
    ("FROM y\nCOPY ./target/*.jar app.jar\n", {}, True),
    ("FROM y\nADD --chown=1 build/libs/app.jar /app.jar\n", {}, True),
    ("FROM y\nCOPY lib/driver.jar /lib/\n", {"lib/driver.jar": "x"}, False),
]


@pytest.mark.parametrize(("text", "files", "copies"), COPIES, ids=[text.split("\n")[-2] for text, *_ in COPIES])
def test_an_image_of_what_a_build_left(make_repo: MakeRepo, text: str, files: dict[str, str], copies: bool) -> None:
    scope = Scope(make_repo({**files, "Dockerfile": text}), ".", (), "node")
    assert [fact.value.copies_output for fact in ALL["dockerfile"](scope) if fact.key is f.DOCKERFILE] == [copies]
