"""Images of Python services without a Dockerfile: linted, built as they are, and served on a read-only root as their own user."""

from __future__ import annotations

import sys
import urllib.request
from collections.abc import Mapping
from pathlib import Path

import pytest

from cdgen import app
from cdgen.render.environment import render
from tests.engines.drivers import buildah, hadolint, private

WSGI = """\
import os
from wsgiref.simple_server import make_server

from itsdangerous import Signer


def application(environ, start_response):
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [Signer("key").sign("served")]


if __name__ == "__main__":
    make_server("0.0.0.0", int(os.environ.get("PORT", "8080")), application).serve_forever()
"""
FLASK = 'from flask import Flask\n\napp = Flask(__name__)\n\n\n@app.get("/")\ndef index():\n    return "served"\n'
HASHED = """\
itsdangerous==2.2.0 \\
    --hash=sha256:c6242fc49e35958c8b15141343aa660db5fc54d4f13a1db01a3f5891b98700ef
"""
PIPFILE = """\
[[source]]
url = "https://pypi.org/simple"
verify_ssl = true
name = "pypi"

[packages]
itsdangerous = "*"

[requires]
python_version = "3.12"
"""
PIPFILE_LOCK = """\
{
    "_meta": {
        "hash": {"sha256": "0"},
        "pipfile-spec": 6,
        "requires": {"python_version": "3.12"},
        "sources": [{"name": "pypi", "url": "https://pypi.org/simple", "verify_ssl": true}]
    },
    "default": {
        "itsdangerous": {
            "hashes": ["sha256:c6242fc49e35958c8b15141343aa660db5fc54d4f13a1db01a3f5891b98700ef"],
            "version": "==2.2.0"
        }
    },
    "develop": {}
}
"""
PACKAGE = """\
[build-system]
requires = ["setuptools"]
build-backend = "setuptools.build_meta"

[project]
name = "shop"
version = "1.0"
readme = "README.md"
dependencies = ["itsdangerous"]
scripts = { shop = "shop.server:main" }
"""
MAIN = WSGI.replace('if __name__ == "__main__":', "def main():")
TESTS = "def test_nothing():\n    assert True\n"
PROJECTS: dict[str, Mapping[str, str]] = {
    "pip with hashes": {"requirements.txt": HASHED, ".python-version": "3.12\n", "main.py": WSGI, "tests/test_main.py": TESTS},
    "pip, gunicorn": {"requirements.txt": "flask==3.1.2\ngunicorn==23.0.0\n", "shop.py": FLASK, "tests/test_main.py": TESTS},
    "no shell": {"requirements.txt": "flask==3.1.2\ngunicorn==23.0.0\n", ".python-version": "3.13\n", "shop.py": FLASK},
    "pipenv": {"Pipfile": PIPFILE, "Pipfile.lock": PIPFILE_LOCK, "main.py": WSGI},
    "setuptools, own command": {
        "pyproject.toml": PACKAGE,
        "README.md": "# shop\n",
        "src/shop/__init__.py": "",
        "src/shop/server.py": MAIN,
    },
}


def make(root: Path, files: Mapping[str, str]) -> Path:
    """The project with the Dockerfile and the allow-list that cdgen writes for it."""
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    (service,) = app.inspect(root).services
    recipe = service.recipe
    assert recipe is not None, (service.commands.start, service.unsupported)
    (root / "Dockerfile").write_text(render(recipe.template, **recipe.values, bases=recipe.bases, uid=recipe.uid))
    (root / ".dockerignore").write_text(render("image/dockerignore.j2", include=recipe.include))
    return root


@pytest.mark.parametrize("name", PROJECTS)
def test_the_dockerfile_has_no_finding(name: str, tmp_path: Path) -> None:
    root = make(tmp_path, PROJECTS[name])
    assert hadolint.lint([root / "Dockerfile"]) == ()


@pytest.mark.parametrize("name", PROJECTS)
def test_the_image_serves(name: str, tmp_path: Path) -> None:
    project = tmp_path / "project"
    project.mkdir()
    make(project, PROJECTS[name])
    port = app.inspect(project).services[0].port or 0
    dockerfile = project / "Dockerfile"
    # the stand-ins have the minor of this interpreter
    dockerfile.write_text(dockerfile.read_text().replace("/lib/python3.13/site", f"/lib/python3.{sys.version_info.minor}/site"))
    image = buildah.build(project)
    assert image.user == "65532:65532"
    inside = set(buildah.files(image))
    assert not [path for path in inside if path.startswith("app/tests/")]
    if name != "no shell":  # the stand-in brings pip; the real base has none
        assert not [path for path in inside if path.endswith("/site-packages/pip/__init__.py")]
    with private.network(), buildah.serving(image, port):
        assert urllib.request.urlopen(f"http://127.0.0.1:{port}/").read().startswith(b"served")


def test_a_wrong_hash_ends_the_build(tmp_path: Path) -> None:
    files = dict(PROJECTS["pip with hashes"])
    files["requirements.txt"] = HASHED.replace("c6242f", "000000")
    project = tmp_path / "project"
    project.mkdir()
    with pytest.raises(Exception, match="(?i)hash"):
        buildah.build(make(project, files))
