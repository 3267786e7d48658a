"""Build the table of people by age in the United States from the World Population
Prospects 2024.
"""

import json

import pandas as pd

from dispersed_autonomy.inputs.sources import SourceError, fetch_source
from dispersed_autonomy.inputs.tables import write_tables

DATASET = "un_population_2024"
YEARS = (2015, 2020, 2025)
AGES = range(15, 65, 5)


def main() -> None:
    """Rebuild the table."""
    path = fetch_source(DATASET, "wpp2024_5yr_usa")
    country = json.loads(path.read_text(encoding="utf-8"))
    write_tables(DATASET, {"united_states": sum_sexes(country)})


def sum_sexes(country: dict) -> pd.DataFrame:
    """Return people of both sexes by year and five-year age group.

    Raises
    ------
    SourceError
        If the country, a year or an age group is not there, or the sexes do not add
        up to their printed total.
    """
    if country.get("countryCode") != "USA":
        raise SourceError(f"the file is of {country.get('countryCode')}, not USA")
    rows = []
    for year in YEARS:
        groups = {
            group["ageRange"]: group
            for group in country["years"].get(str(year), {}).get("ageGroups", [])
        }
        for age in AGES:
            group = groups.get(f"{age}-{age + 4}")
            if group is None:
                raise SourceError(f"{year}: no group of {age} to {age + 4}")
            people = group["male"] + group["female"]
            if abs(people - group["total"]) > 1:
                raise SourceError(
                    f"{year}, {age} to {age + 4}: {people} men and women, and a"
                    f" total of {group['total']}"
                )
            rows.append((year, age, age + 4, people / 1000))
    columns = ["year", "first_age", "last_age", "population_thousands"]
    return pd.DataFrame(rows, columns=columns)


if __name__ == "__main__":
    main()
