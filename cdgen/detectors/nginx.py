"""What a web server answers by itself: the health location in the settings that an image copies to nginx."""

from __future__ import annotations

from collections.abc import Iterator
from posixpath import basename, normpath

from cdgen.detectors.dockerfile import places
from cdgen.detectors.dockerfile_text import inherited, parse
from cdgen.model import facts as f
from cdgen.model.facts import Confidence, Fact, Origin
from cdgen.repo import Scope
from cdgen.repo.patterns import compiled
from cdgen.stacks.base import HEALTH_WORDS, READY_WORDS, matches

TO_SETTINGS = r"/etc/nginx/|/opt/bitnami/nginx/conf/"
# `location = /healthz { ... return 200 ...; }`: https://nginx.org/en/docs/http/ngx_http_core_module.html#location
LOCATION = r"(?m)^[ \t]*location\s+(?:=\s+|\^~\s+)?(/[\w./-]*)\s*\{((?:[^{}'\"]|'[^']*'|\"[^\"]*\"|\{[^{}]*\})*)\}"
ANSWERS = r"\breturn\s+2\d\d\b|\bstub_status\b"


def detect(scope: Scope) -> Iterator[Fact]:
    """Locations that answer without asking anybody, by the names that stand for health."""
    for path in _settings(scope):
        text = scope.text(path) or ""
        for match in matches(LOCATION, compiled(r"(?m)#.*$").sub("", text)):
            word = basename(match.group(1).rstrip("/"))
            if not compiled(ANSWERS).search(match.group(2)):
                continue
            for words, key in ((HEALTH_WORDS, f.HEALTH_PATH), (READY_WORDS, f.READINESS_PATH)):
                if compiled(rf"(?:{'|'.join(words)})$").match(word):
                    place = scope.source(path, rf"^\s*location\s.*{match.group(1)}\b")
                    yield Fact(key, match.group(1).rstrip("/"), place, Origin.CONFIG, Confidence.DECLARED, "location of nginx")


def _settings(scope: Scope) -> Iterator[str]:
    """Files of the folder that the last stage copies to where nginx reads its settings."""
    for image, _ in places(scope):
        stages = parse(scope.repo.text(image) or "")
        for item in inherited(stages) if stages else ():
            words = [word for word in compiled(r"[^\s\[\],\"]+").findall(item.text) if not word.startswith("--")]
            if item.word in ("COPY", "ADD") and len(words) > 1 and compiled(TO_SETTINGS).match(words[-1]):
                for word in words[:-1]:
                    name = normpath(word)
                    yield from (path for path in scope.files if path == name or path.startswith(f"{name}/"))
