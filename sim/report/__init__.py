"""What people see: one way to write numbers, one theme of charts, the report page, a refund's story, files written whole."""
