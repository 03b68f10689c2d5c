"""How much of an architecture cdgen draws from code alone: `python -m tools.measure_call_map CLONES`.

CLONES holds one clone per repository, called `owner+name`. Manifests, charts and compose files are left out, so that nothing but
code and its configuration can say who asks whom. The edges are those of the projects' own drawings: `tests/data/call_maps.json`.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from cdgen.model.service import Service
from cdgen.repo import Repo, open_repo
from cdgen.road.load import load_road
from cdgen.spec.collect import collect
from cdgen.spec.config import load_config
from cdgen.spec.decide import decide

TABLE = Path(__file__).parent.parent / "tests" / "data" / "call_maps.json"
DEPLOYMENT = re.compile(
    r"(?:^|/)(?:docker-)?compose[^/]*\.ya?ml$|(?:^|/)(?:helm|charts?|helm-chart)/|(?:^|/)(?:Chart|kustomization)\.yaml$"
)
MANIFEST = re.compile(rb"(?m)^(?:apiVersion|kind):")


def main(clones: Path) -> int:
    for name, system in json.loads(TABLE.read_text("utf-8")).items():
        report(name, system, set(drawn(clones, system["repositories"])))
    return 0


def drawn(clones: Path, repositories: list[str]) -> Iterator[str]:
    """`caller -> target` of every call and backing service that is found."""
    for repository in repositories:
        for service in services(clones / repository.replace("/", "+")):
            name = repository.rpartition("/")[2] if service.directory == "." else service.name
            targets = [edge.target for edge in service.details.calls if edge.kind in ("service", "cluster")]
            yield from (f"{name} -> {target}" for target in (*targets, *(each.kind for each in service.backing)))


def services(root: Path) -> tuple[Service, ...]:
    """The services of a clone as if nothing in it said how they are deployed."""
    seen, _ = open_repo(root)
    contents = {path: seen.data(path) or b"" for path in seen.files if not DEPLOYMENT.search(path)}
    repo = Repo.of(
        {path: data for path, data in contents.items() if not (path.endswith((".yaml", ".yml")) and MANIFEST.search(data))}
    )
    config = load_config(repo)
    road = load_road(config.road, repo)
    return decide(collect(repo, ".", config), config, road, None)[0]


def report(name: str, system: dict[str, Any], found: set[str]) -> None:
    wanted, known = set(system["edges"]), system["also_true"]
    print(f"{name}: {len(wanted & found)} of {len(wanted)} edges of the drawing ({system['drawing']})")
    for edge in sorted(wanted - found):
        print(f"  missed  {edge}")
    for edge in sorted(found - wanted):
        print(f"  {'true' if edge in known else 'false'}    {edge}  {known.get(edge, '')}".rstrip())


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
