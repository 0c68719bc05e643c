"""The journal's pages: writing, reading, striking out, standard phrases."""
