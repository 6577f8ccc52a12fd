"""The page Names: type a name and see its language, letter by letter."""
