"""The stacks, in the order they are asked. Order decides nothing but the order of the output."""

from cdgen.stacks.base import Stack

STACKS: tuple[Stack, ...] = ()
