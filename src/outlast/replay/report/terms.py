"""What a plan declares of a judge and of embeddings, as rows of its table.

It knows the plan's words. It does not know what came of them (``report.opinions``).
"""

from outlast.replay.plan import Plan


def declared(plan: Plan) -> tuple[tuple[str, str], ...]:
    """Rows of the plan."""
    rows = []
    if plan.judge is not None:
        judge = plan.judge
        rows.append(("judge", f"{judge.target}, each pair in the orders {' and '.join(judge.orders)}"))
        rows += [(f"criterion {number}", text) for number, text in enumerate(judge.criteria, 1)]
        rows.append(("rubric", judge.rubric))
        rows.append(("noise of the judged", "A against A' is judged, too" if judge.floor else "not judged"))
        if judge.same_family:
            rows.append(("same family as the judge, allowed", ", ".join(judge.same_family)))
    if plan.embed:
        rows.append(("embeddings", plan.embed))
    return tuple(rows)
