"""Whether all train the same problem: the same losses before the first step, and after some, over the same rows."""
from .programs import progress

# In single precision the sums of two programs differ in their last digits, and Adam's first steps divide small gradients by their
# own size: after eight steps losses are 1e-7 to 4e-5 apart (the most with towers). Another batch order is 6e-4 to 3e-2 apart.
BEFORE, AFTER = 1e-5, 2e-4


def agree(programs, result, case, folder, peers, *, steps, rows=512):
    """Compares peers with Lacuna. `peers` maps a name to (script, variant).

    Peers move the outputs that a batch does not observe, so Lacuna is told to here as well; what it does otherwise (they stand
    still) is compared with an Adam written for that in the PyTorch peer."""
    progress(f"{case}: losses")
    scenes = [("move", name, script, variant) for name, (script, variant) in peers.items()]
    still = next(((name, s, v) for name, (s, v) in peers.items() if s == "torch_peer.py" and v == "eager"), None)
    if still and not case.startswith("W4"):
        scenes.append(("still", "PyTorch, idle outputs still", still[1], still[2]))
    ours = {}
    for idle, name, script, variant in scenes:
        arguments = ("--steps", steps, "--rows", rows, "--idle", idle)
        if idle not in ours:
            ours[idle] = programs.lacuna_bench("check", folder, *arguments)
        theirs = programs.peer(script, folder, "--variant", variant, "--check", steps, "--rows", rows, "--idle", idle)
        judge(result, case, name, ours[idle], theirs, steps)


def judge(result, case, name, ours, theirs, steps):
    """Adds a line, and a failure where losses differ or nothing was learned."""
    def apart(key):
        a, b = ours[key], theirs[key]
        if a is None or a != a or b != b:
            return float("inf")
        return abs(a - b) / max(abs(a), 1e-12)
    line = dict(case=case, peer=name, steps=steps, before=ours["before"], after=ours["after"], apart_before=apart("before"),
                apart_after=apart("after"))
    result.agreements.append(line)
    moved = abs(ours["after"] - ours["before"]) / abs(ours["before"])
    if not line["apart_before"] <= BEFORE or not line["apart_after"] <= AFTER or not moved > 10 * line["apart_after"]:
        result.failures.append(
            f"{case}: Lacuna and {name} do not train the same problem: before {ours['before']} and {theirs['before']}, "
            f"after {steps} steps {ours['after']} and {theirs['after']}")


def expect(result, holds, sentence):
    """Notes what disagrees."""
    if not holds:
        result.failures.append(sentence)
