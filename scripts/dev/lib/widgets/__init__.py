"""./scripts/dev/widgets: upload widgets of npm in a real browser, and tables of the outcome."""
