"""Check that the licence of each delivered package is one that was read and accepted.

`python -m tools.quality.licences --list` prints all of them.
"""

import sys
from collections.abc import Iterator, Set

from license_expression import ExpressionError, get_spdx_licensing

from .packages import FILES, Package, all_packages

# Each allows what we do: to run it and to pass it on unchanged. LGPL and MPL ask for their source
# with a changed copy; ours are unchanged.
ACCEPTED = {
    *("MIT", "MIT-0", "MIT-CMU", "BSD-2-Clause", "BSD-3-Clause", "ISC", "PSF-2.0"),
    *("Apache-2.0", "MPL-2.0", "LGPL-2.1-or-later", "LGPL-3.0-only", "OFL-1.1"),
}
# What makers write instead of an SPDX expression.
WRITTEN = {
    "BSD": "BSD-3-Clause",
    "New BSD": "BSD-3-Clause",
    "3-Clause BSD License": "BSD-3-Clause",
    "BSD License": "BSD-3-Clause",
    "Apache 2": "Apache-2.0",
    "Apache 2.0": "Apache-2.0",
    "Apache Software License": "Apache-2.0",
    "MIT License": "MIT",
    "Mozilla Public License 2.0 (MPL 2.0)": "MPL-2.0",
}
# Read by us, where what is written is not enough: the package, and what its LICENSE says.
READ = {
    "fido2": "BSD-2-Clause AND Apache-2.0 AND MPL-2.0",
    "isodate": "BSD-3-Clause",
    # Its wheel contains libheif and libde265 (LGPL) and x265 (GPL).
    "pillow-heif": "BSD-3-Clause AND LGPL-3.0-or-later AND GPL-2.0-or-later",
    "python-dateutil": "Apache-2.0 OR BSD-3-Clause",
    "python-stdnum": "LGPL-2.1-or-later",
    "valkey": "MIT",
}
# Accepted for one package only, with what follows from it in docs/dependencies.md.
ACCEPTED_FOR = {"pillow-heif": {"LGPL-3.0-or-later", "GPL-2.0-or-later"}}
SPDX = get_spdx_licensing()


def main(arguments: list[str]) -> int:
    if arguments == ["--list"]:
        for package in all_packages():
            licence = licence_of(package) or "not installed here"
            print(f"{package.name} {package.version}: {licence}")
        for files in FILES:
            print(f"{files.name} {files.version}: {files.licence} (files)")
        return 0
    complaints = [
        complaint for package in all_packages() for complaint in complaints_about(package)
    ]
    complaints += [
        f"{files.name}: {files.licence} is not accepted; read it and add it to ACCEPTED"
        for files in FILES
        if files.is_delivered and not is_accepted(files.licence)
    ]
    print("\n".join(complaints))
    return 1 if complaints else 0


def complaints_about(package: Package) -> Iterator[str]:
    licence = licence_of(package)
    accepted = ACCEPTED | ACCEPTED_FOR.get(package.name, set())
    if licence is not None and not is_accepted(licence, accepted):
        yield (
            f"{package.name}: its licence {licence or '(none)'} is not accepted. Read it, then add"
            " it to ACCEPTED or READ in tools/quality/licences.py, or take another package."
        )


def licence_of(package: Package) -> str | None:
    """Return an SPDX expression, or what the maker wrote; None if it is not installed here."""
    found = package.metadata
    if found is None:
        return None
    if package.name in READ:
        return READ[package.name]
    classified = [
        line.rpartition("::")[2].strip()
        for line in found.get_all("Classifier") or []
        if line.startswith("License :: ")
    ]
    written = [
        *(found.get_all("License-Expression") or []),
        *(found.get_all("License") or []),
        " AND ".join(classified),
    ]
    first = next((text for text in written if text), "")
    return WRITTEN.get(first, first)


def is_accepted(expression: str, accepted: Set[str] = ACCEPTED) -> bool:
    """Return whether all parts of an AND, and one part of an OR, are accepted."""
    try:
        parsed = SPDX.parse(expression)
    except ExpressionError:
        return False
    if parsed is None:
        return False
    known = {symbol: SPDX.TRUE for symbol in parsed.symbols if symbol.key in accepted}
    return bool(parsed.subs(known).simplify() == SPDX.TRUE)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
