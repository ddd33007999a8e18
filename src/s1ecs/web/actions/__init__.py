"""Response actions of the page: plan, confirmation, progress, results."""
