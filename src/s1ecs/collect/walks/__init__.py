"""One file a way of asking: records out, with the position behind them."""
