// Live parts of the page.
