"""URLs of Finance → Reports."""

from django.urls import path

from ..views import reports, vat_reports

START = "finance/reports/"

urlpatterns_reports = [
    path(START, reports.report_list, name="report-list"),
    path(f"{START}turnover/", reports.report_turnover, name="report-turnover"),
    path(
        f"{START}turnover/invoices/",
        reports.report_turnover_invoices,
        name="report-turnover-invoices",
    ),
    path(f"{START}turnover/export/", reports.report_turnover_export, name="report-turnover-export"),
    path(f"{START}outstanding/", reports.report_outstanding, name="report-outstanding"),
    path(
        f"{START}outstanding/invoices/",
        reports.report_outstanding_invoices,
        name="report-outstanding-invoices",
    ),
    path(
        f"{START}outstanding/export/",
        reports.report_outstanding_export,
        name="report-outstanding-export",
    ),
    path(f"{START}vat/", vat_reports.report_vat, name="report-vat"),
    path(f"{START}vat/invoices/", vat_reports.report_vat_invoices, name="report-vat-invoices"),
    path(f"{START}vat/export/", vat_reports.report_vat_export, name="report-vat-export"),
    path(f"{START}icp/", vat_reports.report_icp, name="report-icp"),
    path(f"{START}icp/invoices/", vat_reports.report_icp_invoices, name="report-icp-invoices"),
    path(f"{START}icp/export/", vat_reports.report_icp_export, name="report-icp-export"),
]
