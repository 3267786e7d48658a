"""Build the tables of population and labor force by age."""

from ilo import join_rates, list_countries_without_rate, sum_labor_force
from un import (
    DATASET,
    read_age_groups,
    read_single_ages,
    sum_birth_bands,
    sum_sexes,
)

from dispersed_autonomy.inputs.tables import write_tables

if __name__ == "__main__":
    countries = join_rates()
    without = list_countries_without_rate(countries)
    print("Countries without a rate, by year:")
    print(without.groupby("year")["country"].agg(["size", ", ".join]).to_string())
    tables = {
        "population_by_birth_band": sum_birth_bands(read_single_ages()),
        "population_by_age_group": sum_sexes(read_age_groups()),
        "labor_force_by_age_group": sum_labor_force(countries),
        "countries_without_rate": without,
    }
    write_tables(DATASET, tables)
