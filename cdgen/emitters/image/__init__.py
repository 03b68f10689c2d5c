"""Image builds: how a service that has none of its own becomes an image."""

from cdgen.emitters.base import Emitter
from cdgen.emitters.image import dockerfile

IMAGE_EMITTERS: tuple[Emitter, ...] = (dockerfile,)
