"""Effects by dose: against closed forms, counts by hand and properties."""

import numpy as np
import pandas as pd
import pytest

from dispersed_autonomy.analysis import doses
from dispersed_autonomy.inputs.tables import load_table

DOSE = doses.DOSE


@pytest.fixture
def effects():
    return load_table("published_effects", "published_effects")


@pytest.fixture
def gathered(effects):
    return doses.gather_outputs(effects)


def make_studies(effect, se, dose):
    return pd.DataFrame({"effect": effect, "se": se, DOSE: dose, "null": False})


def test_two_bounds_of_one_study_count_as_two_studies(gathered):
    assert gathered["study"].is_unique
    effect = gathered.set_index("study")["effect"]
    assert effect["GMS2023"] == pytest.approx((-8 - 19) / 2)
    assert effect["BHL2024"] == 0


def test_a_null_is_entered_where_it_was_asked_to_be_left_out(effects):
    without = doses.gather_outputs(effects, nulls=False)
    assert not without["null"].any()
    assert "BHL2024" not in set(without["study"])


def test_our_own_estimate_stands_beside_the_published_one(effects):
    ours = doses.gather_outputs(effects, {"BLRY2015": (11.0, 2.8)})
    (row,) = ours[ours["study"] == "BLRY2015"].to_dict("records")
    assert (row["effect"], row["se"]) == (11.0, 2.8)


def test_a_slope_of_equal_weights_is_not_that_of_least_squares():
    rng = np.random.default_rng(4)
    dose = np.array([1, 2, 3.5, 4, 5, 5, 5])
    effect = 10 - 3 * dose + rng.normal(0, 12, len(dose))
    fit, _ = doses.regress_dose(make_studies(effect, 1.0, dose))
    slope = np.polyfit(dose, effect, 1)[0]
    assert doses.tidy_slope(fit)["value"] == pytest.approx(slope)
    # With equal errors Knapp and Hartung's error is that of least squares.
    residual = effect - np.polyval(np.polyfit(dose, effect, 1), dose)
    error = np.sqrt(
        (residual**2).sum() / (len(dose) - 2) / ((dose - dose.mean()) ** 2).sum()
    )
    assert fit.bse[DOSE] == pytest.approx(error, rel=1e-6)
    low, high = (doses.tidy_slope(fit)[side] for side in ("low", "high"))
    assert (high - low) / 2 == pytest.approx(2.570582 * error, rel=1e-5)


def test_the_spread_about_the_line_is_not_that_of_its_definition():
    studies = make_studies(
        [12, 2, -14, 7, -20], [2.0, 3.0, 4.0, 2.0, 5.0], [1, 2, 3, 4, 5]
    )
    fit, spread = doses.regress_dose(studies)
    weights = 1 / (studies["se"] ** 2 + spread**2)
    line = fit.params["Intercept"] + fit.params[DOSE] * studies[DOSE]
    assert (weights * (studies["effect"] - line) ** 2).sum() == pytest.approx(3)


def test_studies_that_agree_too_well_make_the_interval_too_short():
    # On a line exactly: Knapp and Hartung would give no width at all.
    dose = np.array([1.0, 2, 3, 4, 5])
    fit, spread = doses.regress_dose(make_studies(2 * dose, 3.0, dose))
    assert spread == 0
    assert fit.bse[DOSE] == pytest.approx(
        3 / np.sqrt(((dose - dose.mean()) ** 2).sum())
    )


def test_too_few_studies_or_one_dose_give_a_slope():
    with pytest.raises(ValueError, match="cannot be regressed"):
        doses.regress_dose(make_studies([1.0, 2.0], 1.0, [1, 2]))
    with pytest.raises(ValueError, match="cannot be regressed"):
        doses.regress_dose(make_studies([1.0, 2.0, 3.0], 1.0, [5, 5, 5]))


def test_the_line_drawn_is_not_that_of_the_fit():
    studies = make_studies([12.0, 2, -14, 7], 3.0, [1, 2, 3, 4])
    fit, _ = doses.regress_dose(studies)
    line = doses.draw_line(fit, np.array([0.0, 2.0]))
    assert line["effect"].diff().iloc[1] == pytest.approx(2 * fit.params[DOSE])
    low, high = fit.conf_int().loc["Intercept"]
    assert line.loc[0, ["low", "high"]].tolist() == pytest.approx([low, high])


def test_a_change_turned_round_twice_is_another():
    changes = pd.Series([-50.0, 18.3, 100.0])
    once = doses.turn_round(changes)
    assert once.tolist() == pytest.approx([100, 100 * (1 / 1.183 - 1), -50])
    assert doses.turn_round(once).tolist() == pytest.approx(changes.tolist())


def test_being_near_is_drawn_among_effects_of_being_away(effects):
    near = doses.turn_near(effects).set_index("study")["effect"]
    assert near["EHP2025"] == pytest.approx(100 * (1 / 0.61 - 1))  # a gain, apart
    assert near["ABDMO2026"] == pytest.approx(100 * (1 / 1.078 - 1))
    assert near["BBK2021"] == -2  # slower, apart


def test_the_figure_forgets_an_estimate_or_its_limits(effects):
    studies = doses.gather_outputs(effects, {"BLRY2015": (11.0, 2.0)})
    near = doses.turn_near(effects)
    anywhere = effects[effects["id"] == "cfl2021_1"]
    drawn = doses.arrange_forest(studies, near, anywhere)
    assert len(drawn) == len(studies) + len(near) + 1
    known = drawn[drawn["low"].notna()]
    assert known["effect"].tolist() == [11.0]
    assert known["high"].item() == pytest.approx(11 + 1.959964 * 2)
    assert drawn["label"].is_unique


def test_the_ways_to_count_are_not_those_counted_by_hand(effects):
    ways = {
        name: (int(loss.sum()), len(loss))
        for name, loss in doses.count_losses(effects).items()
    }
    assert ways == {
        "as published": (4, 10),
        "only studies seen at their publisher": (4, 9),
        "studies that report no difference left out": (4, 8),
        "effects in percent only": (3, 6),
        "effects in percent, and chess as a loss": (4, 7),
        "effects in percent seen at their publisher, and chess as a loss": (4, 6),
        "chess left out, since nobody is employed to play": (3, 9),
        "the thesis left out": (4, 9),
        "always away only": (4, 6),
        "away on some days only": (0, 4),
    }


def test_two_ways_to_count_with_one_share_are_shown_as_two():
    ways = {
        "all": pd.Series([True, True, False]),
        "twice": pd.Series([True, True, False] * 2),
        "none": pd.Series([False]),
    }
    shares, copies = doses.share_losses(ways)
    assert shares == {"all": 66.666667, "none": 0.0}
    assert list(copies) == ["twice"] and "'all'" in copies["twice"]
