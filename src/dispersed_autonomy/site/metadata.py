"""What machines read of the whole project, all of it from CITATION.cff, the
descriptions in `data/` and the lock.

At the root of the site: a Frictionless data package, an RO-Crate, a software bill
of materials (CycloneDX), and, for robots, `robots.txt` and `sitemap.xml`.
"""

import json
import re
import shutil
import subprocess
import sys
from copy import deepcopy
from pathlib import Path
from urllib.parse import quote

import nbformat
from rocrate.model.contextentity import ContextEntity
from rocrate.rocrate import ROCrate

from dispersed_autonomy import paths
from dispersed_autonomy.inputs.citation import FOLDER, name_author, read_citation

TEXT_LICENCE = {
    "name": "CC-BY-4.0",
    "title": "Creative Commons Attribution 4.0",
    "path": "https://creativecommons.org/licenses/by/4.0/",
}
PUBLISHED_FILES = {
    "results": "Every result with its interval, unit, n, claim and notebook",
    "claims": "Every claim with its rule, verdict and results",
    "figures": "Every figure with its caption, alternative text and source",
    "datapackage": "Description of every table",
    "sbom": "Bill of materials of the software (CycloneDX)",
}


def read_descriptions() -> dict[str, dict]:
    """Return the description of every dataset, by folder."""
    found = sorted(paths.DATA.glob("*/datapackage.json"))
    return {
        path.parent.name: json.loads(path.read_text(encoding="utf-8"))
        for path in found
    }


def build_package(citation: dict, descriptions: dict[str, dict]) -> dict:
    """Return the Frictionless data package of the whole: every table of every
    dataset, with its own licences and sources.
    """
    tables = [
        _place_table(dataset, description, resource)
        for dataset, description in descriptions.items()
        for resource in description["resources"]
    ]
    package = {
        "name": FOLDER,
        "title": citation["title"],
        "description": citation["abstract"],
        "version": citation["version"],
        "created": f"{citation['date-released']}T00:00:00Z",
        "licenses": [TEXT_LICENCE],
        "contributors": [
            {"title": name_author(author), "role": "author"}
            for author in citation["authors"]
        ],
        "keywords": citation["keywords"],
        "resources": tables,
    }
    return package | ({"homepage": citation["url"]} if citation.get("url") else {})


def _place_table(dataset: str, description: dict, resource: dict) -> dict:
    placed = resource | {
        "name": f"{dataset.replace('_', '-')}-{resource['name']}",
        "path": f"data/{dataset}/{resource['path']}",
        "licenses": description["licenses"],
        "sources": [
            {key: source[key] for key in ("title", "path") if key in source}
            for source in description["sources"]
        ],
    }
    keys = deepcopy(resource["schema"].get("foreignKeys", []))
    for key in keys:
        other = key["reference"]["resource"]
        key["reference"]["resource"] = f"{dataset.replace('_', '-')}-{other}"
    return placed | (
        {"schema": resource["schema"] | {"foreignKeys": keys}} if keys else {}
    )


def build_crate(
    citation: dict,
    descriptions: dict[str, dict],
    figures: list[dict],
    notebooks: list[dict],
) -> dict:
    """Return the RO-Crate metadata: datasets, notebooks with what they use and
    make, figures, lists and licences.

    Parameters
    ----------
    citation : dict
        As of `read_citation`.
    descriptions : dict
        Datasets by folder.
    figures : list of dict
        As published.
    notebooks : list of dict
        `name`, `title` and `datasets` of each.
    """
    crate = ROCrate()
    root = crate.root_dataset
    authors = [
        crate.add(
            ContextEntity(
                crate,
                f"#author-{i}",
                {
                    "@type": "Organization" if "name" in a else "Person",
                    "name": name_author(a),
                },
            )
        )
        for i, a in enumerate(citation["authors"], start=1)
    ]
    root["name"], root["description"], root["version"] = (
        citation["title"],
        citation["abstract"],
        citation["version"],
    )
    root["datePublished"], root["keywords"], root["author"] = (
        citation["date-released"],
        citation["keywords"],
        authors,
    )
    root["license"] = _add_licence(crate, TEXT_LICENCE)
    if citation.get("url"):
        root["url"] = citation["url"]
    for name, title in PUBLISHED_FILES.items():
        crate.add_file(
            dest_path=f"{name}.json",
            properties={"name": title, "encodingFormat": "application/json"},
        )
    held = {
        dataset: _add_dataset(crate, dataset, description)
        for dataset, description in descriptions.items()
    }
    for notebook in notebooks:
        made = [
            crate.add_file(
                dest_path=f"figures/{figure['id']}.png",
                properties={
                    "name": figure["caption"],
                    "encodingFormat": "image/png",
                    "isBasedOn": figure["source"],
                },
            )
            for figure in figures
            if figure["notebook"] == notebook["name"]
        ]
        file = crate.add_file(
            dest_path=f"notebooks/{notebook['name']}.ipynb",
            properties={
                "@type": ["File", "SoftwareSourceCode"],
                "name": notebook["title"],
                "programmingLanguage": "Python",
            },
        )
        run = {
            "@type": "CreateAction",
            "name": f"Execution of {notebook['name']}",
            "instrument": {"@id": file.id},
        }
        run["object"] = [
            {"@id": held[dataset].id} for dataset in notebook["datasets"]
        ]
        run["result"] = [{"@id": figure.id} for figure in made] + [
            {"@id": "results.json"}
        ]
        root.append_to(
            "mentions",
            crate.add(ContextEntity(crate, f"#run-{notebook['name']}", run)),
        )
    return crate.metadata.generate()


def _add_licence(crate: ROCrate, licence: dict) -> ContextEntity:
    address = licence.get("path") or f"#licence-{quote(licence['name'])}"
    return crate.dereference(address) or crate.add(
        ContextEntity(
            crate,
            address,
            {
                "@type": "CreativeWork",
                "name": licence.get("title") or licence["name"],
            },
        )
    )


def _add_dataset(crate: ROCrate, dataset: str, description: dict):
    added = crate.add_dataset(
        dest_path=f"data/{dataset}/",
        properties={
            "name": description["title"],
            "description": description["description"],
            "citation": description["citation"],
        },
    )
    added["license"] = [
        _add_licence(crate, licence) for licence in description["licenses"]
    ]
    upstream = [
        source["path"]
        for source in description["sources"]
        if str(source.get("path", "")).startswith("http")
    ]
    if upstream:
        added["isBasedOn"] = list(dict.fromkeys(upstream))
    for table in description["resources"]:
        file = crate.add_file(
            dest_path=f"data/{dataset}/{table['path']}",
            properties={
                "name": table.get("title") or table["name"],
                "encodingFormat": "text/csv",
                "contentSize": str(table["bytes"]),
                "sha256": table["hash"].removeprefix("sha256:"),
            },
        )
        added.append_to("hasPart", file)
    return added


def write_sbom(path: Path) -> None:
    """Write the software bill of materials of the locked environment; the same lock
    gives the same bytes.
    """
    command = [
        sys.executable,
        "-W",
        "ignore",
        "-m",
        "cyclonedx_py",
        "requirements",
        str(paths.PROJECT / "requirements.txt"),
    ]
    options = [
        "--pyproject",
        str(paths.PROJECT / "pyproject.toml"),
        "--output-reproducible",
        "--no-validate",
        "-o",
        str(path),
    ]
    subprocess.run([*command, *options], check=True)


def list_notebooks(results: dict[str, dict]) -> list[dict]:
    """Return name, title and datasets of every notebook that recorded a result."""
    named = {}
    for result in results.values():
        named.setdefault(result["notebook"], {}).update(
            dict.fromkeys(result["datasets"])
        )
    return [
        {"name": name, "title": read_title(name), "datasets": list(datasets)}
        for name, datasets in sorted(named.items())
    ]


def read_title(notebook: str) -> str:
    """Return the question that a notebook has for its title."""
    first = (
        nbformat.read(paths.NOTEBOOKS / f"{notebook}.ipynb", as_version=4)
        .cells[0]
        .source
    )
    return first.splitlines()[0].removeprefix("# ").strip()


def write_metadata(
    folder: Path, results: dict[str, dict], figures: dict[str, dict]
) -> None:
    """Write every description of the whole, and the tables that they describe, into
    a folder.
    """
    citation, descriptions = read_citation(), read_descriptions()
    for dataset, description in descriptions.items():
        (folder / "data" / dataset).mkdir(parents=True)
        for table in (
            "datapackage.json",
            *(resource["path"] for resource in description["resources"]),
        ):
            shutil.copy(paths.DATA / dataset / table, folder / "data" / dataset)
    shutil.copy(paths.CITATION, folder)
    crate = build_crate(
        citation, descriptions, list(figures.values()), list_notebooks(results)
    )
    for name, content in {
        "datapackage.json": build_package(citation, descriptions),
        "ro-crate-metadata.json": crate,
    }.items():
        (folder / name).write_text(
            json.dumps(content, indent=1, ensure_ascii=False) + "\n",
            encoding="utf-8",
        )
    write_sbom(folder / "sbom.json")


def find_launches(notebook: str, citation: dict) -> dict[str, str]:
    """Return the addresses at which a notebook starts in Binder and in Colab; none
    where the project has no public address.
    """
    found = re.fullmatch(
        r"https://github\.com/([^/]+/[^/]+?)(\.git)?/?",
        citation.get("repository-code", ""),
    )
    if not found:
        return {}
    repository, file = found[1], f"notebooks/{notebook}.ipynb"
    binder = f"https://mybinder.org/v2/gh/{repository}/HEAD"
    colab = f"https://colab.research.google.com/github/{repository}/blob/HEAD"
    return {
        "Binder": f"{binder}?labpath={quote(file, safe='')}",
        "Colab": f"{colab}/{file}",
    }


def write_setup(citation: dict) -> str | None:
    """Return the cell that gives a notebook outside the project what it needs; None
    where the project has no public address.
    """
    repository = citation.get("repository-code")
    if not repository:
        return None
    return "\n".join(
        [
            (
                "# Outside the project, in Colab say, this fetches it with its"
                " locked libraries; inside it does nothing."
            ),
            "import importlib.util, os, subprocess, sys",
            "",
            'if importlib.util.find_spec("dispersed_autonomy") is None:',
            (
                '    subprocess.run(["git", "clone", "--quiet", "--depth", "1",'
                f' "{repository}", "{FOLDER}"], check=True)'
            ),
            (
                '    lock = ["--require-hashes", "--requirement",'
                f' "{FOLDER}/requirements.txt"]'
            ),
            (
                '    subprocess.run([sys.executable, "-m", "pip", "install",'
                ' "--quiet", *lock], check=True)'
            ),
            f'    sys.path.insert(0, os.path.abspath("{FOLDER}/src"))',
            f'    os.chdir("{FOLDER}/notebooks")',
        ]
    )


def publish_notebooks(folder: Path, citation: dict) -> None:
    """Write every executed notebook for download, behind the setup cell where there
    is one.
    """
    folder.mkdir(parents=True)
    for path in sorted(paths.EXECUTED.glob("*.ipynb")):
        notebook = nbformat.read(path, as_version=4)
        if setup := write_setup(citation):
            notebook.cells.insert(0, nbformat.v4.new_code_cell(setup, id="setup"))
        nbformat.write(notebook, folder / path.name)


def write_addresses(site: Path, citation: dict) -> None:
    """Write what robots read: `robots.txt`, and `sitemap.xml` where the book has a
    public address.
    """
    base = citation.get("url", "").rstrip("/")
    robots = "User-agent: *\nAllow: /\n"
    if base:
        pages = sorted(
            path.relative_to(site).as_posix() for path in site.rglob("*.html")
        )
        pages = [
            page
            for page in pages
            if page != "404.html" and not page.startswith("_static/")
        ]
        listed = "".join(
            f"<url><loc>{base}/{quote(page)}</loc></url>\n" for page in pages
        )
        opening = (
            '<?xml version="1.0" encoding="UTF-8"?>\n<urlset'
            ' xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">'
        )
        sitemap = f"{opening}\n{listed}</urlset>\n"
        (site / "sitemap.xml").write_text(sitemap, encoding="utf-8")
        robots += f"Sitemap: {base}/sitemap.xml\n"
    (site / "robots.txt").write_text(robots, encoding="utf-8")
