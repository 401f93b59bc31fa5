"""The example for Kubernetes has the parts of the compose file, as bounded as there."""

import itertools
import re

import pytest
import yaml

from .compose import OURS, ROOT, compose

FOLDER = ROOT / "deploy/kubernetes"
OBJECTS = [
    part for path in sorted(FOLDER.glob("*.yaml")) for part in yaml.safe_load_all(path.read_text())
]
WORKLOADS = {"Deployment", "StatefulSet", "Job", "CronJob"}
SERVICES = compose(SITE_NAME="hours.example.com")["services"]


def of(*kinds: str) -> dict[str, dict]:
    return {part["metadata"]["name"]: part for part in OBJECTS if part["kind"] in kinds}


def pod(workload: dict) -> dict:
    spec = workload["spec"]
    template = (
        spec["jobTemplate"]["spec"]["template"] if "jobTemplate" in spec else spec["template"]
    )
    return template["spec"]


PODS = {name: pod(workload) for name, workload in of(*WORKLOADS).items()}


def container(name: str) -> dict:
    (only,) = PODS[name]["containers"]
    return only


def test_the_parts_are_those_of_the_compose_file():
    # The ingress is in the place of Caddy.
    assert set(PODS) == set(SERVICES) - {"caddy"}
    assert {part["metadata"]["namespace"] for part in OBJECTS if part["kind"] != "Namespace"} == {
        "hours"
    }


def test_no_name_is_used_twice():
    names = [(part["kind"], part["metadata"]["name"]) for part in OBJECTS]
    assert len(names) == len(set(names))


@pytest.mark.parametrize("name", PODS)
def test_each_pod_is_bounded_and_cannot_change_itself(name):
    spec, only = PODS[name], container(name)

    assert set(only["resources"]["limits"]) == {"cpu", "memory"}
    assert set(only["resources"]["requests"]) == {"cpu", "memory"}
    assert spec["securityContext"]["runAsNonRoot"] is True
    assert spec["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
    assert spec["automountServiceAccountToken"] is False
    assert only["securityContext"] == {
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"]},
    }


@pytest.mark.parametrize("name", of("Deployment", "StatefulSet"))
def test_what_stays_is_probed(name):
    assert "livenessProbe" in container(name)
    if name not in ("worker", "beat"):  # nobody asks these
        assert "readinessProbe" in container(name)


@pytest.mark.parametrize("name", sorted(set(OURS) - {"backup"}))
def test_each_part_runs_the_command_and_secrets_of_the_compose_file(name):
    service, only = SERVICES[name], container(name)
    files = {entry["name"]: entry["value"] for entry in only["env"]}
    wanted = {
        key: value for key, value in service["environment"].items()
        if key.endswith("_FILE") and value
    }  # fmt: skip

    assert only["command"] == service["command"]
    assert {key: value for key, value in files.items() if "_FILE" in key} == wanted


def test_the_backup_runs_each_night_and_not_beside_itself():
    spec = of("CronJob")["backup"]["spec"]

    assert container("backup")["command"] == [
        *SERVICES["backup"]["command"][:2],
        "backup",
        "/backups",
    ]
    assert (spec["schedule"], spec["timeZone"]) == ("30 2 * * *", "Europe/Amsterdam")
    assert spec["concurrencyPolicy"] == "Forbid"


@pytest.mark.parametrize("name", PODS)
def test_each_volume_exists_and_secrets_are_for_the_group_only(name):
    mounted = {mount["name"] for mount in container(name)["volumeMounts"]}
    templates = of("StatefulSet").get(name, {}).get("spec", {}).get("volumeClaimTemplates", [])
    volumes = {volume["name"]: volume for volume in PODS[name]["volumes"]}

    assert mounted == set(volumes) | {claim["metadata"]["name"] for claim in templates}
    assert volumes["secrets"]["secret"]["defaultMode"] == 0o440
    claims = {
        volume["persistentVolumeClaim"]["claimName"]
        for volume in volumes.values()
        if "persistentVolumeClaim" in volume
    }
    assert claims <= set(of("PersistentVolumeClaim"))


def test_the_script_makes_each_secret_with_the_files_that_are_read():
    script = (FOLDER / "make_secrets.sh").read_text()
    made = {
        name: set(files.split())
        for name, files in re.findall(r"^secret (\S+) (.+)$", script, re.MULTILINE)
    }
    for name, spec in PODS.items():
        (volume,) = [volume for volume in spec["volumes"] if volume["name"] == "secrets"]
        read = set(re.findall(r"/run/secrets/(\w+)", str(container(name))))
        assert read <= made[volume["secret"]["secretName"]], name
    assert {path for files in made.values() for path in files} == set(
        compose(SITE_NAME="x")["secrets"]
    )


def test_only_who_needs_it_reaches_the_database_redis_and_web():
    policies = of("NetworkPolicy")
    nobody = policies["nobody"]["spec"]
    allowed = {
        name: set(
            itertools.chain.from_iterable(
                expression["values"]
                for rule in policy["spec"]["ingress"]
                for source in rule["from"]
                for expression in source.get("podSelector", {}).get("matchExpressions", [])
            )
        )
        for name, policy in policies.items()
        if name != "nobody"
    }

    assert nobody == {"podSelector": {}, "policyTypes": ["Ingress"]}
    for name, network in (("postgres", "database"), ("redis", "broker")):
        in_compose = {other for other in SERVICES if network in SERVICES[other]["networks"]}
        assert allowed[name] == in_compose - {name}
    assert allowed["web"] == set()


def test_metrics_are_not_served_to_the_world():
    (rule,) = of("Ingress")["web"]["spec"]["rules"]
    backends = {path["path"]: path["backend"]["service"]["name"] for path in rule["http"]["paths"]}

    assert backends == {"/": "web", "/metrics": "nowhere"}
    assert of("Service")["nowhere"]["spec"]["selector"]["part"] not in PODS
