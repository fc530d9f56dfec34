"""What people may type to do harm, and how one sees that it did none."""

from playwright.sync_api import Page

HOSTILE = (
    "<img src=x onerror=executed=1><b>b</b>",
    "<script>executed=1</script>",
    "**b** _i_ [a](//a.b) :red[r] $x^2$ `c`",
    '=HYPERLINK("//a.b","a")',
    "</div><svg onload=executed=1>",
    "&lt;b&gt; &amp; {name} %s \\n",
)
"""HTML, a script, markdown, a formula, what breaks out of an element, and what other layers might fill in or decode."""


def nothing_ran(page: Page) -> bool:
    """Whether no text became a script or an element of the page."""
    ran = page.evaluate("typeof executed !== 'undefined'")
    drawn = page.locator('#root img[src$="/x"], #root [onerror], #root [onload], #root a[href*="a.b"]').count()
    return not ran and not drawn
