"""What the commands print as JSON is what docs/schema promises."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import referencing
from command_line import debpatch

from debpatch.cli.app import app
from debpatch.demo import Demo

SCHEMAS = Path(__file__).parents[1] / "docs" / "schema"


def run(*arguments: str, code: int = 1) -> Any:
    done = debpatch(*arguments, "--format", "json")
    assert done.code == code, done.err
    return done.json


def check(document: Any) -> None:
    schema = json.loads((SCHEMAS / f"{document['command']}.json").read_text())
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.Draft202012Validator(schema, registry=_registry()).validate(document)


def _registry() -> referencing.Registry[Any]:
    """All schemas by the names that they call each other."""
    read = {path.name: json.loads(path.read_text()) for path in SCHEMAS.glob("*.json")}
    named = ((name, referencing.Resource.from_contents(text)) for name, text in read.items())
    return referencing.Registry().with_resources(named)


def test_every_command_that_prints_json_has_a_schema() -> None:
    with_json = {
        name
        for name, command in app.commands.items()
        if any("--format" in parameter.opts for parameter in command.params)
    }
    assert set(app.commands) - with_json == {"demo"}
    assert {path.stem for path in SCHEMAS.iterdir()} == with_json


def test_a_schema_is_that_of_its_command() -> None:
    for path in SCHEMAS.iterdir():
        schema = json.loads(path.read_text())
        jsonschema.Draft202012Validator.check_schema(schema)
        assert {"schema", "command"} <= set(schema["required"])
        assert schema["properties"]["schema"] == {"const": "debpatch/1"}
        assert schema["properties"]["command"] == {"const": path.stem}


def test_diff_upstream(demo: Demo) -> None:
    series = ",".join(demo.commits[name] for name in ("p1", "p2", "s2", "s3"))
    document = run(
        "diff-upstream", "--repo", str(demo.repository), "--package", str(demo.package),
        "--upstream", demo.commits["fix"], "--upstream", series, str(demo.patch),
    )  # fmt: skip
    check(document)
    assert document["comparisons"][1]["trees"]["files"]


def test_diff_upstream_without_a_base(demo: Demo, tmp_path: Path) -> None:
    patch = tmp_path / "loose.patch"
    patch.write_bytes(demo.patch.read_bytes().replace(b"tidewatch-1.4.2", b"a"))
    document = run("diff-upstream", "--repo", str(demo.repository), str(patch))
    check(document)
    assert document["base"] is None
    assert document["residual_references"] is None


@pytest.mark.parametrize(
    ("name", "options", "code"),
    [
        ("check-conflicts", ["--regions"], 1),
        ("plan-backport", ["--with-follow-ups", "--exec", "true"], 0),
        ("plan-backport", ["--max-commits", "0"], 1),
    ],
)
def test_picks(demo: Demo, name: str, options: list[str], code: int) -> None:
    series = ",".join(demo.commits[name] for name in ("s1", "s2", "s3"))
    for revisions, onto in ((series, demo.package), (demo.commits["fix"], "v1.4.2")):
        places = ("--repo", str(demo.repository), "--onto", str(onto))
        check(run(name, revisions, *places, *options, code=code))


def test_find_backports(demo: Demo) -> None:
    states = set()
    package = ("--package", str(demo.package))
    # 1 where a branch, or the package, has nothing of it or only a part.
    for name, codes in {"fix": (1, 1), "p1": (0, 1), "s1": (0, 0), "s3": (1, 1)}.items():
        for options, code in zip(((), package), codes, strict=True):
            places = ("--repo", str(demo.repository), *options)
            document = run("find-backports", demo.commits[name], *places, code=code)
            check(document)
            assert bool(options) == bool(document["package"])
            states |= {branch["state"] for branch in document["branches"]}
    assert len(states) > 2


def test_review(demo: Demo, tmp_path: Path) -> None:
    given = ["--repo", str(demo.repository), str(demo.patch), "--output"]
    package = ["--package", str(demo.package)]
    check(run("review", *package, *given, str(tmp_path / "with")))
    check(run("review", *given, str(tmp_path / "without")))
    listed = demo.package / "debian/patches/default-device.patch"
    given[2] = str(listed)
    document = run("review", *package, *given, str(tmp_path / "listed"))
    check(document)
    assert document["series_entry"] == listed.name
    assert document["verdict"] == "unknown"


@pytest.mark.parametrize("options", [[], ["--onto", "v1.4.5"]])
def test_audit_series(demo: Demo, options: list[str]) -> None:
    document = run("audit-series", str(demo.package), "--repo", str(demo.repository), *options)
    check(document)
    assert document["patches"]
    assert all(bool(patch["onto"]) == bool(options) for patch in document["patches"])


@pytest.mark.parametrize("options", [[], ["--state"], ["--clear"]])
def test_index(demo: Demo, options: list[str]) -> None:
    check(run("index", "--repo", str(demo.repository), *options, code=0))
