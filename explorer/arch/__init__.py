"""What a network is: layers, shapes, counts, the zoo, files and code. Plain Python."""
