"""Reading the shell lines out of pipelines that are YAML of any shape."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from cdgen.detectors.ci_commands import Step, shell_lines

# keys whose values are shell text, in every system that has such keys
SHELL = frozenset(
    {"script", "run", "command", "commands", "bash", "pwsh", "powershell", "install", "before_script", "before_install"}
    | {"after_success", "test_script", "build_script", "before_build", "before_test", "ps", "sh"}
)
# the folder that a step runs in: CircleCI, Azure, Cloud Build, Tekton
FOLDERS = ("working_directory", "workingDirectory", "workingDir", "dir")
NO_SHELL = frozenset({"sh", "bash", "/bin/sh", "/bin/bash"})


def script_steps(data: Any, directory: str = ".") -> Iterator[Step]:
    """The shell text of a document wherever it stands, with the folder that its step names."""
    if isinstance(data, list):
        for item in data:
            yield from script_steps(item, directory)
    if not isinstance(data, dict):
        return
    here = _folder(data, directory)
    words = _of_container(data)
    if words:
        yield from shell_lines(words, here)
    for key, value in data.items():
        if key in SHELL:
            for line in [value] if isinstance(value, str) else value if isinstance(value, list) else []:
                if isinstance(line, str):
                    yield from shell_lines(line, here)
        yield from script_steps(value, here)


def _folder(data: dict[str, Any], directory: str) -> str:
    """Variables of the system stand for the checkout, `~/project` too."""
    stated = next((data[key] for key in FOLDERS if isinstance(data.get(key), str)), directory)
    plain = (
        stated.replace("$(System.DefaultWorkingDirectory)", ".").replace("$(Build.SourcesDirectory)", ".").replace("~/project", ".")
    )
    plain = plain.replace("$(workspaces.source.path)", ".").replace("./", "").strip("/")
    return "." if not plain or plain == "~" else plain


def _of_container(data: dict[str, Any]) -> str:
    """`args` of a build step: they follow its entry point, or the program that the image is called after."""
    arguments = data.get("args")
    if not isinstance(arguments, list) or not all(isinstance(word, (str, int)) for word in arguments):
        return ""
    words = [str(word) for word in arguments]
    entry = data.get("entrypoint")
    if entry in NO_SHELL:
        return words[-1] if words[:1] in (["-c"], ["-ec"]) else ""
    image = str(data.get("name") or data.get("image") or "").partition("@")[0].rpartition("/")[2].partition(":")[0]
    program = entry if isinstance(entry, str) else "go" if image == "golang" else image
    if words and program in ("go", "golang") and words[0] == "go":
        return " ".join(words)
    return " ".join([program, *words]) if program else ""
