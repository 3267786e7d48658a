"""What machines read of the whole project obeys its schema, says the same
everywhere, and promises no address there is not.
"""

import ast
import json
import re
import tomllib
from pathlib import Path

import frictionless
import jsonschema
import pytest
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
from rocrate.rocrate import ROCrate

from dispersed_autonomy import paths
from dispersed_autonomy.inputs.citation import CitationError, read_citation
from dispersed_autonomy.site.extension import TEMPLATES
from dispersed_autonomy.site.metadata import (
    build_package,
    find_launches,
    read_descriptions,
    write_addresses,
    write_sbom,
    write_setup,
)

CFF_SCHEMA = json.loads(
    (Path(__file__).parents[1] / "schemas" / "cff-1.2.0.json").read_text(
        encoding="utf-8"
    )
)
ADDRESSES = {
    "repository-code": "https://github.com/someone/a-book",
    "url": "https://someone.example/a-book",
}


def test_a_citation_file_that_breaks_its_schema_is_noticed():
    jsonschema.validate(read_citation(), CFF_SCHEMA)
    jsonschema.validate(read_citation() | ADDRESSES, CFF_SCHEMA)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(
            read_citation() | {"date-released": "yesterday"}, CFF_SCHEMA
        )


def test_a_citation_file_without_what_the_rest_is_made_from_is_refused(tmp_path):
    text = paths.CITATION.read_text(encoding="utf-8").replace(
        "\nversion:", "\nversions:"
    )
    (tmp_path / "CITATION.cff").write_text(text)
    with pytest.raises(CitationError, match="CITATION.cff: missing: version"):
        read_citation(tmp_path / "CITATION.cff")


def test_a_package_with_another_version_or_licence_than_the_citation_is_noticed():
    project, citation = (
        tomllib.loads((paths.PROJECT / "pyproject.toml").read_text())["project"],
        read_citation(),
    )
    assert (project["version"], project["license"]) == (
        citation["version"],
        citation["license"],
    )


def test_a_data_package_that_misses_a_table_or_breaks_its_description_is_noticed(
    site,
):
    package = frictionless.Package(str(site / "datapackage.json"))
    report = package.validate()
    assert report.flatten(["taskId", "rowNumber", "message"]) == []
    described = {resource.path for resource in package.resources}
    assert described == {
        path.relative_to(site).as_posix() for path in (site / "data").rglob("*.csv")
    }
    assert described == {
        f"data/{path.relative_to(paths.DATA).as_posix()}"
        for path in paths.DATA.rglob("*.csv")
    }


def test_a_table_without_licence_or_source_is_noticed():
    for resource in build_package(read_citation(), read_descriptions())[
        "resources"
    ]:
        assert resource["licenses"], resource["name"]
        assert resource["sources"], resource["name"]


def test_a_crate_without_its_root_or_with_a_file_that_is_not_there_is_noticed(
    site, published
):
    crate = ROCrate(str(site))
    root = crate.root_dataset
    for field in (
        "name",
        "description",
        "license",
        "datePublished",
        "author",
        "hasPart",
    ):
        assert root[field], field
    assert crate.get("ro-crate-metadata.json")["about"].id == "./"
    types = {
        entity: entity.type if isinstance(entity.type, list) else [entity.type]
        for entity in crate.get_entities()
    }
    parts = [
        entity
        for entity, named in types.items()
        if set(named) & {"File", "Dataset"}
    ]
    absent = [entity.id for entity in parts if not (site / entity.id).exists()]
    assert absent == []
    assert {f"figures/{id}.png" for id in published["figures"]} <= {
        entity.id for entity in parts
    }
    assert {f"data/{name}/" for name in read_descriptions()} <= {
        entity.id for entity in parts
    }


def test_a_run_in_the_crate_that_names_other_datasets_than_its_results_is_noticed(
    site, published
):
    crate = json.loads((site / "ro-crate-metadata.json").read_text())["@graph"]
    for run in (entity for entity in crate if entity["@type"] == "CreateAction"):
        notebook = run["@id"].removeprefix("#run-")
        own = [
            result
            for result in published["results"].values()
            if result["notebook"] == notebook
        ]
        used = {dataset for result in own for dataset in result["datasets"]}
        assert {part["@id"] for part in run["object"]} == {
            f"data/{dataset}/" for dataset in used
        }


def test_a_bill_of_materials_that_breaks_its_schema_or_misses_a_library_is_noticed(
    site, tmp_path
):
    text = (site / "sbom.json").read_text(encoding="utf-8")
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(text) is None
    listed = {
        (component["name"].lower(), component["version"])
        for component in json.loads(text)["components"]
    }
    lock = (paths.PROJECT / "requirements.txt").read_text()
    locked = {
        (name.lower(), version)
        for name, version in re.findall(
            r"^([\w.-]+)==([^ \\;]+)", lock, re.MULTILINE
        )
    }
    assert listed == locked
    write_sbom(tmp_path / "sbom.json")
    assert (tmp_path / "sbom.json").read_text(encoding="utf-8") == text


def test_a_launch_without_address_or_an_address_without_launch_is_noticed():
    assert find_launches("02_x", {}) == {}
    assert (
        find_launches("02_x", {"repository-code": "https://elsewhere.example/a/b"})
        == {}
    )
    assert find_launches("02_x", ADDRESSES) == {
        "Binder": (
            "https://mybinder.org/v2/gh/someone/a-book/HEAD?labpath=notebooks%2F02_x.ipynb"
        ),
        "Colab": (
            "https://colab.research.google.com/github/someone/a-book/blob/HEAD/notebooks/02_x.ipynb"
        ),
    }


@pytest.mark.parametrize("addresses", [{}, ADDRESSES])
def test_a_launch_section_that_promises_more_than_the_address_allows_is_noticed(
    addresses,
):
    shown = TEMPLATES.get_template("launch.html").render(
        root="../",
        notebook="02_x",
        launches=find_launches("02_x", addresses),
        repository=addresses.get("repository-code"),
        setup=write_setup(addresses),
    )
    assert 'href="../notebooks/02_x.ipynb" download' in shown
    assert (
        ("mybinder.org" in shown)
        == ("colab.research" in shown)
        == ("git&#34;, &#34;clone" in shown)
        == bool(addresses)
    )
    assert ("it has none yet" in shown) != bool(addresses)


def test_a_setup_cell_that_does_not_clone_install_the_lock_and_import_is_noticed(
    tmp_path, monkeypatch
):
    assert write_setup({}) is None
    cell = write_setup(ADDRESSES)
    ast.parse(cell)
    commands, added = [], []
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    monkeypatch.setattr(
        "subprocess.run", lambda command, check: commands.append(command)
    )
    monkeypatch.setattr("sys.path", added)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "dispersed-autonomy" / "notebooks").mkdir(parents=True)
    exec(cell, {})
    assert commands[0][:2] == ["git", "clone"]
    assert ADDRESSES["repository-code"] in commands[0]
    assert commands[1][1:4] == ["-m", "pip", "install"]
    assert commands[1][-1] == "dispersed-autonomy/requirements.txt"
    assert added == [str(tmp_path / "dispersed-autonomy" / "src")]
    assert Path.cwd().name == "notebooks"


def test_a_sitemap_without_address_or_with_pages_that_are_not_there_is_noticed(
    tmp_path,
):
    for page in (
        "index.html",
        "notebooks/02_x.html",
        "404.html",
        "_static/webpack.html",
    ):
        (tmp_path / page).parent.mkdir(exist_ok=True)
        (tmp_path / page).write_text("")
    write_addresses(tmp_path, {})
    assert not (tmp_path / "sitemap.xml").exists()
    assert "Sitemap" not in (tmp_path / "robots.txt").read_text()
    write_addresses(tmp_path, ADDRESSES)
    listed = re.findall("<loc>(.*?)</loc>", (tmp_path / "sitemap.xml").read_text())
    assert listed == [
        f"{ADDRESSES['url']}/index.html",
        f"{ADDRESSES['url']}/notebooks/02_x.html",
    ]
    assert (
        f"Sitemap: {ADDRESSES['url']}/sitemap.xml"
        in (tmp_path / "robots.txt").read_text()
    )


def test_a_binder_environment_other_than_the_lock_is_noticed():
    binder = paths.PROJECT / ".binder"
    assert (binder / "requirements.txt").read_text().split() == [
        "-r",
        "../requirements.txt",
    ]
    assert (binder / "runtime.txt").read_text().strip() == "python-3.11"
    assert "--no-deps" in (binder / "postBuild").read_text()
    assert (binder / "postBuild").stat().st_mode & 0o100
