"""What is kept of evaluations: runs as files with a derived index, and what people judged of their cases."""
