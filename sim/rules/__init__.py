"""What is right: reasons and paths, as visible facts decide them."""
