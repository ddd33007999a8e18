"""Where documents go. An output knows neither the API nor the streams."""
