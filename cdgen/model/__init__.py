"""The nouns: immutable values that flow from the repository to the written files."""
