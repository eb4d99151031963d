#!/usr/bin/env python3
"""Reads a report of bpfcompat: which kernels reject the object, and why. Usage: read_report.py REPORT.json

Exit code 0: no kernel fails; 2: one fails; 1: the file is not a report.
"""
import json
import os
import sys


def reports(path):
    """Yields the report of each object: the file itself, or those that a document about several objects names."""
    with open(path, encoding="utf-8") as file:
        document = json.load(file)
    if "targets" in document:
        yield document
        return
    for case in document["cases"]:
        own = case.get("report_json_path", "")
        if own:
            yield from reports(os.path.join(os.path.dirname(path), own))


def failures(report):
    """Yields (kernel, code, words, remedy) for each cause of a failure. Unknown fields are left alone."""
    for target in report["targets"]:
        if target["status"] != "fail":
            continue
        causes = [one for one in target.get("findings", []) if one.get("decisive")]
        for cause in causes or [{"code": target.get("classification_code", "UNKNOWN")}]:
            yield target["profile_id"], cause["code"], cause.get("title", ""), cause.get("remediation", "")


def main(path):
    failed = False
    try:
        for report in reports(path):
            name = report["artifact"]["basename"]
            print(f"{name}: {report['summary']['status']}")
            for kernel, code, words, remedy in failures(report):
                failed = True
                print(f"  {kernel}: {code}: {words}" + (f" -> {remedy}" if remedy else ""))
    except (OSError, ValueError, KeyError) as error:
        print(f"{path}: no report of bpfcompat: {error!r}", file=sys.stderr)
        return 1
    return 2 if failed else 0


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    sys.exit(main(sys.argv[1]))
