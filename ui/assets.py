"""Bootstrap and the Inter typeface are taken from their wheels: only the files that pages use."""

from collections.abc import Iterable, Iterator
from pathlib import Path

import bootstrap_wrapper  # type: ignore[import-untyped]
import fontpkg_inter
from django.contrib.staticfiles.finders import BaseFinder
from django.core.files.storage import FileSystemStorage, Storage

# The wheel bootstrap-wrapper puts its files in a folder beside its module.
WHEELS = Path(bootstrap_wrapper.__file__).parent.parent
ASSETS = {
    **{
        name: WHEELS / name
        for name in (
            "bootstrap/css/bootstrap.min.css",
            "bootstrap/css/bootstrap.min.css.map",
            "bootstrap/js/bootstrap.bundle.min.js",
            "bootstrap/js/bootstrap.bundle.min.js.map",
        )
    },
    "fonts/inter.ttf": Path(fontpkg_inter.__file__).parent / "files" / "Inter[opsz,wght].ttf",
}


class WheelStorage(FileSystemStorage):
    """Reads an asset from the wheel that holds it."""

    def path(self, name: str) -> str:
        return str(ASSETS[name])


class WheelAssetsFinder(BaseFinder):
    """Finds the assets above for the development server and for collectstatic."""

    def find(  # type: ignore[override]
        self, path: str, *args: object, **kwargs: object
    ) -> str | list[str]:
        """Where the asset is; a list if all places are asked for, and when there is none."""
        found = [str(ASSETS[path])] if path in ASSETS else []
        wants_all = any(args) or any(kwargs.values())
        return found if wants_all or not found else found[0]

    def list(self, ignore_patterns: Iterable[str] | None) -> Iterator[tuple[str, Storage]]:
        storage = WheelStorage(location=WHEELS)
        return ((name, storage) for name in ASSETS)
