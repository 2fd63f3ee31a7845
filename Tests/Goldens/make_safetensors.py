"""Writes tensors.safetensors with the safetensors library, for a test that reads it.

    python3 -m venv venv && venv/bin/pip install numpy safetensors==0.8.0 && venv/bin/python make_safetensors.py
"""
import os
import numpy as np
from safetensors.numpy import save_file

save_file(
    {
        "weights": np.array([[1.5, -2.25, 3e-8], [0.0, -0.0, 65504.0]], dtype=np.float32),
        "steps": np.array([0, -1, 2147483647], dtype=np.int32),
        "scalar": np.array(0.1, dtype=np.float32),
        "empty": np.zeros((0, 4), dtype=np.float32),
        'a "quoted" name, ümläut': np.array([7.0], dtype=np.float32),
    },
    os.path.join(os.path.dirname(os.path.abspath(__file__)), "tensors.safetensors"))
