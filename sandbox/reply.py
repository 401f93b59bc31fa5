"""The HTTP reply of the sandbox, and how it is sent."""

from dataclasses import dataclass, field

from . import envelope


@dataclass
class Reply:
    """`manner` is whole, reset, close, cut (after `sent` bytes) or drip (over `seconds`)."""

    status: int = 200
    body: bytes = field(default=b"", repr=False)
    content_type: str = "text/xml; charset=utf-8"
    headers: dict = field(default_factory=dict)
    manner: str = "whole"
    sent: int | None = None
    seconds: float = 0
    says_length: bool = True

    @classmethod
    def xml(cls, body, *, soap, status=200):
        kind = "application/soap+xml" if soap == envelope.SOAP_12 else "text/xml"
        return cls(status=status, body=body, content_type=f"{kind}; charset=utf-8")

    @classmethod
    def fault(cls, problem, *, soap):
        return cls.xml(envelope.fault(problem, soap=soap), soap=soap, status=500)

    @property
    def size(self):
        """Return how many bytes of the body are sent."""
        if self.manner in ("reset", "close"):
            return 0
        return len(self.body) if self.sent is None else self.sent
