"""Workers on many machines: one dispatches what is due, all poll it, under leases of a shared state."""
