"""What the application asks the database: one module a table family, functions that return a Query value."""
