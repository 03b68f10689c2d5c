"""The stacks, in the order they are asked. Order decides nothing but the order of the output."""

from cdgen.stacks import go
from cdgen.stacks.base import Stack
from cdgen.stacks.jvm import gradle, maven
from cdgen.stacks.node import npm, pnpm, yarn, yarn_berry
from cdgen.stacks.python import hatch, pdm, pip, pipenv, poetry, setuptools, uv

STACKS: tuple[Stack, ...] = (
    go,
    maven,
    gradle,
    npm,
    pnpm,
    yarn,
    yarn_berry,
    pip,
    pipenv,
    poetry,
    uv,
    pdm,
    setuptools,
    hatch,
)
