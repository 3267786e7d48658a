"""Regressions and means from cells, against the same from rows."""

import numpy as np
import pandas as pd
import pytest
import statsmodels.formula.api as smf
from scipy import stats

from dispersed_autonomy.analysis.cells import (
    fit_moments,
    fit_people,
    mean_of_moments,
    repeat_cells,
    tidy_group,
    tidy_term,
)

RNG = np.random.default_rng(7)
ROWS = pd.DataFrame(
    {
        "group": RNG.choice(["a", "b", "c"], 400),
        "year": RNG.choice([2020, 2021], 400),
    }
)
ROWS["answer"] = (
    10 * RNG.integers(0, 11, 400) * ROWS["group"].map({"a": 0.5, "b": 1, "c": 1})
)
CELLS = (
    ROWS.assign(square=ROWS["answer"] ** 2)
    .groupby(["group", "year"])
    .agg(
        people_count=("answer", "size"),
        sum_percent=("answer", "sum"),
        sum_squared_percent=("square", "sum"),
    )
    .reset_index()
)


def test_a_regression_on_cells_that_differs_from_the_one_on_rows_is_noticed():
    from_rows = smf.ols("answer ~ C(group) + C(year)", ROWS).fit(
        cov_type="HC1", use_t=True
    )
    from_cells = fit_moments(CELLS, "mean ~ C(group) + C(year)")
    pd.testing.assert_series_equal(
        from_cells.params, from_rows.params, check_exact=False, rtol=1e-9
    )
    np.testing.assert_allclose(
        from_cells.cov_params(), from_rows.cov_params(), rtol=1e-9
    )
    np.testing.assert_allclose(
        from_cells.conf_int(), from_rows.conf_int(), rtol=1e-9
    )
    term = tidy_term(from_cells, "C(group)[T.b]", level=90)
    assert [term["low"], term["high"]] == pytest.approx(
        list(from_rows.conf_int(0.1).loc["C(group)[T.b]"])
    )
    assert term["n"] == 400


def test_a_category_without_people_that_makes_the_regression_singular_is_noticed():
    widened = CELLS.assign(
        group=pd.Categorical(CELLS["group"], ["a", "b", "c", "never"])
    )
    assert len(fit_moments(widened, "mean ~ C(group)").params) == 3


def test_a_mean_of_moments_that_is_not_the_mean_of_its_rows_is_noticed():
    own = ROWS.loc[ROWS["group"] == "b", "answer"]
    found = tidy_group(mean_of_moments(CELLS, ["group"]), group="b")
    low, high = stats.t.interval(0.95, len(own) - 1, own.mean(), stats.sem(own))
    assert found == pytest.approx(
        {"value": own.mean(), "low": low, "high": high, "n": len(own)}
    )


def test_a_group_that_is_not_there_is_named():
    with pytest.raises(KeyError, match="0 rows are of .*'z'"):
        tidy_group(mean_of_moments(CELLS, ["group"]), group="z")


def test_people_that_are_lost_when_cells_are_repeated_are_noticed():
    rows = repeat_cells(
        pd.DataFrame({"answer_percent": [0, 50], "people_count": [2, 3]})
    )
    assert rows["answer_percent"].tolist() == [0, 0, 50, 50, 50]


def test_clustered_limits_narrower_than_their_few_clusters_allow_are_noticed():
    rng = np.random.default_rng(12)
    month = np.repeat(np.arange(7), 200)
    rows = pd.DataFrame(
        {
            "month": month,
            "x": rng.normal(size=1400) + rng.normal(size=7)[month],
            "y": rng.normal(size=7)[month] + rng.normal(size=1400),
        }
    )
    by_person = tidy_term(fit_people(rows, "y ~ x"), "x")
    by_month = tidy_term(fit_people(rows, "y ~ x", "month"), "x")
    assert by_month["value"] == pytest.approx(by_person["value"])
    assert by_month["n"] == by_person["n"] == 1400
    # CR1 by hand: sums of x e within clusters, G/(G-1) (n-1)/(n-k), t with G-1
    design = np.column_stack([np.ones(1400), rows["x"]])
    bread = np.linalg.inv(design.T @ design)
    beta = bread @ design.T @ rows["y"]
    scores = design * (rows["y"].to_numpy() - design @ beta)[:, None]
    sums = np.array([scores[month == m].sum(axis=0) for m in range(7)])
    variance = bread @ sums.T @ sums @ bread * (7 / 6) * (1399 / 1398)
    half = stats.t.ppf(0.975, 6) * np.sqrt(variance[1, 1])
    assert by_month["high"] - by_month["value"] == pytest.approx(half)
