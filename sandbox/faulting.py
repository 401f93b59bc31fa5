"""The exception behind a SOAP Fault."""


class SoapFault(Exception):
    """The request could not be read or carried out; `code` is Client, Server or a special one."""

    def __init__(self, text, *, code="Client"):
        self.code = code
        self.text = text
        super().__init__(text)


def broken(inner):
    """A Fault for something that went wrong inside the service, as .NET words it."""
    return SoapFault(f"Server was unable to process request. ---> {inner}", code="Server")


NULL_REFERENCE = "Object reference not set to an instance of an object."
TRUNCATED = "String or binary data would be truncated."
