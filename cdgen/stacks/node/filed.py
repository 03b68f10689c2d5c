"""Files that a framework turns into routes."""

from __future__ import annotations

from collections.abc import Iterator

from cdgen.repo.patterns import compiled
from cdgen.stacks.node.holders import METHODS
from cdgen.stacks.node.known import Known
from cdgen.stacks.node.package import Package
from cdgen.stacks.node.routers import Route

CODE = r"[jt]sx?$"
# (framework, pattern of a file, whether its exports name the methods)
FILES: tuple[tuple[str, str, bool], ...] = (
    ("nextjs", rf"^(?:src/)?app/(?:(?P<route>.+)/)?route\.{CODE}", True),
    ("nextjs", rf"^(?:src/)?pages/(?P<route>api(?:/.+)?)\.{CODE}", False),
    ("nuxt", rf"^server/(?P<route>api/.+?)(?:\.(?P<method>get|post|put|patch|delete|head))?\.{CODE}", False),
    ("nuxt", rf"^server/routes/(?P<route>.+?)(?:\.(?P<method>get|post|put|patch|delete|head))?\.{CODE}", False),
    ("nitro", rf"^(?:server/|src/)?routes/(?P<route>.+?)(?:\.(?P<method>get|post|put|patch|delete|head))?\.{CODE}", False),
    ("nitro", rf"^(?:server/|src/)?(?P<route>api/.+?)(?:\.(?P<method>get|post|put|patch|delete|head))?\.{CODE}", False),
    ("sveltekit", rf"^src/routes/(?:(?P<route>.+)/)?\+server\.{CODE}", True),
    ("solidstart", rf"^src/routes/(?P<route>api/.+)\.{CODE}", True),
    ("remix", rf"^app/routes/(?P<route>[\w.$\[\]-]+?)(?:/route)?\.{CODE}", False),
    ("react-router", rf"^app/routes/(?P<route>[\w.$\[\]-]+?)(?:/route)?\.{CODE}", False),
    ("astro", r"^src/pages/(?P<route>.+)\.[jt]s$", True),
    ("fresh", rf"^routes/(?P<route>api/.+)\.{CODE}", False),
)
FLAT = ("remix", "react-router")  # the dots of a file's name are slashes: https://remix.run/docs/en/main/file-conventions/routes


def filed(package: Package, used: tuple[Known, ...]) -> Iterator[Route]:
    """Server routes only: pages answer too, but nobody calls them by a contract."""
    names = {known.name for known in used}
    patterns = [entry for entry in FILES if entry[0] in names]
    for path in package.scope.files if patterns else ():
        for name, pattern, exports in patterns:
            found = compiled(pattern).match(path)
            if found is None or compiled(r"(?:^|/)__tests__/|\.(?:test|spec)\.").search(path):
                continue
            stated = found.groupdict().get("method")
            text = package.scope.text(path) or ""
            if name in FLAT and not compiled(r"\bexport\s+(?:(?:async\s+)?function|const)\s+(?:loader|action)\b").search(text):
                continue
            methods = [stated.upper()] if stated else _exported(text) if exports else ["*"]
            yield from (Route(method, _route(name, found.group("route") or ""), path, 0) for method in methods)
            break


def _exported(text: str) -> list[str]:
    """`export async function GET`, `export const POST`, `export { GET }`."""
    found = compiled(r"(?m)^\s*export\s+(?:(?:async\s+)?function\s*\*?|const|let|var)\s+([A-Z]+)\b").findall(text)
    found += [
        name
        for names in compiled(r"(?m)^\s*export\s+(?:const\s+)?\{([^}]*)\}").findall(text)
        for name in compiled(r"[A-Z]{3,7}").findall(names)
    ]
    return [name for name in dict.fromkeys(found) if name in METHODS] or ["*"]


def _route(name: str, route: str) -> str:
    """A file's place as a path: groups in brackets are none, `[id]` and `$id` are parameters."""
    if name in FLAT:
        route = compiled(r"\[(.)\]|\.").sub(lambda part: part.group(1) or "/", route)
        route = compiled(r"(?:^|/)_[^/]*").sub("", route)
        route = compiled(r"\$(\w+)").sub(r":\1", route).replace("$", "*")
    route = compiled(r"(?:^|/)\([^/]*\)(?=/|$)").sub("", route)
    route = compiled(r"\[+\.\.\.(\w+)\]+").sub(r"*\1", route)
    route = compiled(r"\[+(\w+)\]+").sub(r":\1", route)
    return "/" + compiled(r"(?:^|/)_?index$").sub("", route).strip("/")
