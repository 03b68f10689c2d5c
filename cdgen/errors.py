"""Every exception of cdgen with its exit code. Exceptions never print; the command line does."""

from __future__ import annotations

from cdgen.model.finding import Finding


class CdgenError(Exception):
    """`where` is `path`, `path:line` or `path:line:column`; `hint` is the next step, as a command where there is one."""

    exit_code = 3

    def __init__(self, message: str, *, where: str | None = None, hint: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.where = where
        self.hint = hint


class InputError(CdgenError):
    """The repository, or what its files say, cannot be used."""


class NotAGitRepositoryError(InputError):
    """The command needs a git work tree."""


class AmbiguousError(InputError):
    """Two answers have equal evidence; `hint` is the line of cdgen.yaml that settles it."""


class UnsupportedError(InputError):
    """Nothing here that cdgen can pave."""


class ConfigError(InputError):
    """`cdgen.yaml` or a road says something that is not allowed; `findings` holds every place in `text`."""

    def __init__(self, findings: tuple[Finding, ...], text: str = "") -> None:
        first = findings[0]
        super().__init__(first.message, where=f"{first.path}:{first.line}:{first.column}", hint=first.fix)
        self.findings = findings
        self.text = text


class RoadError(InputError):
    """The road cannot be loaded or is not valid."""


class WriteError(CdgenError):
    """The disk refused; the tree is as it was."""


class UsageError(CdgenError):
    exit_code = 2


class DefectError(CdgenError):
    """cdgen or a template is wrong: output that does not parse, a broken promise between stages."""

    exit_code = 4
