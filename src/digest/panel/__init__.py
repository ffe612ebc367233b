"""From a tool and its facts to reviews: four reviewers, each with citations."""
