"""The start command as the words of an ENTRYPOINT: no shell, no tool's runner, listening on every address."""

from __future__ import annotations

import re
import shlex
from typing import NamedTuple

from cdgen.repo.patterns import compiled
from cdgen.stacks.python.base.project import Project

RUNNERS = (("uv", "run"), ("poetry", "run"), ("pipenv", "run"), ("pdm", "run"), ("hatch", "run"))
# program -> the module that `python -m` runs instead, for an image without a shell that could find the program
MODULES = {
    "gunicorn": "gunicorn",
    "uvicorn": "uvicorn",
    "hypercorn": "hypercorn",
    "daphne": "daphne",
    "granian": "granian",
    "waitress-serve": "waitress",
    "flask": "flask",
    "fastapi": "fastapi",
    "celery": "celery",
    "streamlit": "streamlit",
    "functions-framework": "functions_framework",
    "locust": "locust",
    "dramatiq": "dramatiq",
    "arq": "arq",
    "faust": "faust",
    "nameko": "nameko",
}
OTHERS = ("uwsgi", "rq", "chainlit")  # programs without a module of their own
VARIABLE = r"\$\{(\w+)(?::?-([^}]*))?\}|\$(\w+)"
SHELL = r"[$`|;<>*?~]|&(?!&)|\s\\"


class Entry(NamedTuple):
    """`settings` are variables that the command sets for itself; `folder` is where it changes to, "" for the service's own."""

    words: tuple[str, ...]
    settings: tuple[tuple[str, str], ...]
    folder: str


def entry(command: str | None, project: Project, port: int | None) -> Entry | str:
    """The words, or why they cannot be known."""
    if not command:
        return "it is not known how the service starts"
    text = compiled(VARIABLE).sub(lambda match: _value(match, port), command.strip())
    # what comes before the last `&&` prepares (migrations, static files): a release step, not a start
    *before, text = text.split("&&")
    if compiled(SHELL).search(text):
        return f"the start command needs a shell: {command}"
    try:
        words = shlex.split(text)
    except ValueError:
        return f"the start command cannot be read: {command}"
    words = words[1:] if words[:1] == ["exec"] else words
    settings: list[tuple[str, str]] = []
    while words and (match := compiled(r"([A-Za-z_]\w*)=(.*)").fullmatch(words[0])):
        settings.append((match.group(1), match.group(2)))
        words = words[1:]
    words = words[2:] if tuple(words[:2]) in RUNNERS else words
    moved = next((match.group(1) for part in before if (match := compiled(r"\s*cd\s+([\w./-]+)\s*").fullmatch(part))), "")
    found = _program(words, project)
    if isinstance(found, str):
        return found
    return Entry(_listening(found, project, port), tuple(settings), moved.removeprefix("./").rstrip("/"))


def _value(match: re.Match[str], port: int | None) -> str:
    """A variable's own default; the port for PORT. Others stay, and need a shell."""
    name, default, plain = match.groups()
    if (name or plain) == "PORT" and port:
        return str(port)
    return match.group() if default is None else default


def _program(words: list[str], project: Project) -> tuple[str, ...] | str:
    if not words:
        return "the start command is empty"
    program = words[0].removeprefix("./")
    if compiled(r"(?:/usr(?:/local)?/bin/)?python[\d.]*").fullmatch(program):
        return ("python", *words[1:])
    if program.endswith(".py"):
        return ("python", program, *words[1:])
    if program in MODULES or program in OTHERS or program in _commands(project):
        return (program, *words[1:])
    return f"the start command is a program that the packages do not bring: {program}"


def _commands(project: Project) -> frozenset[str]:
    """Console scripts of the project itself."""
    tables = (
        project.pyproject.get("project", {}).get("scripts"),
        project.pyproject.get("tool", {}).get("poetry", {}).get("scripts"),
    )
    named = [name for scripts in tables if isinstance(scripts, dict) for name in scripts]
    lines = [line.split("=")[0].strip() for setup in project.setups for line in setup.scripts]
    return frozenset((*named, *lines))


def is_own_command(words: tuple[str, ...], project: Project) -> bool:
    return words[0] in _commands(project)


def as_module(words: tuple[str, ...]) -> tuple[str, ...] | None:
    """The same start through `python -m`; None for a program that has no module."""
    if words[0] == "python":
        return words[1:]
    return ("-m", MODULES[words[0]], *words[1:]) if words[0] in MODULES else None


def _listening(words: tuple[str, ...], project: Project, port: int | None) -> tuple[str, ...]:
    """A server's own default is the loopback address, which nobody reaches from outside the container."""
    program, number = words[0], str(port or 8000)
    has = {word.split("=")[0] for word in words}
    if program == "gunicorn" and has.isdisjoint({"-b", "--bind", "-c", "--config"}) and not project.scope.has("gunicorn.conf.py"):
        return (program, "--bind", f"0.0.0.0:{number}", *words[1:])
    if program in ("uvicorn", "fastapi") or words[:1] == ("flask",) or words[1:3] == ("-m", "uvicorn"):
        host = () if "--host" in has else ("--host", "0.0.0.0")  # noqa: S104  (inside the container)
        return (*words, *host, *(() if not has.isdisjoint({"--port", "-p"}) else ("--port", number)))
    if program == "hypercorn" and has.isdisjoint({"-b", "--bind", "-c", "--config"}):
        return (program, "--bind", f"0.0.0.0:{number}", *words[1:])
    if program == "daphne" and has.isdisjoint({"-b", "--bind"}):
        return (program, "-b", "0.0.0.0", *words[1:])  # noqa: S104
    if words[-1] == "runserver":
        return (*words, f"0.0.0.0:{number}")
    if program == "streamlit" and "--server.address" not in has:
        return (*words, "--server.address=0.0.0.0", f"--server.port={number}")
    return words
