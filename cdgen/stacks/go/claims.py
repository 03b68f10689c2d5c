"""Which folders are Go services: modules, programs that have an image of their own, sources that never got a module."""

from __future__ import annotations

from collections.abc import Iterator

from cdgen.repo import Repo
from cdgen.repo.patterns import compiled
from cdgen.stacks.base import Candidate
from cdgen.stacks.go.module import DEAD_TOOLS, is_ignored, modules_below
from cdgen.stacks.go.packages import SUPPORT

IMAGES = "**/{Dockerfile,Dockerfile.*,*.Dockerfile,docker-compose*.yml,docker-compose*.yaml,compose*.yml,compose*.yaml}"
# the program that an image or a compose service starts: ENTRYPOINT, CMD, entrypoint:, command:, in word or list form
STARTS = r'(?m)^\s*(?:ENTRYPOINT|CMD|(?:- )?entrypoint:|(?:- )?command:)\s*[\["\']*\s*(?:\./|/)?(?:[\w./-]*/)?([\w.-]+)'


def claims(repo: Repo) -> Iterator[Candidate]:
    modules = modules_below(repo)
    for folder in modules:
        inside = "" if folder == "." else f"{folder}/"
        programs = _images(repo, folder, tuple(other for other in modules if other != folder and _is_below(other, folder)))
        for program in programs:
            yield Candidate("go", program, repo.source(f"{inside}go.mod"), 2)
        locked = repo.has(f"{inside}go.sum")
        yield Candidate("go", folder, repo.source(f"{inside}go.mod"), 3 if locked else 2, root_only=bool(programs))
    yield from _without_module(repo, modules)


def _images(repo: Repo, module: str, nested: tuple[str, ...]) -> tuple[str, ...]:
    """Folders of the programs of one module that are started by images of their own; nothing unless there are two or more."""
    mains: dict[str, str] = {}
    for path in repo.under(module):
        folder, _, name = path.rpartition("/")
        if (
            name.endswith(".go")
            and folder != module
            and not name.endswith("_test.go")
            and not any(_is_below(folder, other) for other in nested)
        ):
            own = folder.removeprefix(module).lstrip("/") if module != "." else folder
            if own and (name == "main.go" or own.split("/")[-2:-1] == ["cmd"]) and not is_ignored(own) and "testdata" not in own:
                mains.setdefault(folder.rpartition("/")[2], folder)
    if len(mains) < 2:
        return ()
    started: set[str] = set()
    for path in repo.glob(IMAGES, module):
        started |= set(compiled(STARTS).findall(repo.text(path) or ""))
    found = tuple(folder for name, folder in mains.items() if name in started)
    return tuple(sorted(found)) if len(found) > 1 else ()


def _without_module(repo: Repo, modules: tuple[str, ...]) -> Iterator[Candidate]:
    """The topmost folders of Go sources that belong to no module, where one of them is a program."""
    loose = [
        path
        for path in repo.files
        if path.endswith(".go") and not path.endswith("_test.go") and not any(_is_below(path, m) for m in modules)
    ]
    tops: list[str] = []
    for folder in sorted({path.rpartition("/")[0] or "." for path in loose}):
        if not is_ignored(folder) and SUPPORT.isdisjoint(folder.split("/")) and not any(_is_below(folder, top) for top in tops):
            tops.append(folder)
    for top in tops:
        own = [path for path in loose if _is_below(path, top)]
        main = next((path for path in own if compiled(r"(?m)^package main\b").search(repo.text(path) or "")), None)
        dead = next((file for file, _ in DEAD_TOOLS if repo.has(file if top == "." else f"{top}/{file}")), None)
        if main:
            yield Candidate("go", top, repo.source(main), 2 if dead else 1)


def _is_below(path: str, folder: str) -> bool:
    return folder == "." or path == folder or path.startswith(f"{folder}/")
