import base64
import hashlib
import json
import os
import pickle
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from loopscope.host.environment import find_environment, readable_roots
from loopscope.workspace.environment import EntryPointPlugin, Environment, Release


def write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


def make_venv(prefix: Path, version: str = "3.12.4", *, marker: Path | None = None, **settings: str) -> Path:
    """A virtual environment by its files. Its python writes `marker` if anybody runs it. Returns site-packages."""
    lines = {
        "version": version,
        "home": "/nowhere/bin",
        **{key.replace("_", "-"): value for key, value in settings.items()},
    }
    write(prefix / "pyvenv.cfg", "".join(f"{key} = {value}\n" for key, value in lines.items()))
    write(prefix / "bin" / "python", f"#!/bin/sh\necho ran > {marker}\n")
    (prefix / "bin" / "python").chmod(0o755)
    site_packages = prefix / "lib" / f"python{version.rpartition('.')[0]}" / "site-packages"
    site_packages.mkdir(parents=True)
    return site_packages


def install(site_packages: Path, name: str, version: str, *plugins: str) -> None:
    folder = site_packages / f"{name.replace('-', '_')}-{version}.dist-info"
    write(folder / "METADATA", f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n\nText\n")
    if plugins:
        write(folder / "entry_points.txt", "[console_scripts]\nx = x:main\n\n[pytest11]\n" + "\n".join(plugins) + "\n")


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    """A repository, so that nothing above it counts."""
    (tmp_path / "work" / ".git").mkdir(parents=True)
    return tmp_path / "work"


def find(workspace: Path, setting: str | None = None, environ: Mapping[str, str] | None = None) -> Environment:
    return find_environment(workspace, setting, {"HOME": str(workspace.parent / "home"), **(environ or {})})


@pytest.mark.parametrize(
    ("versions", "note"),
    [
        (("9.2.0", "0.21.2"), "do not work together"),
        (("9.0.3", "1.2.0"), "is made for pytest 8 and older"),
        (("9.2.0", "1.3.0"), ""),
        (("8.4.2", "0.21.2"), ""),
    ],
)
def test_versions_that_do_not_go_together_are_noted(workspace: Path, versions: tuple[str, str], note: str) -> None:
    site_packages = make_venv(workspace / ".venv")
    install(site_packages, "pytest", versions[0])
    install(site_packages, "pytest-asyncio", versions[1])
    notes = find(workspace).notes
    assert [each for each in notes if note in each] == list(notes)
    assert bool(notes) == bool(note)


def test_versions_and_plugins_of_an_environment_in_the_workspace(workspace: Path) -> None:
    site_packages = make_venv(workspace / ".venv")
    install(site_packages, "pytest", "8.3.4")
    install(site_packages, "pytest-asyncio", "0.24.0", "asyncio = pytest_asyncio.plugin")
    environment = find(workspace)
    assert (environment.kind, environment.path, environment.found_by) == (
        "venv", workspace / ".venv", ".venv in the workspace",
    )  # fmt: skip
    assert environment.python_version == (3, 12, 4)
    assert environment.site_packages == environment.search_path == (site_packages,)
    assert environment.version_of("PyTest.Asyncio") == (0, 24, 0)
    assert environment.effective("pytest") == Release((8, 3, 4), assumed=False)
    assert environment.plugins == (
        EntryPointPlugin("asyncio", "pytest_asyncio.plugin", None, "pytest-asyncio", "0.24.0"),
    )
    assert pickle.loads(pickle.dumps(environment)) == environment


def test_no_interpreter_hook_or_setup_is_ever_run(workspace: Path) -> None:
    marker = workspace.parent / "marker"
    site_packages = make_venv(workspace / ".venv", marker=marker)
    code = f"open({str(marker)!r}, 'w')"
    write(site_packages / "x.pth", f"import evil; {code}\nimport sys; {code}\n")
    for name in ("evil.py", "sitecustomize.py", "usercustomize.py", "../../../../setup.py", "../../../../conftest.py"):
        write(site_packages / name, code)
    for setting in (None, ".venv", ".venv/bin/python", str(workspace / ".venv" / "bin" / "python")):
        assert find(workspace, setting).site_packages == (site_packages,)
    assert not marker.exists()
    subprocess.run([workspace / ".venv" / "bin" / "python"], check=True)
    assert marker.exists()


def test_the_setting_comes_first_and_then_what_is_activated(workspace: Path, tmp_path: Path) -> None:
    for name in ("set", "active", "conda", "uv"):
        make_venv(tmp_path / name)
    make_venv(workspace / "venv")
    (tmp_path / "conda" / "pyvenv.cfg").unlink()
    write(tmp_path / "conda" / "conda-meta" / "python-3.12.9-h123_0.json", "{}")
    environ = {"VIRTUAL_ENV": str(tmp_path / "active"), "CONDA_PREFIX": str(tmp_path / "conda")}
    assert find(workspace, "../set", environ).path == tmp_path / "set"
    assert find(workspace, "../set", environ).kind == "setting"
    assert find(workspace, None, environ).found_by == "VIRTUAL_ENV is set"
    del environ["VIRTUAL_ENV"]
    conda = find(workspace, None, environ)
    assert (conda.kind, conda.python_version, conda.path) == ("conda", (3, 12, 9), tmp_path / "conda")
    assert find(workspace, None, {**environ, "CONDA_DEFAULT_ENV": "base"}).path == workspace / "venv"
    assert find(workspace, None, {"UV_PROJECT_ENVIRONMENT": "../uv"}).path == workspace / ".." / "uv"


def test_an_environment_of_loopscope_alone_is_not_the_project_s(
    workspace: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_venv(workspace / ".venv")
    own = make_venv(tmp_path / "hooks" / "py_env")
    activated = {"VIRTUAL_ENV": str(tmp_path / "hooks" / "py_env")}
    assert find(workspace, None, activated).found_by == "VIRTUAL_ENV is set"
    # As pre-commit starts it: the hook's environment is active.
    monkeypatch.setattr("sys.prefix", activated["VIRTUAL_ENV"])
    assert find(workspace, None, activated).found_by == ".venv in the workspace"
    (own / "_pytest").mkdir()
    assert find(workspace, None, activated).found_by == "VIRTUAL_ENV is set"


def test_a_setting_or_variable_that_names_nothing_is_noted_and_passed_over(workspace: Path) -> None:
    make_venv(workspace / "env")
    environment = find(workspace, "~/gone", {"VIRTUAL_ENV": "/gone"})
    assert environment.path == workspace / "env"
    assert environment.notes == (
        "The setting `environment` names ~/gone, where no Python environment is.",
        "VIRTUAL_ENV names /gone, where no Python environment is.",
    )
    assert find(workspace, "\0").path == workspace / "env"


def test_environments_above_the_workspace_count_up_to_the_repository(workspace: Path, tmp_path: Path) -> None:
    inner = workspace / "packages" / "one"
    inner.mkdir(parents=True)
    make_venv(tmp_path / ".venv")
    assert find(inner).kind == "server"
    make_venv(workspace / "oddly-named")
    assert find(inner).kind == "server"
    assert find(workspace).found_by == "oddly-named in the workspace"
    make_venv(workspace / ".venv")
    assert find(inner).path == workspace / ".venv"
    (inner / ".venv").write_text("../../oddly-named\n")
    assert find(inner).path == inner / "../../oddly-named"


def hashed(path: Path, digits: int = 32) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(str(path).encode()).digest()[:digits]).decode()[:8]


def test_where_project_tools_keep_environments(workspace: Path, tmp_path: Path) -> None:
    home = tmp_path / "home"
    write(workspace / "pyproject.toml", '[project]\nname = "My.App"\n')
    expected = home / ".local/share/hatch/env/virtual/my-app" / hashed(workspace) / "my-app"
    make_venv(expected)
    assert find(workspace).path == expected
    make_venv(expected.with_name("documentation-and-more"))
    make_venv(expected.with_name("hatch-test.py3.12"))
    assert find(workspace).path == expected.with_name("hatch-test.py3.12")
    poetry = home / ".cache/pypoetry/virtualenvs"
    for minor in ("3.9", "3.12"):
        make_venv(poetry / f"my.app-{hashed(workspace)}-py{minor}", f"{minor}.1")
    assert find(workspace).python_version == (3, 12, 1)
    write(poetry / "envs.toml", f'["my.app-{hashed(workspace)}"]\nminor = "3.9"\npatch = "3.9.1"\n')
    assert find(workspace).python_version == (3, 9, 1)
    write(workspace / "Pipfile", "")
    make_venv(home / ".local/share/virtualenvs" / f"work-{hashed(workspace / 'Pipfile', 6)}", "3.11.2")
    assert find(workspace).python_version == (3, 11, 2)
    make_venv(tmp_path / "pdm", "3.10.8")
    write(workspace / ".pdm-python", f"{tmp_path}/pdm/bin/python\n")
    assert find(workspace).python_version == (3, 10, 8)


def test_broken_project_files_are_passed_over(workspace: Path) -> None:
    write(workspace / "pyproject.toml", "[project\nname = ")
    assert find(workspace).kind == "server"
    write(workspace / "pyproject.toml", "project = 3\n[tool]\npoetry = []\n")
    assert find(workspace).kind == "server"


def test_pep_582(workspace: Path) -> None:
    for version in ("3.9", "3.13", "oops"):
        (workspace / "__pypackages__" / version / "lib").mkdir(parents=True)
    install(workspace / "__pypackages__" / "3.13" / "lib", "pytest", "9.0.1")
    environment = find(workspace)
    assert (environment.python_version, environment.version_of("pytest")) == ((3, 13, 0), (9, 0, 1))


def test_without_any_the_servers_own_is_as_importlib_sees_it(workspace: Path) -> None:
    import importlib.metadata

    environment = find(workspace)
    installed = list(importlib.metadata.distributions(path=[str(path) for path in environment.search_path]))
    assert environment.kind == "server"
    assert environment.python_version == sys.version_info[:3]
    assert environment.stdlib == Path(os.__file__).parent
    assert {name: found.version for name, found in environment.distributions.items()} == {
        found.metadata["Name"].lower().replace("_", "-").replace(".", "-"): found.version for found in installed
    }
    assert [(plugin.name, plugin.module) for plugin in environment.plugins] == [
        (point.name, point.value) for found in installed for point in found.entry_points if point.group == "pytest11"
    ]


def test_the_windows_layout(workspace: Path) -> None:
    prefix = workspace / ".venv"
    write(prefix / "pyvenv.cfg", "home = C:\\Python312\nversion_info = 3.12.1.final.0\n")
    write(prefix / "Scripts" / "python.exe", "")
    site_packages = prefix / "Lib" / "site-packages"
    install(site_packages, "pytest", "9.2.0")
    for setting in (None, ".venv/Scripts/python.exe"):
        environment = find(workspace, setting)
        assert (environment.python_version, environment.site_packages) == ((3, 12, 1), (site_packages,))


def make_base(prefix: Path) -> None:
    write(prefix / "lib" / "python3.12" / "os.py", "")
    write(prefix / "bin" / "python3.12", "")
    (prefix / "bin" / "python3").symlink_to("python3.12")
    (prefix / "lib" / "python3.9" / "site-packages").mkdir(parents=True)
    write(prefix / "lib" / "python3.9" / "os.py", "")
    install(prefix / "lib" / "python3.12" / "site-packages", "pytest", "7.0.0")
    install(prefix / "lib" / "python3" / "dist-packages", "anyio", "4.0.0")


def test_the_base_gives_the_standard_library_and_on_demand_its_packages(workspace: Path, tmp_path: Path) -> None:
    base = tmp_path / "usr"
    make_base(base)
    make_venv(workspace / ".venv", home=f"{base}/bin")
    assert find(workspace).stdlib == base / "lib" / "python3.12"
    assert not find(workspace).has("pytest")
    make_venv(workspace / "older", "3.9.2", home=f"{base}/bin")
    assert find(workspace, "older").stdlib == base / "lib" / "python3.9"
    write(
        workspace / ".venv" / "pyvenv.cfg",
        f"home = {base}/bin\nversion = 3.12.4\ninclude-system-site-packages = true\n",
    )
    environment = find(workspace)
    assert (environment.version_of("pytest"), environment.has("anyio")) == ((7, 0, 0), True)
    assert environment.search_path[0] == workspace / ".venv/lib/python3.12/site-packages"


def test_a_base_in_a_mac_framework_is_found_by_its_interpreter(workspace: Path, tmp_path: Path) -> None:
    framework = tmp_path / "Cellar" / "Frameworks" / "Python.framework" / "Versions" / "3.12"
    make_base(framework)
    (tmp_path / "Cellar" / "bin").mkdir()
    make_venv(workspace / ".venv", home=f"{tmp_path}/Cellar/bin", executable=f"{framework}/bin/python3.12")
    assert find(workspace).stdlib == framework / "lib" / "python3.12"


def test_an_environment_that_names_itself_as_base_is_no_circle(workspace: Path) -> None:
    prefix = workspace / ".venv"
    site_packages = make_venv(prefix, home=f"{prefix}/bin", include_system_site_packages="true")
    assert find(workspace).site_packages == (site_packages,)


def test_the_interpreter_of_an_environment_is_not_mistaken_for_that_of_its_base(
    workspace: Path, tmp_path: Path
) -> None:
    make_base(tmp_path / "usr")
    make_venv(workspace / "mine", home=f"{tmp_path}/usr/bin")
    (workspace / "mine" / "bin" / "python").unlink()
    (workspace / "mine" / "bin" / "python").symlink_to(tmp_path / "usr" / "bin" / "python3")
    assert find(workspace, "mine/bin/python").path == workspace / "mine"


def test_a_setting_may_be_an_interpreter_outside_any_environment(workspace: Path, tmp_path: Path) -> None:
    make_base(tmp_path / "usr")
    environment = find(workspace, str(tmp_path / "usr" / "bin" / "python3"))
    assert environment.python_version == (3, 12, 0)
    assert environment.version_of("pytest") == (7, 0, 0)


def test_pth_files_and_editable_installs(workspace: Path, tmp_path: Path) -> None:
    site_packages = make_venv(workspace / ".venv")
    for name in ("plain", "src-layout/src", "meson/src/m", "zzz"):
        (tmp_path / name).mkdir(parents=True)
    write(site_packages / "b.pth", f"# comment\n{tmp_path}/plain\n/gone\n\nimport nothing_here\n../zzz-missing\n")
    write(site_packages / "a.pth", f"{tmp_path}/src-layout/src\n")
    write(site_packages / ".hidden.pth", f"{tmp_path}/zzz\n")
    write(
        site_packages / "__editable__.one-1.pth",
        "import __editable___one_1_finder; __editable___one_1_finder.install()",
    )
    write(
        site_packages / "__editable___one_1_finder.py",
        "import sys\nMAPPING: dict[str, str] = {'one': '/src/one', 'one_mod': '/src/one_mod'}\nexit(1)\n",
    )
    write(site_packages / "_two.pth", "import _editable_impl_two")
    write(site_packages / "_editable_impl_two.py", "F.map_module('two', '/src/two/__init__.py')\n")
    write(site_packages / "_broken.pth", "import _broken")
    write(site_packages / "_broken.py", "MAPPING = {'x': ")
    for name, url in {"meson": f"file://{tmp_path}/meson", "fixed": f"file://{tmp_path}/zzz", "bad": "}"}.items():
        install(site_packages, name, "1")
        editable = name == "meson"
        record = json.dumps({"url": url, "dir_info": {"editable": editable}}) if name != "bad" else "{"
        write(site_packages / f"{name}-1.dist-info" / "direct_url.json", record)
    write(tmp_path / "plain" / "old.egg-info" / "PKG-INFO", "Metadata-Version: 1.0\nName: Old\nVersion: 0.3\n")
    write(tmp_path / "plain" / "old.egg-info" / "entry_points.txt", "[pytest11]\nold = old.plugin:attr [extra]\n")
    environment = find(workspace)
    assert environment.search_path == (
        site_packages, tmp_path / "src-layout/src", tmp_path / "plain", tmp_path / "meson/src",
    )  # fmt: skip
    assert environment.editable == {
        "one": Path("/src/one"), "one_mod": Path("/src/one_mod"), "two": Path("/src/two/__init__.py"),
    }  # fmt: skip
    assert environment.plugins == (EntryPointPlugin("old", "old.plugin", "attr", "Old", "0.3"),)
    assert environment.distributions["old"].source == tmp_path / "plain"
    assert environment.distributions["meson"].source == tmp_path / "meson"
    assert environment.distributions["fixed"].source is None
    assert tmp_path / "meson/src" in readable_roots(environment, {})


def test_broken_metadata_never_raises(workspace: Path) -> None:
    site_packages = make_venv(workspace / ".venv")
    install(site_packages, "~ytest", "9.0.0", "gone = gone")
    install(
        site_packages, "good", "1.0", "good = good_plugin", "= nameless", "no_value", "bad = not a module!", "[unclosed"
    )
    (site_packages / "empty-1.0.dist-info").mkdir()
    (site_packages / "file-1.0.dist-info").write_bytes(b"\xff\0")
    (site_packages / "noversion.dist-info").mkdir()
    (site_packages / "-.dist-info").mkdir()
    (site_packages / ".dist-info").mkdir()
    os.mkfifo(site_packages / "pipe.egg-info")
    (site_packages / "loop.pth").symlink_to("loop.pth")
    (site_packages / "binary.pth").write_bytes(b"\xff\xfe\0\n\0")
    (site_packages / "odd-1.0.dist-info").mkdir()
    (site_packages / "odd-1.0.dist-info" / "entry_points.txt").write_bytes(b"[pytest11]\n\xff = odd\n")
    environment = find(workspace)
    assert environment.version_of("good") == (1, 0)
    assert environment.version_of("noversion") is None
    assert not any("ytest" in name for name in environment.distributions)
    assert {plugin.name for plugin in environment.plugins} >= {"good"}
    assert {plugin.module for plugin in environment.plugins} == {"good_plugin", "odd", "nameless"}


def test_the_first_of_two_plugins_with_one_name_wins(workspace: Path, tmp_path: Path) -> None:
    site_packages = make_venv(workspace / ".venv")
    (tmp_path / "second").mkdir()
    write(site_packages / "x.pth", f"{tmp_path}/second\n")
    install(site_packages, "one", "1", "same = one")
    install(tmp_path / "second", "two", "2", "same = two")
    install(tmp_path / "second", "one", "9", "late = late")
    environment = find(workspace)
    assert [plugin.module for plugin in environment.plugins] == ["one", "late"]
    assert environment.version_of("one") == (1,)


def test_the_virtual_environment_that_is_active_in_the_editor_comes_after_the_setting(
    workspace: Path, tmp_path: Path
) -> None:
    for folder in (workspace / ".venv", tmp_path / "active", tmp_path / "set"):
        install(make_venv(folder), "pytest", "8.0.0")
    active = str(tmp_path / "active" / "bin" / "python")
    found = find_environment(workspace, None, {"VIRTUAL_ENV": str(tmp_path / "set")}, active)
    assert (found.path, found.found_by) == (tmp_path / "active", "the environment that is active in the editor")
    assert find_environment(workspace, str(tmp_path / "set"), {}, active).path == tmp_path / "set"
    assert find_environment(workspace, None, {}, str(tmp_path / "gone")).path == workspace / ".venv"


def test_an_interpreter_in_no_environment_counts_where_the_project_has_none(workspace: Path, tmp_path: Path) -> None:
    (tmp_path / "usr" / "lib" / "python3.12" / "site-packages").mkdir(parents=True)
    write(tmp_path / "usr" / "lib" / "python3.12" / "os.py", "")
    write(tmp_path / "usr" / "bin" / "python3.12", "")
    active = str(tmp_path / "usr" / "bin" / "python3.12")
    assert find_environment(workspace, None, {}, active).path == tmp_path / "usr"
    make_venv(workspace / ".venv")
    assert find_environment(workspace, None, {}, active).path == workspace / ".venv"


def test_without_site_the_running_environment_is_still_the_virtual_one(tmp_path: Path) -> None:
    server = Path(__file__).parents[3] / "server"
    code = f"import sys; sys.path.insert(0, {str(server)!r})\n"
    code += "from loopscope.host.layout import running_layout; print(running_layout().prefix)"
    for options in (["-I", "-S"], ["-I"]):
        done = subprocess.run(
            [sys.executable, *options, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=True
        )
        assert done.stdout.strip() == sys.prefix
