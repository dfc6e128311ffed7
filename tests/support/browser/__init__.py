"""A real browser, and the service's pages in it, used as a person does."""
