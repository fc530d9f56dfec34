"""The pages, each a function `page()` over services and parts of `ui`."""
