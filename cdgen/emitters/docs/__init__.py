"""Pages for people and auditors, written from the same plan as the pipelines."""

from cdgen.emitters.base import Emitter
from cdgen.emitters.docs import path_to_production

DOCS_EMITTERS: tuple[Emitter, ...] = (path_to_production,)
