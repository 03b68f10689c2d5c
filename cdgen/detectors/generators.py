"""Which code is generated, by the files that the generators read."""

from __future__ import annotations

from collections.abc import Iterator

from cdgen.model import facts as f
from cdgen.model.facts import Confidence, Fact, Origin
from cdgen.repo import Scope
from cdgen.repo.patterns import compiled

# generator, files that say so, words that must stand in them
BUILD_FILES = "{pom.xml,build.gradle,build.gradle.kts}"
FILES: tuple[tuple[str, str, str], ...] = (
    ("protobuf", "**/{buf.gen.yaml,buf.work.yaml,buf.yaml}", ""),
    ("protobuf", "**/*.proto", r"(?m)^\s*(?:service|message)\s+\w+"),
    ("openapi", "**/{openapitools.json,.openapi-generator-ignore,.swagger-codegen-ignore,oapi-codegen.yaml}", ""),
    ("openapi", "**/{openapi-generator-config.yaml,openapi-generator-config.yml,openapi-generator-config.json}", ""),
    ("openapi", "**/{orval.config.ts,orval.config.js,orval.config.mjs,openapi-ts.config.ts,openapi-ts.config.js}", ""),
    ("openapi", BUILD_FILES, r"openapi-generator|org\.openapi\.generator|swagger-codegen"),
    ("jooq", BUILD_FILES, r"jooq-codegen|nu\.studer\.jooq|org\.jooq\.jooq-codegen"),
    ("protobuf", BUILD_FILES, r"protobuf-maven-plugin|com\.google\.protobuf[\"')]"),
    ("prisma", "**/schema.prisma", r"(?m)^\s*generator\s+\w+\s*\{"),
    ("sqlc", "**/{sqlc.yaml,sqlc.yml,sqlc.json}", ""),
    ("graphql", "**/{gqlgen.yml,gqlgen.yaml}", ""),
    ("graphql", "{codegen.yml,codegen.yaml,codegen.ts,codegen.js}", r"\b(?:generates|schema)\b"),
    ("graphql", BUILD_FILES, r"graphql-codegen|graphqlcodegen|com\.netflix\.dgs\.codegen"),
)
NOT_OWN = r"(?i)(?:^|/)(?:node_modules|third_party|google/(?:api|protobuf|rpc)|grpc/health|tests?|testdata|examples?|docs)/"


def detect(scope: Scope) -> Iterator[Fact]:
    """One fact per generator, at the first file that names it."""
    found: set[str] = set()
    for name, pattern, words in FILES:
        if name in found:
            continue
        for path in scope.glob(pattern):
            if not compiled(NOT_OWN).search(path) and (not words or compiled(words).search(scope.text(path) or "")):
                found.add(name)
                place = scope.source(path, words or None)
                yield Fact(f.GENERATOR, name, place, Origin.LAYOUT, Confidence.DECLARED, path.rpartition("/")[2])
                break
