"""The containers: settings of docs/operations.md reach them, and nothing in them is loose."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings

from timechimp_eb.secret_files import NAMES

from .compose import OURS, ROOT, compose

ROW = re.compile(r"^\| (`[A-Z_`, ]+`) \|", re.MULTILINE)
SERVICES = compose(SITE_NAME="hours.example.com")["services"]
UNBUILT = {name: service for name, service in SERVICES.items() if "build" not in service}


def test_every_setting_reaches_the_containers_or_is_fixed_there():
    table = ROW.findall((ROOT / "docs/operations.md").read_text())
    listed = {name for cell in table for name in re.findall("[A-Z_]+", cell)}
    text, image = ((ROOT / name).read_text() for name in ("docker-compose.yml", "Dockerfile"))
    given = set(re.findall(r"^ {4}([A-Z_]+?)(?:_FILE)?:", text, re.MULTILINE))
    given |= set(re.findall(r"^ +([A-Z_]+)=", image, re.MULTILINE))

    assert len(listed) > 15
    # Never in a container.
    assert {name.removesuffix("_FILE") for name in listed} - given == {"DEBUG"}


def test_every_app_of_the_program_is_in_the_image():
    let_in = set((ROOT / ".dockerignore").read_text().split())
    ours = {name for name in settings.INSTALLED_APPS if (ROOT / name).is_dir()}

    assert "billing" in ours
    assert {f"!{name}" for name in ours} <= let_in


def test_without_the_name_of_the_site_nothing_starts():
    with pytest.raises(KeyError, match="SITE_NAME is missing"):
        compose()


@pytest.mark.parametrize("name", SERVICES)
def test_each_container_is_bounded_and_cannot_change_itself(name):
    service = SERVICES[name]
    limits = service["deploy"]["resources"]["limits"]

    assert set(limits) == {"cpus", "memory", "pids"}
    assert int(service["user"].partition(":")[0]) > 0
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert "cap_add" not in service
    assert "privileged" not in service
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert service["networks"]


@pytest.mark.parametrize("name", sorted(set(SERVICES) - {"migrate", "check"}))
def test_each_container_that_stays_says_whether_it_is_well(name):
    assert SERVICES[name]["healthcheck"]["test"][0].startswith("CMD")


def test_only_caddy_is_reachable_from_outside():
    assert {name for name, service in SERVICES.items() if service.get("ports")} == {"caddy"}


def test_the_database_and_redis_are_in_networks_of_their_own():
    whole = compose(SITE_NAME="x")
    inside = {
        name for name, network in whole["networks"].items() if (network or {}).get("internal")
    }

    assert inside == {"database", "broker"}
    assert SERVICES["caddy"]["networks"] == ["front"]
    assert SERVICES["postgres"]["networks"] == ["database"]
    assert SERVICES["redis"]["networks"] == ["broker"]
    assert not inside & set(SERVICES["caddy"]["networks"])


def test_no_secret_is_in_the_environment():
    for name, service in SERVICES.items():
        environment = service.get("environment", {})
        # Addresses of servers have a user and no password.
        addresses = {"DATABASE_URL", "REDIS_URL"}
        assert not set(environment) & (set(NAMES) - addresses), name
        for address in addresses & set(environment):
            assert re.fullmatch(r"\w+://\w+@\w+:\d+/\w+", environment[address]), name


def test_each_container_gets_the_files_that_it_names_and_no_other():
    for name, service in SERVICES.items():
        text = str([service.get("environment"), service.get("healthcheck")])
        named = set(re.findall(r"/run/secrets/(\w+)", text))
        # Redis's configuration names one; the script of the roles two.
        named |= {"redis": {"redis_acl"}, "postgres": {"owner_password", "program_password"}}.get(
            name, set()
        )
        assert set(service.get("secrets", [])) == named, name


def test_only_migrating_and_the_backup_know_the_owner_of_the_tables():
    holders = {name for name in OURS if "owner_password" in SERVICES[name]["secrets"]}

    assert holders == {"migrate", "backup"}


def test_images_of_others_can_be_pinned_and_are_not_invented():
    text = "".join((ROOT / name).read_text() for name in ("docker-compose.yml", "Dockerfile"))

    assert {service["image"] for service in UNBUILT.values()} == {"postgres:17", "redis:7"}
    assert "sha256:" not in text
    pinned = compose(SITE_NAME="x", POSTGRES_IMAGE="postgres:17@sha256:" + 64 * "0")
    assert pinned["services"]["postgres"]["image"].endswith(64 * "0")


def test_caddy_shows_no_figures_and_passes_on_to_web():
    rules = (ROOT / "deploy/caddy/Caddyfile").read_text()

    assert "@inside path /metrics /metrics/*\n\trespond @inside 404" in rules
    assert "reverse_proxy {$WEB_ADDRESS:web:8000}" in rules
    assert "encode" not in re.sub(r"#.*", "", rules)


def test_the_image_is_made_without_the_time_of_the_day():
    text = (ROOT / "Dockerfile").read_text()

    # Once for each stage, and both stages from the image that compose names.
    assert text.count("ARG SOURCE_DATE_EPOCH=0") == text.count("FROM ${PYTHON_IMAGE}") == 2
    assert "--require-hashes" in text
    assert "USER 10001:10001" in text


@pytest.mark.once
def test_compiled_modules_are_the_same_whenever_they_are_compiled(tmp_path):
    """With SOURCE_DATE_EPOCH, as in the image, they carry a hash of their source and no time."""
    found = []
    for moment in (0, 1_700_000_000):
        # The path is in a compiled module too, so it is the same folder.
        folder = Path(shutil.copytree(ROOT / "vat", tmp_path / "vat", dirs_exist_ok=True))
        shutil.rmtree(folder / "__pycache__", ignore_errors=True)
        for path in folder.rglob("*.py"):
            os.utime(path, (moment, moment))
        command = [sys.executable, "-m", "compileall", "-q", "-f", "vat"]
        surroundings = {**os.environ, "SOURCE_DATE_EPOCH": "0"}
        subprocess.run(command, cwd=tmp_path, env=surroundings, check=True)
        found.append({path.name: path.read_bytes() for path in folder.rglob("*.pyc")})

    assert len(found[0]) > 10
    assert found[0] == found[1]
