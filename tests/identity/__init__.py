"""One person is one customer: contacts that belong to one only, and one cart."""
