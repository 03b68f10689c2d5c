"""Private repositories of artifacts, and the variable that carries their credential."""

from __future__ import annotations

from collections.abc import Iterator

from cdgen.errors import InputError
from cdgen.model import facts as f
from cdgen.model.facts import Fact, Origin, PrivateRegistry, Source
from cdgen.repo import Scope
from cdgen.repo.patterns import compiled
from cdgen.stacks.base import matches
from cdgen.stacks.jvm.pom import Element, Pom

SETTINGS = (".mvn/settings.xml", "settings.xml", ".m2/settings.xml", "ci/settings.xml", ".ci/settings.xml", "maven-settings.xml")
LONGEST_BLOCK = 2_000  # characters
# https://central.sonatype.org and repositories that anyone may read
PUBLIC = (
    r"(?:^|\.)(?:maven\.org|apache\.org|sonatype\.(?:org|com)|spring\.io|jcenter\.bintray\.com|jitpack\.io|google\.com|gradle\.org|"
    r"jboss\.org|confluent\.io|mvnrepository\.com|redhat\.com|oss\.sonatype\.org|jetbrains\.space|googleapis\.com)$"
)


def maven(scope: Scope, pom: Pom) -> Iterator[Fact]:
    """Servers of a settings.xml with a credential from the environment, at the host that a mirror or repository of that id has."""
    hosts = dict(_repositories(pom.chain))
    folders = dict.fromkeys([scope.directory, *(element.path.rpartition("/")[0] or "." for element in pom.chain)])
    for folder in folders:
        for name in SETTINGS:
            path = name if folder == "." else f"{folder}/{name}"
            if scope.repo.has(path):
                yield from _settings(scope, path, hosts)
                return


def _settings(scope: Scope, path: str, hosts: dict[str, str]) -> Iterator[Fact]:
    try:
        root = scope.repo.xml(path)
    except InputError:
        return
    if root is None:
        return
    settings = Element(root, path)
    hosts = hosts | {mirror.text("id"): _host(mirror.text("url")) for mirror in settings.children("mirrors", "mirror")}
    for profile in settings.children("profiles", "profile"):
        hosts |= dict(_repositories((profile,)))
    for server in settings.children("servers", "server"):
        secret = compiled(r"\$\{env\.(\w+)\}").search(server.text("password") or server.text("configuration", "httpHeaders"))
        host = hosts.get(server.text("id"), "")
        if secret and host:
            place = scope.repo.source(path, rf"env\.{secret.group(1)}\b")
            yield Fact(
                f.REGISTRY, PrivateRegistry("maven", host, secret.group(1)), place, Origin.CONFIG, note="server in settings.xml"
            )


def _repositories(elements: tuple[Element, ...]) -> Iterator[tuple[str, str]]:
    for element in elements:
        for group, name in (("repositories", "repository"), ("pluginRepositories", "pluginRepository")):
            for each in element.children(group, name):
                yield each.text("id"), _host(each.text("url"))


def gradle(texts: Iterator[tuple[str, str]]) -> Iterator[Fact]:
    """`maven { url = ...; credentials { password = System.getenv("X") } }` in any of the build's scripts."""
    for path, text in texts:
        for opened in matches(r"\bmaven\s*(?:\([^)\n]*\)\s*)?\{", text):
            inside = _inside(text, opened.end())
            address = compiled(r"https?://([^/\"'\s)]+)").search(opened.group() + inside)
            secret = compiled(r"(?s)credentials\b.*?password\b.*?(?:getenv\(|environmentVariable\(|env\[)\s*[\"'](\w+)").search(
                inside
            )
            if address and secret and not compiled(PUBLIC).search(address.group(1)):
                place = Source(path, text.count("\n", 0, opened.start()) + 1)
                registry = PrivateRegistry("gradle", address.group(1), secret.group(1))
                yield Fact(f.REGISTRY, registry, place, Origin.MANIFEST, note="repository with credentials")


def _inside(text: str, start: int) -> str:
    """What stands between the braces that are open at `start`; a repository takes a few lines."""
    depth = 1
    for index, char in enumerate(text[start : start + LONGEST_BLOCK]):
        depth += (char == "{") - (char == "}")
        if depth == 0:
            return text[start : start + index]
    return ""


def _host(url: str) -> str:
    match = compiled(r"https?://([^/:\s]+)").match(url.strip())
    return match.group(1) if match else ""
