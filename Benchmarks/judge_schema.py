#!/usr/bin/env python3
"""The JSON Schemas under the judgement of `jsonschema`: they accept every shipped experiment, and reject wrong configurations and models.

usage: python3 Benchmarks/judge_schema.py path/to/rl-lab [FOLDER of wrong configurations]     (pip install jsonschema json5)

The folder comes from `RL_LAB_WRONG_INPUTS=FOLDER swift test --filter WrongInputTests`. A wrong configuration counts as rejected where the schema of
configurations rejects it, or the schema of models the file that it names. What a schema cannot know is listed by its reason, which stands in the
folder's `beyond.json`; what is accepted without a reason is a failure, and so is a shipped experiment that is refused.
"""
import collections
import glob
import json
import os
import subprocess
import sys
import time

import json5
from jsonschema import Draft202012Validator


def validator(program, *words):
    text = subprocess.run([program, "schema", *words], capture_output=True, check=True).stdout
    schema = json.loads(text)
    Draft202012Validator.check_schema(schema)
    return Draft202012Validator(schema), len(text)


def read(path):
    with open(path, encoding="utf-8", errors="surrogateescape") as file:
        return json5.load(file)


def judge_experiments(configurations):
    refused = 0
    root = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..")
    documents = [(path, read(path)) for path in sorted(glob.glob(os.path.join(root, "experiments", "*.json5")))]
    start = time.perf_counter()
    for path, document in documents:
        for error in configurations.iter_errors(document):
            refused += 1
            print(f"REFUSED {os.path.basename(path)}: {error.json_path}: {error.message[:200]}")
            break
    milliseconds = 1000 * (time.perf_counter() - start) / len(documents)
    print(f"{len(documents) - refused} of {len(documents)} shipped experiments are accepted, {milliseconds:.0f} ms each")
    return refused


def judge_wrong(configurations, models, folder):
    with open(os.path.join(folder, "beyond.json"), encoding="utf-8") as file:
        reasons = json.load(file)
    groups = collections.defaultdict(list)
    rejected = 0
    for path in sorted(glob.glob(os.path.join(folder, "*.json5"))):
        name = os.path.basename(path)[: -len(".json5")]
        model = path[: -len(".json5")] + ".model.json"
        try:
            is_valid = configurations.is_valid(read(path))
            if os.path.exists(model):
                is_valid = is_valid and models.is_valid(read(model))
        except (ValueError, RecursionError):
            groups["not JSON5"].append(name)
            continue
        if is_valid:
            groups[reasons.get(name, "ACCEPTED")].append(name)
        else:
            rejected += 1
            if name in reasons:
                groups["REJECTED against its reason"].append(name)
    total = rejected + sum(len(names) for group, names in groups.items() if not group.startswith("REJECTED"))
    print(f"{rejected} of {total} wrong inputs are rejected by a schema; the others:")
    for group, names in sorted(groups.items()):
        print(f"  {group}: {len(names)}")
        if group != "not JSON5":
            for name in names:
                print(f"    {name}")
    return len(groups["ACCEPTED"]) + len(groups["REJECTED against its reason"])


def main():
    configurations, size = validator(sys.argv[1])
    models, model_size = validator(sys.argv[1], "model")
    print(f"the schema of configurations has {size // 1000} kB, that of models {model_size // 1000} kB")
    failures = judge_experiments(configurations)
    if len(sys.argv) > 2:
        failures += judge_wrong(configurations, models, sys.argv[2])
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
