"""A site is whole before it takes the place of another, in one move."""

import pytest

from dispersed_autonomy.build import replace
from dispersed_autonomy.build.replace import (
    SiteError,
    check_site,
    find_broken,
    remove_old,
    replace_site,
)


@pytest.fixture
def sites(tmp_path, monkeypatch):
    monkeypatch.setattr(replace, "SITES", tmp_path / "sites")
    (tmp_path / "sites").mkdir()
    return tmp_path / "sites"


def write_site(sites, name, text="<a href='b.html'>b</a>"):
    (sites / name).mkdir()
    (sites / name / "index.html").write_text(text)
    return sites / name


def test_a_new_site_takes_the_place_and_the_old_one_goes(sites, tmp_path):
    place = tmp_path / "html"
    for name in ("one", "two"):
        replace_site(write_site(sites, name, name), place)
        assert (place / "index.html").read_text() == name
    remove_old(place)
    assert [path.name for path in sites.iterdir()] == ["two"]
    assert (place / "index.html").read_text() == "two"


def test_a_folder_of_an_older_edition_gives_way(sites, tmp_path):
    place = tmp_path / "html"
    place.mkdir()
    (place / "index.html").write_text("old")
    replace_site(write_site(sites, "one", "new"), place)
    assert (place / "index.html").read_text() == "new"


def test_where_links_cannot_be_made_the_site_is_moved(sites, tmp_path, monkeypatch):
    def refuse(*_args, **_options):
        raise OSError("links need a privilege here")

    monkeypatch.setattr(replace.Path, "symlink_to", refuse)
    place = tmp_path / "html"
    for name in ("one", "two"):
        replace_site(write_site(sites, name, name), place)
        assert (place / "index.html").read_text() == name
        assert not place.is_symlink()


def test_a_dead_link_or_a_missing_file_is_named_by_page(sites):
    page = '<a class="x" href="there.html#a">a</a><img src="gone.png"><a href="#b">'
    site = write_site(sites, "one", page + '<a href="https://example.org/x">x</a>')
    (site / "there.html").write_text("")
    assert find_broken(site) == ["index.html: gone.png"]
    with pytest.raises(
        SiteError, match="(?s)1 files or links.*index.html: gone.png"
    ):
        check_site(site, {})
    (site / "gone.png").write_text("")
    check_site(site, {"there.html": ""})
    with pytest.raises(SiteError, match="results.json"):
        check_site(site, {"results.json": ""})
