"""Files of response actions: fetched, checked, unpacked, read."""
