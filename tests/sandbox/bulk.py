BULK_QUERY = set()
