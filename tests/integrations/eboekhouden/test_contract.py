"""The contract on disk is complete, and zeep can read it."""

import pytest
import zeep
from lxml import etree

from integrations.eboekhouden import contract
from integrations.eboekhouden.soap import ALLOWED

ADDRESS = "http://soap.e-boekhouden.nl/soap.asmx"


@pytest.fixture(scope="module")
def document():
    return zeep.Client(str(contract.PATH)).wsdl


@pytest.mark.parametrize("binding", ["soapAppSoap", "soapAppSoap12"])
def test_each_binding_has_all_twenty_operations_with_their_actions(document, binding):
    found = document.bindings[f"{{{contract.NAMESPACE}}}{binding}"].all()

    assert len(found) == 20
    assert all(o.soapaction == f"{contract.NAMESPACE}/{o.name}" for o in found.values())


def test_the_service_has_a_port_for_either_version(document):
    ports = document.services["soapApp"].ports

    assert {p.name: p.binding_options["address"] for p in ports.values()} == {
        "soapAppSoap": ADDRESS,
        "soapAppSoap12": ADDRESS,
    }


def test_the_file_begins_with_its_declaration():
    assert contract.PATH.read_bytes().startswith(b"<?xml")


def test_only_what_this_program_needs_may_be_called(document):
    offered = set(document.bindings[f"{{{contract.NAMESPACE}}}soapAppSoap"].all())

    assert offered > ALLOWED
    assert "AutoLogin" not in ALLOWED


def test_every_result_has_a_type_but_closing_a_session():
    without = {name for name in ALLOWED if contract.result_of(name) is None}

    assert without == {"CloseSession"}


def test_the_schema_refuses_a_message_with_a_field_out_of_place():
    client = zeep.Client(str(contract.PATH))
    message = client.create_message(client.service, "CloseSession", SessionID="x")
    wrong = etree.tostring(message).replace(b"SessionID", b"Session")
    body = etree.fromstring(wrong)[-1]

    assert contract.schema().validate(message[-1][0])
    assert not contract.schema().validate(body[0])
