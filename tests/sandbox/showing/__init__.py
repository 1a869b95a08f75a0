"""How what is stored is shown: to tests and the page, and in answers to reads."""
