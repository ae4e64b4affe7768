#!/usr/bin/env python3
"""Writes the C++ of a service's API from its facts, its overlay and its list of served operations.

usage: generate.py --models DIR --out DIR SERVICE

Writes OUT/SERVICE/api/{types.h, errors.h, ops.h, tables.cc}. A file whose content would be the same is left alone, so
that touching the generator rebuilds nothing by itself.
"""
import argparse
import os

from check import prove_services
from emit_tables import tables_cc
from emit_types import errors_h, ops_h, types_h
from model import Model, Unknown, fail

OUTPUTS = {"types.h": types_h, "errors.h": errors_h, "ops.h": ops_h, "tables.cc": tables_cc}


def write_if_new(path, text):
    if os.path.exists(path):
        with open(path) as file:
            if file.read() == text:
                return
    with open(path, "w") as file:
        file.write(text)


def services(models):
    return sorted(file[:-5] for file in os.listdir(models) if file.endswith(".json"))


def generate(model, out):
    folder = os.path.join(out, model.name, "api")
    os.makedirs(folder, exist_ok=True)
    for name, emit in OUTPUTS.items():
        write_if_new(os.path.join(folder, name), emit(model))


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--models", required=True)
    parser.add_argument("--out", required=True)
    parser.add_argument("service")
    arguments = parser.parse_args()
    try:
        models = {service: Model.load(arguments.models, service) for service in services(arguments.models)}
        prove_services(models.values())
        if arguments.service not in models:
            raise Unknown(f"no service {arguments.service} in {arguments.models}")
        generate(models[arguments.service], arguments.out)
    except (Unknown, OSError) as error:
        fail(str(error))


if __name__ == "__main__":
    main()
