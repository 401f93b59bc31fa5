"""The exception for a SOAP Fault."""


class SoapFault(Exception):
    """The request could not be read or executed; `code` is Client, Server or a special one."""

    def __init__(self, text, *, code="Client"):
        self.code = code
        self.text = text
        super().__init__(text)


def broken(inner):
    """Return a Fault for an error inside the service, in the words of .NET."""
    return SoapFault(f"Server was unable to process request. ---> {inner}", code="Server")


NULL_REFERENCE = "Object reference not set to an instance of an object."
TRUNCATED = "String or binary data would be truncated."
