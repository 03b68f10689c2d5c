"""Read: the only code that opens files of the inspected repository, or asks its git."""

from cdgen.repo.snapshot import Repo, Scope, open_repo

__all__ = ["Repo", "Scope", "open_repo"]
