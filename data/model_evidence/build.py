"""Fill the table of evidence by model and criterion, and the prices that other
tables of the project know.

What is compiled by hand stays: which studies speak to which estimate, the recipe of
each cell, and what nobody measured.
"""

from dispersed_autonomy.analysis import evidence
from dispersed_autonomy.inputs.tables import load_table, write_tables

DATASET = "model_evidence"


def main() -> None:
    """Fill both tables anew."""
    published = load_table("published_effects", "published_effects")
    rates = load_table("tripcom_hybrid_trial", "quit_rates")
    own = evidence.estimate_own(
        load_table("ctrip_experiment", "quits_by_group"),
        rates,
        load_table("ctrip_experiment", "effects"),
        load_table("video_ideas", "effects"),
    )
    estimates = evidence.pool_estimates(
        evidence.gather_studies(load_table(DATASET, "studies"), published, own)
    )
    months, jobs = (
        load_table("ctrip_experiment", "quits_by_period"),
        load_table("teleworkability", "sales_jobs"),
    )
    prices = load_table(DATASET, "prices").set_index("parameter")
    prices.update(evidence.estimate_prices(rates, months, published, jobs))
    cells = evidence.fill_cells(load_table(DATASET, "evidence"), estimates)
    write_tables(DATASET, {"evidence": cells, "prices": prices.reset_index()})


if __name__ == "__main__":
    main()
