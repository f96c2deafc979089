"""What Lotlight knows: values in, values out. No screen, book, file, clock or chance of its own."""
