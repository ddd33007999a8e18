"""Strategies: one file per way of asking. Records out, with the position behind them."""
