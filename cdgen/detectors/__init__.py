"""Language-neutral detectors, in the order their facts appear."""

from cdgen.detectors import ci_files, compose, dockerfile, grpc_health, kubernetes, makefile, owners, pre_commit, procfile
from cdgen.detectors.base import Detector

DETECTORS: tuple[tuple[str, Detector], ...] = (
    ("makefile", makefile.detect),
    ("procfile", procfile.detect),
    ("dockerfile", dockerfile.detect),
    ("compose", compose.detect),
    ("ci-files", ci_files.detect),
    ("kubernetes", kubernetes.detect),
    ("grpc-health", grpc_health.detect),
    ("owners", owners.detect),
    ("pre-commit", pre_commit.detect),
)
