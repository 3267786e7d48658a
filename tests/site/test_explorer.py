"""The explorer page: what it computes, keeps, refuses and hands out, against the
library, in a real browser.
"""

import csv
import json
import math

import numpy as np
import pytest

from dispersed_autonomy.analysis import tradeoffs
from dispersed_autonomy.inputs.tables import load_table

pytestmark = pytest.mark.browser
CRITERIA = load_table("model_evidence", "criteria")
PRICES = load_table("model_evidence", "prices")
MIDDLE = tradeoffs.central_team(PRICES)
EQUAL = dict.fromkeys(tradeoffs.CRITERIA, 5)
EXTREMES = {
    end: dict(zip(PRICES["parameter"].astype(str), PRICES[f"{end}_in_unit"]))
    for end in ("minimum", "maximum", "low", "high")
}
PRESETS = {
    name: dict(zip(rows["parameter"].astype(str), rows["value_in_unit"]))
    for name, rows in load_table("model_evidence", "presets").groupby(
        "preset", observed=True
    )
}
SETTINGS = {
    "middle": (MIDDLE, EQUAL),
    **{name: (team, EQUAL) for name, team in PRESETS.items()},
    **{f"all at {end}": (team, EQUAL) for end, team in EXTREMES.items()},
    "retention alone": (
        MIDDLE,
        dict.fromkeys(tradeoffs.CRITERIA, 0) | {"retention": 1},
    ),
    "costs alone": (
        MIDDLE,
        dict.fromkeys(tradeoffs.CRITERIA, 0) | {"office_cost": 10, "coaching": 3},
    ),
    "nobody can be remote": (MIDDLE | {"virtual_share_percent": 0}, EQUAL),
    "nobody quits": (MIDDLE | {"base_quit_percent": 0}, EQUAL),
    "output is worth nothing": (MIDDLE | {"output_worth_ratio": 0}, EQUAL),
    "uneven weights": (
        MIDDLE | {"pay_usd": 123_456},
        {
            name: number % 11
            for number, name in enumerate(tradeoffs.CRITERIA, start=3)
        },
    ),
}


@pytest.fixture(scope="module")
def page(browser, site):
    """The explorer, opened from disk."""
    context = browser.new_context(
        viewport={"width": 1440, "height": 900}, accept_downloads=True
    )
    page = context.new_page()
    page.failures = []
    page.on("pageerror", lambda error: page.failures.append(str(error)))
    page.goto((site / "explorer.html").as_uri())
    page.wait_for_selector("#chart-ranks svg")
    yield page
    context.close()


@pytest.fixture
def fresh(page, site):
    """The explorer with nothing set."""
    page.goto("about:blank")
    page.goto((site / "explorer.html").as_uri())
    page.wait_for_selector("#chart-money svg")
    return page


@pytest.fixture(scope="module")
def effects(site):
    """The effects that the page computes with."""
    return np.array(json.loads((site / "tradeoffs.json").read_text())["effects"])


def order_statistic(values, share):
    """The smallest value that at least this share of all does not exceed."""
    return sorted(values)[max(math.ceil(len(values) * share) - 1, 0)]


@pytest.mark.parametrize("name", SETTINGS)
def test_a_page_that_computes_otherwise_than_the_library_is_noticed(
    page, effects, name
):
    team, weights = SETTINGS[name]
    state = {
        "team": {key: float(value) for key, value in team.items()},
        "weights": {key: float(value) for key, value in weights.items()},
    }
    result = page.evaluate(
        "state => JSON.stringify(explorer.compute(state), (_, v) => v === Infinity"
        " ? 'Infinity' : v)",
        state,
    )
    result = json.loads(
        result,
        object_hook=lambda d: {
            k: math.inf if v == "Infinity" else v for k, v in d.items()
        },
    )
    net = tradeoffs.net_value(effects, state["team"])
    whole = net.sum(axis=-1)
    shares = tradeoffs.rank_shares(
        tradeoffs.utilities(effects, list(weights.values()), CRITERIA)
    )
    np.testing.assert_allclose(result["rankShares"], shares.to_numpy(), atol=1e-6)
    for number, row in enumerate(result["rows"]):
        expected = [
            whole[:, number].mean(),
            order_statistic(whole[:, number], 0.025),
            order_statistic(whole[:, number], 0.975),
        ]
        assert [
            row["net_percent"],
            row["low_percent"],
            row["high_percent"],
        ] == pytest.approx(expected, abs=1e-6)
        assert row["parts"] == pytest.approx(net[:, number].mean(axis=0), abs=1e-6)
        assert row["net_usd"] == pytest.approx(
            expected[0] / 100 * team["pay_usd"] * team["team_size"], abs=1e-3
        )
        assert row["first_in_money_percent"] == pytest.approx(
            tradeoffs.rank_shares(whole)[1].iloc[number], abs=1e-6
        )
    output = tradeoffs.break_even_output(effects, state["team"])
    if np.isnan(output).any():
        assert result["breakEvenOutput"] is None
    else:
        assert result["breakEvenOutput"]["median"] == pytest.approx(
            order_statistic(output, 0.5), abs=1e-6
        )
    quit_rate = tradeoffs.break_even_quit(effects, state["team"])
    assert result["breakEvenQuit"]["median"] == pytest.approx(
        order_statistic(quit_rate, 0.5), rel=1e-6
    )
    assert result["neverByQuits"] == pytest.approx(100 * np.isinf(quit_rate).mean())


def test_the_draws_that_a_phone_cannot_load_are_noticed(site):
    assert (site / "tradeoffs.json").stat().st_size < 500_000


def shown(page, model="dispersed_autonomy", of="first_percent"):
    return page.locator(f'tr[data-model="{model}"] td[data-of="{of}"]').inner_text()


def test_a_setting_that_is_lost_on_the_way_to_a_colleague_is_noticed(
    fresh, browser
):
    before = shown(fresh)
    fresh.fill("#base_quit_percent", "42")
    fresh.locator("#w_commute").focus()
    for _ in range(5):
        fresh.keyboard.press("ArrowRight")
    fresh.wait_for_function(
        "location.hash.includes('w_commute=10') &&"
        " location.hash.includes('base_quit_percent=42')"
    )
    assert shown(fresh) != before
    other = browser.new_page()
    other.goto(fresh.url)
    assert (
        other.input_value("#base_quit_percent") == "42"
        and other.input_value("#w_commute") == "10"
    )
    assert shown(other) == shown(fresh) and shown(other, of="net_percent") == shown(
        fresh, of="net_percent"
    )
    other.close()


@pytest.mark.parametrize(
    ("field", "text", "message"),
    [
        ("pay_usd", "-1", "between"),
        ("base_quit_percent", "101", "between 0 and 100"),
        ("rent_usd", "", "empty"),
    ],
)
def test_nonsense_that_changes_the_answer_or_goes_unexplained_is_noticed(
    fresh, field, text, message
):
    answer, address = shown(fresh, of="net_percent"), fresh.url
    fresh.fill(f"#{field}", text)
    fresh.wait_for_function(f"document.getElementById('error-{field}').textContent")
    assert message in fresh.locator(f"#error-{field}").inner_text()
    assert fresh.get_attribute(f"#{field}", "aria-invalid") == "true"
    assert shown(fresh, of="net_percent") == answer and fresh.url == address
    fresh.fill(f"#{field}", "50")
    if field != "pay_usd":
        fresh.wait_for_function(
            f"!document.getElementById('error-{field}').textContent"
        )


def test_weights_that_are_all_zero_are_refused(fresh):
    answer = shown(fresh)
    for name in tradeoffs.CRITERIA:
        fresh.locator(f"#w_{name}").fill("0")
    fresh.wait_for_function(
        "document.getElementById('error-weights').textContent.includes('At least"
        " one')"
    )
    assert shown(fresh) != "NaN%" and shown(fresh).endswith("%") and answer


def test_an_address_with_nonsense_is_explained_and_the_middle_used(page, site):
    page.goto("about:blank")
    page.goto(
        (site / "explorer.html").as_uri()
        + "#pay_usd=lots&w_output=99&base_quit_percent=20"
    )
    assert "no number" in page.locator("#error-pay_usd").inner_text()
    assert "between 0 and 10" in page.locator("#error-weights").inner_text()
    state = page.evaluate("explorer.state()")
    assert (
        state["team"]["pay_usd"] == MIDDLE["pay_usd"]
        and state["team"]["base_quit_percent"] == 20
        and state["weights"]["output"] == 5
    )


@pytest.mark.parametrize("name", PRESETS)
def test_a_preset_that_does_not_set_its_figures_is_noticed(fresh, name):
    fresh.locator(f'[data-preset="{name}"]').click()
    assert fresh.evaluate("explorer.state().team") == pytest.approx(
        {**MIDDLE, **PRESETS[name]}
    )


def test_downloads_that_are_not_what_is_shown_are_noticed(fresh):
    with fresh.expect_download() as download:
        fresh.locator('[data-download="table"]').click()
    rows = list(csv.DictReader(download.value.path().read_text().splitlines()))
    assert [row["model"] for row in rows[:4]] == list(tradeoffs.MODELS)
    assert f"{float(rows[3]['first_percent']):.0f}%" == shown(fresh)
    for kind in ("ranks", "money"):
        with fresh.expect_download() as download:
            fresh.locator(f'[data-download="{kind}"]').click()
        assert download.value.path().read_bytes()[:8] == b"\x89PNG\r\n\x1a\n"


def test_a_page_without_script_that_says_nothing_is_noticed(browser, site):
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto((site / "explorer.html").as_uri())
    assert (
        "needs JavaScript" in page.locator("#main-content noscript").inner_text()
        and not page.locator("#explorer").is_visible()
    )
    context.close()


def test_a_phone_on_which_the_page_is_wider_than_the_screen_is_noticed(
    browser, site
):
    page = browser.new_page(viewport={"width": 390, "height": 844})
    page.goto((site / "explorer.html").as_uri())
    page.wait_for_selector("#chart-money svg")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.locator("#w_output").scroll_into_view_if_needed()
    assert page.locator("#explorer-short").is_visible()
    page.close()


def test_an_error_of_the_page_is_noticed(page):
    assert page.failures == []
