"""The site shows what was changed, and gives way only to one that is whole."""

import json
import os
import re

import pytest
from bs4 import BeautifulSoup

BUILD = ("-m", "dispersed_autonomy.build")


def read(project, page="index.html"):
    return (project / "_build" / "html" / page).read_text(encoding="utf-8")


def change(path, old, new):
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


@pytest.fixture(scope="module")
def built(project, run):
    done = run(*BUILD)
    assert done.returncode == 0, done.stdout + done.stderr
    return project


def test_a_site_that_does_not_show_a_changed_number_or_sentence_is_noticed(
    built, run
):
    assert "The first is" in read(built)
    change(built / "book" / "index.md", "The first is", "Now the first is")
    notebook = built / "notebooks" / "02_second.ipynb"
    change(notebook, '\\"second\\", 2.0', '\\"second\\", 7.0')
    untouched = (built / "_build" / "sphinx" / "html" / "genindex.html").stat()
    done = run(*BUILD)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Now the first is" in read(built)
    assert re.search(r"The second is <a[^>]*>.*?7", read(built, "keep.html"))
    assert json.loads(read(built, "results.json"))["results"][1]["value"] == 7.0
    assert "02_second: runs: code cell 2" in done.stdout
    assert "unchanged:" in done.stdout and "slides" in done.stdout
    assert untouched.st_ino  # the folder was not made anew

    incremental = {
        page.name: page.read_text(encoding="utf-8")
        for page in (built / "_build" / "html").glob("*.html")
    }
    os.remove(built / "_build" / "sphinx" / "shape.json")  # all pages anew
    assert run(*BUILD).returncode == 0
    for name, text in incremental.items():
        assert text == read(built, name), name


def test_nothing_is_rendered_where_nothing_has_changed(built, run):
    assert run(*BUILD).returncode == 0
    before = os.readlink(built / "_build" / "html")
    done = run(*BUILD)
    assert done.returncode == 0
    assert "rendering" in re.search(r"unchanged: (.*)", done.stdout)[1]
    assert os.readlink(built / "_build" / "html") == before


def test_a_notebook_that_fails_is_named_the_others_go_on_and_the_site_stays(
    built, run
):
    before = read(built)
    notebook = built / "notebooks" / "01_first.ipynb"
    kept = notebook.read_text(encoding="utf-8")
    change(notebook, "float(len(quits))", "1 / 0")
    other = built / "notebooks" / "02_second.ipynb"
    change(other, '\\"second\\", 7.0', '\\"second\\", 8.0')
    done = run(*BUILD)
    assert done.returncode == 1
    assert "01_first.ipynb, code cell 3" in done.stderr
    assert "ZeroDivisionError: division by zero" in done.stderr
    assert "Traceback" not in done.stderr
    assert "02_second: done" in done.stdout
    assert read(built) == before
    notebook.write_text(kept, encoding="utf-8")


def test_a_page_that_warns_or_a_table_without_description_leaves_the_old_site(
    built, run
):
    before = read(built)
    page = built / "book" / "index.md"
    kept = page.read_text(encoding="utf-8")
    page.write_text(kept + "\n{result}`nowhere`\n", encoding="utf-8")
    done = run(*BUILD)
    assert done.returncode == 1
    assert "no result is called 'nowhere'" in done.stdout
    assert read(built) == before
    page.write_text(kept, encoding="utf-8")


def test_tables_older_than_their_code_stop_the_build_and_say_what_is_due(
    built, run
):
    script = built / "data" / "video_ideas" / "build.py"
    kept = script.read_text(encoding="utf-8")
    script.write_text(kept + "\nMORE = 1\n", encoding="utf-8")
    done = run(*BUILD)
    assert done.returncode == 1
    assert "data/video_ideas: build.py" in done.stderr
    assert "make data DATASETS='video_ideas'" in done.stderr
    script.write_text(kept + "\n# a comment more\n", encoding="utf-8")
    assert run(*BUILD).returncode == 0
    script.write_text(kept, encoding="utf-8")


def test_an_environment_other_than_the_lock_stops_the_build_and_is_named(
    built, run
):
    lock = built / "requirements.txt"
    kept = lock.read_text(encoding="utf-8")
    lock.write_text(re.sub(r"^pandas==\S+", "pandas==0.1", kept, flags=re.M))
    done = run(*BUILD)
    lock.write_text(kept, encoding="utf-8")
    assert done.returncode == 1
    assert re.search(r"LockError: .*pandas \S+ in place of ==0.1", done.stderr)
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("page", "kind", "text"),
    [
        ("claims/recruit-retain.html", "claimReviewed", "It retains {} people."),
        (
            "figures/small.html",
            "name",
            "Two numbers {} stand side by side, n = 2.",
        ),
    ],
)
def test_words_that_look_like_a_script_stay_text_on_their_page(
    built, hostile, page, kind, text
):
    text = text.format(hostile)
    html = read(built, page)
    assert "<script>alert" not in html and "<!--<script>" not in html
    parsed = BeautifulSoup(html, "html.parser")
    assert text in [heading.get_text() for heading in parsed.select("h1.finding")]
    (data,) = parsed.select('script[type="application/ld+json"]')
    assert json.loads(data.string)[kind] == text
    assert text in parsed.title.get_text()


def test_a_figure_that_is_gone_leaves_no_file_and_no_page(built, run):
    notebook = built / "notebooks" / "02_second.ipynb"
    change(notebook, 'publish(\\"small\\"', 'publish(\\"tiny\\"')
    words = built / "notebooks" / "figures"
    (words / "small.yml").rename(words / "tiny.yml")
    done = run(*BUILD)
    assert done.returncode == 0, done.stdout + done.stderr
    names = {path.stem for path in (built / "_build" / "html").rglob("*.*")}
    assert "tiny" in names and "tiny-square" in names
    assert not {name for name in names if name.startswith("small")}


def test_a_description_that_is_gone_is_named(built, run):
    description = built / "data" / "video_ideas" / "datapackage.json"
    kept = description.read_text(encoding="utf-8")
    for broken in (None, "{", "[]"):
        description.unlink()
        if broken:
            description.write_text(broken)
        done = run(*BUILD)
        description.write_text(kept, encoding="utf-8")
        assert done.returncode == 1
        assert "video_ideas/datapackage.json: the description" in done.stderr
        assert "Traceback" not in done.stderr
