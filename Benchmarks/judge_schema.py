#!/usr/bin/env python3
"""The JSON Schema under the judgement of `jsonschema`: accepts every shipped experiment, and which wrong configurations it rejects.

usage: python3 Benchmarks/judge_schema.py path/to/rl-lab [FOLDER of wrong configurations]     (pip install jsonschema json5)

The folder comes from `RL_LAB_WRONG_INPUTS=FOLDER swift test --filter WrongInputTests`. What a schema cannot say (whether an algorithm fits
a task, whether a file is there, what a sweep multiplies to) is listed at the end; `rl-lab check` rejects all of it.
"""
import glob
import json
import os
import subprocess
import sys

import json5
from jsonschema import Draft202012Validator


def main():
    schema = json.loads(subprocess.run([sys.argv[1], "schema"], capture_output=True, check=True).stdout)
    Draft202012Validator.check_schema(schema)
    validator = Draft202012Validator(schema)
    root = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..")
    refused = 0
    experiments = sorted(glob.glob(os.path.join(root, "experiments", "*.json5")))
    for path in experiments:
        for error in validator.iter_errors(json5.load(open(path))):
            refused += 1
            print(f"REFUSED {os.path.basename(path)}: {error.json_path}: {error.message[:200]}")
            break
    print(f"{len(experiments) - refused} of {len(experiments)} shipped experiments are accepted")
    if len(sys.argv) > 2:
        rejected, unreadable, passed = 0, 0, []
        for path in sorted(glob.glob(os.path.join(sys.argv[2], "*.json5"))):
            try:
                document = json5.load(open(path, encoding="utf-8", errors="surrogateescape"))
            except Exception:
                unreadable += 1
                continue
            if validator.is_valid(document):
                passed.append(os.path.basename(path)[: -len(".json5")])
            else:
                rejected += 1
        print(f"wrong configurations: {rejected} rejected, {unreadable} no JSON5 at all, {len(passed)} beyond a schema:")
        for name in passed:
            print("  " + name)
    return 1 if refused else 0


if __name__ == "__main__":
    sys.exit(main())
