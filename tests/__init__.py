"""What must hold, and how we know that it does."""
