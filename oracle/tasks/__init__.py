"""Long work, queued in the database: jobs, who runs them, and when they are ordered by themselves."""
