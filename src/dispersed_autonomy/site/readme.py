"""Write the tables of the README: rights to each dataset, and which notebook makes
which exhibit.
"""

import re
import sys
from pathlib import Path

from dispersed_autonomy import paths
from dispersed_autonomy.findings.results import read_recorded
from dispersed_autonomy.site.metadata import list_notebooks, read_descriptions


def table_rights(descriptions: dict[str, dict]) -> str:
    """Return the table of datasets: what each is, its licences, when it was
    retrieved, and its pinned upstream files.
    """
    rows = []
    for dataset, description in descriptions.items():
        licences = ", ".join(
            licence.get("title") or licence["name"]
            for licence in description["licenses"]
        )
        pinned = [source for source in description["sources"] if "hash" in source]
        size = sum(source["bytes"] for source in pinned) / 1e6
        upstream = (
            f"{len(pinned)} ({size:.1f} MB)" if pinned else "none: compiled by hand"
        )
        rows.append(
            f"| `data/{dataset}` | {description['title']} | {licences} |"
            f" {description['retrieved']} | {upstream} |"
        )
    return "\n".join(
        [
            "| folder | dataset | license | retrieved | pinned upstream files |",
            "|---|---|---|---|---|",
            *rows,
        ]
    )


def table_exhibits(results: dict[str, dict], figures: dict[str, dict]) -> str:
    """Return the table of notebooks: the question, figures, number of results and
    datasets of each.
    """
    rows = []
    for notebook in list_notebooks(results):
        name = notebook["name"]
        made = (
            ", ".join(
                f"`{id}`"
                for id, figure in figures.items()
                if figure["notebook"] == name
            )
            or "none"
        )
        count = sum(result["notebook"] == name for result in results.values())
        used = ", ".join(f"`{dataset}`" for dataset in sorted(notebook["datasets"]))
        rows.append(
            f"| `{name}` | {notebook['title']} | {made} | {count} | {used} |"
        )
    return "\n".join(
        [
            "| notebook | question | figures | results | datasets |",
            "|---|---|---|---|---|",
            *rows,
        ]
    )


def fill(text: str, tables: dict[str, str]) -> str:
    """Return a text with each table between its marks, `<!-- name -->` and `<!--
    /name -->`.
    """
    for name, table in tables.items():
        marks = rf"(<!-- {name} -->\n).*?(<!-- /{name} -->)"
        text, filled = re.subn(
            marks,
            lambda found, table=table: f"{found[1]}{table}\n{found[2]}",
            text,
            flags=re.DOTALL,
        )
        if filled != 1:
            sys.exit(
                f"README.md: the marks of the table {name!r} stand there {filled}"
                " times"
            )
    return text


def write_readme(text: str) -> str:
    """Return the README with both of its tables as the descriptions and the
    committed notebooks have them.
    """
    results, figures = (
        read_recorded(kind, paths.NOTEBOOKS) for kind in ("result", "figure")
    )
    return fill(
        text,
        {
            "rights": table_rights(read_descriptions()),
            "exhibits": table_exhibits(results, figures),
        },
    )


def main() -> None:
    """Write the tables of the README anew."""
    readme = Path(paths.PROJECT / "README.md")
    readme.write_text(
        write_readme(readme.read_text(encoding="utf-8")), encoding="utf-8"
    )


if __name__ == "__main__":
    main()
