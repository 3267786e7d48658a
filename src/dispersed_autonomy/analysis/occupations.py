"""Jobs that can be done at home: shares of occupations, of groups of them, and of
roles that are mapped to them.

Jobs are rows with the columns `SUMS`; sums over occupations are jobs again.
"""

from itertools import combinations

import pandas as pd

SUMS = [
    "employed_jobs",
    "onet_scored_jobs",
    "onet_jobs",
    "onet_filled_jobs",
    "manual_jobs",
    "manual_full_jobs",
    "manual_some_jobs",
]
MEASURES = {"rule on O*NET answers": "onet", "authors' own scores": "manual"}


def fill_unscored(
    jobs: pd.Series, scores: pd.Series, group: pd.Series
) -> pd.Series:
    """Fill the score of residual occupations from the other occupations of their
    group.

    Parameters
    ----------
    jobs, scores, group : Series
        Jobs, score from 0 to 1 or missing, and group of each occupation.

    Returns
    -------
    Series
        The scores; missing ones are the group's jobs that can be done at home over
        all jobs of the group.

    Notes
    -----
    Dingel and Neiman (2020), `headline_numbers.do` of their repository. The
    denominator holds the unscored jobs themselves, which pulls the filled score
    below the mean of the scored ones; it is kept so that their figures are met.
    """
    at_home = (jobs * scores).groupby(group).transform("sum")
    return scores.fillna(at_home / jobs.groupby(group).transform("sum"))


def compute_shares(jobs: pd.DataFrame, by: list[str]) -> pd.DataFrame:
    """Compute the share of jobs that can be done at home, by both measures and with
    the limits of each.

    Parameters
    ----------
    jobs : DataFrame
        Jobs, with the columns `by`.
    by : list of str
        Columns that tell the rows of the answer apart.

    Returns
    -------
    DataFrame
        `by`, `employed_jobs`, and in percent `onet_percent`, with limits that count
        none or all of the unscored jobs, and `manual_percent`, with limits that
        count only the full scores or every score above zero.
    """
    sums = jobs.groupby(by, observed=True, sort=False)[SUMS].sum()
    whole = sums["employed_jobs"] / 100
    shares = pd.DataFrame(
        {
            "employed_jobs": sums["employed_jobs"],
            "onet_percent": sums["onet_filled_jobs"] / whole,
            "onet_low_percent": sums["onet_jobs"] / whole,
            "onet_high_percent": (
                (
                    sums["onet_jobs"]
                    + sums["employed_jobs"]
                    - sums["onet_scored_jobs"]
                )
                / whole
            ),
            "manual_percent": sums["manual_jobs"] / whole,
            "manual_low_percent": sums["manual_full_jobs"] / whole,
            "manual_high_percent": sums["manual_some_jobs"] / whole,
        }
    )
    return shares.reset_index()


def stack_measures(shares: pd.DataFrame, keys: list[str]) -> pd.DataFrame:
    """Return one row for each measure: `keys`, `measure`, `share_percent`, `low`,
    `high`.

    Parameters
    ----------
    shares : DataFrame
        Of `compute_shares`.
    keys : list of str
        Columns to keep.
    """
    names = {
        "{}_percent": "share_percent",
        "{}_low_percent": "low",
        "{}_high_percent": "high",
    }
    stacked = [
        shares[keys].assign(
            measure=measure,
            **{new: shares[old.format(column)] for old, new in names.items()},
        )
        for measure, column in MEASURES.items()
    ]
    return pd.concat(stacked, ignore_index=True)


def map_roles(
    jobs: pd.DataFrame, roles: pd.DataFrame, disputed: bool = False
) -> pd.DataFrame:
    """Return the jobs of each role; an occupation of two roles stands under both.

    Parameters
    ----------
    jobs : DataFrame
        Jobs by `occupation_code`.
    roles : DataFrame
        Columns `role`, `occupation_code` and `mapping`, which is "main" or
        "disputed".
    disputed : bool
        Whether the disputed occupations join the main ones.

    Raises
    ------
    ValueError
        If an occupation of a role has no jobs.
    """
    chosen = roles if disputed else roles[roles["mapping"] == "main"]
    absent = sorted(set(chosen["occupation_code"]) - set(jobs["occupation_code"]))
    if absent:
        raise ValueError(f"no jobs for {', '.join(absent)}")
    return chosen.astype({"occupation_code": str}).merge(
        jobs.astype({"occupation_code": str}), on="occupation_code"
    )


def try_mappings(jobs: pd.DataFrame, roles: pd.DataFrame) -> pd.DataFrame:
    """Compute the shares of each role under every choice of its disputed
    occupations.

    Parameters
    ----------
    jobs, roles : DataFrame
        As for `map_roles`, jobs of one year.

    Returns
    -------
    DataFrame
        Rows of `compute_shares` with `role` and `added`, the disputed codes that
        were chosen.
    """
    everyone = map_roles(jobs, roles, disputed=True)
    tried = []
    for _, rows in everyone.groupby("role", observed=True, sort=False):
        codes = rows.loc[rows["mapping"] == "disputed", "occupation_code"].tolist()
        choices = [
            choice
            for size in range(len(codes) + 1)
            for choice in combinations(codes, size)
        ]
        tried += [
            rows[
                (rows["mapping"] == "main") | rows["occupation_code"].isin(choice)
            ].assign(added=" ".join(choice))
            for choice in choices
        ]
    return compute_shares(pd.concat(tried), ["role", "added"])


def count_majorities(
    shares: pd.DataFrame, readings: list[str], half: float = 50
) -> int:
    """Return how many rows of `compute_shares` reach `half` percent under every one
    of the readings, columns of it.
    """
    return int((shares[readings] >= half).all(axis="columns").sum())


def name_tests(roles: pd.DataFrame) -> pd.Series:
    """Return the test that each role is: the main occupations that it is read with.
    Roles with the same main occupations are one test, for one cannot pass without
    the other.

    Parameters
    ----------
    roles : DataFrame
        As for `map_roles`.

    Returns
    -------
    Series
        By role, in the order of the table: its main codes, joined.
    """
    main = roles[roles["mapping"] == "main"].astype({"occupation_code": str})
    return main.groupby(main["role"].astype(str), sort=False)[
        "occupation_code"
    ].agg(lambda codes: " ".join(sorted(codes)))


def tally_tests(
    shares: pd.DataFrame, tests: pd.Series, readings: list[str], half: float = 50
) -> tuple[int, int]:
    """Count the tests that pass under every reading, and under the one by which
    most pass.

    Parameters
    ----------
    shares : DataFrame
        One row a role: `role`, and the readings in percent.
    tests : Series
        Of `name_tests`.
    readings : list of str
        Columns of `shares`.
    half : float
        Percent of a role's jobs that make it one that can mostly be done at home.

    Returns
    -------
    tuple of int
        A test passes where each of its roles does.
    """
    passed = shares.set_index(shares["role"].astype(str))[readings] >= half
    by_test = passed.groupby(tests.reindex(passed.index)).all()
    return int(by_test.all(axis="columns").sum()), int(by_test.sum().max())


def reweigh_shares(
    jobs: pd.DataFrame, codes: pd.DataFrame, employed: pd.DataFrame, reading: str
) -> pd.Series:
    """Compute a share by measure with the employment of another survey, whose
    occupations are coarser.

    Parameters
    ----------
    jobs : DataFrame
        Jobs by `occupation_code`.
    codes : DataFrame
        Columns `occupation`, of the other survey, and `occupation_code`.
    employed : DataFrame
        Columns `occupation` and `employed_thousands`, in any number of rows an
        occupation.
    reading : str
        Column of `compute_shares`.

    Returns
    -------
    Series
        Share in percent of each occupation of the other survey, and of them all,
        under "all".

    Raises
    ------
    ValueError
        If an occupation of the other survey has no code.
    """
    people = employed.groupby(employed["occupation"].astype(str))[
        "employed_thousands"
    ].sum()
    absent = sorted(set(people.index) - set(codes["occupation"]))
    if absent:
        raise ValueError(f"no code for {', '.join(absent)}")
    matched = codes.astype(str).merge(
        jobs.astype({"occupation_code": str}), on="occupation_code"
    )
    shares = compute_shares(matched, ["occupation"]).set_index("occupation")[
        reading
    ]
    whole = (shares * people).sum() / people.sum()
    return pd.concat([shares.loc[people.index], pd.Series({"all": whole})])
