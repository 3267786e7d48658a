"""The tables of the workforce: against the files, and against files gone wrong."""

import runpy
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from dispersed_autonomy import paths
from dispersed_autonomy.inputs.sources import SourceError
from dispersed_autonomy.inputs.tables import load_table

SALES = runpy.run_path(str(paths.DATA / "bls_sales_occupations" / "build.py"))
TABLE_3 = runpy.run_path(str(paths.DATA / "cps_labor_force" / "build.py"))
UN_2024 = runpy.run_path(str(paths.DATA / "un_population_2024" / "build.py"))
HERE = Path("cps_2021_table11b.xlsx")


@pytest.fixture(scope="module")
def ilo():
    """The module that joins rates with people."""
    folder = str(paths.DATA / "world_population")
    sys.path.insert(0, folder)
    try:
        import ilo as module
    finally:
        sys.path.remove(folder)
    return module


def frame_of(rows):
    """A sheet whose shorter rows end in empty cells."""
    width = max(map(len, rows))
    return pd.DataFrame([[*row, *[None] * (width - len(row))] for row in rows])


def sheet_11b(year=2021, note="NOTE: Updated population controls."):
    """A table 11b in the layout of the publisher, with invented counts."""
    counts = {title: [8, 1, 1, 1, 1, 1, 1, 2] for title in SALES["GROUPS"]}
    total = np.sum(list(counts.values()), axis=0).tolist()
    if year < SALES["FIRST_YEAR_OF_2018_TITLES"]:
        former = {new: old for old, new in SALES["FORMER_TITLES"].items()}
        counts = {former.get(title, title): row for title, row in counts.items()}
    rows = [
        ["HOUSEHOLD DATA"],
        ["[Numbers in thousands]"],
        [None],
        ["Occupation", year],
        [None, *SALES["HEADINGS"]],
        [None],
        [SALES["ALL_JOBS"], *total, 42.1],
        [SALES["SALES"], *total, 40.7],
        *([title, *row, "–"] for title, row in counts.items()),
        [SALES["NEXT_GROUP"], *total, 42.4],
        [note],
    ]
    return frame_of(rows)


def choose(sheet, year=2021):
    return SALES["choose_rows"](SALES["check_sheet"](sheet, year, HERE), year)


@pytest.mark.parametrize("year", [2019, 2021])
def test_a_table_as_expected_gives_every_occupation_and_age(year):
    rows = choose(sheet_11b(year), year)
    counted = SALES["count_by_age"](rows)
    assert len(counted) == (18 + 2) * 6
    # Two in the open band and one below it; under the title of 2025.
    oldest = counted.query("first_age == 55 and level == 'detailed'")
    assert set(oldest["employed_thousands"]) == {3}
    assert set(counted["occupation"]) >= set(SALES["GROUPS"])


def test_a_title_that_changed_stops_the_build():
    sheet = sheet_11b().replace("Cashiers", "Checkout workers")
    with pytest.raises(SourceError, match="titles that changed.*Checkout workers"):
        choose(sheet)


def test_a_former_title_in_a_later_year_stops_the_build():
    with pytest.raises(SourceError, match="services, all other"):
        SALES["choose_rows"](sheet_11b(2019), 2021)


def test_an_occupation_that_dropped_out_stops_the_build():
    sheet = sheet_11b()
    sheet = sheet[sheet[0] != "Telemarketers"]
    with pytest.raises(SourceError, match="Telemarketers"):
        choose(sheet)


@pytest.mark.parametrize(
    "note",
    [
        "NOTE: Annual estimates are 11-month averages that exclude October.",
        "NOTE: Data for October were not collected.",
    ],
)
def test_a_year_with_a_missing_month_stops_the_build(note):
    with pytest.raises(SourceError, match="12 were expected"):
        choose(sheet_11b(note=note))


def test_the_year_that_is_known_to_be_short_has_to_say_so():
    with pytest.raises(SourceError, match="12 months, and 11 were expected"):
        choose(sheet_11b(2025), 2025)
    note = "NOTE: Estimates for 2025 are 11-month averages that exclude October."
    assert len(choose(sheet_11b(2025, note), 2025)) == 20


def test_a_band_that_opens_earlier_stops_the_build():
    sheet = sheet_11b().replace("65 years and over", "60 years and over")
    with pytest.raises(SourceError, match="row 5: the columns are"):
        choose(sheet)


def test_a_file_of_another_year_stops_the_build():
    with pytest.raises(SourceError, match="the year is 2019, not 2021"):
        choose(sheet_11b(2019))


def test_ages_or_occupations_that_do_not_add_up_stop_the_build():
    sheet = sheet_11b()
    row = sheet.index[sheet[0] == "Cashiers"][0]
    sheet.loc[row, 4] = 40
    with pytest.raises(SourceError, match="ages do not add up.*Cashiers"):
        choose(sheet)
    sheet.loc[row, 1] = 47  # its own total agrees again, that of all sales does not
    with pytest.raises(SourceError, match="occupations do not add up"):
        choose(sheet)


def test_a_count_that_is_withheld_stops_the_build():
    sheet = sheet_11b()
    sheet.loc[sheet.index[sheet[0] == "Cashiers"][0], 4] = "–"
    with pytest.raises(SourceError, match="a count is not a number"):
        choose(sheet)


def test_the_year_that_stands_in_two_tables_is_the_same_in_both():
    latest = load_table("bls_sales_occupations", "employed_by_year").query(
        "year == 2025"
    )
    alone = load_table("bls_sales_occupations", "employed_by_age")
    shared = ["occupation", "first_age", "employed_thousands"]
    one, two = (
        frame[shared].astype({"occupation": str}).sort_values(shared[:2])
        for frame in (latest, alone)
    )
    assert one.to_numpy().tolist() == two.to_numpy().tolist()


@pytest.mark.parametrize(
    ("year", "employed", "sales"),
    [(2011, 139869, 15330), (2019, 157538, 15582), (2025, 163493, 14159)],
)
def test_totals_that_are_not_those_the_bureau_printed_are_noticed(
    year, employed, sales
):
    row = load_table("bls_sales_occupations", "years").set_index("year").loc[year]
    assert row["employed_thousands"] == employed
    assert row["sales_employed_thousands"] == sales
    assert row["months_count"] == (11 if year == 2025 else 12)


def test_fifteen_years_without_a_gap():
    years = load_table("bls_sales_occupations", "employed_by_year")["year"]
    assert sorted(years.unique()) == list(range(2011, 2026))


# --- The labor force, table 3


def sheet_3(year=2021):
    bands = TABLE_3["BANDS"]
    rows = [
        *([None] for _ in range(3)),
        ["Age, sex, and race", year],
        [None, "Civilian\nnoninsti-\ntutional\npopulation", "Civilian labor force"],
        *([None] for _ in range(3)),
        ["TOTAL"],
        ["16 years and over", 20 * len(bands), 10 * len(bands)],
        *([band, 20, 10] for band in bands),
        ["16 years and over", 1, 1],  # men, who follow
    ]
    return frame_of(rows)


def test_both_sexes_are_read_and_not_the_men_who_follow():
    rows = TABLE_3["choose_bands"](sheet_3(), 2021, HERE)
    assert rows["labor_force_thousands"].sum() == 110
    assert rows["first_age"].tolist() == [16, 20, *range(25, 70, 5)]


@pytest.mark.parametrize(
    ("place", "value", "says"),
    [
        ((3, 1), 2020, "the year is 2020"),
        ((4, 2), "Employed", "a column is 'Employed'"),
        ((12, 0), "25 to 30 years", "age groups are missing.*25 to 29"),
        ((12, 2), 99, "do not add up"),
    ],
)
def test_a_table_3_that_is_not_as_expected_stops_the_build(place, value, says):
    sheet = sheet_3()
    sheet.loc[place] = value
    with pytest.raises(SourceError, match=says):
        TABLE_3["choose_bands"](sheet, 2021, HERE)


def test_the_year_that_was_also_compiled_by_hand_agrees():
    by_hand = load_table("bls_labor_force", "labor_force_by_age").query(
        "source == 'bls_cps_table_3_2024' and 25 <= first_age < 65"
    )
    built = load_table("cps_labor_force", "labor_force_by_age").query(
        "year == 2024"
    )
    merged = by_hand.merge(built, on=["first_age", "last_age"])
    assert len(merged) >= 7
    assert (
        merged["labor_force_thousands_x"] == merged["labor_force_thousands_y"]
    ).all()


# --- The world


def countries(**rates):
    """One country with as many people in every group."""
    ages = [(15, 24), (25, 54), (55, 64), (65, 100)]
    first, last = zip(*ages, strict=True)
    published = {"15plus": 50.0, "15_64": 65.0, "25_54": 80.0, "65plus": 10.0}
    columns = {
        f"rate_{name}_percent": value for name, value in (published | rates).items()
    }
    return pd.DataFrame(
        {
            "country_code": 1,
            "year": 2020,
            "first_age": first,
            "last_age": last,
            "population_thousands": [100.0, 200.0, 100.0, 100.0],
            **columns,
        }
    )


def test_a_decomposition_that_differs_from_the_one_by_hand_is_noticed(ilo):
    # 65% of 400 people are 260; 80% of 200 are 160; the other 100 of 200 work.
    assert ilo.decompose(countries()).tolist() == pytest.approx([50, 160, 50, 10])


def test_a_country_with_only_some_of_the_rates_stops_the_build(ilo):
    with pytest.raises(SourceError, match=r"countries lack a rate: \[1\]"):
        ilo.decompose(countries(**{"25_54": np.nan}))


def test_rates_that_cannot_both_be_true_stop_the_build(ilo):
    with pytest.raises(SourceError, match="country 1: its rates"):
        ilo.decompose(countries(**{"15_64": 30.0}))


def test_a_country_that_has_lost_its_rate_is_listed(ilo):
    gaps = load_table("world_population", "countries_without_rate")
    lost = gaps[(gaps["year"] == 2025) & (gaps["had_a_rate_before"] == "yes")]
    assert set(lost["country"]) == {
        "Lebanon",
        "Palestine",
        "South Sudan",
        "Sudan",
        "Ukraine",
    }
    world = load_table("world_population", "labor_force_by_age_group").query(
        "area == 'World' and year == 2025"
    )
    missing = (
        world["all_countries_thousands"].sum() - world["population_thousands"].sum()
    )
    listed = gaps.loc[gaps["year"] == 2025, "population_thousands"].sum()
    assert listed == pytest.approx(missing, rel=1e-4)


# --- The revision of 2024


def revision(**changes):
    group = {"male": 10_000, "female": 11_000, "total": 21_000}
    ages = [{"ageRange": f"{age}-{age + 4}", **group} for age in UN_2024["AGES"]]
    years = {str(year): {"ageGroups": ages} for year in UN_2024["YEARS"]}
    return {"countryCode": "USA", "years": years} | changes


def test_both_sexes_are_added_in_thousands():
    rows = UN_2024["sum_sexes"](revision())
    assert set(rows["population_thousands"]) == {21.0}
    assert len(rows) == 3 * 10


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"countryCode": "MEX"}, "is of MEX"),
        ({"years": {}}, "2015: no group of 15 to 19"),
    ],
)
def test_a_revision_that_is_not_as_expected_stops_the_build(changes, says):
    with pytest.raises(SourceError, match=says):
        UN_2024["sum_sexes"](revision(**changes))


def test_sexes_that_do_not_add_up_stop_the_build():
    country = revision()
    country["years"]["2020"]["ageGroups"] = [
        group | {"total": 30_000} for group in country["years"]["2020"]["ageGroups"]
    ]
    with pytest.raises(SourceError, match="2020, 15 to 19: 21000 men and women"):
        UN_2024["sum_sexes"](country)
