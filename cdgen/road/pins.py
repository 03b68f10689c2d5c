"""Pins: actions by commit, images by digest. Data of `cdgen/data`, never constants; the road's maps are applied here, once."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from cdgen.errors import DefectError
from cdgen.model.road import ActionPin, ImagePin


class Pins:
    """Looks pins up. Maps are those of the road: public image prefix -> own prefix, public action repository -> own repository."""

    def __init__(self, images: Mapping[str, str] | None = None, actions: Mapping[str, str] | None = None) -> None:
        self._images = images or {}
        self._actions = actions or {}

    def action(self, name: str) -> ActionPin:
        """The pin of `owner/repo[/path]`. Raises DefectError when there is none: an emitter asked for an unknown action."""
        row = next((row for row in _table("actions") if row["action"] == name), None)
        if row is None:
            raise DefectError(f"no pin for the action {name}")
        repository = "/".join(name.split("/")[:2])
        own = self._actions.get(repository, repository)
        return ActionPin(own + name[len(repository) :], row["sha"], row["version"])

    def image(self, name: str, tag_pattern: str = "") -> ImagePin | None:
        """The newest pin of an image whose tag matches the regular expression from its start; None when the pins have none."""
        import re

        rows = [row for row in _table("images") if row["image"] == name and re.match(tag_pattern, row.get("tag") or "")]
        if not rows:
            return None
        row = max(rows, key=lambda row: version_key(row.get("tag") or ""))
        return ImagePin(self.own_image(name), row.get("tag") or "", row["digest"])

    def own_image(self, name: str) -> str:
        """An image name through the road's map: the longest public prefix that matches wins; `*` maps everything else."""
        full = name if "." in name.split("/")[0] else f"docker.io/{name if '/' in name else f'library/{name}'}"
        for prefix in sorted(self._images, key=len, reverse=True):
            if prefix != "*" and (full == prefix or full.startswith(prefix.rstrip("/") + "/")):
                return self._images[prefix].rstrip("/") + full[len(prefix.rstrip("/")) :]
        return self._images["*"].rstrip("/") + "/" + name if "*" in self._images else name

    def versions(self, image: str) -> tuple[str, ...]:
        """Distinct version lines of an image (`1.26.6`, `21.0.11`), newest first."""
        import re

        found = {
            match.group(0)
            for row in _table("images")
            if row["image"] == image and (match := re.match(r"\d+(\.\d+)*", row["tag"] or ""))
        }
        return tuple(sorted(found, key=version_key, reverse=True))

    def tool(self, name: str) -> Mapping[str, Any]:
        """The row of a command-line tool: version, purpose, release asset checksums. Raises DefectError when there is none."""
        row = next((row for row in _table("tools") if row["tool"] == name), None)
        if row is None:
            raise DefectError(f"no pin for the tool {name}")
        return row


def version_key(text: str) -> tuple[int, ...]:
    """Sort key of a dotted version at the start of a text."""
    import re

    return tuple(int(part) for part in re.findall(r"\d+", text.split("-", 1)[0])[:4])


@cache
def _table(name: str) -> list[dict[str, Any]]:
    import json

    table: list[dict[str, Any]] = json.loads((Path(__file__).parent.parent / "data" / f"{name}.json").read_text("utf-8"))
    return table
