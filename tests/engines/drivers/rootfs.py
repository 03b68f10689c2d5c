"""Fills the root folder of a stand-in image from what this machine has: programs with the libraries that they need."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

from tests.engines.lock import NotProven, find

BUN = "1.3.14"  # of the pinned image

LIBRARY = re.compile(r"(?:=>\s+|^\s*)(/\S+)\s+\(0x", re.MULTILINE)
ELF = b"\x7fELF"
PASSWD = """\
root:x:0:0:root:/root:/bin/sh
node:x:1000:1000::/home/node:/bin/sh
nonroot:x:65532:65532::/home/nonroot:/sbin/nologin
"""
# what nginxinc/nginx-unprivileged has, but for its logs: they are /dev/stdout and /dev/stderr there
NGINX = """\
worker_processes auto;
error_log stderr notice;
pid /tmp/nginx.pid;
events {}
http {
  client_body_temp_path /tmp/client_temp;
  fastcgi_temp_path /tmp/fastcgi_temp;
  proxy_temp_path /tmp/proxy_temp_path;
  scgi_temp_path /tmp/scgi_temp;
  uwsgi_temp_path /tmp/uwsgi_temp;
  include /etc/nginx/mime.types;
  default_type application/octet-stream;
  access_log off;
  include /etc/nginx/conf.d/*.conf;
}
"""
CERTIFICATES = Path("/etc/ssl/certs/ca-certificates.crt")


def base(root: Path) -> None:
    """What even an image without a shell has: users, certificates, a writable /tmp."""
    for folder in ("etc", "proc", "dev", "root", "home/nonroot", "home/node", "usr/bin", "usr/local/bin"):
        (root / folder).mkdir(parents=True, exist_ok=True)
    (root / "tmp").mkdir()
    (root / "tmp").chmod(0o1777)
    (root / "etc/passwd").write_text(PASSWD)
    (root / "etc/group").write_text(re.sub(r"^(\w+):x:(\d+).*", r"\1:x:\2:", PASSWD, flags=re.MULTILINE))
    (root / "etc/nsswitch.conf").write_text("hosts: files dns\n")
    if CERTIFICATES.is_file():
        copy(root, CERTIFICATES, CERTIFICATES)
    for name, owner in (("nonroot", 65532), ("node", 1000)):
        os.chown(root / "home" / name, owner, owner)


def shell(root: Path) -> None:
    """busybox under each of its names: a shell and the small tools of a slim distribution."""
    busybox = find("busybox")
    copy(root, busybox, Path("/bin/busybox"))
    names = subprocess.run([busybox, "--list"], capture_output=True, text=True, check=True).stdout.split()
    for name in names:
        if name != "busybox":
            (root / "bin" / name).symlink_to("busybox")
    (root / "usr/bin/env").symlink_to("/bin/busybox")


def program(root: Path, source: Path, target: Path | None = None) -> None:
    copy(root, source.resolve(), target or source)
    libraries(root, [source.resolve()])


def tree(root: Path, source: Path, target: Path, without: tuple[str, ...] = ()) -> None:
    """A folder with what its links lead to, and the libraries of its programs."""
    unwanted = shutil.ignore_patterns(*without)

    def ignored(folder: str, names: list[str]) -> set[str]:
        # copytree's own check of dangling links looks from the wrong folder
        return unwanted(folder, names) | {name for name in names if not Path(folder, name).exists()}

    shutil.copytree(source, root / target.relative_to("/"), ignore=ignored, dirs_exist_ok=True)
    libraries(root, [path for path in source.rglob("*") if path.is_file() and _is_elf(path)])


def libraries(root: Path, programs: Iterable[Path]) -> None:
    found = {name for path in programs for name in LIBRARY.findall(_ldd(path))}
    for name in sorted(found):
        if not (root / name.lstrip("/")).exists():
            copy(root, Path(name), Path(name))


def copy(root: Path, source: Path, target: Path) -> None:
    place = root / target.relative_to("/")
    place.parent.mkdir(parents=True, exist_ok=True)
    shutil.copy(source, place)


def _ldd(path: Path) -> str:
    return subprocess.run(["ldd", path], capture_output=True, text=True, check=False).stdout


def _is_elf(path: Path) -> bool:
    if path.suffix not in ("", ".so") and ".so." not in path.name:
        return False
    with path.open("rb") as file:
        return file.read(4) == ELF


def on_path(name: str) -> Path:
    found = shutil.which(name)
    if found is None:
        raise NotProven(f"a stand-in image with {name}", f"no {name} on PATH")
    return Path(found)


# --- toolchains ---------------------------------------------------------------------------------------------------


def go(root: Path) -> None:
    where = subprocess.run([on_path("go"), "env", "GOROOT"], capture_output=True, text=True, check=True).stdout.strip()
    tree(root, Path(where), Path("/usr/local/go"), without=("test", "testdata", "api", "doc"))


def node(root: Path) -> None:
    binary = on_path("node").resolve()
    program(root, binary, Path("/usr/local/bin/node"))
    modules = binary.parents[1] / "lib" / "node_modules"
    if not modules.is_dir():
        raise NotProven("a stand-in image with npm", f"no npm beside {binary}")
    tree(root, modules, Path("/usr/local/lib/node_modules"))
    for name in ("npm", "npx", "corepack"):
        script = f"../lib/node_modules/{'npm' if name == 'npx' else name}/{'dist' if name == 'corepack' else 'bin'}"
        suffix = ".js" if name == "corepack" else "-cli.js"
        (root / "usr/local/bin" / name).symlink_to(f"{script}/{name}{suffix}")
    # the place where images without a shell have it
    (root / "nodejs/bin").mkdir(parents=True)
    (root / "nodejs/bin/node").symlink_to("/usr/local/bin/node")


def bun(root: Path) -> None:
    """As oven/bun: the program, `bunx`, and a `node` that is Bun for programs that ask for one."""
    from tests.engines.drivers.set_up import from_npm

    package = from_npm("bun", BUN) / "node_modules" / "bun" / "bin"
    program(root, next(path for path in (package / "bun.exe", package / "bun") if path.exists()), Path("/usr/local/bin/bun"))
    for name in ("bunx", "node"):
        (root / "usr/local/bin" / name).symlink_to("bun")


def java(root: Path) -> None:
    home = on_path("java").resolve().parents[1]
    tree(root, home, Path("/opt/java/openjdk"), without=("src.zip", "demo", "jmods"))
    for name in ("java", "javac", "jar", "jlink"):
        if (home / "bin" / name).exists():
            (root / "usr/bin" / name).symlink_to(f"/opt/java/openjdk/bin/{name}")


def maven(root: Path) -> None:
    java(root)
    home = on_path("mvn").resolve().parents[1]
    tree(root, home, Path("/usr/share/maven"))
    (root / "usr/bin/mvn").symlink_to("/usr/share/maven/bin/mvn")


def nginx(root: Path) -> None:
    """As nginxinc/nginx-unprivileged: what it is set up with belongs to its own user, and so does a site that listens on 8080."""
    program(root, on_path("nginx"), Path("/usr/sbin/nginx"))
    place = root / "etc/nginx"
    (place / "conf.d").mkdir(parents=True)
    copy(root, Path("/etc/nginx/mime.types"), Path("/etc/nginx/mime.types"))
    (place / "nginx.conf").write_text(NGINX)
    (place / "conf.d/default.conf").write_text("server { listen 8080; root /usr/share/nginx/html; }\n")
    for path in (place, *place.rglob("*")):
        os.chown(path, 101, 0)
    (root / "usr/share/nginx/html").mkdir(parents=True)


def python(root: Path) -> None:
    """The interpreter that runs the tests, at its own place (it is not relocatable), with pip and no other package."""
    prefix = Path(sys.base_prefix)
    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    packages = ("site-packages", "test", "idlelib", "turtledemo", "__pycache__", "*.a")
    tree(root, prefix / "lib" / version, prefix / "lib" / version, without=packages)
    for pattern in ("pip", "pip-*"):
        for package in (prefix / "lib" / version / "site-packages").glob(pattern):
            tree(root, package, package)
    program(root, prefix / "bin" / version)
    for library in (prefix / "lib").glob("libpython*.so*"):
        copy(root, library, library)
    for folder in (*prefix.parents, prefix):
        (root / folder.relative_to("/")).chmod(0o755)
    for place in ("usr/local/bin/python", "usr/local/bin/python3", f"usr/local/bin/{version}", "usr/bin/python3"):
        (root / place).symlink_to(prefix / "bin" / version)
    (root / "usr/local/bin/pip").write_text('#!/bin/sh\nexec /usr/local/bin/python -m pip "$@"\n')
    (root / "usr/local/bin/pip").chmod(0o755)


def rust(root: Path) -> None:
    """The toolchain without rustup, and what links and compiles C: crates bring code of their own in it."""
    where = subprocess.run([on_path("rustc"), "--print", "sysroot"], capture_output=True, text=True, check=True).stdout.strip()
    tree(root, Path(where), Path("/usr/local/rust"), without=("share", "src", "etc", "*.html"))
    for name in ("cargo", "rustc"):
        (root / "usr/local/bin" / name).symlink_to(f"/usr/local/rust/bin/{name}")
    for name in ("gcc", "ar", "as", "ld"):
        program(root, on_path(name), Path("/usr/bin") / name)
    (root / "usr/bin/cc").symlink_to("gcc")
    for folder in (Path("/usr/lib/gcc"), Path("/usr/include")):
        tree(root, folder, folder)
    script = subprocess.run(["gcc", "-print-file-name=libc.so"], capture_output=True, text=True, check=True).stdout
    named = "c m dl rt util pthread mvec gcc_s c_nonshared".split()  # noqa: SIM905  (a list of names is read as a text)
    for pattern in ("*crt*.o", *(f"lib{name}.*" for name in named)):
        for path in Path(script.strip()).resolve().parent.glob(pattern):
            copy(root, path, path)
            copy(root, path, Path("/", *path.parts[2:]))  # what its linker scripts name: /lib is /usr/lib in a distribution


def uv(root: Path) -> None:
    for name in ("uv", "uvx"):
        copy(root, find("uv").resolve().with_name(name), Path("/", name))


LOADED = "/usr/lib/x86_64-linux-gnu"  # one of the loader's own folders


def c_library(root: Path) -> None:
    """The C library alone, as images for dynamically linked programs have it."""
    libraries(root, [on_path("env").resolve()])


def compiler_runtime(root: Path) -> None:
    """What programs of a compiler are linked with beside the C library: unwinding, the C++ library, mathematics."""
    for name in ("libgcc_s.so.1", "libstdc++.so.6", "libm.so.6", "libpthread.so.0", "libdl.so.2"):
        where = subprocess.run(["gcc", f"-print-file-name={name}"], capture_output=True, text=True, check=True).stdout.strip()
        copy(root, Path(where).resolve(), Path(LOADED, name))
