"""Who quit, by arm: the person and quitting files of the Ctrip experiment."""

import numpy as np
import pandas as pd
import statsmodels.api as sm
import statsmodels.formula.api as smf

from dispersed_autonomy.inputs.sources import SourceError, fetch_source

DATASET = "ctrip_experiment"
ARMS = {1: "home", 0: "office"}
PEOPLE, QUITS, MONTHS = 249, 62, 9
FLAGS = {
    "sex": ("male", {0: "women", 1: "men"}),
    "children": ("children", {1: "children", 0: "no children"}),
    "marriage": ("married", {1: "married", 0: "not married"}),
    "work": ("ordertaker", {"TRUE": "takes orders", "FALSE": "other work"}),
}
LABELS = {
    "over 90 minutes": "commute over 90 minutes",
    "up to 90 minutes": "commute up to 90 minutes",
    "two years or more": "tenure of two years or more",
    "under two years": "tenure under two years",
}
LONG_COMMUTE_MINUTES, LONG_TENURE_MONTHS, FEWEST_QUITS = 90, 24, 3


def read_stata(name: str, columns: list[str]) -> pd.DataFrame:
    """Return columns of one Stata file, and stop where one is missing or empty."""
    path = fetch_source(DATASET, name)
    frame = pd.read_stata(path, convert_categoricals=False)
    if missing := sorted(set(columns) - set(frame.columns)):
        raise SourceError(f"{path.name}: columns are missing: {', '.join(missing)}")
    return frame[columns]


def read_people(commutes: pd.Series) -> pd.DataFrame:
    """Return one row a person of the experiment: arm, whether they quit, and
    characteristics in words.

    Parameters
    ----------
    commutes : Series
        Minutes of the commute by `personid`, from the weekly file.

    Raises
    ------
    SourceError
        If a code is unknown, a commute is absent, or people or quits are not as
        many as they should be.
    """
    columns = [
        "personid",
        "treatment",
        "quitjob",
        "tenure",
        *(column for column, _ in FLAGS.values()),
    ]
    people = read_stata("ctrip_person", columns).set_index("personid")
    if (
        len(people) != PEOPLE
        or people.index.has_duplicates
        or people["quitjob"].sum() != QUITS
    ):
        raise SourceError(
            f"ctrip_person: {len(people)} people and {people['quitjob'].sum()}"
            f" quits, not {PEOPLE} and {QUITS}"
        )
    people["arm"] = name_codes(people["treatment"], ARMS)
    for name, (column, words) in FLAGS.items():
        people[name] = name_codes(people[column], words)
    minutes = commutes.reindex(people.index)
    if minutes.isna().any():
        raise SourceError(
            f"ctrip_weekly: {minutes.isna().sum()} people of ctrip_person have no"
            " commute there"
        )
    people["commute"] = (minutes > LONG_COMMUTE_MINUTES).map(
        {True: "over 90 minutes", False: "up to 90 minutes"}
    )
    people["tenure"] = (people["tenure"] >= LONG_TENURE_MONTHS).map(
        {True: "two years or more", False: "under two years"}
    )
    return people[["arm", "quitjob", *FLAGS, "commute", "tenure"]].reset_index()


def name_codes(codes: pd.Series, words: dict) -> pd.Series:
    """Return codes in words.

    Raises
    ------
    SourceError
        If a code has no word.
    """
    if unknown := sorted(set(codes) - set(words)):
        raise SourceError(
            f"column {codes.name}: unknown code {unknown[0]!r}, expected one of"
            f" {list(words)}"
        )
    return codes.map(words)


def count_quits(people: pd.DataFrame, by: list[str]) -> pd.DataFrame:
    """Return people and quits by columns and arm."""
    cells = people.groupby([*by, "arm"])["quitjob"].agg(
        people_count="count", quits_count="sum"
    )
    return cells.astype(int).reset_index()


def count_quits_by_group(people: pd.DataFrame) -> pd.DataFrame:
    """Return people and quits by arm and one characteristic after the other,
    everyone first.
    """
    names = [*FLAGS, "commute", "tenure"]
    groups = [
        count_quits(people.assign(level=people[name]), ["level"]).assign(
            characteristic=name
        )
        for name in names
    ]
    everyone = count_quits(people.assign(level="everyone"), ["level"]).assign(
        characteristic="everyone"
    )
    rows = pd.concat([everyone, *groups])
    return rows.assign(label=rows["level"].replace(LABELS))[
        ["characteristic", "level", "label", "arm", "people_count", "quits_count"]
    ]


def read_months(people: pd.DataFrame) -> pd.DataFrame:
    """Return one row a person and month of the experiment while the person was
    there: arm, month and its number, whether the person quit in it.

    Raises
    ------
    SourceError
        If the months, or the people who quit, disagree with the person file.
    """
    months = read_stata(
        "ctrip_quits", ["personid", "year", "month", "stillworking", "quit"]
    )
    months = months.merge(
        people[["personid", "arm", "quitjob"]],
        on="personid",
        how="left",
        validate="many_to_one",
    )
    months["month"] = (
        months["year"].astype(int).astype(str)
        + "-"
        + months["month"].astype(int).astype(str).str.zfill(2)
    )
    quit_once = months.groupby("personid")["quit"].sum()
    agrees = quit_once.eq(people.set_index("personid")["quitjob"]).all()
    if (
        months["month"].nunique() != MONTHS
        or len(months) != MONTHS * PEOPLE
        or not agrees
    ):
        raise SourceError(
            "ctrip_quits: months or quits are not those of ctrip_person"
        )
    if (months["quit"] > months["stillworking"]).any():
        raise SourceError("ctrip_quits: someone quits who was not there")
    months["month_number"] = months["month"].rank(method="dense").astype(int)
    return months.loc[
        months["stillworking"] == 1,
        ["personid", "arm", "month", "month_number", "quit"],
    ]


def end_periods(quits: pd.DataFrame) -> list[int]:
    """Return the last month of each period of the experiment: a month, or as many
    as it takes until every arm has `FEWEST_QUITS`. Fewer would describe persons.

    Parameters
    ----------
    quits : DataFrame
        Quits, one row a month and one column an arm.

    Raises
    ------
    SourceError
        If the last months have too few.
    """
    ends, since = [], 0
    for number, counts in quits.iterrows():
        since = since + counts
        if (since >= FEWEST_QUITS).all():
            ends.append(number)
            since = 0
    if not ends or ends[-1] != quits.index[-1]:
        raise SourceError("ctrip_quits: too few people quit in the last months")
    return ends


def count_quits_by_period(months: pd.DataFrame) -> pd.DataFrame:
    """Return people there at the start of each period of the experiment and quits
    in it, by arm; periods as of `end_periods`.

    Parameters
    ----------
    months : DataFrame
        As of `read_months`.
    """
    numbers = months["month_number"]
    ends = end_periods(months.pivot_table("quit", numbers, "arm", "sum"))
    period = np.searchsorted(ends, numbers)
    starts = numbers.isin([1, *(end + 1 for end in ends)])
    counted = months.assign(period=period, at_start=starts)
    summed = counted.groupby(["arm", "period"]).agg(
        first_month=("month", "min"),
        last_month=("month", "max"),
        month_number=("month_number", "max"),
        at_risk_count=("at_start", "sum"),
        quits_count=("quit", "sum"),
    )
    return summed.astype({"quits_count": int}).reset_index().drop(columns="period")


def fit_quits(people: pd.DataFrame, months: pd.DataFrame) -> pd.DataFrame:
    """Return the estimates that need a row a person: the hazard ratio month by
    month, and the odds ratio as it is and with children and commute held fixed.

    Parameters
    ----------
    people, months : DataFrame
        As of `read_people` and `read_months`.

    Returns
    -------
    DataFrame
        One row a model: `model`, `estimate_log_ratio` and `se_log_ratio` of being
        assigned to home, `observations_count` and `people_count`.

    Notes
    -----
    Complementary log-log and logit by maximum likelihood, with its own errors.
    """
    months, people = (
        rows.assign(
            home=(rows["arm"] == "home").astype(int), left=rows[quit].astype(int)
        )
        for rows, quit in ((months, "quit"), (people, "quitjob"))
    )
    cloglog = sm.families.Binomial(link=sm.families.links.CLogLog())
    logit = sm.families.Binomial()
    models = {
        "hazard, month by month": ("home + C(month_number)", months, cloglog),
        "odds": ("home", people, logit),
        "odds, children and commute held fixed": (
            "home + C(children) + C(commute)",
            people,
            logit,
        ),
    }
    rows = []
    for model, (terms, frame, family) in models.items():
        fitted = smf.glm(f"left ~ {terms}", frame, family=family).fit()
        rows.append(
            {
                "model": model,
                "estimate_log_ratio": fitted.params["home"],
                "se_log_ratio": fitted.bse["home"],
                "observations_count": int(fitted.nobs),
                "people_count": frame["personid"].nunique(),
            }
        )
    return pd.DataFrame(rows)
