"""What the make-believe Mindbox has stored, a book of each kind."""
