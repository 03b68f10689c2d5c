"""Under which licence the code stands: the text of its licence file, or what the manifest says."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from cdgen.errors import InputError
from cdgen.model import facts as f
from cdgen.model.facts import Confidence, Fact, Origin, Source
from cdgen.repo import Scope
from cdgen.repo.patterns import compiled

FILES = "{LICENSE,LICENCE,License,license,COPYING,UNLICENSE}{,.md,.txt,.rst,-MIT,-APACHE,-APACHE-2.0}"
HEAD = 3_000  # characters: enough for the words that only one licence has
# SPDX identifier -> words of its text that no other has, the narrower licence first: https://spdx.org/licenses/
TEXTS: tuple[tuple[str, str], ...] = (
    ("AGPL-3.0", r"GNU AFFERO GENERAL PUBLIC LICENSE\s+Version 3"),
    ("LGPL-3.0", r"GNU LESSER GENERAL PUBLIC LICENSE\s+Version 3"),
    ("LGPL-2.1", r"GNU LESSER GENERAL PUBLIC LICENSE\s+Version 2\.1"),
    ("GPL-3.0", r"GNU GENERAL PUBLIC LICENSE\s+Version 3"),
    ("GPL-2.0", r"GNU GENERAL PUBLIC LICENSE\s+Version 2"),
    ("Apache-2.0", r"Apache License,?\s+Version 2\.0"),
    ("MPL-2.0", r"Mozilla Public License,?\s+(?:Version|v\.)\s*2\.0"),
    ("EPL-2.0", r"Eclipse Public License\s+-?\s*v(?:ersion)?\s*\.?\s*2\.0"),
    ("EUPL-1.2", r"EUROPEAN UNION PUBLIC LICENCE\s+v\.?\s*1\.2"),
    ("BUSL-1.1", r"Business Source License 1\.1"),
    ("SSPL-1.0", r"Server Side Public License"),
    ("Elastic-2.0", r"Elastic License 2\.0"),
    ("BSL-1.0", r"Boost Software License - Version 1\.0"),
    ("Unlicense", r"This is free and unencumbered software released into the public domain"),
    ("CC0-1.0", r"CC0 1\.0 Universal"),
    ("CC-BY-SA-4.0", r"Attribution-ShareAlike 4\.0 International"),
    ("CC-BY-4.0", r"Attribution 4\.0 International"),
    ("WTFPL", r"DO WHAT THE FUCK YOU WANT TO PUBLIC LICENSE"),
    ("Zlib", r"This software is provided 'as-is'[\s\S]*must not be misrepresented"),
    ("ISC", r"Permission to use, copy, modify, and(?:/or)? distribute this software for any\s+purpose with or without fee"),
    ("MIT-0", r"MIT No Attribution"),
    ("MIT", r"Permission is hereby granted, free of charge, to any person obtaining a copy"),
    ("BSD-3-Clause", r"Redistribution and use in source and binary forms[\s\S]*Neither the name"),
    ("BSD-2-Clause", r"Redistribution and use in source and binary forms"),
)
IDENTIFIER = r"^[A-Za-z0-9][A-Za-z0-9.+-]*(?:\s+(?:OR|AND|WITH)\s+[A-Za-z0-9][A-Za-z0-9.+-]*)*$"
OPEN = frozenset({"UNLICENSED", "SEE", "PROPRIETARY", "NONE", "UNKNOWN"})  # words of manifests that name no licence


def detect(scope: Scope) -> Iterator[Fact]:
    """The manifest's field, then the nearest licence file: the service's own, else the repository's."""
    yield from _stated(scope)
    for directory, sure in ((scope.directory, Confidence.DECLARED), (".", Confidence.INFERRED)):
        if found := list(_texts(scope, directory, sure)):
            yield from found
            return


def _texts(scope: Scope, directory: str, sure: Confidence) -> Iterator[Fact]:
    for path in scope.repo.glob(FILES, directory):
        text = (scope.repo.text(path) or "")[:HEAD]
        name = next((name for name, pattern in TEXTS if compiled(f"(?i){pattern}").search(text)), None)
        if name:
            yield Fact(f.LICENCE, name, Source(path, 1), Origin.LAYOUT, sure, "its licence file")


def _stated(scope: Scope) -> Iterator[Fact]:
    for path, keys in (
        ("package.json", ("license",)),
        ("composer.json", ("license",)),
        ("Cargo.toml", ("package", "license")),
        ("pyproject.toml", ("project", "license")),
        ("pyproject.toml", ("tool", "poetry", "license")),
    ):
        value = _value(_parsed(scope, path), keys)
        if isinstance(value, dict):
            value = value.get("text")
        name = value.strip() if isinstance(value, str) else ""
        if compiled(IDENTIFIER).match(name) and name.split()[0].upper() not in OPEN:
            yield Fact(
                f.LICENCE, name, scope.source(path, r"(?i)\blicense\b"), Origin.MANIFEST, Confidence.DECLARED, "the manifest"
            )


def _parsed(scope: Scope, path: str) -> Any:
    if not scope.has(path):
        return None
    try:
        return scope.toml(path) if path.endswith(".toml") else scope.json(path)
    except InputError:
        return None


def _value(data: Any, keys: tuple[str, ...]) -> Any:
    for key in keys:
        data = data.get(key) if isinstance(data, dict) else None
    return data
