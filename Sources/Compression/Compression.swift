// Sources of Compression.
