"""Each event of the catalogue, from what a person does to the body at Mindbox."""
