"""Where the build of a static site puts its pages."""

from __future__ import annotations

from collections.abc import Mapping

from cdgen.errors import InputError
from cdgen.repo.patterns import compiled
from cdgen.stacks.node.known import Known
from cdgen.stacks.node.package import Package

# documented output folder of each builder; the first that the package depends on counts
FOLDERS: Mapping[str, str] = {
    "react-scripts": "build",
    "@craco/craco": "build",
    "gatsby": "public",
    "@docusaurus/core": "build",
    "@11ty/eleventy": "_site",
    "@sveltejs/adapter-static": "build",
    "next": "out",
    "@vue/cli-service": "dist",
    "astro": "dist",
    "ember-cli": "dist",
    "@rsbuild/core": "dist",
    "vite": "dist",
    "parcel": "dist",
    "webpack": "dist",
}
CONFIGS = "{vite,vue,astro,webpack,rsbuild,next,eleventy}.config.{js,ts,mjs,cjs,mts}"
OUTPUT = r"""\b(?:outDir|outputDir|distDir)\s*:\s*["'](?:\./)?([\w./-]+)["']"""


def site_folder(package: Package, used: tuple[Known, ...]) -> str | None:
    """The folder relative to the service; None when it is not known."""
    if used and used[0].name == "angular":
        return _angular(package)
    if used and used[0].name == "vitepress":
        return None
    for path in package.scope.glob(CONFIGS):
        found = compiled(OUTPUT).search(package.scope.text(path) or "")
        if found and not found.group(1).startswith(".."):
            return found.group(1)
    build = package.scripts.get("build", "")
    stated = compiled(r"--(?:outDir|dest|dist-dir|out-dir)[= ](?:\./)?([\w./-]+)").search(build)
    if stated:
        return stated.group(1)
    return next((folder for name, folder in FOLDERS.items() if name in package.every_dependency), None)


def _angular(package: Package) -> str | None:
    """`outputPath` of the only application; the application builder of Angular 17 puts the pages in `browser` below it."""
    try:
        data = package.scope.json("angular.json")
    except InputError:
        return None
    projects = (data or {}).get("projects", {}) if isinstance(data, dict) else {}
    applications = [entry for entry in projects.values() if isinstance(entry, dict) and entry.get("projectType") == "application"]
    if len(applications) != 1:
        return None
    target = (applications[0].get("architect") or applications[0].get("targets") or {}).get("build") or {}
    path = (target.get("options") or {}).get("outputPath")
    base = path.get("base") if isinstance(path, dict) else path
    name = next(iter(projects))
    base = base if isinstance(base, str) else f"dist/{name}" if str(target.get("builder", "")).endswith(":application") else None
    if base is None:
        return None
    return f"{base}/browser" if str(target.get("builder", "")).endswith(":application") else base
