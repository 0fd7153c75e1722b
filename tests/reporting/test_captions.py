"""Captions hold the numbers of the results, computed here another way."""

from importlib import import_module

import numpy as np
import pandas as pd
import pytest
from scipy import stats

import tabulate_results
from helpers.synthetic_figures import VARIED, judged, shown_by
from helpers.synthetic_runs import CHANCE, catalogue, experiment, results_of
from initstudy.analysis.results import Results
from initstudy.analysis.summaries import summary_table
from initstudy.figures.kinds import curves, kinds, moments, sweep
from initstudy.reporting.captions import ranked, save_caption, with_interval
from initstudy.reporting.claims import VERDICTS, claims_caption


def table_of(results: Results) -> pd.DataFrame:
    return pd.concat([result.replicas for result in results], ignore_index=True)


def in_words(sample: pd.Series) -> str:
    """Mean and t-interval in per cent."""
    low, high = stats.t.interval(0.95, len(sample) - 1, sample.mean(), stats.sem(sample))
    return f"{100 * sample.mean():.1f} % [{100 * low:.1f}, {100 * high:.1f}]"


@pytest.mark.parametrize("count", [3, pytest.param(21, marks=pytest.mark.slow)])
@pytest.mark.parametrize("kind", kinds())
def test_every_kind_says_what_it_shows_and_under_what_conditions(kind, count, tmp_path):
    described = shown_by(kind, count)
    results = results_of(described, tmp_path)
    said = import_module(f"initstudy.figures.kinds.{kind}").caption(described, {}, results)
    seen, computed = said.split("\n\n")
    assert any(character.isdigit() for character in seen)
    assert not {"nan", "inf", "{", "}"} & set(seen.split())
    assert computed.startswith("A synthetic study; ")
    for value in VARIED.get(kind, {}).get("optimizer", []):
        assert f"Optimizer {value}: " in seen


def test_curves_name_the_best_and_the_last_with_their_intervals(tmp_path):
    described = experiment(catalogue(8))
    results = results_of(described, tmp_path)
    said = curves.caption(described, {}, results)
    table = table_of(results).groupby("initializer", sort=False)["final_accuracy"]
    order = table.mean().sort_values(ascending=False).index
    for name in (*order[:3], order[-1]):
        label = described.initializers[name].label
        assert f"{label} {in_words(table.get_group(name))}" in said
    for name in order[3:-1]:
        assert f"{described.initializers[name].label} " not in said.split("\n\n")[0]
    assert f"Chance is {100 * CHANCE:.1f} %." in said


def test_a_sweep_gives_every_value_and_counts_what_diverged(tmp_path):
    described = experiment(catalogue(3), learning_rate=[0.001, 0.1])
    results = results_of(described, tmp_path)
    said = sweep.caption(described, {}, results)
    table = table_of(results)
    for (_, name), group in table.groupby(["learning_rate", "initializer"]):
        label = described.initializers[name].label
        assert f"{label} {in_words(group['final_accuracy'])}" in said
    assert f"Of {len(table)} networks, {table['failed'].sum()} diverged." in said
    assert table["failed"].sum() == 3


def test_layers_give_the_extremes_of_the_medians(tmp_path):
    described = experiment(catalogue(5))
    results = results_of(described, tmp_path)
    said = moments.caption(described, {}, results)
    for record in (0, -1):
        found = {
            described.initializers[result.cell.initializer].label: np.median(
                result.run.statistics["F6"]["population_variance"][record]
            )
            for result in results
        }
        low, high = min(found, key=found.get), max(found, key=found.get)
        assert f"from {found[low]:.2g} ({low}) to {found[high]:.2g} ({high})" in said


def test_claims_are_counted_and_told_one_by_one():
    claims = judged(8)
    said = claims_caption(claims.to_dict("records"))
    counted = "2 supported, 2 negligible, 2 refuted, 2 inconclusive (look 2 of 5). "
    assert said.startswith(f"Of 8 claims: {counted}")
    second = claims.iloc[1]
    assert f"equivalent: {100 * second['effect']:+.1f} pp [" in said
    assert said.count("What the article says") == 8
    assert claims_caption([]) == "The study declares no claims."
    assert set(claims["verdict"]) == set(VERDICTS)


def test_tables_name_their_best_cell(tmp_path):
    described = experiment(catalogue(4))
    table = table_of(results_of(described, tmp_path))
    said = tabulate_results.replicas_caption(table)
    best = table.groupby("initializer")["final_accuracy"].mean().idxmax()
    sample = table.loc[table["initializer"] == best, "final_accuracy"]
    assert f"highest in a cell of {best}, {in_words(sample)}" in said
    assert said.startswith(f"One row for each of {len(table)} networks, in 4 cells; 0 ")
    said = tabulate_results.summary_caption(summary_table(described, table))
    areas = table.groupby("initializer")["charged_area_under_curve"].agg(stats.trim_mean, 0.25)
    assert f"that of a cell of {areas.idxmax()}: {100 * areas.max():.1f} % [" in said
    assert "6 pairs of initializers" in said


def test_numbers_without_an_interval_stand_alone():
    assert with_interval(0.1, 0.1, 0.1) == "10.0 %"
    assert with_interval(0.1, np.nan, np.nan) == "10.0 %"
    assert ranked({"A": np.array([0.25]), "B": np.array([0.5])}) == "B 50.0 %, A 25.0 %"


def test_what_reads_like_markup_stands_for_itself(tmp_path):
    from docutils.core import publish_parts

    text = "A *study* of `x_`, |y|, N(0, \\sigma) and names_ like he_normal.\n\nHow: *so*."
    save_caption(tmp_path / "a.rst", text)
    shown = publish_parts((tmp_path / "a.rst").read_text(), writer="html")["body"]
    assert "A *study* of `x_`, |y|, N(0, \\sigma) and names_ like he_normal." in shown
    assert shown.count("<p>") == 2
