"""Reads rendered manifests for counting: a validator that saw fewer objects than there are has not validated."""

from __future__ import annotations

from typing import NamedTuple

import yaml

from tests.engines.drivers.program import CheckerError


class Object(NamedTuple):
    kind: str
    name: str


def objects(rendered: str) -> tuple[Object, ...]:
    """Every object of a YAML stream; a stream without any is an error, so is a document that is no object."""
    documents = [document for document in yaml.safe_load_all(rendered) if document is not None]
    if not documents:
        raise CheckerError("nothing to check: no document in the rendered manifests")
    try:
        return tuple(Object(document["kind"], document["metadata"]["name"]) for document in documents)
    except (KeyError, TypeError) as error:
        raise CheckerError(f"a document of the rendered manifests is no Kubernetes object: {error}") from error
