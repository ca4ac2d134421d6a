"""Figures that tests measure, shown at the end of the run, also when tests
run in several processes (a report's properties travel, printing does not)."""


def note(request, line):
    request.node.user_properties.append(("figure", line))


def show(terminalreporter):
    """From pytest_terminal_summary, of any conftest: shown once."""
    if getattr(terminalreporter, "figures_are_shown", False):
        return
    terminalreporter.figures_are_shown = True
    for report in terminalreporter.stats.get("passed", []):
        for name, line in report.user_properties:
            if name == "figure":
                terminalreporter.write_line(line)
