"""Pairs on video and in person: printed figures, closed forms, the pairs
themselves, and input that has to be refused.
"""

import importlib.util
from functools import cache

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
import statsmodels.formula.api as smf
from scipy import stats

from dispersed_autonomy import paths
from dispersed_autonomy.analysis import collaboration
from dispersed_autonomy.inputs import sources
from dispersed_autonomy.inputs.sources import SourceError
from dispersed_autonomy.inputs.tables import load_table


@pytest.fixture(scope="module")
def script():
    """The build script as a module."""
    spec = importlib.util.spec_from_file_location(
        "build_video_ideas", paths.DATA / "video_ideas" / "build.py"
    )
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def upstream(script):
    """The pairs and the people of the upstream files, where these can be had."""
    cache = paths.raw_cache()
    if not (cache / "brucks_levav_lab.rda").exists():
        pytest.skip(f"not in the cache ({cache})")
    return (
        script.read_pairs(sources.fetch_source("video_ideas", "brucks_levav_lab")),
        script.read_people(sources.fetch_source("video_ideas", "brucks_levav_eye")),
    )


@cache
def read_cells():
    """How many pairs have each value, from the upstream file; never committed."""
    path = paths.raw_cache() / "brucks_levav_lab.rda"
    if not path.exists():
        pytest.skip(f"not in the cache ({path.parent})")
    spec = importlib.util.spec_from_file_location(
        "count_video_ideas", paths.DATA / "video_ideas" / "build.py"
    )
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    pairs = module.read_pairs(
        sources.fetch_source("video_ideas", "brucks_levav_lab")
    )
    return module.count_cells(pairs)


def cells_of(outcome):
    cells = read_cells()
    return cells[cells["outcome"] == outcome]


def moments_of(outcome):
    moments = load_table("video_ideas", "outcome_moments")
    return moments[moments["outcome"] == outcome]


def arms(outcome, batch=None):
    """The values of the arms: in person, video."""
    rows = cells_of(outcome)
    rows = rows if batch is None else rows[rows["batch"] == batch]
    return [
        np.repeat(part["outcome_value"], part["pairs_count"]).to_numpy()
        for part in (rows[rows["condition"] == c] for c in ("in person", "video"))
    ]


def test_the_printed_figures_of_creative_ideas_are_reproduced():
    printed = load_table("video_ideas", "published_figures").set_index("id")[
        "figure_value"
    ]
    person, video = arms("creative ideas")
    fit = collaboration.fit_counts(
        cells_of("creative ideas"), collaboration.UNADJUSTED
    )
    low, high = fit.conf_int().loc["video"]
    test = stats.ttest_ind(video, person)
    limits = test.confidence_interval()
    dispersion = sm.families.NegativeBinomial(alpha=fit.params["alpha"])
    rows = collaboration.repeat_cells(cells_of("creative ideas"))
    deviances = [
        smf.glm(f"outcome_value ~ {right}", rows, family=dispersion).fit().deviance
        for right in ("1", "video")
    ]
    ours = {
        "mean_in_person": person.mean(),
        "sd_in_person": person.std(ddof=1),
        "mean_video": video.mean(),
        "sd_video": video.std(ddof=1),
        "ratio": np.exp(fit.params["video"]),
        "ratio_low": np.exp(low),
        "ratio_high": np.exp(high),
        "lr": deviances[0] - deviances[1],
        "difference": video.mean() - person.mean(),
        "difference_low": limits.low,
        "difference_high": limits.high,
    }
    assert {
        name: round(value, 2) for name, value in ours.items()
    } == printed.to_dict()


@pytest.mark.parametrize(
    "outcome", ["ideas", "creative ideas", "chosen idea", "choice"]
)
def test_a_regression_on_the_cells_that_is_not_that_on_the_pairs_is_noticed(
    upstream, script, outcome
):
    column = {name: column for column, name in script.OUTCOMES.items()}[outcome]
    pairs = upstream[0].assign(
        video=lambda rows: (rows["cond"] == "video").astype(int)
    )
    direct = smf.ols(f"{column} ~ video + C(study)", pairs).fit(
        cov_type="HC2", use_t=True
    )
    ours = collaboration.fit_difference(cells_of(outcome))
    assert ours.params["video"] == pytest.approx(direct.params["video"], rel=1e-10)
    assert ours.bse["video"] == pytest.approx(direct.bse["video"], rel=1e-10)


def test_a_committed_cell_that_describes_one_or_two_people_is_noticed():
    # A pair is two people. Every row is of an arm of a batch, or of more.
    for table, count in (
        ("outcome_moments", "pairs_count"),
        ("effects", "pairs_count"),
        ("gaze_sums", "pairs_count"),
    ):
        cells = load_table("video_ideas", table)
        assert cells[count].min() >= 5
    tables = {path.name for path in (paths.DATA / "video_ideas").glob("*.csv")}
    assert tables == {
        "outcome_moments.csv",
        "effects.csv",
        "conditions_dealt_again.csv",
        "gaze_sums.csv",
        "published_figures.csv",
    }


@pytest.mark.parametrize("outcome", ["ideas", "creative ideas", "choice"])
def test_a_regression_on_moments_that_is_not_that_on_the_pairs_is_noticed(outcome):
    pairs = collaboration.fit_difference(cells_of(outcome))
    ours = collaboration.fit_difference(
        collaboration.spread_moments(moments_of(outcome))
    )
    assert ours.params["video"] == pytest.approx(pairs.params["video"], abs=1e-7)
    assert ours.bse["video"] == pytest.approx(pairs.bse["video"], abs=1e-7)
    assert ours.conf_int().loc["video"].tolist() == pytest.approx(
        pairs.conf_int().loc["video"].tolist(), abs=1e-6
    )


def test_an_odd_and_an_even_number_of_pairs_keep_their_moments():
    rng = np.random.default_rng(11)
    values = {"in person": rng.poisson(9, 7), "video": rng.poisson(6, 12)}
    moments = pd.DataFrame(
        {
            "batch": 1,
            "condition": condition,
            "pairs_count": len(v),
            "mean_value": v.mean(),
            "variance_value": v.var(ddof=1),
        }
        for condition, v in values.items()
    )
    rows = collaboration.repeat_cells(collaboration.spread_moments(moments))
    for condition, v in values.items():
        placed = rows.loc[rows["condition"] == condition, "outcome_value"]
        assert len(placed) == len(v)
        assert placed.mean() == pytest.approx(v.mean())
        assert placed.var() == pytest.approx(v.var(ddof=1))


def test_committed_effects_that_are_not_those_of_the_pairs_are_noticed():
    committed = load_table("video_ideas", "effects")
    person, video = arms("ideas", 2)
    row = committed.query(
        "outcome == 'ideas' and sample == 'batch 2' and model == 'logarithm, OLS'"
    ).iloc[0]
    logs = [np.log(arm) for arm in (person, video)]
    assert row["estimate_log_ratio"] == pytest.approx(
        logs[1].mean() - logs[0].mean(), abs=1e-6
    )
    assert row["se_log_ratio"] == pytest.approx(
        np.sqrt(sum(log.var(ddof=1) / len(log) for log in logs)), abs=1e-6
    )


def test_unscored_choices_are_filled_in_for_the_wrong_side():
    filled = collaboration.fill_unscored(cells_of("choice"), cells_of("ideas"))
    added = filled.tail(len(filled) - len(cells_of("choice")))
    assert added["pairs_count"].sum() == 9
    person = added["condition"] == "in person"
    assert added.loc[person, "outcome_value"].eq(0).all()
    assert (
        added.loc[~person, "outcome_value"]
        .eq(cells_of("choice")["outcome_value"].min())
        .all()
    )


@pytest.mark.parametrize("batch", [1, 2])
def test_robust_errors_that_are_not_those_of_two_arms_are_noticed(batch):
    person, video = arms("ideas", batch)
    rows = cells_of("ideas")
    fit = collaboration.fit_difference(
        rows[rows["batch"] == batch], collaboration.UNADJUSTED
    )
    assert fit.params["video"] == pytest.approx(video.mean() - person.mean())
    assert fit.bse["video"] == pytest.approx(
        np.sqrt(person.var(ddof=1) / len(person) + video.var(ddof=1) / len(video))
    )


def test_the_adjusted_difference_agrees_with_a_weighted_mean_of_the_batches():
    # Least squares with batch dummies weighs each batch by n1 n0 / (n1 + n0).
    differences, weights = [], []
    for batch in (1, 2):
        person, video = arms("ideas", batch)
        differences.append(video.mean() - person.mean())
        weights.append(len(person) * len(video) / (len(person) + len(video)))
    expected = np.average(differences, weights=weights)
    assert collaboration.fit_difference(cells_of("ideas")).params[
        "video"
    ] == pytest.approx(expected)


def test_the_route_by_means_agrees_with_a_bootstrap():
    rng = np.random.default_rng(7)
    sizes = {batch: len(np.concatenate(arms("ideas", batch))) for batch in (1, 2)}
    draws = sum(
        sizes[batch]
        / sum(sizes.values())
        * (
            rng.choice(video, (4000, len(video))).mean(1)
            - rng.choice(person, (4000, len(person))).mean(1)
        )
        for batch, (person, video) in (
            (batch, arms("ideas", batch)) for batch in (1, 2)
        )
    )
    route = collaboration.average_batches(moments_of("ideas"))
    assert route["estimate"] == pytest.approx(draws.mean(), abs=0.05)
    assert [route["low"], route["high"]] == pytest.approx(
        np.percentile(draws, [2.5, 97.5]), abs=0.15
    )


def test_a_count_model_without_batch_gives_the_ratio_of_means():
    person, video = arms("ideas")
    expected = 100 * (video.mean() / person.mean() - 1)
    for family in ("negative binomial", "Poisson"):
        fit = collaboration.fit_counts(
            cells_of("ideas"), collaboration.UNADJUSTED, family
        )
        assert collaboration.convert_ratio(collaboration.tidy_video(fit))[
            "estimate"
        ] == pytest.approx(expected, abs=1e-3)


def test_robust_poisson_errors_agree_with_the_delta_method():
    person, video = arms("ideas")
    variance = sum(
        arm.var() / len(arm) / arm.mean() ** 2 for arm in (person, video)
    )
    fit = collaboration.fit_counts(
        cells_of("ideas"), collaboration.UNADJUSTED, "Poisson"
    )
    assert fit.bse["video"] == pytest.approx(np.sqrt(variance), rel=1e-4)


def test_the_readings_are_three_models_of_four_samples_and_all_are_losses():
    readings = collaboration.compare_readings(cells_of("ideas"))
    assert len(readings) == 12 and not readings.duplicated(["pairs", "model"]).any()
    geometric = [np.log(arm).mean() for arm in arms("ideas", 2)]
    row = readings.query("pairs == 'batch 2' and model == 'logarithm, OLS'").iloc[0]
    assert row["estimate"] == pytest.approx(
        100 * np.expm1(geometric[1] - geometric[0])
    )


def test_conditions_dealt_again_are_centred_and_spread_as_the_randomisation():
    dealt = collaboration.permute_conditions(
        cells_of("ideas"), 4000, np.random.default_rng(3)
    )
    # Closed form: variance of a shuffled product within batches.
    parts, scale = [], 0.0
    for batch in (1, 2):
        person, video = arms("ideas", batch)
        both, n = np.concatenate([person, video]), len(person) + len(video)
        dummies = len(person) * len(video) / n
        parts.append(dummies * both.var(ddof=1))
        scale += dummies
    assert abs(dealt.mean()) < 0.05
    assert dealt.std() == pytest.approx(np.sqrt(sum(parts)) / scale, rel=0.04)


def test_conditions_dealt_again_differ_with_the_seed_only():
    one, same, other = (
        collaboration.permute_conditions(
            cells_of("choice"), 50, np.random.default_rng(seed)
        )
        for seed in (1, 1, 2)
    )
    assert (one == same).all() and (one != other).any()


def test_gaze_from_sums_is_the_clustered_regression_on_people(upstream):
    people = upstream[1].assign(
        video=lambda rows: (rows["cond"] == "video").astype(int),
        pair=lambda rows: rows["id"].cat.codes,
    )
    ours = collaboration.compare_gaze(
        load_table("video_ideas", "gaze_sums")
    ).set_index("gaze")
    for gaze in ("partner", "task", "room"):
        fit = smf.ols(f"{gaze}_time ~ video", people).fit(
            cov_type="cluster", cov_kwds={"groups": people["pair"]}, use_t=True
        )
        assert ours.loc[gaze, "estimate"] == pytest.approx(
            fit.params["video"], abs=1e-4
        )
        assert ours.loc[gaze, ["low", "high"]].tolist() == pytest.approx(
            fit.conf_int().loc["video"].tolist(), abs=1e-3
        )


def test_gaze_of_pairs_of_one_is_a_robust_difference_of_means():
    rng = np.random.default_rng(5)
    seconds = {"in person": rng.normal(50, 10, 30), "video": rng.normal(60, 20, 40)}
    sums = pd.DataFrame(
        {
            "gaze": "room",
            "condition": name,
            "members_count": 1,
            "pairs_count": len(v),
            "sum_seconds": v.sum(),
            "pair_sums_squared_seconds": (v**2).sum(),
        }
        for name, v in seconds.items()
    )
    row = collaboration.compare_gaze(sums).iloc[0]
    se = np.sqrt(
        70 / 69 * 69 / 68 * sum(v.var() / len(v) for v in seconds.values())
    )
    assert row["estimate"] == pytest.approx(
        seconds["video"].mean() - seconds["in person"].mean()
    )
    assert row["high"] - row["estimate"] == pytest.approx(
        stats.t.ppf(0.975, 69) * se
    )


@pytest.fixture
def rda(monkeypatch, script, tmp_path):
    """Let the script read a frame in place of an R file, and return the path it
    asks for.
    """

    def give(frame):
        monkeypatch.setattr(script.pyreadr, "read_r", lambda path: {"table": frame})
        return tmp_path / "altered.rda"

    return give


@pytest.mark.parametrize(
    "change, message",
    [
        (lambda f: f.drop(columns="nidea"), "columns are missing: nidea"),
        (
            lambda f: f.assign(
                cond=f["cond"].astype(str).replace("video", "phone")
            ),
            "unknown conditions: phone",
        ),
        (lambda f: f.iloc[1:], "pairs"),
        (
            lambda f: f.assign(ncreative=f["nidea"] + 1),
            "more creative ideas than ideas",
        ),
        (
            lambda f: f.assign(select_creative=f["select_creative"] - 0.1),
            "no quarter of a point",
        ),
    ],
)
def test_altered_pairs_are_refused(upstream, script, rda, change, message):
    pairs = upstream[0].drop(columns=["condition", "batch", "choice"])
    with pytest.raises(SourceError, match=message):
        script.read_pairs(rda(change(pairs)))


@pytest.mark.parametrize(
    "change, message",
    [
        (lambda f: f.drop(columns="room_time"), "columns are missing: room_time"),
        (lambda f: f.iloc[1:], "269 people"),
        (
            lambda f: f.assign(cond=f["cond"].where(f.index > 0, "f2f")),
            "each of one condition",
        ),
    ],
)
def test_altered_gaze_is_refused(upstream, script, rda, change, message):
    with pytest.raises(SourceError, match=message):
        script.read_people(rda(change(upstream[1].drop(columns="condition"))))


@pytest.mark.parametrize(
    "name, file",
    [
        ("brucks_levav_lab", "brucks_levav_lab.rda"),
        ("brucks_levav_eye", "brucks_levav_eye.rda"),
    ],
)
def test_a_file_with_another_checksum_is_refused(tmp_path, monkeypatch, name, file):
    (tmp_path / file).write_bytes(b"altered")
    monkeypatch.setattr(paths, "raw_cache", lambda: tmp_path)
    with pytest.raises(SourceError, match="is not the pinned file"):
        sources.fetch_source("video_ideas", name)


def test_a_sample_is_fitted_on_pairs_that_are_not_its_own():
    fitted = collaboration.fit_samples(
        load_table("video_ideas", "outcome_moments"),
        load_table("video_ideas", "effects"),
    )
    means = moments_of("ideas").set_index(["batch", "condition"])["mean_value"]
    for batch, name in (
        (1, "the first batch alone"),
        (2, "the second batch alone"),
    ):
        assert fitted[name]["ideas"]["value"] == pytest.approx(
            means[batch, "video"] - means[batch, "in person"]
        )
        # A negative binomial model of two arms gives the ratio of their means.
        assert fitted[name]["percent"]["value"] == pytest.approx(
            100 * (means[batch, "video"] / means[batch, "in person"] - 1), abs=1e-3
        )


def test_the_comparisons_at_work_are_not_those_counted_by_hand():
    # By hand: code feedback and ties to other groups fall with distance, emails and
    # novelty rise in hybrid work; near and apart, police answer faster and senior
    # engineers write less.
    ways = collaboration.count_losses(
        load_table("published_effects", "published_effects")
    )
    assert {name: (int(w.sum()), len(w)) for name, w in ways.items()} == {
        "as published": (2, 3),
        "comparisons whose size was seen": (2, 2),
        "comparisons of output near and apart as well": (3, 5),
    }
