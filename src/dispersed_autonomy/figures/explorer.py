"""The two charts of the explorer, as Vega-Lite whose data the page fills in."""

import altair as alt
import vl_convert

# Dark to light, told apart by those who see no red or green: viridis.
RANK_COLOURS = ("#440154", "#31688e", "#35b779", "#fde725")
MONEY_COLOUR, HEIGHT_PIXELS = "#0072b2", 176
INK = "currentColor"  # of the page, light or dark


def rank_chart() -> dict:
    """Return the share of draws in which each model has each rank, as bars.

    Its data are called `ranks`.
    """
    bars = alt.Chart(alt.NamedData("ranks"), height=HEIGHT_PIXELS).mark_bar(
        stroke="white", strokeWidth=1
    )
    return _to_spec(
        bars.encode(
            y=_models(),
            x=alt.X(
                "share_percent:Q",
                title="Share of draws (%)",
                scale=alt.Scale(domain=[0, 100]),
            ),
            color=alt.Color(
                "rank:O",
                title="Rank",
                scale=alt.Scale(domain=[1, 2, 3, 4], range=RANK_COLOURS),
                legend=alt.Legend(orient="top"),
            ),
            order=alt.Order("rank:Q"),
            tooltip=[
                alt.Tooltip("label:N", title="Model"),
                "rank:O",
                alt.Tooltip("share_percent:Q", format=".0f"),
            ],
        )
    )


def money_chart() -> dict:
    """Return the net value of each model with its interval, as points and rules.

    Its data are called `money`.
    """
    base = alt.Chart(alt.NamedData("money"), height=HEIGHT_PIXELS).encode(
        y=_models()
    )
    axis = "% of payroll a year"
    rules = base.mark_rule(color=MONEY_COLOUR, strokeWidth=3).encode(
        x=alt.X("low_percent:Q", title=axis), x2="high_percent:Q"
    )
    tooltip = [
        alt.Tooltip(f"{name}_percent:Q", format=".1f", title=name)
        for name in ("mean", "low", "high")
    ]
    points = base.mark_point(
        color=MONEY_COLOUR, filled=True, size=110, opacity=1
    ).encode(x="mean_percent:Q", tooltip=tooltip)
    zero = base.mark_rule(color=INK, strokeDash=[4, 4]).encode(
        x=alt.datum(0), y=alt.value(0), y2=alt.value("height")
    )
    return _to_spec(zero + rules + points)


def bundle_script() -> str:
    """Return Vega, Vega-Lite and Vega-Embed as one script without network."""
    # In a function of its own, so that its names stay its own.
    return f"(() => {{\n{vl_convert.javascript_bundle()}\n}})();\n"


def _models() -> alt.Y:
    return alt.Y("label:N", sort=None, title=None, axis=alt.Axis(labelLimit=150))


def _to_spec(chart: alt.Chart) -> dict:
    text = {
        "labelColor": INK,
        "titleColor": INK,
        "labelFontSize": 13,
        "titleFontSize": 13,
        "titleFontWeight": "normal",
    }
    axis = text | {"domainColor": INK, "tickColor": INK, "gridOpacity": 0.3}
    fitted = chart.properties(width="container", background="transparent")
    styled = fitted.configure(font="system-ui, sans-serif").configure_view(
        stroke=None
    )
    return styled.configure_axis(**axis).configure_legend(**text).to_dict()
