"""Deploy targets: how a workload is written for what runs it."""

from cdgen.emitters.base import Emitter
from cdgen.emitters.deploy import kustomize

DEPLOY_EMITTERS: tuple[Emitter, ...] = (kustomize,)
