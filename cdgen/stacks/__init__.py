"""The stacks by language family. A family is loaded when a repository holds a file with one of its endings: loading all of them
would cost more than everything else that a check does. Order decides nothing but the order of the output.
"""

from __future__ import annotations

from functools import cache
from typing import NamedTuple, cast

from cdgen.repo import Repo
from cdgen.stacks.base import Stack


class BaseImage(NamedTuple):
    """`name` is the last element of the image's path. `tagged` when its tag begins with the version of the language."""

    name: str
    language: str
    tagged: bool = True


class Family(NamedTuple):
    """`endings` are ends of paths, without which no stack of the family claims anything; `modules` lie below `cdgen.stacks`.

    `images` are the base images that its code runs in or is built in. `tools` are build tools by the words of a RUN line of a
    Dockerfile that runs them.
    """

    name: str
    endings: tuple[str, ...]
    modules: tuple[str, ...]
    images: tuple[BaseImage, ...] = ()
    tools: tuple[tuple[str, str], ...] = ()


FAMILIES: tuple[Family, ...] = (
    Family("go", (".go", "go.mod"), ("go",), images=(BaseImage("golang", "go"), BaseImage("go", "go"))),
    Family(
        "jvm",
        ("pom.xml", ".gradle", ".gradle.kts", "build.sbt", "project.clj", "deps.edn"),
        ("jvm.maven", "jvm.gradle", "jvm.sbt", "jvm.leiningen", "jvm.clojure_cli"),
        images=(
            BaseImage("openjdk", "java"),
            BaseImage("eclipse-temurin", "java"),
            BaseImage("amazoncorretto", "java"),
            BaseImage("ibm-semeru-runtimes", "java"),
            BaseImage("jre", "java"),
            BaseImage("jdk", "java"),
            BaseImage("maven", "java", tagged=False),
            BaseImage("gradle", "java", tagged=False),
            BaseImage("scala-sbt", "scala", tagged=False),
            BaseImage("clojure", "clojure", tagged=False),
        ),
        tools=(
            ("maven", r"(?:\bmvn|\./mvnw)\b"),
            ("gradle", r"(?:\bgradle|\./gradlew)\b"),
            ("sbt", r"(?:^|\s|/)sbt\s"),
            ("leiningen", r"\blein\s"),
            ("clojure-cli", r"\b(?:clojure|clj)\s+-"),
        ),
    ),
    Family(
        "node",
        ("package.json", "project.json", "deno.json", "deno.jsonc", "deno.lock"),
        ("node.npm", "node.pnpm", "node.yarn", "node.yarn_berry", "node.bun", "node.deno"),
        images=(
            BaseImage("node", "javascript"),
            BaseImage("bun", "javascript", tagged=False),
            BaseImage("deno", "javascript", tagged=False),
        ),
        tools=(
            ("yarn", r"\byarn\b"),
            ("pnpm", r"\bpnpm\b"),
            ("npm", r"\bnpm (?:ci|i|install)\b"),
            ("bun", r"\bbun (?:ci|i|install)\b"),
        ),
    ),
    Family(
        "python",
        (".py", "pyproject.toml", "Pipfile", "requirements.txt", "setup.cfg"),
        ("python.pip", "python.pipenv", "python.poetry", "python.uv", "python.pdm", "python.setuptools", "python.hatch"),
        images=(BaseImage("python", "python"),),
        tools=(
            ("pipenv", r"\bpipenv (?:install|sync)\b"),
            ("poetry", r"\bpoetry install\b"),
            ("uv", r"\buv (?:sync|pip)\b"),
            ("pdm", r"\bpdm (?:install|sync)\b"),
        ),
    ),
    Family(
        "ruby",
        ("Gemfile", ".rb"),
        ("ruby.bundler",),
        images=(BaseImage("ruby", "ruby"),),
        tools=(("bundler", r"\bbundle(?: _[\d.]+_)? install\b"),),
    ),
    Family(
        "php",
        ("composer.json", ".php"),
        ("php.composer", "php.php_plain"),
        images=(
            BaseImage("php", "php"),
            BaseImage("composer", "php", tagged=False),
            BaseImage("php-nginx", "php"),
            BaseImage("php-apache", "php"),
            BaseImage("frankenphp", "php", tagged=False),
            BaseImage("wordpress", "php", tagged=False),
            BaseImage("nginx-php-fpm", "php", tagged=False),
        ),
        tools=(("composer", r"\bcomposer(?:\.phar)?(?:\s+-\S+)*\s+install\b"),),
    ),
    Family(
        "rust",
        (".rs", "Cargo.toml"),
        ("rust.cargo",),
        images=(BaseImage("rust", "rust"), BaseImage("cargo-chef", "rust", tagged=False)),
        tools=(("cargo", r"\bcargo (?:build|chef|fetch)\b"),),
    ),
    Family(
        "dotnet",
        (".csproj", ".fsproj"),
        ("dotnet",),
        images=(  # the tag of an SDK says nothing: it builds for every older .NET
            BaseImage("sdk", "csharp", tagged=False),
            BaseImage("aspnet", "csharp"),
            BaseImage("runtime", "csharp"),
            BaseImage("runtime-deps", "csharp"),
        ),
        tools=(("dotnet", r"\bdotnet\W+(?:restore|build|publish|test)\b"),),
    ),
    Family(
        "native",
        ("CMakeLists.txt", "meson.build", ".c", ".cc", ".cpp", ".cxx"),
        ("native.cmake", "native.make", "native.meson"),
        images=(BaseImage("gcc", "cpp", tagged=False), BaseImage("clang", "cpp", tagged=False)),
        tools=(("cmake", r"\bcmake\s+(?:-[BDGS]|--build|\.)"), ("meson", r"\bmeson (?:setup|build|compile)\b")),
    ),
    Family(
        "swift",
        ("Package.swift",),
        ("swift.swiftpm",),
        images=(BaseImage("swift", "swift"),),
        tools=(("swift", r"\bswift build\b"),),
    ),
    Family("zig", ("build.zig",), ("zig",), images=(BaseImage("zig", "zig"),), tools=(("zig", r"\bzig build\b"),)),
    Family(
        "crystal",
        ("shard.yml",),
        ("shards",),
        images=(BaseImage("crystal", "crystal"),),
        tools=(("shards", r"\bshards (?:install|build)\b"),),
    ),
    Family("image", ("Dockerfile",), ("published_image",)),
    Family(
        "site",
        ("index.html", "_config.yml", *(f"{name}.{end}" for name in ("hugo", "config") for end in ("toml", "yaml", "yml", "json"))),
        ("site.hugo", "site.jekyll", "site.plain_site"),
    ),
    Family(
        "beam",
        ("mix.exs", "rebar.config", "gleam.toml"),
        ("beam.mix", "beam.rebar3", "beam.gleam"),
        images=(
            BaseImage("elixir", "elixir"),
            BaseImage("erlang", "erlang", tagged=False),
            BaseImage("gleam", "gleam", tagged=False),
        ),
        tools=(
            ("mix", r"\bmix (?:deps\.get|compile|release)\b"),
            ("rebar3", r"\brebar3\b"),
            ("gleam", r"\bgleam (?:build|export)\b"),
        ),
    ),
    Family(
        "dart",
        ("pubspec.yaml",),
        ("dart.pub",),
        images=(BaseImage("dart", "dart"),),
        tools=(("pub", r"\b(?:dart|flutter) pub get\b"),),
    ),
    Family(
        "haskell",
        (".cabal", "stack.yaml", "package.yaml"),
        ("haskell.stack", "haskell.cabal"),
        images=(BaseImage("haskell", "haskell"), BaseImage("stack-build", "haskell", tagged=False)),
        tools=(("stack", r"\bstack (?:build|install|setup)\b"), ("cabal", r"\bcabal (?:v2-)?(?:build|install|update)\b")),
    ),
)

# endings of code, which alone say nothing about a build
CODE = (
    ".go",
    ".py",
    ".rb",
    ".php",
    ".rs",
    ".cs",
    ".java",
    ".kt",
    ".js",
    ".ts",
    ".ex",
    ".exs",
    ".scala",
    ".swift",
    ".c",
    ".cc",
    ".cpp",
    ".cxx",
)
UNBUILT = ("image", "site")  # families whose files are no build files


def stacks_for(repo: Repo, directory: str = ".") -> tuple[Stack, ...]:
    """The stacks that may find something at or below a directory: what stands elsewhere in the repository loads none."""
    files = repo.under(directory)
    families = (each for each in FAMILIES if any(path.endswith(each.endings) for path in files))
    return tuple(stack for family in families for stack in _load(family))


def all_stacks() -> tuple[Stack, ...]:
    return tuple(stack for family in FAMILIES for stack in _load(family))


def stack_ids() -> frozenset[str]:
    """The ids of all stacks, without loading one: the file name with hyphens."""
    return frozenset(module.rpartition(".")[2].replace("_", "-") for family in FAMILIES for module in family.modules)


@cache
def build_files() -> tuple[str, ...]:
    """Ends of the names of all build files: where one stands, something is built by the tool of a language."""
    from cdgen.stacks.recognised import BUILD_FILES

    named = (ending for family in FAMILIES if family.name not in UNBUILT for ending in family.endings if ending not in CODE)
    known = (pattern.removeprefix("**/").lstrip("*") for patterns in BUILD_FILES.values() for pattern in patterns)
    return tuple(dict.fromkeys((*named, *known)))


@cache
def base_image(name: str) -> tuple[Family, BaseImage] | None:
    """The family whose code runs in an image, by the last element of the image's path; None for any other image."""
    return next(((family, image) for family in FAMILIES for image in family.images if image.name == name), None)


def image_languages(family: str) -> frozenset[str]:
    """The languages of a family's base images."""
    return frozenset(image.language for each in FAMILIES if each.name == family for image in each.images)


@cache
def _load(family: Family) -> tuple[Stack, ...]:
    from importlib import import_module

    return tuple(cast("Stack", import_module(f"cdgen.stacks.{module}")) for module in family.modules)
