"""One estimate of mutual information with all that says how far to trust it."""

from infojax._report._report import Cautions, MIReport, report

__all__ = ["Cautions", "MIReport", "report"]
