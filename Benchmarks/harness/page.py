"""Benchmarks/RESULTS.md."""


def number(value):
    if value >= 1e6:
        return f"{value:,.0f}".replace(",", " ")
    for limit, digits in ((100, 0), (10, 1), (1, 2)):
        if value >= limit:
            return f"{value:.{digits}f}"
    return f"{value:.3f}"


def row_text(row):
    figure = row["figure"]
    spread = (number(figure["least"]), number(figure["most"])) if figure["repeats"] > 1 else ("", "")
    peak = f"{row['peak_bytes'] / 1e6:.0f}" if row["peak_bytes"] else ""
    ratio = f"{row['ratio']:.2f}× {row['against']}" if row["ratio"] is not None else ""
    goal = row["goal"] + (": " + ("reached" if row["reached"] else "**not reached**") if row["reached"] is not None else "")
    name = f"**{row['program']}**" if row["program"] == "Lacuna" else row["program"]
    return f"| {row['case']} | {name} | {number(figure['median'])} {row['unit']} | {spread[0]} | {spread[1]} | {peak} | {ratio} | {goal} |"


def agreement_text(line):
    if "before" in line:
        return (f"| {line['case']} | {line['peer']} | {line['before']:.6g} | {line['after']:.6g} after {line['steps']} steps | "
                f"{line['apart_before']:.1e}, {line['apart_after']:.1e} |")
    if "cells" in line:
        what = f"{line['differing']} of {line['cells']} cells" + (f", by {line['most_ulp']} ulp" if line["differing"] else "")
    else:
        what = f"{line['most_difference']:.1e} over {line['objectives']} objectives"
    return f"| {line['case']} | {line['peer']} | | | {what} |"


def page(works, results, facts, *, quick, repeats, threads):
    """`results` by work: what `Result.as_json` says, with `run` ("full" or "quick")."""
    lines = ["# Results of the benchmarks", "",
             "Written by `make bench`; [Benchmarks.md](../Documentation/Benchmarks.md) says what each work is and how it is measured.", ""]
    if quick:
        lines += ["**A quick run** (`make bench QUICK=1`): few repeats, some works and cases left out.", ""]
    lines += ["| machine | |", "| --- | --- |"] + [f"| {name} | {value} |" for name, value in facts.items()] + [
        f"| threads | {threads} |", f"| repeats | {repeats}, each a fresh process, programs in turn |", "",
        "Median, least and most are over repeats. A ratio is the best peer's median ÷ Lacuna's unless the column says otherwise. Peak "
        "memory is of the whole process, with its data.", ""]
    for name, work in works.items():
        title = (work.__doc__ or name).strip()
        lines += [f"## {title}", ""]
        found = results.get(name)
        if found is None:
            lines += ["Not run.", ""]
            continue
        if found.get("error"):
            lines += [f"**Failed**: {found['error']}", ""]
        if found["rows"]:
            lines += ["| case | program | median | least | most | peak MB | ratio | goal |", "| --- | --- | --: | --: | --: | --: | --- | --- |"]
            lines += [row_text(row) for row in found["rows"]] + [""]
            own = max(row["figure"]["repeats"] for row in found["rows"])
            if own not in (1, repeats):
                lines += [f"With {own} repeats.", ""]
        for note in found["notes"]:
            lines += [note, ""]
    lines += ["## The same problem", "",
              "Loss of Lacuna before and after the steps, over the same rows, from the same first weights and in the same batch order, and "
              "how far the peer's are apart relatively.", "",
              "| case | peer | before | after | apart |", "| --- | --- | --: | --- | --- |"]
    for name in works:
        lines += [agreement_text(line) for line in (results.get(name) or {}).get("agreements", [])]
    failures = [text for name in works for text in (results.get(name) or {}).get("failures", [])]
    if failures:
        lines += ["", "**These disagree:**", ""] + [f"- {text}" for text in failures]
    lines += ["", "## Again", "", "```", "make bench            # everything", "make bench QUICK=1    # a part, in minutes",
              "make bench WORKS='W1 W4'", "```", ""]
    return "\n".join(lines)
