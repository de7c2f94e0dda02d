"""What independent libraries say of the same figures, for ``tests/unit/stats/test_agreement.py``.

``pip install statsmodels ville`` into an environment of its own, then ``python tools/reference_statistics.py``: it
writes ``tests/data/reference_statistics.json``, versions included. The libraries are no dependency of the project: with
theirs they take longer to install than everything else that checks it.
"""

import importlib
import json
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np

TARGET = Path(__file__).parents[1] / "tests" / "data" / "reference_statistics.json"
DISCORDANT = ((0, 3), (1, 9), (12, 4), (20, 20), (31, 47), (300, 420), (700, 612))
"""Pairs in which the candidate is worse, and better."""
P_VALUES = ((0.01, 0.04, 0.03, 0.005), (0.5, 0.5, 0.001), (0.2,), (0.049, 0.05, 0.051, 0.9, 0.0001, 0.02))
STREAM_SEED, STREAM = 20_261_122, 3_000


def stream() -> Any:
    """Pairs of an equal candidate, one in ten discordant, as values between 0 and 1."""
    return np.random.default_rng(STREAM_SEED).choice([0.0, 0.5, 1.0], STREAM, p=[0.05, 0.9, 0.05])


def mcnemar() -> list[dict[str, Any]]:
    """McNemar's test: exact, and by chi square with and without the correction of half a pair."""
    test = importlib.import_module("statsmodels.stats.contingency_tables").mcnemar
    found = []
    for worse, better in DISCORDANT:
        table = [[50, worse], [better, 50]]
        found.append(
            {
                "worse": worse,
                "better": better,
                "exact": float(test(table, exact=True).pvalue),
                "corrected": float(test(table, exact=False, correction=True).pvalue),
                "chi_square": float(test(table, exact=False, correction=False).statistic),
            }
        )
    return found


def multiple() -> list[dict[str, Any]]:
    """Adjusted p-values."""
    adjust = importlib.import_module("statsmodels.stats.multitest").multipletests
    return [
        {
            "p": values,
            "holm": adjust(values, method="holm")[1].tolist(),
            "benjamini_hochberg": adjust(values, method="fdr_bh")[1].tolist(),
        }
        for values in P_VALUES
    ]


def paired_t() -> dict[str, Any]:
    """One-sided bounds of a mean difference, each with one more difference that is as large as any."""
    stats = importlib.import_module("statsmodels.stats.weightstats")
    values = np.random.default_rng(STREAM_SEED).normal(0.05, 0.4, 40)
    extreme = 1.2
    upper = stats.DescrStatsW(np.append(values, extreme)).tconfint_mean(alpha=0.1)[1]
    lower = stats.DescrStatsW(np.append(values, -extreme)).tconfint_mean(alpha=0.1)[0]
    return {"differences": values.tolist(), "extreme": extreme, "lower": float(lower), "upper": float(upper)}


def betting() -> dict[str, Any]:
    """Running estimates before each bet, and the hedged capital's interval at some sizes, per side at .05."""
    ville = importlib.import_module("ville")
    means = importlib.import_module("ville.means")
    values = stream()
    _, before, variances = means._PlugIn().step(values)  # noqa: SLF001 - what the bets rest on has no public name
    sizes = (100, 300, 1_000, 3_000)
    fitted = ville.BettingCS(alpha=0.1, c=0.9, grid=20_001).fit(values)
    return {
        "values": [int(2 * value) for value in values],
        "estimates": {str(n): [float(before[n]), float(variances[n]) * (n + 1)] for n in (0, 1, 10, 500, 2_999)},
        "intervals": {str(n): [float(fitted.lower_[n - 1]), float(fitted.upper_[n - 1])] for n in sizes},
    }


def main() -> None:
    """Write them all."""
    libraries = ("statsmodels", "ville", "scipy", "numpy")
    document = {
        "made_by": "tools/reference_statistics.py",
        "versions": {name: version(name) for name in libraries},
        "mcnemar": mcnemar(),
        "multiple": multiple(),
        "paired_t": paired_t(),
        "betting": betting(),
    }
    lines = ",\n".join(f"{json.dumps(name)}: {json.dumps(value)}" for name, value in document.items())
    TARGET.write_text(f"{{{lines}}}\n")


if __name__ == "__main__":
    main()
