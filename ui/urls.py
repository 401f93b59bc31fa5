"""Theme, manifest, what a typed day means, what can be picked; in development also a gallery."""

from django.conf import settings
from django.urls import path, re_path

from ui import days, gallery, installing, pickers, theme

urlpatterns = [
    re_path(r"^theme/(?P<colour>[0-9a-f]{6})\.css$", theme.theme_css, name="theme"),
    path("manifest.webmanifest", installing.manifest, name="manifest"),
    path("days/read/", days.read, name="read-day"),
    path("pick/<slug:key>/", pickers.options, name="pick"),
]
if settings.DEBUG:
    urlpatterns += [
        path("ui-gallery/", gallery.gallery, name="ui-gallery"),
        path("ui-gallery/dialog/", gallery.dialog, name="ui-gallery-dialog"),
    ]
