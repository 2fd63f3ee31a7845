#!/usr/bin/env python3
"""Writes Examples/data/patients.csv: an invented cohort for the README, most labels missing. No real person is in it.

    python3 Scripts/make_patients.py > Examples/data/patients.csv
"""
import math, random

rng = random.Random(20)
FINDINGS = ["cyst", "calcification", "asymmetry"]
print(",".join(["patient", "age", "sex"] + [f"marker_{c}" for c in "abcdef"]
               + ["tumor", "tissue"] + [f"finding_{f}" for f in FINDINGS] + ["size_mm"]))
for number in range(1, 601):
    m = [rng.gauss(0, 1) for _ in range(6)]
    age, sex = rng.randint(30, 85), rng.choice(["f", "m"])
    risk = 1.6 * m[0] + 0.9 * m[1] + 0.03 * (age - 58)
    tumor = int(risk + rng.gauss(0, 0.8) > 0)
    tissue = ["fat", "gland", "mixed"][max(range(3), key=lambda k: [m[1] - m[2], m[2] + m[3], m[0] - m[3]][k] + rng.gauss(0, 0.4))]
    findings = [int(m[k] + m[k + 3] + rng.gauss(0, 0.5) > 0.3) for k in range(3)]
    size = math.exp(2.2 + 0.35 * risk / 2 + rng.gauss(0, 0.15))
    labels = ["-1" if rng.random() < 0.5 else str(tumor), "" if rng.random() < 0.6 else tissue]
    labels += ["" if rng.random() < 0.7 else str(f) for f in findings]
    labels += ["" if rng.random() < 0.65 else f"{size:.1f}"]
    if number % 12 == 0:
        labels = ["-1"] + [""] * 5
    marker = [f"{v:.3f}" if rng.random() > 0.03 else "" for v in m]
    print(",".join([f"p{number:04d}", str(age), sex] + marker + labels))
