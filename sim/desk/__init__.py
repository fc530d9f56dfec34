"""What happens: the procedure, the two engines that carry it out, and their log."""
