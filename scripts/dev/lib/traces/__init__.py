"""Behind ./scripts/dev/traces: uploads whose traces a real collector prints."""
