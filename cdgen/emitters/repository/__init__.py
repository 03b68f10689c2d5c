"""What keeps the road true inside the repository: the answers, the hook, the attributes, a word to assistants."""

from cdgen.emitters.base import Patcher
from cdgen.emitters.repository import agents, gitattributes, pre_commit

PATCHERS: tuple[Patcher, ...] = (pre_commit, gitattributes, agents)
