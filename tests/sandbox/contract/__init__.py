"""What a call may look like: its fields, its bodies, and what is wrong with them."""
