"""Says which pinned packages have a known hole, from the JSON that pip-audit prints; fails if any.

Where the index does not tell, or cannot be reached, that is said, and is no failure: a clinic's
mirror of the packages often has not this part of it.
"""

import json
import sys
from typing import Any

Package = dict[str, Any]


def main() -> int:
    report = sys.stdin.read()
    if not report:
        sys.stdout.write("Known holes were not checked: pip-audit reached nobody, or failed.\n")
        return 0
    packages: list[Package] = json.loads(report)["dependencies"]
    asked = [package for package in packages if "skip_reason" not in package]
    holes = [hole for package in asked for hole in _holes(package)]
    if holes:
        sys.stderr.write("\n".join(holes) + "\n")
        return 1
    if not asked:
        sys.stdout.write("Known holes were not checked: the package index does not tell them.\n")
    else:
        sys.stdout.write(f"No known hole in {len(asked)} of {len(packages)} packages.\n")
    return 0


def _holes(package: Package) -> list[str]:
    return [
        f"{package['name']} {package['version']}: {hole['id']}, mended in "
        f"{', '.join(hole['fix_versions']) or 'no version yet'}"
        for hole in package["vulns"]
    ]


if __name__ == "__main__":
    sys.exit(main())
