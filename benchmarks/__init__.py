"""What a report costs, measured against plain papermill on the same machine; see README.md."""
