"""Published effects on output by dose: working days a week away from the office."""

import numpy as np
import pandas as pd
import statsmodels.formula.api as smf
from scipy import optimize, stats

from dispersed_autonomy.analysis import standards

DOSE = "away_days_per_week"
FORMULA = f"effect ~ {DOSE}"
GROUPS = [
    "published estimate",
    "no difference reported, size not seen",
    "being near, turned round",
]


def gather_outputs(
    effects: pd.DataFrame,
    own: dict[str, tuple[float, float]] | None = None,
    nulls: bool = True,
) -> pd.DataFrame:
    """Return one effect in percent, away against office, for each study that counts
    for results at work.

    Parameters
    ----------
    effects : DataFrame
        The table `published_effects`.
    own : dict, optional
        By study: our own estimate in percent and its standard error, in place of
        the published one.
    nulls : bool
        Whether a study that reports no difference without its size is entered as
        zero.

    Returns
    -------
    DataFrame
        `study`, `label`, `design_kind`, the dose in days a week (NaN where it was
        not recorded), `effect` (two bounds of one study are averaged), `se` (NaN
        where none is known) and `null` (entered as zero). Studies in other units
        are left out.
    """
    judged = standards.judge_rows(effects, "results")
    bounds = judged["role"].eq("further bound") & judged["outcome_family"].eq(
        "productivity"
    )
    rows = judged[judged["counts"] | bounds]
    percent = rows["unit"].eq("percent") & rows["effect_in_unit"].notna()
    null = rows["effect_in_unit"].isna() & rows["direction"].eq("null") & nulls
    kept = rows[percent | null].assign(
        study=lambda frame: frame["study"].astype(str),
        effect=lambda frame: frame["effect_in_unit"].fillna(0.0),
        se=lambda frame: frame["se_in_unit"],
        null=null,
    )
    gathered = (
        kept.groupby("study", sort=False)
        .agg(
            label=("label", "first"),
            design_kind=("design_kind", "first"),
            **{DOSE: (DOSE, "first")},
            effect=("effect", "mean"),
            se=("se", "mean"),
            null=("null", "all"),
        )
        .reset_index()
    )
    for study, (estimate, error) in (own or {}).items():
        gathered.loc[gathered["study"] == study, ["effect", "se"]] = estimate, error
    return gathered


def assume_errors(studies: pd.DataFrame, ratio: float) -> pd.DataFrame:
    """Return studies with unknown standard errors set to a part of the median size
    of the effects that are not null.
    """
    size = studies.loc[~studies["null"], "effect"].abs().median()
    return studies.assign(se=studies["se"].fillna(ratio * size))


def regress_dose(studies: pd.DataFrame):
    """Fit the effect on the dose over studies, with random effects.

    Parameters
    ----------
    studies : DataFrame
        `effect`, `se` and the dose, none missing; three studies or more.

    Returns
    -------
    tuple of statsmodels results and float
        The fit, with limits of Student's t with studies less two degrees of
        freedom; and the spread of true effects about the line.

    Raises
    ------
    ValueError
        If there are fewer than three studies, or all have one dose.

    Notes
    -----
    Paule and Mandel's variance between studies, for a regression: the one at which
    the weighted squared residuals equal their degrees of freedom. Errors by Knapp
    and Hartung (2003), doi 10.1002/sim.1482, never smaller than without them (Rover
    and others 2015, doi 10.1186/s12874-015-0091-1), which is the method made for
    few studies.
    """
    if len(studies) < 3 or studies[DOSE].nunique() < 2:
        raise ValueError(
            f"{len(studies)} studies cannot be regressed on their dose"
        )

    def excess(variance: float) -> float:
        fit = smf.wls(FORMULA, studies, weights=1 / (studies["se"] ** 2 + variance))
        return fit.fit().scale - 1

    largest = float(studies["effect"].var()) + 1
    variance = 0.0
    if excess(0) > 0:
        while excess(largest) > 0:
            largest *= 2
        variance = optimize.brentq(excess, 0, largest)
    model = smf.wls(FORMULA, studies, weights=1 / (studies["se"] ** 2 + variance))
    scale = max(1.0, model.fit().scale)
    fit = model.fit(cov_type="fixed scale", cov_kwds={"scale": scale}, use_t=True)
    return fit, float(np.sqrt(variance))


def tidy_slope(fit, level: float = 95) -> dict[str, float]:
    """Return `value`, `low`, `high` and `n` (studies) of the slope on the dose."""
    low, high = fit.conf_int(alpha=1 - level / 100).loc[DOSE]
    return {
        "value": float(fit.params[DOSE]),
        "low": float(low),
        "high": float(high),
        "n": int(fit.nobs),
    }


def try_slopes(
    choices: dict[str, pd.DataFrame], ratios: dict[str, float]
) -> pd.DataFrame:
    """Regress several sets of studies under several assumed standard errors.

    Parameters
    ----------
    choices : dict of str to DataFrame
        What to call a choice, and its studies as of `gather_outputs`.
    ratios : dict of str to float
        What to call an assumption, and the ratio of `assume_errors`.

    Returns
    -------
    DataFrame
        `choice`, `assumed`, `value`, `low`, `high`, `n` of the slope.
    """
    rows = [
        {
            "choice": choice,
            "assumed": assumed,
            **tidy_slope(
                regress_dose(assume_errors(studies.dropna(subset=[DOSE]), ratio))[0]
            ),
        }
        for choice, studies in choices.items()
        for assumed, ratio in ratios.items()
    ]
    return pd.DataFrame(rows)


def draw_line(fit, doses: np.ndarray, level: float = 95) -> pd.DataFrame:
    """Return the line of a fit with its limits, at some doses: the dose, `effect`,
    `low` and `high`.
    """
    at = pd.DataFrame({DOSE: doses})
    design = np.column_stack([np.ones(len(doses)), doses])
    effect = np.asarray(fit.predict(at))
    errors = np.sqrt(
        np.einsum("ij,jk,ik->i", design, fit.cov_params().to_numpy(), design)
    )
    half = stats.t.ppf(0.5 + level / 200, fit.df_resid) * errors
    return at.assign(effect=effect, low=effect - half, high=effect + half)


def turn_round(percent: pd.Series) -> pd.Series:
    """Return changes in percent seen from the other side: what is a half less one
    way is twice as much the other.
    """
    return 100 * (1 / (1 + percent / 100) - 1)


def turn_near(effects: pd.DataFrame) -> pd.DataFrame:
    """Return effects on output of being near, turned round into those of being
    away.

    Parameters
    ----------
    effects : DataFrame
        The table `published_effects`.

    Returns
    -------
    DataFrame
        `study`, `label`, `effect` in percent, for rows in percent that compare
        being near teammates or a day in the office with being away; a quantity
        whose fall is the gain is turned once more, so that a gain is positive.
    """
    near = effects[
        effects["outcome_family"].eq("productivity")
        & effects["contrast"].isin(standards.PRESENT)
        & effects["unit"].eq("percent")
        & effects["superseded"].eq("no")
        & effects["role"].eq("main")
        & effects["effect_in_unit"].notna()
    ]
    turned = turn_round(near["effect_in_unit"])
    twice = near["effect_in_unit"].where(near["gain_if"].eq("lower"), turned)
    return pd.DataFrame(
        {"study": near["study"], "label": near["label"], "effect": twice}
    )


def arrange_forest(
    studies: pd.DataFrame, near: pd.DataFrame, anywhere: pd.DataFrame
) -> pd.DataFrame:
    """Return effects in the order of a figure: by dose, the fewest days first, then
    other comparisons.

    Parameters
    ----------
    studies : DataFrame
        As of `gather_outputs`.
    near : DataFrame
        As of `turn_near`.
    anywhere : DataFrame
        Rows of `published_effects` that compare working anywhere with at home.

    Returns
    -------
    DataFrame
        `label` (with the dose in front), `effect`, `low`, `high`, `group`.
    """
    dosed = studies.sort_values(
        [DOSE, "effect"], ascending=[True, False], kind="stable"
    )
    days = dosed[DOSE].map("{:g} days".format, na_action="ignore")
    half = stats.norm.ppf(0.975) * dosed["se"]
    away = pd.DataFrame(
        {
            "label": days.fillna("mostly home") + ": " + dosed["label"].astype(str),
            "effect": dosed["effect"],
            "low": dosed["effect"] - half,
            "high": dosed["effect"] + half,
            "group": np.where(dosed["null"], GROUPS[1], GROUPS[0]),
        }
    )
    others = pd.concat(
        [
            near.assign(
                label="apart: " + near["label"].astype(str), group=GROUPS[2]
            ),
            pd.DataFrame(
                {
                    "label": "anywhere: " + anywhere["label"].astype(str),
                    "effect": anywhere["effect_in_unit"],
                    "group": GROUPS[0],
                }
            ),
        ]
    )
    columns = ["label", "effect", "low", "high", "group"]
    return pd.concat([away, others], ignore_index=True)[columns]


def count_losses(
    effects: pd.DataFrame, family: str = "results"
) -> dict[str, pd.Series]:
    """Return whether each study reports a loss, under several ways to count.

    Parameters
    ----------
    effects : DataFrame
        The table `published_effects`.
    family : str
        A family of claims of `standards.FAMILIES`.

    Returns
    -------
    dict of str to Series
        By the name of the way to count: one truth value a study.
    """
    studies = standards.count_studies(effects, family)
    measured = effects["effect_in_unit"].notna()
    first = effects.loc[measured & effects["unit"].eq("percent"), "study"]
    percent = studies["study"].isin(first.astype(str))
    loss = studies["away"].eq("loss")
    kinds = effects.groupby(effects["study"].astype(str))["work_kind"].first()
    chess = studies["study"].map(kinds).astype(str).eq("cognitive")
    thesis = studies["study"].isin(
        effects.loc[effects["outlet"].astype(str).str.contains("thesis"), "study"]
    )
    return {
        "as published": loss,
        "only studies seen at their publisher": loss[~studies["secondary"]],
        "studies that report no difference left out": loss[
            studies["away"].ne("null")
        ],
        "effects in percent only": loss[percent],
        "effects in percent, and chess as a loss": loss[percent | chess],
        "effects in percent seen at their publisher, and chess as a loss": loss[
            (percent & ~studies["secondary"]) | chess
        ],
        "chess left out, since nobody is employed to play": loss[~chess],
        "the thesis left out": loss[~thesis],
        "always away only": loss[studies["days_away"].eq("full")],
        "away on some days only": loss[studies["days_away"].eq("part")],
    }


def share_losses(
    ways: dict[str, pd.Series], decimals: int = 6
) -> tuple[dict[str, float], dict[str, str]]:
    """Return the share of studies with a loss under each way to count, once.

    Parameters
    ----------
    ways : dict of str to Series
        As of `count_losses`.
    decimals : int
        To which shares are rounded, so that two thirds are two thirds.

    Returns
    -------
    tuple of two dicts
        In percent by the name of the way; and the ways that give the share of one
        before them, with that reason in words.
    """
    shares, copies = {}, {}
    for name, loss in ways.items():
        share = round(100 * float(loss.mean()), decimals)
        twin = next(
            (other for other, known in shares.items() if known == share), ""
        )
        if twin:
            copies[name] = f"it gives the same share as {twin!r}"
        else:
            shares[name] = share
    return shares, copies
