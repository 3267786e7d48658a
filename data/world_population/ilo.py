"""Labor force by age: population of each country times its participation rate,
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


# A residual rate may leave 0 to 100 by rounding of the published rates.
LARGEST_EXCESS = 2.0  # percentage points


def join_rates() -> pd.DataFrame:
    """Return people of each country by year and age group, with its rates where it
    has them.
    """
    population = read_country_population()
    return population.merge(read_rates(), how="left", on=["country_code", "year"])


def list_countries_without_rate(merged: pd.DataFrame) -> pd.DataFrame:
    """Return the countries that sums of the labor force leave out, by year, with
    their people of 15 and over.

    Parameters
    ----------
    merged : DataFrame
        As of `join_rates`.
    """
    names = read_columns(
        fetch_source(DATASET, "gapminder_countries"),
        ["iso3166_1_numeric", "name"],
    ).dropna()
    name = names.set_index("iso3166_1_numeric")["name"]
    name.index = name.index.astype(int)
    without = merged[merged["rate_15plus_percent"].isna()]
    people = (
        without.groupby(["year", "country_code"])["population_thousands"]
        .sum()
        .reset_index()
    )
    country = people["country_code"].map(name)
    return people.assign(
        country=country.fillna("area " + people["country_code"].astype(str)),
        had_a_rate_before=[
            _had_a_rate(merged, code, year)
            for code, year in zip(people["country_code"], people["year"])
        ],
    )[["year", "country", "population_thousands", "had_a_rate_before"]]


def _had_a_rate(merged: pd.DataFrame, code: int, year: int) -> str:
    earlier = merged[
        merged["country_code"].eq(code)
        & merged["year"].lt(year)
        & merged["rate_15plus_percent"].notna()
    ]
    return "yes" if len(earlier) else "no"


def decompose(merged: pd.DataFrame) -> pd.Series:
    """Return the labor force of each country's age groups by its own rates.

    The labor force of 15 to 64 less that of 25 to 54 is that of 15 to 24 and 55 to
    64 together: these ages get the rate that the difference implies, ages 25 to 54
    and 65 and over their published ones.

    Parameters
    ----------
    merged : DataFrame
        As of `join_rates`, each country with a rate.

    Returns
    -------
    Series
        Labor force in thousands, one for each row.

    Raises
    ------
    SourceError
        If a country lacks one of the rates, or a residual rate is impossible.
    """
    keys = [merged["country_code"], merged["year"]]
    columns = [f"rate_{rate}_percent" for rate in RATES]
    if merged[columns].isna().any(axis=None):
        gaps = merged.loc[merged[columns].isna().any(axis=1), "country_code"]
        raise SourceError(f"countries lack a rate: {sorted(set(gaps))}")
    people = merged["population_thousands"]
    prime = merged["first_age"].between(25, 54)
    working = merged["first_age"] < 65
    in_prime = people.where(prime, 0).groupby(keys).transform("sum")
    in_rest = people.where(working & ~prime, 0).groupby(keys).transform("sum")
    at_work = (
        merged["rate_15_64_percent"] * (in_prime + in_rest)
        - merged["rate_25_54_percent"] * in_prime
    )
    residual = at_work / in_rest
    if not residual.between(-LARGEST_EXCESS, 100 + LARGEST_EXCESS).all():
        worst = merged.loc[(residual - 50).abs().idxmax(), "country_code"]
        raise SourceError(
            f"country {worst}: its rates of 15 to 64 and of 25 to 54 do not fit its"
            " people"
        )
    rate = merged["rate_65plus_percent"].where(~working, residual)
    return people * rate.where(~prime, merged["rate_25_54_percent"]) / 100


def sum_labor_force(merged: pd.DataFrame) -> pd.DataFrame:
    """Return people and labor force in thousands by area, year and age group: by
    each country's own rates, and as if one rate held for every age.

    Parameters
    ----------
    merged : DataFrame
        As of `join_rates`.
    """
    merged = merged.copy()
    covered = merged["rate_15plus_percent"].notna()
    merged["all_countries_thousands"] = merged["population_thousands"]
    merged["population_thousands"] = merged["population_thousands"].where(
        covered, 0.0
    )
    merged["labor_force_thousands"] = decompose(merged[covered]).reindex(
        merged.index, fill_value=0.0
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
