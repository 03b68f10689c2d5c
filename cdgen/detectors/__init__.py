"""Language-neutral detectors, in the order their facts appear."""

from cdgen.detectors import (
    charts,
    ci_files,
    ci_versions,
    compose,
    dockerfile,
    generators,
    grpc_health,
    kubernetes,
    licence,
    lines,
    makefile,
    nginx,
    owners,
    pre_commit,
    procfile,
    purpose,
    resources,
)
from cdgen.detectors.base import Detector

DETECTORS: tuple[tuple[str, Detector], ...] = (
    ("makefile", makefile.detect),
    ("procfile", procfile.detect),
    ("dockerfile", dockerfile.detect),
    ("compose", compose.detect),
    ("nginx", nginx.detect),
    ("ci-files", ci_files.detect),
    ("ci-versions", ci_versions.detect),
    ("kubernetes", kubernetes.detect),
    ("grpc-health", grpc_health.detect),
    ("owners", owners.detect),
    ("pre-commit", pre_commit.detect),
    ("licence", licence.detect),
    ("lines", lines.detect),
    ("generators", generators.detect),
    ("resources", resources.detect),
    ("charts", charts.detect),
    ("purpose", purpose.detect),
)
