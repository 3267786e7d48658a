"""Labour force by age: population of each country times its participation rate,
summed over countries.
"""

import pandas as pd
from un import DATASET, read_age_group_file, read_regions

from dispersed_autonomy.inputs.sources import (
    SourceError,
    fetch_source,
    read_columns,
)

RATES = ("15plus", "15_64", "25_54", "65plus")
LAST_RATE_YEAR = 2026
YEARS = range(2000, 2036, 5)
# The population files list the countries of a subregion below its heading; these
# are the subregions of each region. Northern America has no heading of its own
# there: its two large countries stand last, and are named by code.
SUBREGIONS = {
    "Africa": [910, 911, 912, 913, 914],
    "Asia": [906, 920, 922, 5500, 5501],
    "Europe": [923, 924, 925, 926],
    "Latin America and the Caribbean": [915, 916, 931],
    "Oceania": [927, 928, 954, 957],
}
FIRST_AREA_CODE = (
    900  # country codes are below, those of headings and areas from here on
)
CODES_WITHOUT_ISO = {"chanisl": 830}
NORTHERN_AMERICA = [124, 840]
# A region's countries may fall short of the region by the small ones that the files
# leave out.
LARGEST_SHORTFALL = 0.01


def sum_labor_force() -> pd.DataFrame:
    """Return people and labour force in thousands by area, year and age group, one
    column for each rate.
    """
    population = read_country_population()
    rates = read_rates()
    merged = population.merge(rates, how="left", on=["country_code", "year"])
    covered = merged["rate_15plus_percent"].notna()
    merged["all_countries_thousands"] = merged["population_thousands"]
    merged["population_thousands"] = merged["population_thousands"].where(
        covered, 0.0
    )
    for rate in RATES:
        persons = (
            merged["population_thousands"]
            * merged[f"rate_{rate}_percent"].fillna(0)
            / 100
        )
        merged[f"labor_force_at_{rate}_rate_thousands"] = persons
    areas = pd.concat(
        [
            merged,
            merged.assign(area="World"),
            merged[merged["country_code"] == 840].assign(area="United States"),
        ]
    )
    counts = [column for column in areas if column.endswith("_thousands")]
    counts = [
        "all_countries_thousands",
        "population_thousands",
        *(c for c in counts if c.startswith("labor")),
    ]
    return (
        areas.groupby(["area", "year", "first_age", "last_age"])[counts]
        .sum()
        .reset_index()
    )


def read_country_population() -> pd.DataFrame:
    """Return people of 15 and over in thousands by country, region, year and age
    group; 65 and over is one group.

    Raises
    ------
    SourceError
        If the countries of a region do not add up to it.
    """
    files = [
        "wpp2019_popM",
        "wpp2019_popMprojMed",
        "wpp2019_popF",
        "wpp2019_popFprojMed",
    ]
    groups = pd.concat([read_age_group_file(file) for file in files])
    groups = groups[groups["year"].isin(YEARS) & (groups["first_age"] >= 15)]
    older = groups["first_age"] >= 65
    groups = groups.assign(
        first_age=groups["first_age"].where(~older, 65),
        last_age=groups["last_age"].where(~older, 100),
    )
    groups["area"] = groups["country_code"].map(region_of_country())
    people = (
        groups.groupby(["country_code", "area", "year", "first_age", "last_age"])[
            "population_thousands"
        ]
        .sum()
        .reset_index()
    )

    regions = groups[groups["country_code"].isin(read_regions())]
    published = (
        regions.groupby("country_code")["population_thousands"]
        .sum()
        .rename(index=read_regions())
    )
    shortfall = 1 - people.groupby("area")["population_thousands"].sum() / published
    if shortfall.abs().max() > LARGEST_SHORTFALL:
        raise SourceError(
            "wpp2019_pop*.txt: countries do not add up to their region:"
            f" {shortfall.round(4).to_dict()}"
        )
    return people


def region_of_country() -> dict[int, str]:
    """Return the region of each country code, read from the order of the rows of
    the low variant.

    That file lists each country once for its age groups, below the heading of its
    subregion.
    """
    codes = pd.Series(
        read_age_group_file("wpp2019_popMprojLow")["country_code"].unique()
    )
    region_of_heading = {
        code: region for region, headings in SUBREGIONS.items() for code in headings
    }
    last_heading = codes.where(codes >= FIRST_AREA_CODE).ffill()
    countries = pd.Series(
        last_heading.map(region_of_heading).to_numpy(), index=codes
    ).dropna()
    return countries[countries.index < FIRST_AREA_CODE].to_dict() | dict.fromkeys(
        NORTHERN_AMERICA, "Northern America"
    )


def read_rates() -> pd.DataFrame:
    """Return participation in percent by country code and year of `YEARS`, one
    column for each age range.

    Raises
    ------
    SourceError
        If a rate lies outside 0 to 100, or a country's name has no numeric code.
    """
    countries = read_columns(
        fetch_source(DATASET, "gapminder_countries"),
        ["country", "iso3166_1_numeric"],
    )
    code = countries.dropna().set_index("country")["iso3166_1_numeric"].astype(int)
    code = pd.concat([code, pd.Series(CODES_WITHOUT_ISO)])
    columns = [read_rate(rate).rename(f"rate_{rate}_percent") for rate in RATES]
    rates = pd.concat(columns, axis="columns").reset_index()
    unknown = sorted(set(rates["geo"]) - set(code.index))
    if unknown:
        raise SourceError(
            f"gapminder_countries.csv: no numeric code for {', '.join(unknown)}"
        )
    rates = rates.assign(country_code=rates["geo"].map(code)).drop(columns="geo")
    held = [
        rates[rates["year"] == min(year, LAST_RATE_YEAR)].assign(year=year)
        for year in YEARS
    ]
    return pd.concat(held)


def read_rate(rate: str) -> pd.Series:
    """Return one participation rate in percent, indexed by country and year."""
    path = fetch_source(DATASET, f"ilo_participation_{rate}")
    value = f"aged_{rate}_labour_force_participation_rate_percent"
    frame = read_columns(path, ["geo", "time", value]).rename(
        columns={"time": "year"}
    )
    if not frame[value].between(0, 100).all():
        raise SourceError(f"{path.name}: a rate lies outside 0 to 100 percent")
    return frame.set_index(["geo", "year"])[value]
