"""Performance by week: the panel of the Ctrip experiment, and what is estimated
from its rows.
"""

import numpy as np
import pandas as pd
import statsmodels.formula.api as smf
from people import ARMS, DATASET, name_codes, read_stata

from dispersed_autonomy.analysis.panels import (
    fit_panel,
    permute_assignment,
    tidy_panel,
)
from dispersed_autonomy.inputs.sources import (
    SourceError,
    fetch_source,
    read_columns,
)

FIRST_WEEK, FIRST_MONTH = 201049, 201012
PERSON_WEEKS, PEOPLE = 17806, 249
WEEKS_OF_A_PERIOD, PERIODS_BEFORE, LAST_PERIOD = 4, 12, 21
DRAWS, SEED = 9999, 20101206
BIN_WIDTH_SD = 0.02


def read_weeks() -> pd.DataFrame:
    """Return the person-weeks of both arms in which performance was seen, the first
    week of the experiment included.

    Raises
    ------
    SourceError
        If a group is unknown, a person stands twice in a week, or there are not as
        many person-weeks and people as published.
    """
    path = fetch_source(DATASET, "ctrip_weekly")
    rows = read_columns(
        path, ["personid", "year_week", "expgroup", "perform1", "commute", "men"]
    )
    if unknown := set(rows["expgroup"]) - {0, 1, 2}:
        raise SourceError(f"{path.name}: unknown group {unknown}")
    weeks = rows[rows["expgroup"].isin(ARMS) & rows["perform1"].notna()].astype(
        {"year_week": int}
    )
    if weeks.duplicated(["personid", "year_week"]).any():
        raise SourceError(f"{path.name}: a person stands twice in a week")
    published = weeks[weeks["year_week"] != FIRST_WEEK]
    found = (len(published), published["personid"].nunique())
    if found != (PERSON_WEEKS, PEOPLE):
        raise SourceError(
            f"{path.name}: {found} person-weeks and people, not"
            f" {(PERSON_WEEKS, PEOPLE)} as published"
        )
    weeks = weeks.assign(
        arm=name_codes(weeks["expgroup"], ARMS),
        after=(weeks["year_week"] >= FIRST_WEEK).astype(int),
    )
    return weeks.assign(home_after=weeks["expgroup"] * weeks["after"])


def average_weeks(weeks: pd.DataFrame) -> pd.DataFrame:
    """Return the moments of performance by arm and week."""
    moments = weeks.groupby(["arm", "year_week"])["perform1"].agg(
        people_count="count", mean_sd="mean", spread_sd="std"
    )
    return moments.reset_index().rename(columns={"year_week": "year_and_week"})


def average_changes(weeks: pd.DataFrame, people: pd.DataFrame) -> pd.DataFrame:
    """Return the moments of each person's mean before, and of the change of it, by
    arm and by who quit.
    """
    means = weeks.pivot_table(
        index=["personid", "arm"], columns="after", values="perform1"
    ).reset_index("arm")
    means["change"] = means[1] - means[0]
    means["later"] = people.set_index("personid")["quitjob"].map(
        {1: "quit", 0: "stayed"}
    )
    both = pd.concat([means.assign(later="everyone"), means])
    moments = both.groupby(["later", "arm"]).agg(
        people_count=("change", "count"),
        before_mean_sd=(0, "mean"),
        before_spread_sd=(0, "std"),
        change_mean_sd=("change", "mean"),
        change_spread_sd=("change", "std"),
    )
    return moments.reset_index()


def estimate_effects(weeks: pd.DataFrame, people: pd.DataFrame) -> pd.DataFrame:
    """Return the effect of being assigned to home on performance under every
    specification.
    """
    known = weeks.merge(
        people.drop(columns="arm"), on="personid", validate="many_to_one"
    )
    known["week"] = known["year_week"]
    main = known[known["year_week"] != FIRST_WEEK]
    limits = main["perform1"].quantile([0.01, 0.99])
    panels = {
        "main": main,
        "first week of the experiment included": known,
        "first week of 2010 left out": main[main["year_week"] > 201001],
        "lowest and highest 1% drawn in": main.assign(
            perform1=main["perform1"].clip(*limits)
        ),
        "people who stayed": main[main["quitjob"] == 0],
        "women": main[main["sex"] == "women"],
        "men": main[main["sex"] == "men"],
        "takes orders": main[main["work"] == "takes orders"],
        "other work": main[main["work"] == "other work"],
        "commute over 90 minutes": main[main["commute_y"] == "over 90 minutes"],
        "commute up to 90 minutes": main[main["commute_y"] == "up to 90 minutes"],
        "under two years of tenure": main[main["tenure"] == "under two years"],
        "two years of tenure or more": main[main["tenure"] == "two years or more"],
    }
    rows = [
        _estimate(name, panel, "perform1", "week") for name, panel in panels.items()
    ]
    rows.append(
        _estimate(
            "errors clustered by person and by week",
            main,
            "perform1",
            "week",
            ["personid", "week"],
        )
    )
    rows.append(
        _regress(
            "arm and week effects, no person effects",
            main,
            "perform1 ~ home_after + expgroup + C(week)",
        )
    )
    rows.append(
        _regress(
            "arm and period only", main, "perform1 ~ home_after + expgroup + after"
        )
    )
    rows.append(_adjust_for_before(main))
    return pd.DataFrame(rows).assign(
        outcome="performance", unit="standard deviations"
    )


def _estimate(
    name: str,
    panel: pd.DataFrame,
    outcome: str,
    time: str,
    clusters: list[str] | None = None,
) -> dict:
    fit = fit_panel(panel, outcome, ["home_after"], "personid", time, clusters)
    return _row(name, panel, tidy_panel(fit, ["home_after"]).iloc[0])


def _regress(name: str, panel: pd.DataFrame, formula: str) -> dict:
    groups = pd.factorize(panel["personid"])[0]
    fit = smf.ols(formula, panel).fit(
        cov_type="cluster", cov_kwds={"groups": groups}, use_t=True
    )
    return _row(name, panel, tidy_panel(fit, ["home_after"]).iloc[0])


def _adjust_for_before(panel: pd.DataFrame) -> dict:
    """Return the effect on each person's mean after, given the mean before: one row
    a person, HC2 errors.
    """
    means = panel.pivot_table(
        index=["personid", "expgroup"], columns="after", values="perform1"
    ).reset_index()
    means.columns = ["personid", "expgroup", "before", "since"]
    fit = smf.ols("since ~ expgroup + before", means).fit(
        cov_type="HC2", use_t=True
    )
    low, high = fit.conf_int().loc["expgroup"]
    estimate = pd.Series(
        {
            "estimate": fit.params["expgroup"],
            "se": fit.bse["expgroup"],
            "low": low,
            "high": high,
        }
    )
    return _row("one mean a person, given the mean before", means, estimate)


def _row(name: str, panel: pd.DataFrame, estimate: pd.Series) -> dict:
    numbers = {
        f"{part}_in_unit": estimate[part]
        for part in ("estimate", "se", "low", "high")
    }
    return {
        "specification": name,
        **numbers,
        "observations_count": len(panel),
        "people_count": panel["personid"].nunique(),
    }


def estimate_calls(people: pd.DataFrame) -> pd.DataFrame:
    """Return the effects on calls from the monthly file, a copy used in courses,
    for everyone and for order takers.
    """
    columns = [
        "personid",
        "year",
        "month",
        "treatment",
        "performance_score",
        "total_monthly_calls",
        "calls_per_hour",
    ]
    months = read_stata("ctrip_monthly", columns).merge(
        people[["personid", "arm", "work"]], on="personid", validate="many_to_one"
    )
    if (months["treatment"].map(ARMS) != months["arm"]).any():
        raise SourceError("ctrip_monthly: the arms are not those of ctrip_person")
    months["time"] = 100 * months["year"].astype(int) + months["month"].astype(int)
    months["after"] = (months["time"] >= FIRST_MONTH).astype(int)
    months["home_after"] = months["after"] * months["treatment"]
    before = months[(months["after"] == 0) & (months["work"] == "takes orders")]
    months["log_calls_per_hour"] = 100 * np.log(months["calls_per_hour"])
    months["calls_percent_of_before"] = (
        100 * months["total_monthly_calls"] / before["total_monthly_calls"].mean()
    )
    some = months["total_monthly_calls"].where(months["total_monthly_calls"] > 0)
    months["log_calls"] = 100 * np.log(some)  # months without any call drop out
    early = months.loc[before.index]
    for column in ("total_monthly_calls", "log_calls"):
        months[f"{column}_sd"] = months[column] / early[column].std()
    orders = months[months["work"] == "takes orders"]
    whole = ~orders["time"].isin([FIRST_MONTH, 201108])
    chosen = {
        ("order takers", "calls per hour", "log points times 100"): (
            orders,
            "log_calls_per_hour",
        ),
        ("order takers", "calls a month", "percent of the mean before"): (
            orders,
            "calls_percent_of_before",
        ),
        (
            "order takers, whole months only",
            "calls a month",
            "percent of the mean before",
        ): (orders[whole], "calls_percent_of_before"),
        ("order takers, logarithm", "calls a month", "log points times 100"): (
            orders,
            "log_calls",
        ),
        (
            "order takers, in standard deviations",
            "calls a month",
            "standard deviations",
        ): (orders, "total_monthly_calls_sd"),
        (
            "order takers, logarithm, in standard deviations",
            "calls a month",
            "standard deviations",
        ): (orders, "log_calls_sd"),
    }
    rows = []
    for (name, outcome, unit), (panel, column) in chosen.items():
        seen = panel[panel[column].notna()]
        rows.append(
            {
                **_estimate(name, seen, column, "time"),
                "outcome": outcome,
                "unit": unit,
            }
        )
    return pd.DataFrame(rows)


def study_events(weeks: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the effects by period of four weeks against the last one before, and
    their covariances.
    """
    main = weeks[weeks["year_week"] != FIRST_WEEK].copy()
    order = {
        week: number
        for number, week in enumerate(sorted(main["year_week"].unique()))
    }
    main["period"] = (main["year_week"].map(order) // WEEKS_OF_A_PERIOD + 1).clip(
        upper=LAST_PERIOD
    )
    shown = [
        period for period in range(1, LAST_PERIOD + 1) if period != PERIODS_BEFORE
    ]
    terms = [f"period_{period}" for period in shown]
    dummies = pd.DataFrame(
        {
            term: (main["period"] == period) * main["expgroup"]
            for term, period in zip(terms, shown, strict=True)
        }
    )
    fit = fit_panel(
        pd.concat([main, dummies], axis="columns"),
        "perform1",
        terms,
        "personid",
        "year_week",
    )
    spans = main.groupby("period")["year_week"].agg(
        first_year_and_week="min", last_year_and_week="max"
    )
    effects = (
        tidy_panel(fit, terms)
        .assign(period_number=shown)
        .set_index("period_number")
    )
    effects = spans.join(effects).rename_axis("period_number").reset_index()
    effects = effects.rename(
        columns={part: f"{part}_sd" for part in ("estimate", "se", "low", "high")}
    )
    covariance = (
        fit.cov_params()
        .loc[terms, terms]
        .set_axis(shown, axis=0)
        .set_axis(shown, axis=1)
    )
    long = covariance.rename_axis("row_period_number").melt(
        var_name="column_period_number",
        value_name="covariance_sd2",
        ignore_index=False,
    )
    return effects.drop(columns="term"), long.reset_index()


def deal_arms_again(weeks: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the distribution of the effect when the arms are dealt anew, in bins,
    and its summary.
    """
    main = weeks[weeks["year_week"] != FIRST_WEEK]
    effect, draws = permute_assignment(
        main, "perform1", "expgroup", "after", "personid", "year_week", DRAWS, SEED
    )
    edges = np.arange(-18, 19) * BIN_WIDTH_SD
    counts, _ = np.histogram(draws, edges)
    if counts.sum() != DRAWS:
        raise SourceError("the bins do not hold all draws")
    bins = pd.DataFrame(
        {"from_sd": edges[:-1], "to_sd": edges[1:], "draws_count": counts}
    )
    as_large = int((np.abs(draws) >= abs(effect)).sum())
    summary = {
        "effect_sd": effect,
        "draws_count": DRAWS,
        "as_large_draws_count": as_large,
        "mean_sd": draws.mean(),
        "spread_sd": draws.std(ddof=1),
    }
    return bins, pd.DataFrame([summary])
