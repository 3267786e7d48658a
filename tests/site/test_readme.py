"""The README says what the project holds."""

import json
import re

from dispersed_autonomy import paths
from dispersed_autonomy.site.readme import write_readme

README = (paths.PROJECT / "README.md").read_text(encoding="utf-8")


def test_a_table_that_went_stale_is_noticed():
    assert write_readme(README) == README, (
        "the README's tables are stale: make readme"
    )


def test_a_figure_or_a_dataset_that_the_readme_does_not_name_is_noticed(published):
    for id, figure in published["figures"].items():
        row = next(
            line
            for line in README.splitlines()
            if line.startswith(f"| `{figure['notebook']}` |")
        )
        assert f"`{id}`" in row
    for path in paths.DATA.glob("*/datapackage.json"):
        row = next(
            line
            for line in README.splitlines()
            if line.startswith(f"| `data/{path.parent.name}` |")
        )
        assert json.loads(path.read_text(encoding="utf-8"))["retrieved"] in row


def test_a_section_of_the_data_editors_template_that_is_missing_is_noticed():
    sections = """
    Overview; Data availability and provenance; Computational requirements;
    Description of programs; Instructions to replicators; List of exhibits;
    References
    """
    headings = re.findall(r"^## (.+)$", README, re.MULTILINE)
    assert {section.strip() for section in sections.split(";")} <= set(headings)


def test_a_verb_that_the_makefile_does_not_have_is_noticed():
    verbs = set(
        re.findall(
            r"^([a-z-]+):", (paths.PROJECT / "Makefile").read_text(), re.MULTILINE
        )
    )
    assert set(re.findall(r"(?:`|^)make ([a-z-]+)", README, re.MULTILINE)) <= verbs
