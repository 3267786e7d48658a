"""Build the tables of population and labour force by age."""

from ilo import sum_labor_force
from un import (
    DATASET,
    read_age_groups,
    read_single_ages,
    sum_birth_bands,
    sum_sexes,
)

from dispersed_autonomy.inputs.tables import write_tables

if __name__ == "__main__":
    tables = {
        "population_by_birth_band": sum_birth_bands(read_single_ages()),
        "population_by_age_group": sum_sexes(read_age_groups()),
        "labor_force_by_age_group": sum_labor_force(),
    }
    write_tables(DATASET, tables)
