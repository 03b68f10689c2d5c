"""The commands of an image build: install, generate, build, and leave production dependencies only."""

from __future__ import annotations

from shlex import quote

from cdgen.model.service import Service
from cdgen.repo.patterns import compiled
from cdgen.stacks.node.commands import INSTALLS, UNLOCKED
from cdgen.stacks.node.package import Package, join, readable_manifest, strings
from cdgen.stacks.node.versions import tool_version
from cdgen.stacks.node.workspace import LOCKFILES, tool_of

CACHES = {
    "npm": "/root/.npm",
    "pnpm": "/root/.local/share/pnpm/store",
    "yarn": "/root/.cache/yarn",
    "yarn-berry": "/root/.yarn/berry",
    "bun": "/root/.bun/install/cache",
}


def steps_of(service: Service) -> tuple[str, ...]:
    """Generate and build, in the service's folder."""
    build = service.commands.build or ""
    # a Makefile's target is not used: the image has the package manager only
    runs = bool(compiled(r"^(?:npm|pnpm|yarn|npx|bunx?)\b").match(build))
    return (*service.commands.codegen, *((build,) if runs else ()))


def is_locked(package: Package, stack: str) -> bool:
    tool = tool_of(stack)
    return any(owner == tool and package.scope.repo.has(join(package.root, name)) for name, owner in LOCKFILES.items())


def installing(package: Package, stack: str, *, production: bool) -> str:
    """All dependencies, or at once only those of production where nothing is built."""
    command = INSTALLS[stack] if is_locked(package, stack) else UNLOCKED[stack]
    flags = {"npm": " --omit=dev", "pnpm": " --prod", "yarn": " --production", "bun": " --production"}
    return command + flags.get(stack, "") if production else command


def install_scripts(package: Package) -> tuple[str, ...]:
    """Scripts of the package, or of its workspace, that installing runs: they may need the sources and development tools."""
    root = strings((readable_manifest(package.scope.repo, package.root) or {}).get("scripts"))
    return tuple(name for name in ("preinstall", "install", "postinstall", "prepare") if name in package.scripts or name in root)


def pruning(service: Service, package: Package, stack: str, *, production: bool) -> tuple[str, ...]:
    """Leave production dependencies only, from the root of the workspace, without running the package's own scripts again."""
    name, scripts = quote(package.text("name")), install_scripts(package)
    frozen = "--frozen-lockfile " if is_locked(package, stack) else ""
    if not package.dependencies or (production and stack != "yarn-berry"):
        return ()
    if stack == "yarn-berry":
        command = "yarn workspaces focus --production"
        return (f"{command} {name}" if package.is_member else command,) if _focuses(service, package) else ()
    if stack == "bun":  # it leaves what is no longer wanted where it is: https://bun.sh/docs/cli/install
        return ("rm -rf node_modules", f"bun install {frozen}--production --ignore-scripts")
    if stack == "yarn":
        return (f"yarn install {frozen}--production --ignore-scripts --prefer-offline",)
    if package.is_member and not scripts and not service.commands.codegen and stack == "npm" and frozen:
        # `npm prune` keeps what only other members need
        return (f"npm ci --omit=dev --prefer-offline --workspace {name}",)
    if package.is_member and stack == "pnpm":
        # `pnpm prune` does not know workspaces: https://pnpm.io/cli/prune
        quiet = "--ignore-scripts " if scripts else ""
        return ("rm -rf node_modules", f"pnpm install {frozen}--prod {quiet}--prefer-offline --filter {name}...")
    return ("npm prune --omit=dev" if stack == "npm" else "pnpm prune --prod --ignore-scripts",)


def own_modules(package: Package, own: str) -> tuple[str, ...]:
    """Where everything is hoisted to the workspace's root a member has no node_modules: an empty one can be copied too."""
    return (f"mkdir -p {own}/node_modules",) if package.is_member else ()


def _focuses(service: Service, package: Package) -> bool:
    """`workspaces focus` is part of yarn 4, and a plug-in before; it runs the package's scripts, which then lack their tools."""
    settings = package.scope.repo.text(join(package.root, ".yarnrc.yml")) or ""
    known = (tool_version(service) or "4").split(".")[0] not in ("2", "3") or "workspace-tools" in settings
    return known and not {"preinstall", "install", "postinstall"}.intersection(install_scripts(package))


def in_workspace(package: Package, stack: str, place: str) -> str:
    """Build another package of the workspace, from its root."""
    name = quote(str((readable_manifest(package.scope.repo, join(package.root, place)) or {}).get("name") or place))
    return {
        "npm": f"npm run build --workspace {name}",
        "pnpm": f"pnpm --filter {name} run build",
        "yarn": f"yarn workspace {name} run build",
        "yarn-berry": f"yarn workspace {name} run build",
        "bun": f"bun run --filter {name} build",
    }[stack]


def scripts_of(package: Package, place: str) -> dict[str, str]:
    return strings((readable_manifest(package.scope.repo, join(package.root, place)) or {}).get("scripts"))


def manager(service: Service, stack: str) -> str | None:
    """The package manager to add to the base image, as npm names it; npm is there already."""
    version = tool_version(service)
    names = {"pnpm": "pnpm", "yarn": "yarn", "yarn-berry": "@yarnpkg/cli-dist"}
    # the newest lines of each at the time their lockfile formats were recorded
    fallback = {"pnpm": "10", "yarn": "1", "yarn-berry": "4"}
    return f"{names[stack]}@{version or fallback[stack]}" if stack in names else None


def settings_of(stack: str) -> list[tuple[str, str]]:
    """Variables of the build stage: where caches are, and plain node_modules instead of Plug'n'Play, which needs its own loader."""
    if stack == "yarn":
        return [("YARN_CACHE_FOLDER", CACHES[stack])]
    if stack == "yarn-berry":
        folder = CACHES[stack]
        return [("YARN_NODE_LINKER", "node-modules"), ("YARN_GLOBAL_FOLDER", folder), ("YARN_ENABLE_GLOBAL_CACHE", "true")]
    return []
