"""Plain pages, Hugo and Jekyll: which folders are sites, and how their images are made."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from cdgen import app
from cdgen.model import facts as f
from cdgen.model.service import Service
from cdgen.stacks.site import hugo, jekyll, plain_site
from tests.conftest import MakeRepo

HUGO = {"hugo.toml": 'baseURL = "https://example.org/"\n', "content/_index.md": "x", "layouts/index.html": "x"}
PAGE = {"index.html": "<h1>x</h1>"}

SILENT = [
    pytest.param({"page.html": "x"}, id="no first page"),
    pytest.param({**PAGE, "package.json": '{"dependencies": {"react": "19"}}', "src/a.js": "x"}, id="a package"),
    pytest.param({**PAGE, "server.php": "x"}, id="a program"),
    pytest.param({**PAGE, "api/app.py": "x"}, id="a program below"),
    pytest.param({"go.mod": "module a\n", "main.go": "package main\n", "web/index.html": "x"}, id="pages of a program"),
    pytest.param({"templates/index.html": "x"}, id="templates"),
    pytest.param({**PAGE, "Dockerfile": "FROM python:3\nCMD python -m http.server\n"}, id="the image of a language"),
    pytest.param({**PAGE, "Dockerfile": "FROM nginx\nCOPY dist /srv\n"}, id="an image of what a build leaves"),
    pytest.param({**PAGE, "mkdocs.yml": "x"}, id="made by a generator"),
    pytest.param({f"day{number}/index.html": "x" for number in range(60)}, id="a collection of pages"),
    pytest.param({"lib/a.csproj": "<Project/>", "lib/wwwroot/index.html": "x"}, id="pages of a project in a recognised language"),
]


@pytest.mark.parametrize("files", SILENT)
def test_no_site(make_repo: MakeRepo, files: Mapping[str, str]) -> None:
    repo = make_repo(files)
    claimed = (
        {claim.directory for claim in plain_site.detect(repo)} - {"."} if "Dockerfile" in files else set(plain_site.detect(repo))
    )
    assert claimed == set()


@pytest.mark.parametrize(
    ("files", "directory", "copied"),
    [
        (PAGE, ".", ("index.html",)),
        ({**PAGE, "css/a.css": "", "about.html": "", "README.md": "", "LICENSE": "", ".github/a.md": ""}, ".", ("about.html", "css", "index.html")),
        ({**PAGE, "package.json": '{"devDependencies": {"prettier": "3"}}', "js/a.js": "x"}, ".", ("index.html", "js")),
        ({"Staticfile": "root: pages\n", "pages/index.html": ""}, ".", ("pages/",)),
        ({"netlify.toml": "x", "public/index.html": ""}, ".", ("public/",)),
        ({"api/go.mod": "module a\n", "api/main.go": "package main\n", "web/index.html": ""}, "web", ("index.html",)),
    ],
    ids=["one page", "a folder", "tools for people", "a place of its own", "settings of a host", "beside a service"],
)  # fmt: skip
def test_a_plain_site(make_repo: MakeRepo, files: Mapping[str, str], directory: str, copied: tuple[str, ...]) -> None:
    site = only(make_repo, files, directory)
    assert (site.stack, site.kind, site.protocol, site.port, site.health_path) == ("plain-site", "static-site", "http", 8080, "/")
    assert site.recipe is not None
    assert site.recipe.include == copied


@pytest.mark.parametrize(
    ("dockerfile", "port", "framework"),
    [
        ("FROM nginx:1.29\nCOPY index.html /srv\n", 80, "nginx"),
        ("FROM nginx:1.29\nEXPOSE 8090\nCOPY . /srv\n", 8090, "nginx"),
        ("FROM nginxinc/nginx-unprivileged:1.29\nCOPY . /srv\n", 8080, "nginx"),
        ("FROM httpd:2.4\nCOPY . /srv\n", 80, "httpd"),
    ],
)
def test_an_own_dockerfile_stays(make_repo: MakeRepo, dockerfile: str, port: int, framework: str) -> None:
    site = only(
        make_repo,
        {"package.json": '{"devDependencies": {"husky": "9"}}', "web/index.html": "", "web/Dockerfile": dockerfile},
        "web",
    )
    assert (site.stack, site.kind, site.port, site.framework) == ("plain-site", "static-site", port, framework)
    assert (site.recipe, site.dockerfile is None, site.unsupported) == (None, False, ())


@pytest.mark.parametrize(
    "files",
    [
        {"hugo.toml": "x"},
        {"config.toml": "a = 1\n", "content/a.md": "x"},
        {**HUGO, "theme.toml": "name = 'a'"},
        {f"exampleSite/{name}": text for name, text in HUGO.items()},
        {f"themes/a/{name}": text for name, text in HUGO.items()},
    ],
    ids=["no content", "other settings", "a theme", "a theme's example", "a theme of somebody"],
)
def test_no_hugo(make_repo: MakeRepo, files: Mapping[str, str]) -> None:
    assert list(hugo.detect(make_repo(files))) == []


@pytest.mark.parametrize(
    ("files", "version", "folder"),
    [
        (HUGO, "0.162.0", "public"),
        ({"config.yaml": "baseURL: https://example.org\npublishDir: out\n", "content/a.md": "x"}, "0.162.0", "out"),
        ({"config/_default/hugo.toml": "x = 1", "content/a.md": "x", "netlify.toml": '[build.environment]\nHUGO_VERSION = "0.128.2"\n'}, "0.128.2", "public"),
        ({**HUGO, ".github/workflows/a.yml": "jobs: {a: {steps: [{uses: x/hugo@v3, with: {\n  hugo-version: '0.145'\n}}]}}"}, "0.145.0", "public"),
        ({**HUGO, "go.mod": "module a\n\ngo 1.22\n", "go.sum": ""}, "0.162.0", "public"),
        ({**HUGO, "package.json": '{"scripts": {"build": "hugo"}}'}, "0.162.0", "public"),
    ],
    ids=["own settings", "older settings", "settings in a folder", "the pipeline's version", "modules", "a script"],
)  # fmt: skip
def test_hugo(make_repo: MakeRepo, files: Mapping[str, str], version: str, folder: str) -> None:
    site = only(make_repo, files, ".")
    assert (site.stack, site.kind, site.framework, site.build_tool, site.port) == ("hugo", "static-site", "hugo", "hugo", 8080)
    assert site.recipe is not None
    assert site.recipe.values["generator"] == f"go install github.com/gohugoio/hugo@v{version}"
    assert site.recipe.values["pages"][0] == f"/src/{folder}"
    assert "content" in site.recipe.include


def test_hugo_with_style_sheets_that_are_compiled(make_repo: MakeRepo) -> None:
    site = only(make_repo, {**HUGO, "assets/a.scss": "x"}, ".")
    assert site.recipe is not None
    assert site.recipe.values["generator"].startswith("go install -tags extended ")
    assert dict(site.recipe.values["settings"])["CGO_ENABLED"] == "1"


@pytest.mark.parametrize(
    "files",
    [
        {**HUGO, ".gitmodules": '[submodule "themes/a"]\n\tpath = themes/a\n\turl = https://example.org/a\n'},
        {**HUGO, "package.json": '{"devDependencies": {"postcss-cli": "11"}}'},
    ],
    ids=["a theme that is not here", "packages of npm"],
)
def test_hugo_without_an_image_says_why(make_repo: MakeRepo, files: Mapping[str, str]) -> None:
    site = only(make_repo, files, ".")
    assert site.recipe is None
    assert site.no_image[0].startswith("no image: ")


def test_jekyll_is_recognised(make_repo: MakeRepo) -> None:
    site = only(make_repo, {"_config.yml": "title: a\n", "index.md": "x", "_posts/a.md": "x"}, ".")
    assert (site.stack, site.kind, site.framework) == ("jekyll", "static-site", "jekyll")
    assert site.unsupported == ("Jekyll is recognised, not paved yet",)
    assert list(jekyll.detect(make_repo({"Gemfile": "gem 'jekyll'\n"}))) == []


def test_several_sightings_of_a_version(make_repo: MakeRepo) -> None:
    site = only(make_repo, {**HUGO, ".tool-versions": "hugo extended_0.150.0\n"}, ".")
    assert str(site.provenance[f.BUILD_TOOL_VERSION.name].sources[0]) == ".tool-versions:1"


def only(make_repo: MakeRepo, files: Mapping[str, str], directory: str) -> Service:
    (site,) = [each for each in app.inspect(make_repo(files).root).services if each.directory == directory]
    return site
