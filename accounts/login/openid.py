"""The exchange with a provider of OpenID Connect, and what is believed of its answers.

allauth has the protocol (OAuth 2.0 with state and PKCE). Added here: a deadline for the whole of a
request, the nonce (OpenID Connect Core, 3.1.2.1), the same person in both answers (5.3.2), the
issuer in the identity, and refusing answers that are no answers.
"""

import hashlib
import re
import time
from collections.abc import Iterator
from typing import Any

import requests
from allauth.account.models import EmailAddress
from allauth.socialaccount.models import SocialToken
from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from allauth.socialaccount.providers.oauth2.views import OAuth2CallbackView
from allauth.socialaccount.providers.openid_connect.provider import OpenIDConnectProvider
from allauth.socialaccount.providers.openid_connect.views import OpenIDConnectOAuth2Adapter
from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.crypto import constant_time_compare, get_random_string
from django.utils.functional import cached_property
from urllib3.exceptions import HTTPError

from .provider_settings import GOOGLE, MICROSOFT, LoginProvider, is_secure

CONNECT_SECONDS, READ_SECONDS = 4, 5
# One request, from its first byte to the last of its answer.
DEADLINE = 10
MOST_BYTES = 512 * 1024
ENDPOINTS = ("authorization_endpoint", "token_endpoint", "jwks_uri")
# The code of an error in an answer, such as invalid_client (RFC 6749, 5.2).
ERROR_CODE = re.compile(r'"error"\s*:\s*"(\w{1,40})"')
CLAIM_OF_MICROSOFT = "xms_edov"


class Exchange(requests.Session):
    """A session of requests with a deadline, whose answers have a largest size."""

    def request(self, *args: Any, **kwargs: Any) -> requests.Response:
        """Send a request and read the answer. Raises RequestException."""
        end = time.monotonic() + DEADLINE
        kwargs |= {"timeout": (CONNECT_SECONDS, READ_SECONDS), "stream": True}
        kwargs["allow_redirects"] = False
        answer = super().request(*args, **kwargs)
        try:
            # Where requests keeps an answer that was read.
            answer._content = b"".join(_pieces(answer, end=end))
        except HTTPError as error:
            raise requests.ConnectionError(str(error)) from error
        finally:
            answer.close()
        return answer


def _pieces(answer: requests.Response, *, end: float) -> Iterator[bytes]:
    """Yield what arrives, one read of the connection at a time."""
    size = 0
    while piece := answer.raw.read1(16 * 1024, decode_content=True):
        size += len(piece)
        if time.monotonic() > end or size > MOST_BYTES:
            raise requests.Timeout("The answer took too long, or was too large.")
        yield piece


class OpenIDAdapter(OpenIDConnectOAuth2Adapter):
    """allauth's adapter; raises OAuth2Error for every answer that cannot be used."""

    nonce = ""

    @cached_property
    def openid_config(self) -> dict[str, Any]:
        """The addresses of the provider, from its own page about them."""
        provider = self.get_provider()
        with Exchange() as session:
            answer = session.get(provider.server_url)
        answer.raise_for_status()
        found = answer.json()
        if not _is_usable(found, provider.about):
            raise OAuth2Error("configuration")
        return dict(found)

    def get_access_token_data(self, *args: Any, **kwargs: Any) -> dict[str, str]:
        """Return the two tokens; nothing else of the answer is used."""
        try:
            data = super().get_access_token_data(*args, **kwargs)
            tokens = {name: data[name] for name in ("access_token", "id_token")}
        except OAuth2Error as error:
            found = ERROR_CODE.search(str(error))
            raise OAuth2Error(found[1] if found else "token") from None
        except (KeyError, TypeError, ValueError):
            raise OAuth2Error("token") from None
        if not all(isinstance(one, str) for one in tokens.values()):
            raise OAuth2Error("token")
        return tokens

    def complete_login(
        self, request: HttpRequest, app: Any, token: SocialToken, **kwargs: Any
    ) -> Any:
        """Return the login of the person whom the provider names."""
        claims = self._decode_id_token(app, kwargs["response"]["id_token"])
        if not self.nonce or not constant_time_compare(str(claims.get("nonce")), self.nonce):
            raise OAuth2Error("nonce")
        if (
            isinstance(claims.get("aud"), list)
            and claims.get("azp", app.client_id) != app.client_id
        ):
            raise OAuth2Error("azp")
        if not isinstance(claims.get("sub"), str) or not claims["sub"]:
            raise OAuth2Error("sub")
        if "email" not in claims and "userinfo_endpoint" in self.openid_config:
            claims = {**self._about_person(token.token, claims["sub"]), **claims}
        return self.get_provider().sociallogin_from_response(request, claims)

    def _about_person(self, access_token: str, subject: str) -> dict[str, Any]:
        about = self._fetch_user_info(access_token)
        if not isinstance(about, dict) or about.get("sub") != subject:
            raise OAuth2Error("userinfo")
        return about


class OpenIDProvider(OpenIDConnectProvider):
    """A provider from the settings; `about` is what they say."""

    oauth2_adapter_class = OpenIDAdapter
    about: LoginProvider

    def redirect(self, request: HttpRequest, process: str, **kwargs: Any) -> HttpResponseBase:
        """Send the browser to the provider, with a nonce that its answer must repeat.

        Nothing of the request but where to go on is passed along.
        """
        nonce = get_random_string(32)
        asked = {"nonce": nonce}
        if self.about.key in (GOOGLE, MICROSOFT):
            # Who logged out here is not let in again by one click on a shared computer.
            asked["prompt"] = "select_account"
        return super().redirect(request, process, auth_params=asked, nonce=nonce, **kwargs)

    def extract_uid(self, data: dict[str, Any]) -> str:
        """Return who it is: issuer and subject together.

        If another server takes the place of this one in the settings, nobody there is one of ours.
        """
        return hashlib.sha256(f"{data['iss']}\0{data['sub']}".encode()).hexdigest()

    def extract_extra_data(self, data: dict[str, Any]) -> dict[str, str]:
        """Return what is kept: the address, by which the person recognises the account."""
        return {"email": _address(data)}

    def extract_common_fields(self, data: dict[str, Any]) -> dict[str, str]:
        return {}

    def extract_email_addresses(self, data: dict[str, Any]) -> list[EmailAddress]:
        """Return the address, as verified only if this provider's word is taken for it."""
        email = _address(data)
        is_proved = bool(email) and is_proof(self.about, data, email)
        return [EmailAddress(email=email, verified=is_proved, primary=True)] if email else []


class CallbackView(OAuth2CallbackView):
    """allauth's view of the answer; the adapter gets the nonce that was sent."""

    def _get_state(self, request: HttpRequest, provider: OpenIDProvider) -> tuple[Any, Any]:
        state, answer = super()._get_state(request, provider)
        self.adapter.nonce = (state or {}).get("nonce", "")
        return state, answer


def is_proof(about: LoginProvider, claims: dict[str, Any], email: str) -> bool:
    """Return whether the claims prove that the person has this e-mail address.

    The domain must be one that the settings trust the provider with. Google is only sure of its own
    addresses and those of its business customers (`hd`). Microsoft says nothing about an address,
    unless the registration asks for the claim `xms_edov`.
    """
    domain = email.rpartition("@")[2]
    if domain not in about.trusted_domains:
        return False
    is_verified = claims.get("email_verified") is True
    if about.key == GOOGLE:
        return is_verified and (domain == "gmail.com" or claims.get("hd") == domain)
    if about.key == MICROSOFT:
        return claims.get(CLAIM_OF_MICROSOFT) in (True, 1, "1", "true")
    return is_verified


def offered() -> list[LoginProvider]:
    """Return the providers that are set completely."""
    return [provider for provider in settings.LOGIN_PROVIDERS if not provider.faults]


def _address(claims: dict[str, Any]) -> str:
    email = claims.get("email")
    return email.strip().lower() if isinstance(email, str) else ""


def _is_usable(config: Any, about: LoginProvider) -> bool:
    """Return whether a provider's page about itself has secure addresses and its own name.

    The name (issuer) must be the address under which the page was asked for (OpenID Connect
    Discovery, 4.3).
    """
    issuer = config.get("issuer") if isinstance(config, dict) else None
    if not isinstance(issuer, str) or issuer.rstrip("/") != about.server_url:
        return False
    addresses = [config.get(name) for name in ENDPOINTS]
    if "userinfo_endpoint" in config:
        addresses.append(config["userinfo_endpoint"])
    return all(isinstance(one, str) and is_secure(one) for one in addresses)
