"""The files of the wheels are found in development and collected for production."""

from pathlib import Path

from django.contrib.staticfiles import finders

from ui.assets import ASSETS, WheelAssetsFinder


def test_every_asset_exists():
    assert all(path.is_file() for path in ASSETS.values())


def test_they_are_found_by_name():
    assert Path(finders.find("bootstrap/js/bootstrap.bundle.min.js")).is_file()
    assert len(finders.find("fonts/inter.ttf", find_all=True)) == 1
    assert finders.find("bootstrap/css/bootstrap.css") is None


def test_collecting_reads_them_from_the_wheel():
    name, storage = next(iter(WheelAssetsFinder().list(None)))

    with storage.open(name) as asset:
        assert asset.read(100)
