"""Runs an exported model with onnxruntime on the rows of a table, and compares with the predictions that lacuna wrote.

    python read_onnx.py MODEL.onnx TABLE.csv PREDICTIONS.csv

Prints one JSON object: the largest difference by output (of a regression, relative to its largest prediction), and whether
the predicted levels and decisions are equal; where a probability lies within 1e-6 of its threshold, either decision is. The file
is checked by onnx first.
"""
import csv, json, sys
import numpy as np, onnx, onnxruntime

model = onnx.load(sys.argv[1])
onnx.checker.check_model(model, full_check=True)
facts = {p.key: p.value for p in model.metadata_props}
rows, theirs = (list(csv.DictReader(open(path))) for path in sys.argv[2:4])
feed = {}
for given in json.loads(facts["lacuna.inputs"]):
    cells = [[row[column] for column in given["columns"]] for row in rows]
    if given["name"] == "features":
        feed["features"] = np.array([[float(c) if c else np.nan for c in row] for row in cells], np.float32)
    else:
        feed[given["name"]] = np.array(cells, object)
session = onnxruntime.InferenceSession(sys.argv[1])
ours = dict(zip([o.name for o in session.get_outputs()], session.run(None, feed)))
result = {}
for output in json.loads(facts["lacuna.outputs"]):
    name, kind = output["name"], output["kind"]
    columns = [name] if kind in ("binary", "regression") else \
        output["columns"] if kind == "multilabel" else [f"{name}={c}" for c in output["columns"]]
    expected = np.array([[float(row[c]) for c in columns] for row in theirs])
    scale = max(1, np.abs(expected).max()) if kind == "regression" else 1
    assert ours[name].shape == expected.shape, (name, ours[name].shape, expected.shape)
    result[name] = float(np.abs(ours[name] - expected).max() / scale)
    if kind == "ordinal":
        levels = [output["columns"][k] for k in ours[f"{name}.level"][:, 0]]
        result[f"{name}.level"] = 0.0 if levels == [row[name] for row in theirs] else 1.0
    if "decision" in output:
        said = ours[output["decision"]]
        if kind == "categorical":
            wrong = [output["columns"][k] for k in said[:, 0]] != [row[f"{name}.decision"] for row in theirs]
        else:
            own = np.array([[int(row[f"{c}.decision"]) for c in columns] for row in theirs])
            wrong = ((said != own) & (np.abs(expected - output["thresholds"]) > 1e-6)).any()
        result[output["decision"]] = float(wrong)
print(json.dumps(result))
