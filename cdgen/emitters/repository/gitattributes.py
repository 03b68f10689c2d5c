"""`.gitattributes`: generated files are folded in reviews and keep their line ends on every platform."""

from __future__ import annotations

from cdgen.emitters.repository import block
from cdgen.model.output import PatchedFile
from cdgen.model.plan import DeliveryPlan

id = "gitattributes"
path = ".gitattributes"
START, END = "# cdgen: generated files", "# cdgen end"


def patch(text: str | None, plan: DeliveryPlan) -> PatchedFile | None:
    page = "docs/path-to-production.md"
    patterns = [".github/workflows/cdgen-*.yml", ".cdgen/**", plan.config.places.get(page, page)]
    folders = dict.fromkeys((*(service.deploy_directory for service in plan.services), plan.shared_directory))
    patterns += [f"{folder}/{part}/**" for folder in folders for part in ("base", "components", "overlays", "platform")]
    patterns.append(f"{plan.shared_directory}/rollout.sh")
    lines = "".join(f"{_quoted(pattern)} linguist-generated eol=lf\n" for pattern in sorted(patterns))
    lines += ".cdgen/lock merge=union\n"  # branches that each add a service merge line by line
    return PatchedFile(path, block.put(text or "", lines, START, END), "generated files, LF")


def _quoted(pattern: str) -> str:
    """A pattern as git reads it: in quotes where it holds a space."""
    return f'"{pattern}"' if " " in pattern else pattern


def remove(text: str) -> str:
    return block.take(text, START, END)
