"""Response actions: what the console does with them, how agents carry them out as its clock goes on, and when not."""
