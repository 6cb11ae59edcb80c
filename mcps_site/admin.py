"""The Django admin, shown inside our shell as “Data and records”."""

from django.contrib.admin import AdminSite


class Site(AdminSite):
    site_header = "Data and records"
    site_title = "Data and records"
    index_title = "Data and records"
