"""How the service starts, as its container runs it."""

from __future__ import annotations

from collections.abc import Iterator

from cdgen.model import facts as f
from cdgen.model.facts import Confidence, Fact, Origin, Source
from cdgen.repo.patterns import compiled
from cdgen.stacks.python.base.application import application, dotted, only_script, opens_listener, python_command, serving_script
from cdgen.stacks.python.base.frameworks import Use, served, uses
from cdgen.stacks.python.base.manifests import table
from cdgen.stacks.python.base.ports import SERVER, server_lines
from cdgen.stacks.python.base.project import Project
from cdgen.stacks.python.base.servers import server_command
from cdgen.stacks.python.base.sources import Module, search

FUNCTION = r"(?:FUNCTION_TARGET[\"']?\s*[:=]\s*|--target[= ])[\"']?(\w+)|FUNCTION_TARGET[\"']\s*\n\s*value\s*[=:]\s*[\"']?(\w+)"
UNUSABLE = r"[$\\|;&]|--reload|--debug"  # a line that is not the whole command, or starts a developer's server


def start_facts(project: Project, port: int | None) -> Iterator[Fact]:
    """Commands without the tool's runner: the image has the environment on its path."""
    yield from _declared(project)
    use = served(project)
    if use is None:
        yield from _worker(project)
    elif use.known.name in ("streamlit", "chainlit"):
        yield from _page(project, use)
    elif use.known.name == "functions-framework":
        yield from _function(project)
    else:
        yield from _web(project, use, port)


def _declared(project: Project) -> Iterator[Fact]:
    """Start commands in scripts of the repository, where they are complete."""
    for line, place in server_lines(project):
        command = line.removeprefix("exec ").strip()
        if compiled(SERVER).match(command) and not compiled(UNUSABLE).search(command):
            yield Fact(f.START, command, place, Origin.SCRIPT, Confidence.INFERRED, "start script")
    script = _own_command(project)
    if script and project.is_package:
        place = project.scope.source("pyproject.toml", rf"^\s*[\"']?{script}[\"']?\s*=")
        yield Fact(f.START, script, place, Origin.MANIFEST, Confidence.INFERRED, "command of the package")


def _own_command(project: Project) -> str | None:
    """The console script that starts the server: the one whose module opens the listener, else one with a telling name."""
    stated = {**table(project.pyproject, "project", "scripts"), **table(project.pyproject, "tool", "poetry", "scripts")}
    scripts = {str(name): target for name, target in stated.items() if isinstance(target, str)}
    serving = [name for name, target in scripts.items() if _serves(project, target)]
    name = str(table(project.pyproject, "project").get("name") or table(project.pyproject, "tool", "poetry").get("name") or "")
    telling = [script for script in scripts if script in ("start", "serve", "server", "web", "api", "app", name)]
    found = serving or (telling if served(project) else [])
    return found[0] if len(found) == 1 else None


def _serves(project: Project, target: str) -> bool:
    """Whether the module of `package.module:function` opens a listener."""
    path = target.partition(":")[0].strip().replace(".", "/")
    files = (f"{path}.py", f"{path}/__init__.py", f"{path}/__main__.py")
    return any(module.path.endswith(files) and opens_listener(module) for module in project.modules)


def _web(project: Project, use: Use, port: int | None) -> Iterator[Fact]:
    """The server that is required, else the script that serves, else Flask's own server; Django forbids its own in production."""
    found = application(project, use)
    command = server_command(project, use, found, port) if found else None
    script = serving_script(project)
    if command and found:
        yield _fact(project, found.module, command)
    elif use.known.name == "django":
        return
    elif script:
        yield _fact(project, script, python_command(project, script))
    elif found and use.known.name == "flask":
        target = dotted(project, found.module) + ("" if found.variable == "app" else f":{found.variable}")
        command = f"flask --app {target} run --host 0.0.0.0 --port {port or use.known.port}"
        yield _fact(project, found.module, command, sure=Confidence.DEFAULT)
    elif only := only_script(project):
        yield _fact(project, only, python_command(project, only), origin=Origin.LAYOUT)


def _worker(project: Project) -> Iterator[Fact]:
    """Without a web server: a worker's own command, the script that serves, the one script there is."""
    used = {use.known.name: use for use in uses(project) if use.module}
    celery, locust = used.get("celery"), used.get("locust")
    script = serving_script(project) or only_script(project)
    if celery and celery.module:
        yield _fact(project, celery.module, f"celery -A {dotted(project, celery.module)} worker", celery.line)
    elif locust and locust.module:
        named = "" if locust.module.path == "locustfile.py" else f"-f {locust.module.path} "
        yield _fact(project, locust.module, f"locust {named}--headless", locust.line)
    elif script:
        yield _fact(project, script, python_command(project, script), origin=Origin.LAYOUT)


def _page(project: Project, use: Use) -> Iterator[Fact]:
    usual = (module for module in project.modules if module.stem in ("app", "main", "streamlit_app", "Home"))
    page = next(usual, use.module)
    if page:
        yield _fact(project, page, f"{use.known.name} run {page.path}", use.line if page is use.module else 0)


def _function(project: Project) -> Iterator[Fact]:
    """The function to serve, from the files that tell a builder, or the one that code marks; the framework has no default."""
    for path in ("project.toml", "app.yaml", ".env", "Makefile", "cloudbuild.yaml"):
        text = (project.scope.text(path) or "") if project.scope.has(path) else ""
        match = compiled(FUNCTION).search(text)
        if match:
            place = project.scope.line(path, text.count("\n", 0, match.start()) + 1)
            command = f"functions-framework --target {match.group(1) or match.group(2)}"
            yield Fact(f.START, command, place, Origin.CONFIG, Confidence.INFERRED, path)
            return
    marked = r"@functions_framework\.(?:http|cloud_event)[^\n]*\n(?:async )?def (\w+)"
    found = list(search(project.modules, marked, "functions_framework"))
    if len(found) == 1:
        module, match = found[0]
        yield _fact(project, module, f"functions-framework --target {match.group(1)}", module.line(match.start()))


def _fact(
    project: Project,
    module: Module,
    command: str,
    line: int = 0,
    *,
    sure: Confidence = Confidence.INFERRED,
    origin: Origin = Origin.CODE,
) -> Fact:
    place: Source = project.scope.line(module.path, line)
    return Fact(f.START, command, place, origin, sure, "code")
