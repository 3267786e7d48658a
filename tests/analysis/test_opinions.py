"""Shares of people who agree: against counts by hand."""

import pandas as pd
import pytest

from dispersed_autonomy.analysis.opinions import share_sides
from dispersed_autonomy.inputs.tables import load_table


def test_people_who_were_not_asked_are_counted_as_if_they_had_been():
    answers = pd.DataFrame(
        {
            "year": 2020,
            "answer": [
                "strongly agree",
                "somewhat disagree",
                "neither",
                "not asked",
            ],
            "people_count": [6, 3, 1, 90],
        }
    )
    shares = share_sides(answers, ["year"]).set_index("side")
    assert shares["n"].eq(10).all()
    assert shares["value"].to_dict() == pytest.approx({"agree": 60, "disagree": 30})
    # Wilson's interval of 6 of 10, by its closed form.
    z, p, n = 1.959964, 0.6, 10
    middle = (p + z**2 / (2 * n)) / (1 + z**2 / n)
    half = z / (1 + z**2 / n) * (p * (1 - p) / n + z**2 / (4 * n**2)) ** 0.5
    assert shares.loc["agree", ["low", "high"]].tolist() == pytest.approx(
        [100 * (middle - half), 100 * (middle + half)], abs=1e-3
    )


def test_the_managers_answers_are_not_those_counted_by_hand():
    shares = share_sides(load_table("nsw_remote_work", "managers"), ["statement"])
    share = shares.set_index(["statement", "side"])["value"].round().to_dict()
    assert share["focus on results", "agree"] == 68
    assert share["focus on results", "disagree"] == 8
    assert share["manage poor performers", "agree"] == 48
    assert share["manage poor performers", "disagree"] == 26
    assert shares["n"].eq(595).all()
