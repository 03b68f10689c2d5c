"""Language-neutral detectors, in the order their facts appear."""

from cdgen.detectors.base import Detector

DETECTORS: tuple[tuple[str, Detector], ...] = ()
