"""The host that runs Python for the engine, spoken to as the engine speaks to it."""

import json
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import grpc
import pytest
from google.protobuf.empty_pb2 import Empty
from pulumi.runtime.proto import language_pb2 as wire
from pulumi.runtime.proto.language_pb2_grpc import (
    LanguageRuntimeStub,
    add_LanguageRuntimeServicer_to_server,
)

from sandbox.engine.children import Children
from sandbox.engine.language_host import LanguageHost
from tests.engine_setup.alive import STAYS, Alive, is_gone
from tests.engine_setup.programs import ENGINE, STAYS_WITH_A_CHILD, program, run

TELLS_ALL = """
import json, os, sys
told = {"argv": sys.argv[1:], "cwd": os.getcwd(), "env": dict(os.environ)}
open(os.environ["TOLD"], "w").write(json.dumps(told))
"""


@pytest.fixture
def host(executor: Path) -> Iterator[LanguageRuntimeStub]:
    children = Children()
    server = grpc.server(ThreadPoolExecutor(max_workers=4))
    add_LanguageRuntimeServicer_to_server(LanguageHost(ENGINE, str(executor), children), server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    with grpc.insecure_channel(f"127.0.0.1:{port}") as channel:
        yield LanguageRuntimeStub(channel)
    children.close()
    server.stop(None).wait()


def test_a_program_gets_what_the_engine_says(
    host: LanguageRuntimeStub, executor: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TOLD", str(tmp_path / "told"))
    executor.write_text(TELLS_ALL)
    request = run(tmp_path)
    request.MergeFrom(
        wire.RunRequest(
            monitor_address="127.0.0.1:2",
            project="plumbline",
            organization="contoso",
            dryRun=True,
            config={"plumbline:key": "a secret"},
            configSecretKeys=["plumbline:key"],
            args=["more"],
        )
    )
    assert host.Run(request) == wire.RunResponse()
    told = json.loads((tmp_path / "told").read_text())
    assert told["cwd"] == str(tmp_path)
    assert told["argv"] == [
        *("--monitor", "127.0.0.1:2", "--engine", ENGINE, "--project", "plumbline"),
        *("--stack", "dev", "--root_directory", str(tmp_path), "--pwd", str(tmp_path)),
        *("--dry_run", "true", "--parallel", "4", "--organization", "contoso"),
        *(str(tmp_path), "more"),
    ]
    assert json.loads(told["env"]["PULUMI_CONFIG"]) == {"plumbline:key": "a secret"}
    assert json.loads(told["env"]["PULUMI_CONFIG_SECRET_KEYS"]) == ["plumbline:key"]
    assert told["env"]["VIRTUAL_ENV"] == sys.prefix


@pytest.mark.parametrize(
    ("does", "answer"),
    [
        ("pass", wire.RunResponse()),
        ("exit(32)", wire.RunResponse(bail=True)),
        ("exit(7)", wire.RunResponse(error="Program exited with non-zero exit code: 7")),
        (
            "import os; os.kill(os.getpid(), 9)",
            wire.RunResponse(error="Program was ended by SIGKILL"),
        ),
    ],
)
def test_how_a_program_ends_is_what_the_engine_hears(
    host: LanguageRuntimeStub, executor: Path, tmp_path: Path, does: str, answer: wire.RunResponse
) -> None:
    executor.write_text(does)
    assert host.Run(run(tmp_path)) == answer


def test_a_configuration_that_linux_will_not_hand_on_says_what_to_do(
    host: LanguageRuntimeStub, tmp_path: Path
) -> None:
    request = run(tmp_path)
    request.config["plumbline:accounts"] = "a" * 2**17
    with pytest.raises(grpc.RpcError, match=r"configuration is too long.*Fix: several stacks"):
        host.Run(request)


@pytest.mark.parametrize("does", [STAYS, STAYS_WITH_A_CHILD])
def test_cancel_ends_a_program_and_its_children_at_once(
    host: LanguageRuntimeStub, executor: Path, tmp_path: Path, alive: Alive, does: str
) -> None:
    executor.write_text(does)
    running = host.Run.future(run(tmp_path))
    with alive.is_up() as connection:
        host.Cancel(Empty())
        assert is_gone(connection)
    assert running.result() == wire.RunResponse(bail=True)


def test_a_call_that_the_engine_drops_ends_its_program(
    host: LanguageRuntimeStub, executor: Path, tmp_path: Path, alive: Alive
) -> None:
    executor.write_text(STAYS)
    running = host.Run.future(run(tmp_path))
    with alive.is_up() as connection:
        running.cancel()
        assert is_gone(connection)


def test_a_plugin_streams_what_it_says_and_then_its_exit_code(
    host: LanguageRuntimeStub, tmp_path: Path
) -> None:
    (tmp_path / "__main__.py").write_text(
        "import os, sys; print('out', os.environ['ASKED'], *sys.argv[1:])\n"
        "print('err', file=sys.stderr); exit(5)"
    )
    request = wire.RunPluginRequest(
        info=program(tmp_path),
        pwd=str(tmp_path),
        kind="resource",
        args=["an argument"],
        env=["ASKED=a=b"],
    )
    said = list(host.RunPlugin(request))
    assert b"".join(each.stdout for each in said) == b"out a=b an argument\n"
    assert b"".join(each.stderr for each in said) == b"err\n"
    assert said[-1] == wire.RunPluginResponse(exitcode=5)


def test_a_pack_says_its_port_while_it_lives_and_ends_with_its_call(
    host: LanguageRuntimeStub, tmp_path: Path, alive: Alive
) -> None:
    (tmp_path / "__main__.py").write_text(f"print(4711, end='')\n{STAYS}")
    pack = host.RunPlugin(wire.RunPluginRequest(info=program(tmp_path), kind="resource"))
    assert next(pack).stdout == b"4711"
    with alive.is_up() as connection:
        pack.cancel()
        assert is_gone(connection)


def test_a_policy_pack_is_started_by_pulumis_own_module(
    host: LanguageRuntimeStub, tmp_path: Path
) -> None:
    (tmp_path / "__main__.py").write_text("import sys; print(sys.argv[0], sys.argv[1:])")
    request = wire.RunPluginRequest(
        info=program(tmp_path), pwd=str(tmp_path), kind="analyzer", args=[ENGINE]
    )
    said = b"".join(each.stdout for each in host.RunPlugin(request)).decode()
    assert "policy" in said and ENGINE in said and str(tmp_path) in said


def test_a_missing_virtual_environment_says_what_to_do(
    host: LanguageRuntimeStub, tmp_path: Path
) -> None:
    request = wire.RunRequest(info=program(tmp_path, virtualenv="../.venv"))
    with pytest.raises(grpc.RpcError) as raised:
        host.Run(request)
    assert "make setup" in raised.value.details()


def test_another_toolchain_is_refused_by_name(host: LanguageRuntimeStub, tmp_path: Path) -> None:
    request = wire.GetRequiredPackagesRequest(info=program(tmp_path, toolchain="poetry"))
    with pytest.raises(grpc.RpcError) as raised:
        host.GetRequiredPackages(request)
    assert "poetry" in raised.value.details()


def test_the_packages_of_an_environment_name_their_providers(
    host: LanguageRuntimeStub, tmp_path: Path
) -> None:
    venv = environment(tmp_path / "venv")
    package(venv, "pulumi_azure_native", {"resource": True, "name": "azure-native"})
    package(venv, "pulumi_policy", {"resource": False})
    info = program(tmp_path, virtualenv="venv")
    packages = host.GetRequiredPackages(wire.GetRequiredPackagesRequest(info=info)).packages
    plugins = host.GetRequiredPlugins(wire.GetRequiredPluginsRequest(info=info)).plugins
    expected = [("azure-native", "resource", "1.2.3")]
    assert [(each.name, each.kind, each.version) for each in packages] == expected
    assert [(each.name, each.kind, each.version) for each in plugins] == expected


def environment(venv: Path) -> Path:
    (venv / "bin").mkdir(parents=True)
    (venv / "bin/python").symlink_to(sys.executable)
    (venv / "lib/python3.11/site-packages").mkdir(parents=True)
    return venv


def package(venv: Path, name: str, plugin: dict[str, object], requires: str = "") -> None:
    packages = venv / "lib/python3.11/site-packages"
    (packages / name).mkdir()
    (packages / name / "pulumi-plugin.json").write_text(json.dumps({"version": "1.2.3", **plugin}))
    (packages / f"{name}-1.2.3.dist-info").mkdir()
    (packages / f"{name}-1.2.3.dist-info/METADATA").write_text(
        f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.2.3\n{requires}"
    )


def test_direct_dependencies_are_those_that_nobody_needs(
    host: LanguageRuntimeStub, tmp_path: Path
) -> None:
    venv = environment(tmp_path / "venv")
    package(venv, "pulumi_azure_native", {}, "Requires-Dist: Pulumi.Core>=3; python_version>'3'\n")
    package(venv, "pulumi_core", {})
    request = wire.GetProgramDependenciesRequest(info=program(tmp_path, virtualenv="venv"))
    direct = host.GetProgramDependencies(request).dependencies
    request.transitiveDependencies = True
    everything = host.GetProgramDependencies(request).dependencies
    assert [each.name for each in direct] == ["pulumi_azure_native"]
    assert [each.name for each in everything] == ["pulumi_azure_native", "pulumi_core"]


def test_the_host_introduces_itself(host: LanguageRuntimeStub, tmp_path: Path) -> None:
    host.Handshake(wire.LanguageHandshakeRequest(engine_address=ENGINE))
    about = host.About(wire.AboutRequest(info=program(tmp_path)))
    assert host.GetPluginInfo(Empty()).version == "3.259.0"
    assert about.executable == str(Path(sys.prefix) / "bin/python")
    assert about.version == ".".join(map(str, sys.version_info[:3]))
    assert not host.RuntimeOptionsPrompts(wire.RuntimeOptionsRequest()).prompts


def test_what_cannot_be_installed_ends_with_what_failed(
    host: LanguageRuntimeStub, tmp_path: Path
) -> None:
    (tmp_path / "requirements.txt").write_text("not a requirement !\n")
    request = wire.InstallDependenciesRequest(info=program(tmp_path))
    said = host.InstallDependencies(request)
    with pytest.raises(grpc.RpcError) as raised:
        for _ in said:
            pass
    assert "requirements.txt" in raised.value.details()
