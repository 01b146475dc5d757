#!/usr/bin/env python3
"""The checker of the package onnx, with inference of types and shapes: onnx_checker.py FILE… tells what it says of each file; the exit code is 1 where one is refused."""

import sys

import google.protobuf.message
import onnx

if len(sys.argv) < 2:
    sys.exit("onnx_checker.py needs the files to check")

print(f"onnx {onnx.__version__}, operator sets up to {onnx.defs.onnx_opset_version()}")
refused = 0
for path in sys.argv[1:]:
    try:
        onnx.checker.check_model(onnx.load(path), full_check=True)
    except (onnx.checker.ValidationError, onnx.shape_inference.InferenceError) as error:
        refused += 1
        print(f"{path}: {error}")
    except google.protobuf.message.DecodeError:
        refused += 1
        print(f"{path}: the file is not an ONNX model: its messages are cut off or damaged")
    except OSError as error:
        refused += 1
        print(f"{path}: the file cannot be read: {error.strerror}")
    else:
        print(f"{path}: keeps the rules")

sys.exit(1 if refused else 0)
