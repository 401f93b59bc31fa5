"""`./run sbom [FILE]`: a list of everything that is delivered, as CycloneDX 1.6 (JSON).

Packages are those of the runtime lock, with their hashes, licences and what needs what; and the
files of others in the repository. The same commit gives the same file: its number comes from the
content, and its time from SOURCE_DATE_EPOCH.
"""

import datetime
import hashlib
import os
import re
import sys
import tomllib
import uuid
from collections.abc import Iterable
from pathlib import Path

from cyclonedx.contrib.license.factories import LicenseFactory
from cyclonedx.contrib.this.builders import this_component
from cyclonedx.model import Property
from cyclonedx.model.bom import Bom
from cyclonedx.model.component import Component, ComponentScope, ComponentType
from cyclonedx.output import make_outputter
from cyclonedx.schema import OutputFormat, SchemaVersion
from packageurl import PackageURL
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from .licences import licence_of
from .packages import FILES, LOCK, Files, Package, packages

FILE = Path("sbom.cdx.json")
LICENCES = LicenseFactory()


def main(arguments: list[str]) -> int:
    target = Path(arguments[0]) if arguments else FILE
    bom = bill(list(packages()), FILES)
    text = make_outputter(bom, OutputFormat.JSON, SchemaVersion.V1_6).output_as_string(indent=2)
    target.write_text(f"{text}\n", encoding="utf-8")
    print(f"{target}: {len(bom.components)} components")
    return 0


def bill(delivered: list[Package], files: Iterable[Files]) -> Bom:
    bom = Bom(serial_number=uuid.uuid5(uuid.NAMESPACE_OID, _digest()))
    bom.metadata.timestamp = _time()
    bom.metadata.tools.components.add(this_component())
    bom.metadata.component = program = _program()
    components = {package.name: _package(package) for package in delivered}
    parts = {one.name: _files(one) for one in files if one.is_delivered}
    for component in (*components.values(), *parts.values()):
        bom.components.add(component)
    direct = {canonicalize_name(Requirement(text).name) for text in _project()["dependencies"]}
    needed = [components[name] for name in sorted(direct & components.keys())]
    bom.register_dependency(program, [*needed, *parts.values()])
    for package in delivered:
        bom.register_dependency(
            components[package.name], [components[name] for name in needs(package, components)]
        )
    return bom


def needs(package: Package, known: Iterable[str]) -> list[str]:
    """Return the packages of the lock that this one names, those of its extras too."""
    found = package.metadata
    texts = found.get_all("Requires-Dist") or [] if found else []
    named = (Requirement(text) for text in texts)
    names = {canonicalize_name(requirement.name) for requirement in named}
    return sorted(names & set(known) - {package.name})


def _package(package: Package) -> Component:
    licence = licence_of(package)
    return Component(
        name=package.name,
        version=package.version,
        type=ComponentType.LIBRARY,
        scope=ComponentScope.REQUIRED,
        purl=PackageURL("pypi", name=package.name, version=package.version),
        bom_ref=f"{package.name}=={package.version}",
        licenses=[LICENCES.make_from_string(licence)] if licence else [],
        properties=[Property(name="lock:sha256", value=digest) for digest in package.hashes],
    )


def _files(files: Files) -> Component:
    return Component(
        name=files.name,
        version=files.version,
        type=ComponentType.LIBRARY,
        scope=ComponentScope.REQUIRED,
        purl=PackageURL("generic", name=files.name.lower(), version=files.version),
        bom_ref=f"files:{files.name.lower()}",
        licenses=[LICENCES.make_from_string(files.licence)],
        properties=[Property(name="folder", value=folder) for folder in files.folders],
    )


def _program() -> Component:
    project = _project()
    return Component(
        name=project["name"],
        version=project["version"],
        type=ComponentType.APPLICATION,
        bom_ref="program",
        licenses=[LICENCES.make_from_string(project["license"])],
    )


def _project() -> dict[str, str]:
    return tomllib.loads(Path("pyproject.toml").read_text("utf-8"))["project"]


def _digest() -> str:
    content = LOCK.read_bytes() + repr((_project()["version"], FILES)).encode()
    return hashlib.sha256(content).hexdigest()


def _time() -> datetime.datetime:
    given = os.environ.get("SOURCE_DATE_EPOCH", "")
    if re.fullmatch(r"[0-9]{1,11}", given):
        return datetime.datetime.fromtimestamp(int(given), tz=datetime.UTC)
    return datetime.datetime.now(tz=datetime.UTC).replace(microsecond=0)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
