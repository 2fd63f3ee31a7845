"""Reads a folder of event files with tensorboard's own EventAccumulator and prints its scalars as JSON:
{"tag": [[step, value], …], …}. Run by TensorBoardTests with the folder as its argument."""
import json, sys
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

accumulator = EventAccumulator(sys.argv[1], size_guidance={"scalars": 0})
accumulator.Reload()
print(json.dumps({tag: [[e.step, e.value] for e in accumulator.Scalars(tag)] for tag in accumulator.Tags()["scalars"]}))
