"""What to do: replications joined to means and intervals."""
