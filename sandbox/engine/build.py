"""Builds the engine from its Go modules: at most once, one at a time, whole or not at all."""

import os
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from sandbox.engine.cache import ENGINE, EXECUTOR, INSTALLER, LANGUAGE_HOST, VERSION, Cache
from sandbox.engine.failure import Failure, broken, no_network, no_room
from sandbox.engine.progress import Progress
from sandbox.engine.source import version_numbers
from sandbox.engine.tool import Finished, Run
from sandbox.engine.toolchain import MODULE, find_or_install_go, go_environment

PACKAGE = "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi"
SDK = "github.com/pulumi/pulumi/sdk/v3"
STAMP = f"-X {SDK}/go/common/version.Version=v{VERSION}"
LAUNCHER = MODULE / "launcher.sh"

FIRST_BUILD_BYTES = 5_000_000_000
"""Modules 1.6 GB, compiled packages 1.6 GB, the linker's scratch space, and some air."""
LATER_BUILD_BYTES = 2_500_000_000
"""With the modules there: a build that was cut off must not be refused for what it fetched."""

FreeBytes = Callable[[Path], int]


def free_bytes(place: Path) -> int:
    """Of the disk on which a folder lies or would lie."""
    while not place.exists():
        place = place.parent
    return shutil.disk_usage(place).free


def install(
    cache: Cache,
    search: Sequence[Path],
    run: Run,
    progress: Progress,
    free: FreeBytes = free_bytes,
) -> None:
    """Builds what is missing in the cache.

    Raises:
        Failure: it cannot be built here.
    """
    if cache.holds_engine() and host_is_current(cache):
        return
    with sole(cache, progress):
        if not cache.holds_engine():  # someone else may have built it while we waited
            clear_unfinished(cache)
            build(cache, search, run, progress, free)
        put_host(cache)


@contextmanager
def sole(cache: Cache, progress: Progress) -> Iterator[None]:
    """One build of one version at a time. The system frees the lock when its holder dies."""
    # Here, not above: most runs find everything in place and need no lock.
    from filelock import FileLock, Timeout

    try:
        cache.root.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise Failure(
            f"No cache: {cache.root} cannot be made ({error.strerror}). Fix: set XDG_CACHE_HOME "
            "to a folder that you may write to.",
            exit_code=4,
        ) from None
    lock = FileLock(cache.lock)
    waiting = False
    while True:
        try:
            lock.acquire(timeout=1)
            break
        except Timeout:
            if not waiting:
                progress.stage("waiting for another build")
            waiting = True
            progress.tick()
    try:
        yield
    finally:
        lock.release()


def clear_unfinished(cache: Cache) -> None:
    """What killed builds left. Under the lock, so nobody is at work on it."""
    for folder in cache.root.glob("unfinished-*"):
        shutil.rmtree(folder, ignore_errors=True)


def build(
    cache: Cache, search: Sequence[Path], run: Run, progress: Progress, free: FreeBytes
) -> None:
    progress.stage("looking for a Go toolchain")
    go = str(find_or_install_go(cache, search, run, progress))
    env = go_environment(os.environ)
    check_room(cache, run([go, "env", "GOMODCACHE", "GOCACHE"], env=env), free)

    def tool(*argv: str, heard: Callable[[str | None], None] | None = None) -> Finished:
        finished = run([go, *argv], env=env, cwd=MODULE, heard=heard)
        cache.log.write_text(finished.errors)
        return finished

    progress.stage("downloading modules")
    download = Counting(progress, "{} modules", "go: downloading ")
    packages = tool("list", "-deps", PACKAGE, heard=download)
    if not packages.ok and download.count:
        packages = tool("list", "-deps", PACKAGE, heard=download)  # a hiccup; the rest is kept
    sdk = tool("list", "-m", "-f", "{{.Dir}}", SDK)
    if not packages.ok or not sdk.ok:
        raise download_failure(packages.errors + sdk.errors, cache)

    unfinished = Path(tempfile.mkdtemp(dir=cache.root, prefix="unfinished-bin."))
    try:
        progress.stage("compiling")
        of = len(packages.output.splitlines())
        compiled = tool(
            *("build", "-v", "-trimpath", "-buildvcs=false", "-ldflags", f"-s -w {STAMP}"),
            *("-o", str(unfinished / ENGINE), PACKAGE),
            heard=Counting(progress, f"{{}} of {of} packages", ""),
        )
        if not compiled.ok:
            raise compile_failure(compiled.errors, cache)
        progress.stage("checking")
        answer = run([str(unfinished / ENGINE), "version"], env=go_environment(os.environ))
        if version_numbers(answer.output) != version_numbers(VERSION):
            cache.log.write_text(answer.output + answer.errors)
            raise broken("The engine is built but does not run", str(cache.log))
        shutil.copyfile(Path(sdk.output.strip()) / "python/cmd" / EXECUTOR, unfinished / EXECUTOR)
        copy_launcher(unfinished)
        unfinished.chmod(0o755)  # mkdtemp makes it private; a cache may be shared
        unfinished.rename(cache.bin)
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)


class Counting:
    """Counts the lines a tool says and shows how many there are."""

    def __init__(self, progress: Progress, phrase: str, prefix: str) -> None:
        self._progress = progress
        self._phrase = phrase
        self._prefix = prefix
        self.count = 0

    def __call__(self, line: str | None) -> None:
        if line is not None:
            self.count += line.startswith(self._prefix)
        self._progress.tick(self._phrase.format(self.count))


def check_room(cache: Cache, folders: Finished, free: FreeBytes) -> None:
    """Better now than after three minutes."""
    modules, *others = [Path(line) for line in folders.output.splitlines() if line] or [cache.root]
    fetched = (modules / f"{SDK}@v{VERSION}").is_dir()
    needed = LATER_BUILD_BYTES if fetched else FIRST_BUILD_BYTES
    for place in (modules, *others, cache.root):
        if free(place) < needed:
            raise no_room(str(place), free(place), needed)


def download_failure(errors: str, cache: Cache) -> Failure:
    if "no space left" in errors:
        return broken("The disk filled up while modules were downloaded", str(cache.log))
    if "checksum mismatch" in errors:
        return broken("A module is not the one that go.sum names", str(cache.log))
    return no_network("the engine's Go modules")


def compile_failure(errors: str, cache: Cache) -> Failure:
    if "no space left" in errors:
        return broken("The disk filled up while the engine was compiled", str(cache.log))
    if "signal: killed" in errors:
        return broken("The compiler was killed, most often for want of memory", str(cache.log))
    return broken("The engine does not compile", str(cache.log))


def copy_launcher(folder: Path) -> None:
    unfinished = folder / f"{LANGUAGE_HOST}.{os.getpid()}"
    shutil.copyfile(LAUNCHER, unfinished)
    unfinished.chmod(0o755)
    unfinished.replace(folder / LANGUAGE_HOST)


def put_host(cache: Cache) -> None:
    """The launcher of this checkout, and a note of who can run it."""
    if not launcher_is_current(cache):
        copy_launcher(cache.bin)
    if not installer_is_there(cache):
        unfinished = cache.root / f"{INSTALLER}.{os.getpid()}"
        unfinished.write_text(f"{sys.executable}\n")
        unfinished.replace(cache.root / INSTALLER)


def host_is_current(cache: Cache) -> bool:
    return launcher_is_current(cache) and installer_is_there(cache)


def launcher_is_current(cache: Cache) -> bool:
    host = cache.bin / LANGUAGE_HOST
    return host.is_file() and host.read_bytes() == LAUNCHER.read_bytes()


def installer_is_there(cache: Cache) -> bool:
    """Its checkout may be gone; then the next one takes its place."""
    note = cache.root / INSTALLER
    return note.is_file() and Path(note.read_text().strip()).is_file()
