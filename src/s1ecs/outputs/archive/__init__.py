"""Archive: Parquet files of whole days that left the store."""
