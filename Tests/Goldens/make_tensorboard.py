"""Writes the records that tensorboard makes of a few events to tensorboard.json, as hexadecimal text.

    python3 -m venv venv && venv/bin/pip install tensorboard==2.21.0 && venv/bin/python make_tensorboard.py

The messages are built with tensorboard's own protobuf classes and framed by its RecordWriter.
"""
import io, json, os, sys
import tensorboard
from tensorboard.compat.proto import event_pb2, summary_pb2
from tensorboard.summary.writer.record_writer import RecordWriter

SCALARS = [[("trainingLoss", 1.7412)], [("learningRate", 1e-3), ("tumor/auroc", 0.875), ("größe [mm]/r2", -0.25)],
           [("zero", 0.0), ("huge", 3e38), ("tiny", 1e-40)], [(f"t{i}/weight", i / 7) for i in range(300)]]

def record(event):
    buffer = io.BytesIO()
    RecordWriter(buffer).write(event.SerializeToString())
    return buffer.getvalue().hex()

cases = []
for step, scalars in enumerate(SCALARS, 1):
    step = step if step < 3 else step * 1_000_000_007
    summary = summary_pb2.Summary(value=[summary_pb2.Summary.Value(tag=t, simple_value=v) for t, v in scalars])
    cases.append(dict(time=1.7e9 + 0.125 * step, step=step, tags=[t for t, _ in scalars], values=[v for _, v in scalars],
                      record=record(event_pb2.Event(wall_time=1.7e9 + 0.125 * step, step=step, summary=summary))))
out = dict(
    versions=dict(tensorboard=tensorboard.__version__, python=sys.version.split()[0]), scalars=cases,
    fileVersion=record(event_pb2.Event(wall_time=1.5e9, file_version="brain.Event:2")),
    start=record(event_pb2.Event(wall_time=1.5e9, step=7, session_log=event_pb2.SessionLog(status=event_pb2.SessionLog.START))))
with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "tensorboard.json"), "w") as f:
    json.dump(out, f, separators=(",", ":"))
