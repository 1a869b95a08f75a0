"""What the Mindbox sandbox promises, over real HTTP (see tests/sandbox)."""
