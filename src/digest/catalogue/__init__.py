"""From launches to tools with facts: which launches are one product, what it is for, what is known."""
