"""URLs of Finance → Reports."""

from django.urls import path

from ..views import reports, vat_reports, vat_returns, work_reports

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
    path(f"{START}work/", work_reports.report_work, name="report-work"),
    path(f"{START}work/rows/", work_reports.report_work_rows, name="report-work-rows"),
    path(f"{START}work/export/", work_reports.report_work_export, name="report-work-export"),
    path(f"{START}vat/", vat_reports.report_vat, name="report-vat"),
    path(f"{START}vat/invoices/", vat_reports.report_vat_invoices, name="report-vat-invoices"),
    path(f"{START}vat/export/", vat_reports.report_vat_export, name="report-vat-export"),
    path(f"{START}return/", vat_returns.report_return, name="report-return"),
    path(
        f"{START}return/invoices/",
        vat_returns.report_return_invoices,
        name="report-return-invoices",
    ),
    path(
        f"{START}return/changes/", vat_returns.report_return_changes, name="report-return-changes"
    ),
    path(f"{START}return/export/", vat_returns.report_return_export, name="report-return-export"),
    path(f"{START}return/file/", vat_returns.report_return_file, name="report-return-file"),
    path(
        f"{START}return/withdraw/",
        vat_returns.report_return_withdraw,
        name="report-return-withdraw",
    ),
    path(f"{START}icp/", vat_reports.report_icp, name="report-icp"),
    path(f"{START}icp/invoices/", vat_reports.report_icp_invoices, name="report-icp-invoices"),
    path(f"{START}icp/export/", vat_reports.report_icp_export, name="report-icp-export"),
]
