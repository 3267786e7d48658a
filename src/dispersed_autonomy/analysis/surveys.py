"""Published survey shares: their intervals, and changes between waves."""

import numpy as np
import pandas as pd
from scipy.stats import norm
from statsmodels.stats.proportion import (
    confint_proportions_2indep,
    proportion_confint,
    proportions_ztest,
)


def wilson_interval(
    share_percent, n_respondents, level: float = 95
) -> tuple[np.ndarray, np.ndarray]:
    """Return Wilson's interval of a share, in percent.

    Parameters
    ----------
    share_percent, n_respondents : array_like
        Published shares and the samples behind them.
    level : float
        Coverage in percent.

    Returns
    -------
    tuple of ndarray
        Lower and upper limits in percent.
    """
    counts = (
        np.asarray(share_percent, float) / 100 * np.asarray(n_respondents, float)
    )
    low, high = proportion_confint(
        counts, n_respondents, alpha=1 - level / 100, method="wilson"
    )
    return 100 * np.asarray(low), 100 * np.asarray(high)


def add_intervals(shares: pd.DataFrame) -> pd.DataFrame:
    """Return shares with the 95% interval that each allows.

    A share of respondents gets Wilson's interval at the smallest sample that what
    was printed allows; where nothing bounds its sample it gets none. A share
    printed as a fraction, or made from such, could be anything within
    `rounding_points`: its interval reaches from Wilson's lower limit at one end of
    that range to the upper limit at the other. A mean over respondents has no
    interval from its sample, and a range or bound keeps what was printed.

    Parameters
    ----------
    shares : DataFrame
        Rows of the table `shares`.

    Returns
    -------
    DataFrame
        With `low` and `high` in percent, empty where there is no interval;
        `narrow_low` and `narrow_high`, the interval at the largest sample that is
        allowed; and `interval`: "sample printed", "sample bounded" or "none".
    """
    sampled = (
        shares["share_percent"].notna()
        & shares["smallest_respondents"].notna()
        & (shares["measure"] == "share of respondents")
    )
    slack = shares["rounding_points"].fillna(0)
    below = (shares["share_percent"] - slack).clip(lower=0).where(sampled)
    above = (shares["share_percent"] + slack).clip(upper=100).where(sampled)
    limits = {}
    for name, sample in (
        ("", shares["smallest_respondents"]),
        ("narrow_", shares["largest_respondents"]),
    ):
        limits[f"{name}low"] = _wilson_where(below, sample, 0)
        limits[f"{name}high"] = _wilson_where(above, sample, 1)
    printed = shares["n_basis"].astype(str).str.startswith("printed")
    one = shares["smallest_respondents"] == shares["largest_respondents"]
    kind = np.select(
        [~sampled, printed & one], ["none", "sample printed"], "sample bounded"
    )
    return shares.assign(**limits, interval=kind)


def _wilson_where(shares: pd.Series, sample: pd.Series, limit: int) -> pd.Series:
    found = pd.Series(np.nan, index=shares.index)
    known = shares.notna() & sample.notna()
    if known.any():
        found[known] = wilson_interval(shares[known], sample[known])[limit]
    return found


def arrange_marks(
    uses: pd.DataFrame, shares: pd.DataFrame, exhibit: str
) -> pd.DataFrame:
    """Return the figures of one exhibit in order, with the words at their marks.

    Parameters
    ----------
    uses : DataFrame
        The table `uses`.
    shares : DataFrame
        Of `add_intervals` and `standards.classify_figures`.
    exhibit : str
        Which marks.

    Returns
    -------
    DataFrame
        One row a mark: `group`, `label`, `share_percent`, `low`, `high` and the
        printed limits `low_percent` and `high_percent`. Marks that are `turned`
        show 100 less the share, with their limits turned as well.
    """
    marks = uses[uses["exhibit"] == exhibit].sort_values("place")
    frame = marks.merge(shares, left_on="share_id", right_on="id", validate="m:1")
    turned = frame["turned"].to_numpy(bool)
    pairs = [("low", "high"), ("narrow_low", "narrow_high")]
    pairs += [
        ("low_percent", "high_percent"),
        ("lowest_percent", "highest_percent"),
    ]
    for low, high in pairs:
        below, above = frame[low].copy(), frame[high].copy()
        frame[low] = below.where(~turned, 100 - above)
        frame[high] = above.where(~turned, 100 - below)
    frame["share_percent"] = frame["share_percent"].where(
        ~turned, 100 - frame["share_percent"]
    )
    return frame.astype({"group": str, "label": str})


def baseline_if_points(later_percent: float, change: float) -> float:
    """Return the earlier share in percent if a change is in percentage points."""
    return later_percent - change


def baseline_if_percent(later_percent: float, change: float) -> float:
    """Return the earlier share in percent if a change is relative, in percent of
    the earlier share.
    """
    return later_percent / (1 + change / 100)


def read_change(
    later_percent: float, change: float, rounding: float = 0.5
) -> pd.DataFrame:
    """Return the earlier share under both readings of a change, and what the
    rounding of both numbers leaves open.

    Parameters
    ----------
    later_percent, change : float
        As printed, in percent.
    rounding : float
        Half the last digit that was printed.

    Returns
    -------
    DataFrame
        `if_points`, `if_percent` and `difference_points`; the first row as printed,
        the others at the four corners of what would have been printed the same.
    """
    corners = [
        (0, 0),
        (-rounding, -rounding),
        (-rounding, rounding),
        (rounding, -rounding),
        (rounding, rounding),
    ]
    later, moved = (np.array([later_percent, change]) + corners).T
    frame = pd.DataFrame(
        {
            "if_points": baseline_if_points(later, moved),
            "if_percent": baseline_if_percent(later, moved),
        }
    )
    return frame.assign(difference_points=frame["if_percent"] - frame["if_points"])


def change_by_sample(
    later_percent: float, earlier_percent: float, sizes: list[int]
) -> pd.DataFrame:
    """Return what two waves of equal size would say of a change between two shares.

    Parameters
    ----------
    later_percent, earlier_percent : float
        Shares in the two waves.
    sizes : list of int
        Respondents in each wave.

    Returns
    -------
    DataFrame
        `n_respondents`, `change_points`, `low_points` and `high_points` (95%,
        Newcombe's score interval), `p_value` (test of two proportions, pooled
        variance), and `power_percent` (that test, two-sided at 5%).
    """
    later, earlier = later_percent / 100, earlier_percent / 100
    limits = [
        confint_proportions_2indep(
            later * n,
            n,
            earlier * n,
            n,
            method="newcomb",
            compare="diff",
            alpha=0.05,
        )
        for n in sizes
    ]
    p_values = [
        proportions_ztest([later * n, earlier * n], [n, n])[1] for n in sizes
    ]
    power = [power_of_change(later_percent, earlier_percent, n) for n in sizes]
    low, high = 100 * np.array(limits).T
    return pd.DataFrame(
        {
            "n_respondents": sizes,
            "change_points": later_percent - earlier_percent,
            "low_points": low,
            "high_points": high,
            "p_value": p_values,
            "power_percent": power,
        }
    )


def _spreads(later: float, earlier: float) -> tuple[float, float]:
    """Return the spread of a difference of two shares times the root of n: without
    a change (pooled), and with it.
    """
    pooled = (later + earlier) / 2
    return (
        np.sqrt(2 * pooled * (1 - pooled)),
        np.sqrt(later * (1 - later) + earlier * (1 - earlier)),
    )


def power_of_change(
    later_percent: float, earlier_percent: float, n_respondents: int
) -> float:
    """Return the power in percent of the test of two proportions, pooled, two-sided
    at 5%, with equal samples.
    """
    later, earlier = later_percent / 100, earlier_percent / 100
    pooled, apart = _spreads(later, earlier)
    reach = abs(later - earlier) * np.sqrt(n_respondents)
    return 100 * float(norm.cdf((reach - norm.ppf(0.975) * pooled) / apart))


def sample_for_power(
    later_percent: float, earlier_percent: float, power_percent: float = 80
) -> int:
    """Return the respondents that each of two waves needs for the test of two
    proportions, pooled, to see a change, two-sided at 5%.

    Notes
    -----
    Fleiss (1981), Statistical Methods for Rates and Proportions, without the
    correction for continuity.
    """
    later, earlier = later_percent / 100, earlier_percent / 100
    pooled, apart = _spreads(later, earlier)
    root = norm.ppf(0.975) * pooled + norm.ppf(power_percent / 100) * apart
    return int(np.ceil((root / (later - earlier)) ** 2))


def smallest_sample_for_change(later_percent: float, earlier_percent: float) -> int:
    """Return the respondents in each wave from which on two printed shares differ
    at 5% by the test of two proportions, pooled, two-sided.
    """
    later, earlier = later_percent / 100, earlier_percent / 100
    pooled, _ = _spreads(later, earlier)
    return int(np.ceil((norm.ppf(0.975) * pooled / (later - earlier)) ** 2))


def change_within(
    pairs: pd.DataFrame,
    shares: pd.DataFrame,
    assumed_respondents: int | None = None,
) -> pd.DataFrame:
    """Return the changes within organizations, each with the interval that printing
    and sampling allow.

    Parameters
    ----------
    pairs : DataFrame
        The table `pairs`.
    shares : DataFrame
        Of `standards.classify_figures`.
    assumed_respondents : int, optional
        Sample of each wave where nothing that was printed bounds it.

    Returns
    -------
    DataFrame
        The pairs with `earlier_percent`, `later_percent`, `change_points`, and
        `low_points` and `high_points`: Newcombe's 95% interval at the smallest
        samples, from the smallest change that rounding allows to the largest; empty
        where no sample is known. `earlier_asked` and `later_asked` say what was
        asked, `seen` and `printed` the weaker of the two, `in_window` whether both
        are of 2020 and 2021.
    """
    return pd.DataFrame(
        [
            _change(pair, shares, assumed_respondents)
            for pair in pairs.to_dict("records")
        ]
    )


def _change(pair: dict, shares: pd.DataFrame, assumed: int | None) -> dict:
    both = shares.set_index("id").loc[[pair["earlier_id"], pair["later_id"]]]
    old, new = both.to_dict("records")
    sizes = [row["smallest_respondents"] for row in (old, new)]
    sizes = [assumed if pd.isna(size) else size for size in sizes]
    low = high = np.nan
    if None not in sizes:
        low, _ = _newcombe(new["lowest_percent"], old["highest_percent"], *sizes)
        _, high = _newcombe(new["highest_percent"], old["lowest_percent"], *sizes)
    seen = [row["seen"] for row in (old, new)]
    return pair | {
        "earlier_percent": old["share_percent"],
        "later_percent": new["share_percent"],
        "change_points": new["share_percent"] - old["share_percent"],
        "low_points": low,
        "high_points": high,
        "earlier_asked": old["question"],
        "later_asked": new["question"],
        "seen": max(seen, key=seen_rank),
        "n_respondents": np.nan if None in sizes else sum(sizes),
        "in_window": 2020 <= old["field_year"] and new["field_year"] < 2022,
    }


def seen_rank(seen: str) -> int:
    """Return how far from the publisher a figure was seen, 0 for on its page."""
    return ("at the publisher", "in a page that cites it", "not seen").index(seen)


def _newcombe(
    later: float, earlier: float, n_earlier: int, n_later: int
) -> tuple[float, float]:
    low, high = confint_proportions_2indep(
        later / 100 * n_later,
        n_later,
        earlier / 100 * n_earlier,
        n_earlier,
        method="newcomb",
        compare="diff",
        alpha=0.05,
    )
    return 100 * low, 100 * high


def count_for_and_against(studies: pd.DataFrame, against: str) -> dict[str, int]:
    """Return how many studies there are, and how many speak against a claim.

    Parameters
    ----------
    studies : DataFrame
        Of `standards.count_studies`.
    against : {"loss", "gain"}
        Direction of a study that speaks against the claim.

    Returns
    -------
    dict
        `studies`; `controlled_estimates`, those that state an uncertainty; and
        `studies_against`.
    """
    return {
        "studies": len(studies),
        "controlled_estimates": int((~studies["uncertain"].astype(bool)).sum()),
        "studies_against": int((studies["away"] == against).sum()),
    }
