"""Figures of repeated measurements, and rows of the page."""
import statistics
from dataclasses import asdict, dataclass, field


@dataclass
class Figure:
    """Median, least and most over repeats."""
    median: float
    least: float
    most: float
    repeats: int

    @classmethod
    def of(cls, values):
        return cls(statistics.median(values), min(values), max(values), len(values))


@dataclass
class Row:
    """One line: a program on a case. `ratio` is the best peer's median ÷ Lacuna's, or what the goal is about."""
    case: str
    program: str
    unit: str
    figure: dict
    peak_bytes: float | None = None
    ratio: float | None = None
    against: str = ""
    goal: str = ""
    reached: bool | None = None


@dataclass
class Result:
    """What a work found: rows, sentences, the losses that were compared, and what disagreed."""
    rows: list = field(default_factory=list)
    notes: list = field(default_factory=list)
    agreements: list = field(default_factory=list)
    failures: list = field(default_factory=list)

    def as_json(self):
        return asdict(self)


def interleave(contestants, repeats):
    """Runs each contestant in turn, `repeats` times over, so that a busy minute meets all of them."""
    found = {name: [] for name in contestants}
    for _ in range(repeats):
        for name, run in contestants.items():
            found[name].append(run())
    return found


def compare(result, case, found, *, value, unit, goal=None, scale=1.0, over=None, phrase=None):
    """Adds a row for each program of a case; Lacuna's says how many times faster it is than the best of the others, or than
    `over`, and whether that reaches the goal."""
    figures = {name: Figure.of([run[value] * scale for run in runs]) for name, runs in found.items()}
    peaks = {name: max((run.get("peakBytes") or 0 for run in runs), default=0) or None for name, runs in found.items()}
    peers = [name for name in figures if name != "Lacuna" and (over is None or name in over)]
    best = min(peers, key=lambda name: figures[name].median, default=None)
    for name, figure in figures.items():
        row = Row(case, name, unit, asdict(figure), peaks[name])
        if name == "Lacuna" and best is not None:
            row.ratio, row.against = figures[best].median / figure.median, best
            if goal is not None:
                row.goal, row.reached = phrase or f"{goal:g}×", row.ratio >= goal
        result.rows.append(row)
    return figures
