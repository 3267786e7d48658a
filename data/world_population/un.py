"""Population by age from the United Nations' World Population Prospects 2019."""

import pandas as pd

from dispersed_autonomy.inputs.sources import (
    SourceError,
    fetch_source,
    read_columns,
)
from dispersed_autonomy.inputs.tables import load_table

DATASET = "world_population"
AREA_CODES = {900: "World", 840: "United States"}
VARIANTS = {"low": "Low", "medium": "Med", "high": "High"}
# Ages at which a base of people begins or has just ended: 15 to 64 and 20 to 64.
BASE_LIMITS = (15, 20, 65)
# The other convention for the age at mid-year moves every birth year by one.
EXTRA_CUTS = (1998,)


def read_regions() -> dict[int, str]:
    """Return the names of the six regions by their code."""
    regions = read_columns(
        fetch_source(DATASET, "wpp2019_region_names"), ["geographic_region", "name"]
    )
    return regions.set_index("geographic_region")["name"].to_dict()


def read_single_ages() -> pd.DataFrame:
    """Return people in thousands by area, year and single year of age, 2000 to
    2050.
    """
    places = {"world": "global", "regions": "geographic_region", "usa": "country"}
    frames = []
    for name, place in places.items():
        path = fetch_source(DATASET, f"wpp2019_single_age_{name}")
        frame = read_columns(
            path, [place, "time", "age1yearinterval", "population"]
        )
        frames.append(
            frame.set_axis(
                ["code", "year", "age", "population_thousands"], axis="columns"
            )
        )
    ages = pd.concat(frames)
    ages["area"] = ages["code"].map(AREA_CODES | read_regions())
    return ages[ages["year"].between(2000, 2050)].drop(columns="code")


def sum_birth_bands(ages: pd.DataFrame) -> pd.DataFrame:
    """Sum single years of age from 15 to 64 into bands that end where a definition
    or a base does.

    Parameters
    ----------
    ages : DataFrame
        Columns `area`, `year`, `age`, `population_thousands`.
    """
    definitions = load_table("millennial_publications", "definitions")
    cuts = sorted(
        {
            *definitions["first_birth_year"],
            *(definitions["last_birth_year"] + 1),
            *EXTRA_CUTS,
        }
    )
    working = ages[ages["age"].between(BASE_LIMITS[0], BASE_LIMITS[-1] - 1)]
    working = working.assign(
        birth_band=pd.cut(
            working["year"] - working["age"],
            [-float("inf"), *cuts, float("inf")],
            right=False,
        ),
        base_band=pd.cut(working["age"], BASE_LIMITS, right=False),
    )
    bands = working.groupby(
        ["area", "year", "base_band", "birth_band"], observed=True
    )
    summed = bands.agg(
        first_age=("age", "min"),
        last_age=("age", "max"),
        population_thousands=("population_thousands", "sum"),
    )
    return (
        summed.reset_index()
        .drop(columns=["base_band", "birth_band"])
        .sort_values(["area", "year", "first_age"])
    )


def read_age_groups() -> pd.DataFrame:
    """Return people in thousands by area, variant, sex, year and five-year age
    group, 2000 to 2050.
    """
    frames = []
    for sex in "MF":
        estimated = read_age_group_file(f"wpp2019_pop{sex}")
        for variant, label in VARIANTS.items():
            projected = read_age_group_file(f"wpp2019_pop{sex}proj{label}")
            frames.append(
                pd.concat([estimated, projected]).assign(variant=variant, sex=sex)
            )
    return pd.concat(frames)


def read_age_group_file(name: str) -> pd.DataFrame:
    """Return one upstream file of five-year age groups, one row for each country or
    area, age group and year.
    """
    path = fetch_source(DATASET, name)
    years = [
        str(year)
        for year in (
            range(2000, 2021, 5) if "proj" not in name else range(2025, 2051, 5)
        )
    ]
    wide = read_columns(path, ["country_code", "age", *years], separator="\t")
    long = wide.melt(
        ["country_code", "age"], var_name="year", value_name="population_thousands"
    )
    limits = long["age"].str.extract(
        r"^(?P<first_age>\d+)(?:-(?P<last_age>\d+)|\+)$"
    )
    if limits["first_age"].isna().any():
        raise SourceError(
            f"{path.name}: unknown age group"
            f" {long.loc[limits['first_age'].isna(), 'age'].iloc[0]!r}"
        )
    return long.assign(
        year=long["year"].astype(int),
        first_age=limits["first_age"].astype(int),
        last_age=limits["last_age"].fillna("100").astype(int),
    ).drop(columns="age")


def sum_sexes(groups: pd.DataFrame) -> pd.DataFrame:
    """Sum both sexes of the areas shown, ages 5 to 69."""
    names = AREA_CODES | read_regions()
    shown = groups[
        groups["country_code"].isin(names) & groups["first_age"].between(5, 65)
    ]
    keys = ["area", "variant", "year", "first_age", "last_age"]
    summed = (
        shown.assign(area=shown["country_code"].map(names))
        .groupby(keys)["population_thousands"]
        .sum()
    )
    return summed.reset_index()
