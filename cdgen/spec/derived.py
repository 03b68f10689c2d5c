"""Decisions that follow from other decisions."""

from __future__ import annotations

from collections.abc import Mapping

from cdgen.detectors.start_command import port_variable
from cdgen.model import facts as f
from cdgen.model.facts import Confidence, FactSet, Origin
from cdgen.model.service import Decision


def port(made: Mapping[str, Decision]) -> Decision:
    """The port; none where only a framework's default speaks for it and the start command binds a variable that overrides it."""
    known, start = made[f.PORT.name], made[f.START.name]
    if known.value is None or known.confidence is not Confidence.DEFAULT:
        return known
    variable = port_variable(str(start.value or ""))
    if variable is None:
        return known
    why = f"the start command takes it from ${variable}, which nothing here sets"
    return Decision(None, None, why, start.sources, known.candidates, known.settle)


def kind(made: Mapping[str, Decision], facts: FactSet) -> Decision:
    """What the stack says it is; else a listener makes it a service; else it is not known.

    What its README calls it decides between programs without a listener: a worker and what makes load look alike in code.
    """
    known = _seen(made, facts)
    told = next((fact for fact in facts.all(f.KIND) if fact.origin is Origin.DOCS), None)
    if told and told.source and known.value in ("worker", "cli", None):
        return Decision(told.value, told.confidence, told.note, (told.source,), known.candidates, known.settle, told.detector)
    return known


def _seen(made: Mapping[str, Decision], facts: FactSet) -> Decision:
    known = made[f.KIND.name]
    if known.value is not None and known.confidence is not Confidence.DEFAULT:
        return known
    if known.value is None and known.candidates:
        return known
    listens = next((made[key.name] for key in (f.PROTOCOL, f.PORT) if made[key.name].value not in (None, "worker")), None)
    if listens:
        return Decision("service", Confidence.INFERRED, "it listens", listens.sources, (), known.settle)
    if facts.all(f.DOCKERFILE) and made[f.START.name].value:
        return Decision(
            "worker",
            Confidence.INFERRED,
            "it has an image and a start command, and no listener was found",
            made[f.START.name].sources,
            (),
            known.settle,
        )
    return known
